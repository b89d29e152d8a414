#pragma once

#include "tests/support/test_ca.hpp"

#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

struct ssl_st;
struct ssl_ctx_st;

namespace postroom::test {

/// The server's end of one connection: blocking, for the one thread that serves it, plain at first. Only interrupt()
/// may be called from another thread.
class smtp_sink_stream {
public:
  /// Takes the socket over.
  explicit smtp_sink_stream(int fd);
  smtp_sink_stream(const smtp_sink_stream&) = delete;
  smtp_sink_stream& operator=(const smtp_sink_stream&) = delete;
  ~smtp_sink_stream();

  /// The next line without its line end; nothing when the client has gone.
  [[nodiscard]] std::optional<std::string> read_line();
  /// Exactly so many octets; nothing when the client has gone.
  [[nodiscard]] std::optional<std::string> read_octets(std::size_t count);
  /// False when the client has gone.
  bool write(std::string_view octets);
  /// Answers the client's handshake. What it sent too early is thrown away (RFC 3207 §4.2).
  [[nodiscard]] bool start_tls(const certificate_files& certificates);

  /// Reads no more, so that the client's sending comes to a halt, too, until it hangs up or the time is over.
  void stall(std::chrono::milliseconds at_most = std::chrono::hours{1});
  /// FIN.
  void close();
  /// RST.
  void reset();
  /// Makes every wait end at once, as if the client had gone.
  void interrupt();

private:
  [[nodiscard]] bool fill();
  void free_tls();

  std::mutex closing_; ///< guards that interrupt() does not meet a number that already means another socket
  int fd_;
  ssl_ctx_st* context_ = nullptr;
  ssl_st* ssl_ = nullptr;
  std::string buffer_;
  std::size_t begin_ = 0; ///< of what is unread
};

} // namespace postroom::test
