#pragma once

#include "base/limits.hpp"
#include "net/io_threads.hpp"
#include "net/smtp_link.hpp"
#include "net/tls_context.hpp"

#include <chrono>
#include <cstdint>
#include <memory>

namespace postroom::net {

/// How long a link waits for what. Tests shorten them.
struct smtp_deadlines {
  using duration = std::chrono::milliseconds;
  duration connect = limits::connect_deadline; ///< name look-up and TCP, all addresses together
  duration tls = limits::tls_deadline;
  duration login = limits::smtp_login_deadline; ///< from the greeting's first octet wanted until ready, as a whole
  duration envelope = limits::smtp_envelope_deadline; ///< each answer
  duration envelope_whole = limits::smtp_envelope_whole_deadline;
  duration data = limits::smtp_data_deadline;
  duration block = limits::smtp_block_deadline; ///< between two octets of the mail that the server takes
  duration body = limits::smtp_body_deadline;   ///< and more for every octet, see limits::smtp_pace_bytes_per_s_min
  duration verdict = limits::smtp_verdict_deadline;
  duration quit = limits::smtp_quit_deadline;
};

/// An smtp_dialer over TCP that counts. Its links count on after it is gone.
class counting_smtp_dialer : public smtp_dialer {
public:
  /// Octets of SMTP (within TLS) received and sent by all links ever opened. Any thread.
  [[nodiscard]] virtual std::uint64_t bytes_in() const noexcept = 0;
  [[nodiscard]] virtual std::uint64_t bytes_out() const noexcept = 0;
  /// Links that are open or opening. Any thread.
  [[nodiscard]] virtual std::size_t links_open() const noexcept = 0;
};

/// `threads` and `tls` must outlive the dialer and all its links.
[[nodiscard]] std::unique_ptr<counting_smtp_dialer> make_smtp_dialer(io_threads& threads, tls_contexts& tls,
                                                                     smtp_deadlines deadlines = {});

} // namespace postroom::net
