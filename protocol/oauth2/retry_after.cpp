#include "protocol/oauth2/token_answer.hpp"

#include "protocol/http/date.hpp"

#include <algorithm>
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
  if (const auto date = http::parse_date(value))
    return std::clamp(std::chrono::ceil<seconds>(*date - now), seconds{0}, longest);
  return std::nullopt;
}

} // namespace postroom::oauth2
