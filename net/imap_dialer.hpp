#pragma once

#include "base/limits.hpp"
#include "net/imap_link.hpp"
#include "net/io_threads.hpp"
#include "net/tls_context.hpp"

#include <chrono>
#include <cstdint>
#include <memory>

namespace postroom::net {

/// How long a link waits for what. Tests shorten them.
struct imap_deadlines {
  using duration = std::chrono::milliseconds;
  duration connect = limits::connect_deadline; ///< name look-up and TCP, all addresses together
  duration tls = limits::tls_deadline;
  duration login = limits::login_deadline; ///< from the greeting's first byte wanted until ready, as a whole
  duration first_byte = limits::imap_first_byte_deadline;
  duration between_bytes = limits::imap_between_bytes_deadline;
  duration answer = limits::imap_answer_deadline; ///< and more for every octet, see limits::imap_pace_bytes_per_s_min
  duration done = limits::imap_done_deadline;
  duration idle_silence = limits::imap_idle_silence_max;
  duration logout = limits::imap_logout_deadline;
};

/// An imap_dialer over TCP that counts. Its links count on after it is gone.
class counting_imap_dialer : public imap_dialer {
public:
  /// Octets of IMAP (within TLS) received and sent by all links ever opened. Any thread.
  [[nodiscard]] virtual std::uint64_t bytes_in() const noexcept = 0;
  [[nodiscard]] virtual std::uint64_t bytes_out() const noexcept = 0;
  /// Links that are open or opening. Any thread.
  [[nodiscard]] virtual std::size_t links_open() const noexcept = 0;
};

/// `threads` and `tls` must outlive the dialer and all its links.
[[nodiscard]] std::unique_ptr<counting_imap_dialer> make_imap_dialer(io_threads& threads, tls_contexts& tls,
                                                                     imap_deadlines deadlines = {});

} // namespace postroom::net
