#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postroom::test {

/// Who signs in, whom they may send as, and where their mail goes.
struct smtp_people {
  static constexpr const char* user = "dora@contoso.test";
  static constexpr const char* sender = "support@contoso.test";
  static constexpr const char* stranger = "otto@contoso.test"; ///< may not be sent as
  static constexpr const char* recipient = "anna@contoso.test";
  static constexpr const char* other_recipient = "bert@contoso.test";
};

/// One client's connection.
class smtp_line {
public:
  virtual ~smtp_line() = default;
  virtual void write(std::string_view bytes) = 0;
  /// The lines of the next reply; nothing when none comes.
  [[nodiscard]] virtual std::optional<std::vector<std::string>> read() = 0;
  /// After the answer to STARTTLS.
  virtual void start_tls() = 0;
};

/// A mail as it arrived.
struct delivered_mail {
  std::string mail_from; ///< empty where the server does not tell
  std::vector<std::string> recipients;
  std::string raw; ///< without the trace fields the server has put in front
};

/// A submission server of whatever kind.
class smtp_server {
public:
  virtual ~smtp_server() = default;
  /// Connected; the greeting comes first.
  [[nodiscard]] virtual std::unique_ptr<smtp_line> connect() = 0;
  /// AUTH with what signs `smtp_people::user` in, in one line.
  [[nodiscard]] virtual std::string auth_command() = 0;
  /// The mail with this Message-ID, brackets included; waits for it.
  [[nodiscard]] virtual std::optional<delivered_mail> find_mail(const std::string& message_id,
                                                                std::chrono::milliseconds patience) = 0;

  static constexpr std::size_t mail_bytes_max = 200'000;
};

[[nodiscard]] std::unique_ptr<smtp_server> make_stand_in_submission();
/// Null where Postfix cannot run; throws when it should and does not.
[[nodiscard]] std::unique_ptr<smtp_server> make_postfix_submission();

} // namespace postroom::test
