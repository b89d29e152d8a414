#pragma once

#include "tests/support/wire.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace postroom::test {

/// An SMTP client typed by hand. Answers are the last line of a reply, or the error in words, so that a test can match
/// either. For one thread.
class smtp_by_hand {
public:
  /// Throws when nobody listens.
  explicit smtp_by_hand(std::uint16_t port);

  /// The next reply.
  std::string answer(std::chrono::milliseconds deadline = std::chrono::seconds{10});
  /// Sends the line and reads the reply.
  std::string say(const std::string& line);
  /// Greeting, EHLO, STARTTLS, EHLO; the last answer.
  std::string start_tls(const std::filesystem::path& ca_file);
  /// AUTH XOAUTH2; the challenge before a refusal is answered.
  std::string login(std::string_view user, std::string_view token);
  /// MAIL, RCPT…, DATA, text: up to the first refusal, which is told, else the answer to the final dot.
  std::string send(const std::string& from, const std::vector<std::string>& to, const std::string& mail);
  /// All lines of the last reply.
  [[nodiscard]] const std::vector<std::string>& lines() const { return lines_; }
  [[nodiscard]] wire& line() { return *wire_; }

private:
  std::unique_ptr<wire> wire_;
  std::vector<std::string> lines_;
};

} // namespace postroom::test
