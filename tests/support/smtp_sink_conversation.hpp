#pragma once

#include "tests/support/smtp_sink.hpp"

#include <string>
#include <string_view>

namespace postroom::test {

/// One client's dialogue with a smtp_sink, on the thread of its connection.
class smtp_sink_conversation {
public:
  /// All are kept by reference. `take` is called for each mail the server keeps.
  smtp_sink_conversation(smtp_sink_stream& stream, const smtp_sink_options& options, smtp_fault_plan& plan,
                         const std::function<void(sunk_mail)>& take)
      : stream_(stream), options_(options), plan_(plan), take_(take) {}

  /// To its end.
  void run();

private:
  /// Each answers one command; `over` ends the connection.
  [[nodiscard]] smtp_course obey(const std::string& line);
  [[nodiscard]] smtp_course hello(const std::string& line);
  [[nodiscard]] smtp_course starttls();
  [[nodiscard]] smtp_course login(const std::string& line);
  [[nodiscard]] smtp_course mail(const std::string& line);
  [[nodiscard]] smtp_course rcpt(const std::string& line);
  [[nodiscard]] smtp_course data();
  [[nodiscard]] smtp_course chunk(const std::string& line);
  [[nodiscard]] smtp_course verdict();

  /// The proper answer, unless a fault strikes here.
  [[nodiscard]] smtp_course say(smtp_step step, std::string_view proper_answer);
  /// An answer without a place for faults.
  [[nodiscard]] smtp_course say(std::string_view answer);
  /// Adds to the mail's text; over when a fault has struck in its midst.
  [[nodiscard]] smtp_course add(std::string_view octets);
  void forget_mail();

  smtp_sink_stream& stream_;
  const smtp_sink_options& options_;
  smtp_fault_plan& plan_;
  const std::function<void(sunk_mail)>& take_;
  bool secure_ = false;
  bool in_mail_ = false;
  std::string user_;
  std::string token_;
  sunk_mail mail_;
  std::optional<smtp_fault> in_body_; ///< planned for the mail under way
};

} // namespace postroom::test
