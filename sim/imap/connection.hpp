#pragma once

#include "sim/imap/session.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <openssl/ssl.h>
#include <span>
#include <unordered_set>
#include <vector>

namespace postroom::sim {

class imap_connection;

/// What the connections of one server share; lives longer than they do, and stays where it is. The buffers serve one
/// call at a time.
struct connection_hub {
  imap_services services;
  SSL_CTX* tls = nullptr; ///< null: plain text
  std::vector<char> read_buffer = std::vector<char>(16 * 1024);
  std::vector<char> write_buffer = std::vector<char>(16 * 1024);
  std::unordered_set<imap_connection*> connections;
  /// Told when a session in this mailbox begins or ends an IDLE; also when it ends inside one. May be empty.
  std::function<void(std::string_view mailbox, bool begins)> on_idle{};
};

/// A session and its socket. TLS sits straight on the socket and gives its buffers back between bytes, so that an idle
/// connection costs little. Lives as long as run() does. Not thread-safe.
class imap_connection final : public std::enable_shared_from_this<imap_connection>, private answer_sink {
public:
  imap_connection(boost::asio::ip::tcp::socket socket, connection_hub& hub);
  imap_connection(const imap_connection&) = delete;
  imap_connection& operator=(const imap_connection&) = delete;
  ~imap_connection() override;

  /// Serves the client to the end.
  [[nodiscard]] static boost::asio::awaitable<void> run(std::shared_ptr<imap_connection> self);
  /// As imap_session::tick(); also gives up on a client that does not take the rest.
  void tick();
  /// Closes the socket at once.
  void drop();
  /// As imap_session::expire().
  void expire();
  [[nodiscard]] bool idling() const noexcept { return session_.idling(); }
  [[nodiscard]] const std::string& user() const noexcept { return session_.user(); }

private:
  enum class progress : std::uint8_t { done, wait_read, wait_write, wait_turn, failed };
  /// Either a text of ours or octets of a mail.
  struct piece {
    std::string text;
    mail_slice slice;
    [[nodiscard]] std::string_view bytes() const;
  };
  /// When octets are to be sent slowly: there while a fault is, or has been.
  struct pacer {
    explicit pacer(const boost::asio::any_io_executor& executor) : timer(executor) {}
    boost::asio::steady_timer timer;
    std::size_t octets_per_s = 0; ///< 0: at once
  };
  struct free_ssl {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };

  void text(std::string_view bytes) override;
  void body(const mail_slice& slice) override;
  void finish() override;
  void cut() override;

  [[nodiscard]] boost::asio::awaitable<bool> wait_for(progress what);
  [[nodiscard]] boost::asio::awaitable<bool> handshake();
  [[nodiscard]] boost::asio::awaitable<bool> drain();
  [[nodiscard]] progress read_some(std::string_view& bytes);
  [[nodiscard]] progress write_some(std::span<const char> bytes, std::size_t& written);
  [[nodiscard]] progress tls_progress(int outcome) const;
  [[nodiscard]] progress flush();
  /// How many octets may be sent now; 0: wait for the pacer's timer.
  [[nodiscard]] std::size_t allowance();
  void note_sent(std::size_t octets);
  [[nodiscard]] std::span<const char> gather(std::size_t octets_max);
  void consume(std::size_t octets);
  void flush_soon();
  void tell_idling(bool idling);

  boost::asio::ip::tcp::socket socket_;
  connection_hub& hub_;
  std::unique_ptr<SSL, free_ssl> ssl_;
  std::unique_ptr<pacer> pacer_;
  std::vector<piece> queue_;
  std::size_t queue_front_ = 0;
  std::size_t front_sent_ = 0; ///< octets of the front piece already sent
  std::size_t queued_octets_ = 0;
  std::size_t unfinished_ = 0; ///< octets of a write over TLS that waits for the socket
  bool flush_planned_ = false;
  bool reading_ = false; ///< run() flushes itself
  bool finished_ = false;
  bool finished_before_tick_ = false;
  bool cut_ = false;         ///< without a word of TLS
  bool told_idling_ = false; ///< to the hub
  imap_session session_;
};

} // namespace postroom::sim
