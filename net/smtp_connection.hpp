#pragma once

#include "net/driving.hpp"
#include "net/smtp_clock.hpp"
#include "net/smtp_dialer.hpp"
#include "net/transport.hpp"

#include <atomic>
#include <optional>

namespace postroom::net {

/// What all links of a dialer share.
struct smtp_dialer_state {
  smtp_dialer_state(tls_contexts& contexts, smtp_deadlines bounds) : tls(contexts), deadlines(bounds) {}
  tls_contexts& tls;
  const smtp_deadlines deadlines;
  std::atomic<std::uint64_t> bytes_in{0};
  std::atomic<std::uint64_t> bytes_out{0};
  std::atomic<std::size_t> open{0};
};

/// The connection behind one smtp_link: moves octets between a transport and a client_session, keeps the deadlines,
/// asks for the mail piece by piece and tells the listener. Lives on one io thread; all members are for that thread,
/// but for `abandon`. Held by its coroutine until the end and by the link.
class smtp_connection final : public enlisted,
                              public std::enable_shared_from_this<smtp_connection>,
                              private smtp::session_listener {
public:
  smtp_connection(io_thread& thread, std::shared_ptr<smtp_dialer_state> dialer, smtp_target target,
                  std::shared_ptr<smtp_link_listener> listener);

  void start();
  void begin(const smtp::envelope& what);
  void begin_body();
  void body(std::string octets);
  void end_body();
  void reset();
  void close();
  /// Ends at once.
  void end(error why);
  /// Nobody holds the link any more: ends in the order that close() began, at once without it.
  void let_go();
  void on_stop() override;

  [[nodiscard]] io_thread& thread() const noexcept { return thread_; }
  /// The listener hears no more. Any thread.
  void abandon() noexcept { abandoned_.store(true, std::memory_order_release); }

private:
  /// How it ended.
  struct ending {
    error why;
    smtp::phase where = smtp::phase::greeting;
    std::optional<smtp::reply> last;
  };

  static boost::asio::awaitable<void> run(std::shared_ptr<smtp_connection> self);
  [[nodiscard]] boost::asio::awaitable<result<void>> open();
  [[nodiscard]] boost::asio::awaitable<result<void>> secure();
  void ended();

  /// Moves octets both ways as far as that goes without waiting, for one turn; leaves in `wants_` what to wait for.
  void pump();
  void write_out();
  /// One attempt to read; 0: nothing more can be done without waiting.
  std::size_t read_in();
  /// Asks for the next piece of the mail when the last one has left.
  void want_more();
  [[nodiscard]] mono_time deadline();
  void transport_ended(error why);

  void on_starttls() override;
  void on_ready(const smtp::server_info& info) override;
  void on_envelope(const smtp::envelope_outcome& outcome) override;
  void on_body_wanted() override;
  void on_message_done(smtp::phase where, const smtp::reply& answer) override;
  void on_reset() override;
  void on_closed(const error& why, smtp::phase where, const std::optional<smtp::reply>& last) override;
  /// Who is to be told; nullptr: nobody any more.
  [[nodiscard]] smtp_link_listener* ears() const noexcept;

  io_thread& thread_;
  std::shared_ptr<smtp_dialer_state> dialer_;
  std::shared_ptr<smtp_link_listener> listener_; ///< until the end
  std::shared_ptr<transport> transport_;
  std::optional<smtp::client_session> session_; ///< until the end
  server_address server_;
  std::shared_ptr<const proxy_server> proxy_; ///< until connected
  smtp::transport_security security_;
  smtp_clock clock_;
  smtp::phase where_ = smtp::phase::greeting; ///< for what ends without the session's knowledge
  std::optional<ending> end_;                 ///< set: it is over
  std::optional<error> unsent_;               ///< why writing failed; reading may still explain it better
  readiness wants_;
  bool more_to_read_ = false;
  bool upgrading_ = false;
  bool ready_ = false;
  bool closing_ = false;
  bool feeding_ = false;     ///< the mail is wanted and not complete
  bool piece_given_ = false; ///< since the last time more was asked for
  std::atomic<bool> abandoned_{false};
};

} // namespace postroom::net
