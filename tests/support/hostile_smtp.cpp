#include "tests/support/hostile_smtp.hpp"

#include <algorithm>

namespace postroom::test {

using namespace std::string_view_literals;

namespace {

/// More than any client can want to read: one that does is to be pitied, but the test machine must survive it.
constexpr std::size_t endless_bytes_max = std::size_t{256} * 1024 * 1024;

void write_endlessly(smtp_sink_stream& stream, std::string_view piece) {
  std::string block;
  while (block.size() < 16 * 1024)
    block += piece;
  for (std::size_t written = 0; written < endless_bytes_max && stream.write(block); written += block.size()) {
  }
  stream.stall();
}

smtp_course answer(smtp_sink_stream& stream, std::string_view text, std::string_view proper_answer) {
  if (!stream.write(std::string{text} + "\r\n") || text.starts_with("421"))
    return smtp_course::over;
  return text.substr(0, 1) == proper_answer.substr(0, 1) ? smtp_course::proper : smtp_course::refused;
}

} // namespace

void smtp_fault_plan::add(smtp_fault fault) {
  const std::lock_guard lock{mutex_};
  faults_.push_back(std::move(fault));
}

void smtp_fault_plan::clear() {
  const std::lock_guard lock{mutex_};
  faults_.clear();
}

std::optional<smtp_fault> smtp_fault_plan::next(smtp_step step) {
  const std::lock_guard lock{mutex_};
  const auto found = std::ranges::find(faults_, step, &smtp_fault::at);
  if (found == faults_.end())
    return std::nullopt;
  if (found->skip > 0) {
    --found->skip;
    return std::nullopt;
  }
  ++struck_;
  auto fault = *found;
  if (found->times != every_time && --found->times == 0)
    faults_.erase(found);
  return fault;
}

std::size_t smtp_fault_plan::struck() const {
  const std::lock_guard lock{mutex_};
  return struck_;
}

smtp_course strike(const smtp_fault& fault, smtp_sink_stream& stream, std::string_view proper_answer) {
  if (fault.wait.count() > 0)
    stream.stall(fault.wait);
  switch (fault.kind) {
  case smtp_fault_kind::answer:
    return answer(stream, fault.text, proper_answer);
  case smtp_fault_kind::delay:
    return answer(stream, proper_answer, proper_answer);
  case smtp_fault_kind::stall:
    stream.stall();
    break;
  case smtp_fault_kind::close:
    stream.close();
    break;
  case smtp_fault_kind::reset:
    stream.reset();
    break;
  case smtp_fault_kind::garbage:
    (void)stream.write("\x00\xff\xfe\x80 \x1b[31mnot SMTP\r\nGET / HTTP/1.1\r\n\r\n"sv);
    stream.stall();
    break;
  case smtp_fault_kind::endless_line:
    (void)stream.write("250 ");
    write_endlessly(stream, "and so on ");
    break;
  case smtp_fault_kind::endless_reply:
    write_endlessly(stream, "250-and so on\r\n");
    break;
  }
  return smtp_course::over;
}

} // namespace postroom::test
