#pragma once

#include "tests/support/smtp_sink_stream.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <limits>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What may go wrong on a server, and where. Planned with smtp_sink::plan().
namespace postroom::test {

/// The place of a fault: instead of the answer to a command, unless said otherwise.
enum class smtp_step : std::uint8_t {
  greeting,
  hello, ///< EHLO, also the one after STARTTLS
  starttls,
  login, ///< the last answer to AUTH
  mail,
  rcpt,     ///< each recipient is a step of its own
  data,     ///< instead of 354
  body,     ///< in the midst of the mail's text, after `after_octets`
  verdict,  ///< the whole mail has come: instead of the answer to the final dot or BDAT LAST
  accepted, ///< after that answer was sent
  rset,
  quit,
};

enum class smtp_fault_kind : std::uint8_t {
  answer,        ///< `text`; the conversation goes on unless it begins with 421
  delay,         ///< the proper answer, `wait` later
  stall,         ///< nothing more is said nor read
  close,         ///< FIN
  reset,         ///< RST
  garbage,       ///< octets that are no SMTP
  endless_line,  ///< an answer whose line does not end
  endless_reply, ///< an answer of lines and lines
};

struct smtp_fault {
  smtp_step at = smtp_step::greeting;
  smtp_fault_kind kind = smtp_fault_kind::answer;
  /// Of `answer`; several lines are parted by CR LF.
  std::string text = "421 4.3.2 Service not active";
  /// At `verdict`: the server keeps the mail all the same, and the client does not get to know.
  bool taken = false;
  /// At `body`: so much of it has come.
  std::size_t after_octets = 0;
  /// Passes first, whatever the kind.
  std::chrono::milliseconds wait{0};
  /// So many times it goes well before, and so many times the fault strikes.
  std::size_t skip = 0;
  std::size_t times = 1;
};

inline constexpr std::size_t every_time = std::numeric_limits<std::size_t>::max();

/// The faults to come. Thread-safe.
class smtp_fault_plan {
public:
  void add(smtp_fault fault);
  void clear();
  /// The fault that strikes now that a conversation has come to this step: the first planned for it.
  [[nodiscard]] std::optional<smtp_fault> next(smtp_step step);
  /// How often one has struck.
  [[nodiscard]] std::size_t struck() const;

private:
  mutable std::mutex mutex_;
  std::deque<smtp_fault> faults_;
  std::size_t struck_ = 0;
};

/// How a conversation goes on after an answer.
enum class smtp_course : std::uint8_t {
  proper,  ///< the answer was the proper one
  refused, ///< it was another, of 4xx or 5xx
  over,    ///< the connection is of no use any more
};

/// Does what the fault says; `proper_answer` is what a good server would say, without line end.
[[nodiscard]] smtp_course strike(const smtp_fault& fault, smtp_sink_stream& stream, std::string_view proper_answer);

} // namespace postroom::test
