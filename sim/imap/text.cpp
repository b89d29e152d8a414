#include "sim/imap/text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace postroom::sim {
namespace {

/// Exchange's default MaxCommandSize.
constexpr std::size_t line_bytes_max = 10'240;
/// One command with its literals: an APPEND of a large mail.
constexpr std::size_t command_bytes_max = 40 * 1024 * 1024;
constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct literal_mark {
  std::size_t octets = 0;
  bool synchronising = true;
};

/// `… {12}` or `… {12+}` at the end of a line.
std::optional<literal_mark> literal_at_end(std::string_view line) {
  const auto brace = line.rfind('{');
  if (!line.ends_with('}') || brace == std::string_view::npos)
    return std::nullopt;
  auto digits = line.substr(brace + 1, line.size() - brace - 2);
  literal_mark mark;
  mark.synchronising = !digits.ends_with('+');
  if (!mark.synchronising)
    digits.remove_suffix(1);
  const auto number = parse_number(digits);
  if (!number)
    return std::nullopt;
  mark.octets = *number;
  return mark;
}

std::string_view without_cr(std::string_view line) {
  return line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
}

std::optional<std::chrono::year_month_day> parse_date(std::string_view text) {
  const auto first = text.find('-');
  const auto second = text.find('-', first == std::string_view::npos ? first : first + 1);
  if (second == std::string_view::npos)
    return std::nullopt;
  auto day_text = text.substr(0, first);
  while (day_text.starts_with(' '))
    day_text.remove_prefix(1);
  const auto day = parse_number(day_text);
  const auto year = parse_number(text.substr(second + 1));
  const auto name = ascii_lower(text.substr(first + 1, second - first - 1));
  const auto month = std::ranges::find_if(months, [&](std::string_view each) { return ascii_lower(each) == name; });
  if (!day || !year || month == months.end() || *day > 31 || *year > 9999)
    return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(*year)},
                                         std::chrono::month{static_cast<unsigned>(month - months.begin()) + 1},
                                         std::chrono::day{*day}};
  return date.ok() ? std::optional{date} : std::nullopt;
}

} // namespace

command_cutter::outcome command_cutter::take(std::size_t line_end) {
  text_ = without_cr(std::string_view{buffer_}.substr(0, line_end));
  buffer_.erase(0, line_end + 1);
  if (buffer_.empty())
    std::string{}.swap(buffer_);
  scanned_ = announced_ = 0;
  return outcome::command;
}

command_cutter::outcome command_cutter::next(bool plain_line) {
  for (;;) {
    const auto line_end = scanned_ <= buffer_.size() ? buffer_.find('\n', scanned_) : std::string::npos;
    const auto line_size =
        line_end == std::string::npos ? buffer_.size() - std::min(scanned_, buffer_.size()) : line_end - scanned_;
    if (line_size > line_bytes_max)
      return outcome::too_long;
    if (line_end == std::string::npos)
      return outcome::need_more;
    const auto line = without_cr(std::string_view{buffer_}.substr(scanned_, line_end - scanned_));
    const auto mark = plain_line ? std::nullopt : literal_at_end(line);
    if (!mark)
      return take(line_end);
    const auto literal_end = line_end + 1 + mark->octets;
    if (literal_end > command_bytes_max)
      return outcome::too_long;
    if (mark->synchronising && announced_ <= line_end) {
      announced_ = line_end + 1;
      return outcome::wants_literal;
    }
    if (buffer_.size() < literal_end)
      return outcome::need_more;
    scanned_ = literal_end;
  }
}

void argument_reader::skip_blanks() {
  while (rest_.starts_with(' '))
    rest_.remove_prefix(1);
}

std::optional<std::string_view> argument_reader::word() {
  skip_blanks();
  const auto found = rest_.substr(0, rest_.find(' '));
  if (found.empty())
    return std::nullopt;
  rest_.remove_prefix(found.size());
  skip_blanks();
  return found;
}

std::optional<std::string> argument_reader::string() {
  skip_blanks();
  if (rest_.starts_with('"'))
    return quoted();
  if (rest_.starts_with('{'))
    return literal();
  const auto found = rest_.substr(0, rest_.find_first_of(" ()\""));
  if (found.empty())
    return std::nullopt;
  rest_.remove_prefix(found.size());
  skip_blanks();
  return std::string{found};
}

std::optional<std::string> argument_reader::quoted() {
  std::string text;
  for (std::size_t i = 1; i < rest_.size(); ++i) {
    if (rest_[i] == '"') {
      rest_.remove_prefix(i + 1);
      skip_blanks();
      return text;
    }
    if (rest_[i] == '\\' && i + 1 < rest_.size())
      ++i;
    text += rest_[i];
  }
  return std::nullopt;
}

std::optional<std::string> argument_reader::literal() {
  const auto line_end = rest_.find('\n');
  if (line_end == std::string_view::npos)
    return std::nullopt;
  const auto mark = literal_at_end(without_cr(rest_.substr(0, line_end)));
  if (!mark || rest_.size() - line_end - 1 < mark->octets)
    return std::nullopt;
  std::string text{rest_.substr(line_end + 1, mark->octets)};
  rest_.remove_prefix(line_end + 1 + mark->octets);
  skip_blanks();
  return text;
}

std::optional<std::string_view> argument_reader::list() {
  skip_blanks();
  if (!rest_.starts_with('('))
    return std::nullopt;
  std::size_t depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < rest_.size(); ++i) {
    if (quoted && rest_[i] == '\\')
      ++i;
    else if (rest_[i] == '"')
      quoted = !quoted;
    else if (!quoted && rest_[i] == '(')
      ++depth;
    else if (!quoted && rest_[i] == ')')
      --depth;
    if (depth == 0) {
      const auto inside = rest_.substr(1, i - 1);
      rest_.remove_prefix(i + 1);
      skip_blanks();
      return inside;
    }
  }
  return std::nullopt;
}

std::optional<std::string_view> argument_reader::fetch_item() {
  skip_blanks();
  bool in_brackets = false;
  std::size_t size = 0;
  while (size < rest_.size() && (in_brackets || rest_[size] != ' ')) {
    in_brackets = rest_[size] == '[' || (in_brackets && rest_[size] != ']');
    ++size;
  }
  if (size == 0 || in_brackets)
    return std::nullopt;
  const auto found = rest_.substr(0, size);
  rest_.remove_prefix(size);
  skip_blanks();
  return found;
}

std::string internal_date_text(wall_time t) {
  const auto day = std::chrono::floor<std::chrono::days>(t);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::seconds>(t - day)};
  char text[40];
  std::snprintf(text, sizeof text, "%02u-%s-%04d %02d:%02d:%02d +0000", static_cast<unsigned>(date.day()),
                months[static_cast<unsigned>(date.month()) - 1].data(), static_cast<int>(date.year()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return text;
}

std::optional<wall_time> parse_day(std::string_view text) {
  const auto date = parse_date(text);
  if (!date)
    return std::nullopt;
  return wall_time{std::chrono::sys_days{*date}};
}

std::optional<wall_time> parse_internal_date(std::string_view text) {
  // 24-Nov-2026 02:09:11 +0100, the day perhaps with a leading blank
  if (text.size() != 26)
    return std::nullopt;
  const auto day = parse_day(text.substr(0, 11));
  const auto hour = parse_number(text.substr(12, 2));
  const auto minute = parse_number(text.substr(15, 2));
  const auto second = parse_number(text.substr(18, 2));
  const auto zone_hour = parse_number(text.substr(22, 2));
  const auto zone_minute = parse_number(text.substr(24, 2));
  if (!day || !hour || !minute || !second || !zone_hour || !zone_minute)
    return std::nullopt;
  const auto zone = std::chrono::hours{*zone_hour} + std::chrono::minutes{*zone_minute};
  return *day + std::chrono::hours{*hour} + std::chrono::minutes{*minute} + std::chrono::seconds{*second} -
         (text[21] == '-' ? -zone : zone);
}

std::string upper_case(std::string_view text) {
  std::string upper{text};
  for (char& c : upper)
    c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return upper;
}

std::string quoted_text(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

} // namespace postroom::sim
