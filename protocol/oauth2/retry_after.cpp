#include "protocol/oauth2/token_answer.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace postroom::oauth2 {
namespace {

using std::chrono::seconds;

constexpr seconds longest{3600}; // as Microsoft's own library caps it

std::optional<unsigned> number(std::string_view digits) {
  unsigned value = 0;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (digits.empty() || failed != std::errc{} || end != digits.data() + digits.size())
    return std::nullopt;
  return value;
}

/// IMF-fixdate (RFC 9110 §5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`. The obsolete forms are not sent by anybody here.
std::optional<std::chrono::sys_seconds> parse_date(std::string_view text) {
  constexpr std::size_t length = 29;
  constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (text.size() != length || text.substr(3, 2) != ", " || !text.ends_with(" GMT") || text[7] != ' ' ||
      text[11] != ' ' || text[16] != ' ' || text[19] != ':' || text[22] != ':')
    return std::nullopt;
  const auto month = std::find(months.begin(), months.end(), text.substr(8, 3));
  const auto day = number(text.substr(5, 2));
  const auto year = number(text.substr(12, 4));
  const auto hour = number(text.substr(17, 2));
  const auto minute = number(text.substr(20, 2));
  const auto second = number(text.substr(23, 2));
  if (month == months.end() || !day || !year || !hour || !minute || !second || *hour > 23 || *minute > 59 ||
      *second > 60)
    return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(*year)},
                                         std::chrono::month{static_cast<unsigned>(month - months.begin()) + 1},
                                         std::chrono::day{*day}};
  if (!date.ok())
    return std::nullopt;
  return std::chrono::sys_days{date} + std::chrono::hours{*hour} + std::chrono::minutes{*minute} + seconds{*second};
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

} // namespace

std::optional<seconds> parse_retry_after(std::string_view value, wall_time now) {
  value = trim(value);
  if (!value.empty() && value.find_first_not_of("0123456789") == value.npos) {
    const auto asked = number(value); // nothing: more than fits, hence more than the longest
    return std::min(asked ? seconds{*asked} : longest, longest);
  }
  if (const auto date = parse_date(value))
    return std::clamp(std::chrono::ceil<seconds>(*date - now), seconds{0}, longest);
  return std::nullopt;
}

} // namespace postroom::oauth2
