#pragma once

#include "tests/conformance/smtp_server.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace postroom::test {

/// What one client says to a submission server, step by step. What is compared of a reply: of refusals the first digit
/// of the code and of the enhanced code, of the others the whole code; of EHLO's, the extensions in
/// `extensions_compared`; nothing of the words.
class smtp_conversation {
public:
  explicit smtp_conversation(std::string name) : name_(std::move(name)) {}

  /// The greeting, EHLO, STARTTLS and EHLO; then AUTH, too.
  smtp_conversation& secure();
  smtp_conversation& sign_in();
  /// Only reads: the greeting.
  smtp_conversation& greeting();
  /// One line, one reply.
  smtp_conversation& say(const std::string& line);
  /// Octets as they are, after which so many replies come.
  smtp_conversation& send(std::string octets, std::size_t replies);
  smtp_conversation& start_tls();
  /// MAIL, RCPT, DATA and this mail, its dots doubled already, without the last one.
  smtp_conversation& submit(const std::string& stuffed);
  /// The mail with this Message-ID must have arrived alike, octet by octet.
  smtp_conversation& arrived(std::string message_id);
  /// … or must not have, up to now.
  smtp_conversation& absent(std::string message_id);

  enum class action : std::uint8_t { send, start_tls, sign_in, arrived, absent };
  struct step {
    action what = action::send;
    std::string text;
    std::size_t replies = 0;
  };
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const std::vector<step>& steps() const noexcept { return steps_; }

private:
  std::string name_;
  std::vector<step> steps_;
};

/// Runs it against both, and fails with the transcripts where they differ in more than the known differences.
void expect_alike(const smtp_conversation& conversation, smtp_server& stand_in, smtp_server& model);

} // namespace postroom::test
