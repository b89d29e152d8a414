#pragma once

#include "net/driving.hpp"
#include "net/imap_dialer.hpp"
#include "net/transport.hpp"

#include <atomic>
#include <optional>

namespace postroom::net {

/// What all links of a dialer share.
struct imap_dialer_state {
  imap_dialer_state(tls_contexts& contexts, imap_deadlines bounds) : tls(contexts), deadlines(bounds) {}
  tls_contexts& tls;
  const imap_deadlines deadlines;
  std::atomic<std::uint64_t> bytes_in{0};
  std::atomic<std::uint64_t> bytes_out{0};
  std::atomic<std::size_t> open{0};
};

/// The connection behind one imap_link: moves octets between a transport and a client_session, keeps the deadlines,
/// cuts bodies into pieces and tells the listener. Lives on one io thread; all members are for that thread, but for
/// `abandoned`. Held by its coroutine until the end and by the link.
class imap_connection final : public enlisted,
                              public std::enable_shared_from_this<imap_connection>,
                              private imap::session_listener {
public:
  imap_connection(io_thread& thread, std::shared_ptr<imap_dialer_state> dialer, imap_target target,
                  std::shared_ptr<imap_link_listener> listener);

  void start();
  void submit(std::vector<imap::command> commands);
  void end_idle();
  void close();
  /// Ends at once.
  void end(error why);
  /// Nobody holds the link any more: ends in the order that close() began, at once without it; at once, too, when a
  /// body would have to be read to its end for nobody.
  void let_go();
  void on_stop() override;

  [[nodiscard]] io_thread& thread() const noexcept { return thread_; }
  /// The listener hears no more. Any thread.
  void abandon() noexcept { abandoned_.store(true, std::memory_order_release); }

private:
  static boost::asio::awaitable<void> run(std::shared_ptr<imap_connection> self);
  [[nodiscard]] boost::asio::awaitable<result<void>> open();
  [[nodiscard]] boost::asio::awaitable<result<void>> secure();
  void ended();

  /// Moves octets both ways as far as that goes without waiting, for one turn; leaves in `wants_` what to wait for.
  void pump();
  void write_out();
  /// Whether the listener has enough of the body now being received for the moment.
  [[nodiscard]] bool holds() const;
  /// Gives the listener a moment, at nobody's expense.
  [[nodiscard]] boost::asio::awaitable<void> hold();
  /// One attempt to read; 0: nothing more can be done without waiting.
  std::size_t read_in();
  [[nodiscard]] mono_time deadline();
  /// When the answer owed must be complete, at the pace kept so far.
  [[nodiscard]] mono_time answer_deadline() const;
  [[nodiscard]] error timed_out() const;
  void transport_ended(error why);

  void on_starttls() override;
  void on_ready(const imap::session_info& info) override;
  void on_command_done(const imap::command_outcome& outcome) override;
  void on_data(const imap::response& data) override;
  void on_body_begin(std::uint32_t sequence, std::uint64_t bytes) override;
  void on_body_data(std::string_view octets) override;
  void on_idling() override;
  void on_closed(const error& why) override;
  void deliver_message(const imap::fetch_data& data, std::uint64_t bytes);
  void begin_piece();
  /// Who is to be told; nullptr: nobody any more.
  [[nodiscard]] imap_link_listener* ears() const noexcept;

  io_thread& thread_;
  std::shared_ptr<imap_dialer_state> dialer_;
  std::shared_ptr<imap_link_listener> listener_; ///< until the end
  std::shared_ptr<transport> transport_;
  std::optional<imap::client_session> session_; ///< until the end
  server_address server_;
  std::shared_ptr<const proxy_server> proxy_; ///< until connected
  imap::transport_security security_;

  imap::waiting_for phase_ = imap::waiting_for::greeting;
  mono_time login_began_{};
  mono_time since_{};            ///< the last octet, or when the phase began
  mono_time leaving_idle_{};     ///< when DONE was sent; none: not leaving
  mono_time owed_since_{};       ///< when an answer began to be owed; none: nothing is
  std::uint64_t owed_bytes_ = 0; ///< exchanged since then
  mono_time closing_until_ = mono_time::max();
  std::optional<error> end_;    ///< set: it is over
  std::optional<error> unsent_; ///< why writing failed; reading may still explain it better
  readiness wants_;
  bool more_to_read_ = false;
  bool upgrading_ = false;
  bool ready_ = false;
  bool closing_ = false;
  std::atomic<bool> abandoned_{false};

  std::string piece_; ///< of the body now being received
  std::uint64_t body_left_ = 0;
  std::uint32_t chunks_ = 0;
};

} // namespace postroom::net
