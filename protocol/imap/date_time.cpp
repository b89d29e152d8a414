#include "protocol/imap/date_time.hpp"

#include "base/ascii.hpp"
#include "protocol/imap/text.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

namespace postroom::imap {

namespace {

constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/// Reads a fixed number of digits at `at`; -1 if there are none.
int digits(std::string_view text, std::size_t at, std::size_t count) {
  if (text.size() < at + count)
    return -1;
  return parse_number<int>(text.substr(at, count)).value_or(-1);
}

std::optional<std::chrono::minutes> parse_zone(std::string_view text) {
  while (text.starts_with(' '))
    text.remove_prefix(1);
  if (text.empty())
    return std::chrono::minutes{0};
  const int hours = digits(text, 1, 2);
  const int minutes = digits(text, 3, 2);
  if (text.size() != 5 || (text[0] != '+' && text[0] != '-') || hours < 0 || minutes < 0 || minutes > 59)
    return {};
  const std::chrono::minutes offset{hours * 60 + minutes};
  return text[0] == '-' ? -offset : offset;
}

} // namespace

std::optional<wall_time> parse_date_time(std::string_view text) {
  using namespace std::chrono;
  while (text.starts_with(' '))
    text.remove_prefix(1);
  const std::size_t day_digits = text.size() > 1 && text[1] == '-' ? 1 : 2;
  const int day_number = digits(text, 0, day_digits);
  if (text.size() < day_digits + 18 || day_number < 1)
    return {};
  text.remove_prefix(day_digits);
  // Now: -Jul-1996 02:44:25 -0700
  const auto month_at = std::find_if(months.begin(), months.end(),
                                     [&](std::string_view name) { return ascii_iequals(name, text.substr(1, 3)); });
  const int year_number = digits(text, 5, 4);
  const int hour = digits(text, 10, 2), minute = digits(text, 13, 2), second = digits(text, 16, 2);
  const bool shaped = text[0] == '-' && text[4] == '-' && text[9] == ' ' && text[12] == ':' && text[15] == ':';
  if (!shaped || month_at == months.end() || year_number < 1 || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
      second < 0 || second > 60)
    return {};
  const year_month_day date{year{year_number}, month{static_cast<unsigned>(month_at - months.begin()) + 1},
                            day{static_cast<unsigned>(day_number)}};
  const auto zone = parse_zone(text.substr(18));
  if (!date.ok() || !zone)
    return {};
  return time_point_cast<milliseconds>(sys_days{date}) + hours{hour} + minutes{minute} + seconds{second} - *zone;
}

std::string format_date_time(wall_time time) {
  using namespace std::chrono;
  const auto first = sys_days{year{1} / January / 1};
  const auto last = sys_days{year{9999} / December / 31};
  const auto days = std::clamp(floor<std::chrono::days>(time), first, last);
  const auto of_day = hh_mm_ss{std::clamp(floor<seconds>(time - days), seconds{0}, seconds{86399})};
  const year_month_day date{days};
  std::array<char, 40> out{};
  const int n = std::snprintf(out.data(), out.size(), "%02u-%s-%04d %02d:%02d:%02d +0000",
                              static_cast<unsigned>(date.day()), months[static_cast<unsigned>(date.month()) - 1].data(),
                              static_cast<int>(date.year()), static_cast<int>(of_day.hours().count()),
                              static_cast<int>(of_day.minutes().count()), static_cast<int>(of_day.seconds().count()));
  return {out.data(), static_cast<std::size_t>(n)};
}

} // namespace postroom::imap
