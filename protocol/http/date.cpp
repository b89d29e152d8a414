#include "protocol/http/date.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace postroom::http {
namespace {

constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> weekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

std::optional<unsigned> number_in(std::string_view digits) noexcept {
  unsigned value = 0;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (digits.empty() || failed != std::errc{} || end != digits.data() + digits.size())
    return std::nullopt;
  return value;
}

std::string padded(unsigned value, std::size_t width) {
  auto digits = std::to_string(value);
  digits.insert(0, width - std::min(width, digits.size()), '0');
  return digits;
}

} // namespace

std::optional<wall_time> parse_date(std::string_view text) noexcept {
  constexpr std::size_t length = 29;
  if (text.size() != length || text.substr(3, 2) != ", " || !text.ends_with(" GMT") || text[7] != ' ' ||
      text[11] != ' ' || text[16] != ' ' || text[19] != ':' || text[22] != ':')
    return std::nullopt;
  const auto month = std::find(months.begin(), months.end(), text.substr(8, 3));
  const auto day = number_in(text.substr(5, 2));
  const auto year = number_in(text.substr(12, 4));
  const auto hour = number_in(text.substr(17, 2));
  const auto minute = number_in(text.substr(20, 2));
  const auto second = number_in(text.substr(23, 2));
  if (month == months.end() || !day || !year || !hour || !minute || !second || *hour > 23 || *minute > 59 ||
      *second > 60)
    return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(*year)},
                                         std::chrono::month{static_cast<unsigned>(month - months.begin()) + 1},
                                         std::chrono::day{*day}};
  if (!date.ok())
    return std::nullopt;
  return std::chrono::sys_days{date} + std::chrono::hours{*hour} + std::chrono::minutes{*minute} +
         std::chrono::seconds{*second};
}

std::string format_date(wall_time at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::seconds>(at - day)};
  const auto number = [](auto value) { return static_cast<unsigned>(value); };
  std::string out{weekdays[std::chrono::weekday{day}.c_encoding()]};
  out.append(", ").append(padded(number(date.day()), 2)).append(1, ' ');
  out.append(months[number(date.month()) - 1]).append(1, ' ');
  out.append(padded(number(static_cast<int>(date.year())), 4)).append(1, ' ');
  out.append(padded(number(time.hours().count()), 2)).append(1, ':');
  out.append(padded(number(time.minutes().count()), 2)).append(1, ':');
  return out.append(padded(number(time.seconds().count()), 2)).append(" GMT");
}

} // namespace postroom::http
