#pragma once

#include "tests/support/hostile_smtp.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postroom::test {

/// A mail as it arrived.
struct sunk_mail {
  std::string user;  ///< who had logged in; empty: nobody
  std::string token; ///< and with what
  std::string mail_from;
  std::vector<std::string> recipients;
  std::string header;      ///< with its last CR LF, without the empty line
  std::string body_sha256; ///< of what follows the empty line, in hex
  std::string raw;         ///< the whole, unless the options say otherwise
  std::size_t octets = 0;
  std::chrono::steady_clock::time_point at;

  /// The first header field of that name, unfolded; empty when there is none.
  [[nodiscard]] std::string field(std::string_view name) const;
  /// With its angle brackets.
  [[nodiscard]] std::string message_id() const { return field("Message-ID"); }
};

struct smtp_sink_options {
  /// Offers STARTTLS, and takes no mail without it. Otherwise the connection is plain.
  std::optional<certificate_files> certificates;
  /// Takes no mail without AUTH, which takes any user and any token.
  bool login_required = false;
  /// What EHLO offers besides STARTTLS and AUTH. CHUNKING works, too.
  std::vector<std::string> extensions{"PIPELINING", "SIZE 37748736",       "8BITMIME",
                                      "SMTPUTF8",   "ENHANCEDSTATUSCODES", "DSN"};
  std::string mechanisms = "XOAUTH2 OAUTHBEARER PLAIN";
  bool keep_raw = true;
  /// Called on the connection's thread when a mail has been taken, before it is acknowledged.
  std::function<void(const sunk_mail&)> on_mail;
  std::uint16_t port = 0; ///< 0: any free one
};

/// An SMTP server of our own that takes everything and remembers it: the end of Postfix's relay, and, with planned
/// faults, a server that behaves badly. A recipient such as `code-450-4.2.0@…` (or `relay-…`, which a Postfix before it
/// lets through) is answered with that code. A thread for each connection; members may be called from any thread.
class smtp_sink {
public:
  /// Throws std::runtime_error when it cannot listen.
  explicit smtp_sink(smtp_sink_options options = {});
  smtp_sink(const smtp_sink&) = delete;
  smtp_sink& operator=(const smtp_sink&) = delete;
  ~smtp_sink();

  [[nodiscard]] std::uint16_t port() const noexcept;

  void plan(smtp_fault fault);
  void forget_plan();
  /// How often a planned fault has struck.
  [[nodiscard]] std::size_t faults_struck() const;

  [[nodiscard]] std::vector<sunk_mail> mails() const;
  [[nodiscard]] std::size_t count() const;
  /// How often a mail with this Message-ID, brackets included, has been taken.
  [[nodiscard]] std::size_t count(std::string_view message_id) const;
  /// Waits for the `n`th mail; whether it came.
  [[nodiscard]] bool await(std::size_t n, std::chrono::milliseconds deadline = std::chrono::seconds{10}) const;
  /// The first mail with this Message-ID.
  [[nodiscard]] std::optional<sunk_mail>
  await_mail(std::string_view message_id, std::chrono::milliseconds deadline = std::chrono::seconds{10}) const;

  /// Connections so far, now, and at most at one time.
  [[nodiscard]] std::size_t connections() const;
  [[nodiscard]] std::size_t open_connections() const;
  [[nodiscard]] std::size_t open_connections_max() const;
  /// Breaks all connections and listens no more: the server has died. What it took stays.
  void kill();
  /// After kill(), on the same port.
  void restart();

private:
  struct server;
  std::unique_ptr<server> server_;
};

} // namespace postroom::test
