#include "sim/imap/number_set.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace postroom::sim {

bool number_set::contains(std::uint32_t number, std::uint32_t highest) const {
  constexpr auto star = std::numeric_limits<std::uint32_t>::max();
  return std::ranges::any_of(ranges, [&](const auto& range) {
    const auto first = range.first == star ? highest : range.first;
    const auto last = range.second == star ? highest : range.second;
    return number >= std::min(first, last) && number <= std::max(first, last);
  });
}

std::vector<std::pair<std::uint32_t, std::uint32_t>> number_set::merged(std::uint32_t highest) const {
  constexpr auto star = std::numeric_limits<std::uint32_t>::max();
  std::vector<std::pair<std::uint32_t, std::uint32_t>> sorted;
  sorted.reserve(ranges.size());
  for (const auto& [one, other] : ranges)
    sorted.push_back(std::minmax({one == star ? highest : one, other == star ? highest : other}));
  std::ranges::sort(sorted);
  std::size_t kept = 0;
  for (const auto& each : sorted)
    if (kept > 0 && each.first <= sorted[kept - 1].second)
      sorted[kept - 1].second = std::max(sorted[kept - 1].second, each.second);
    else
      sorted[kept++] = each;
  sorted.resize(kept);
  return sorted;
}

std::optional<std::uint64_t> parse_mod_seq(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || failure != std::errc{} || end != text.data() + text.size() || number >> 63U != 0)
    return std::nullopt;
  return number;
}

std::optional<std::uint32_t> parse_number(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || failure != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return number;
}

std::optional<number_set> parse_number_set(std::string_view text) {
  number_set set;
  while (!text.empty()) {
    const auto range = text.substr(0, text.find(','));
    text.remove_prefix(std::min(range.size() + 1, text.size()));
    const auto colon = range.find(':');
    const auto bound = [](std::string_view part) {
      return part == "*" ? std::optional{std::numeric_limits<std::uint32_t>::max()} : parse_number(part);
    };
    const auto first = bound(range.substr(0, colon));
    const auto last = colon == std::string_view::npos ? first : bound(range.substr(colon + 1));
    if (!first || !last || *first == 0 || *last == 0)
      return std::nullopt;
    set.ranges.emplace_back(*first, *last);
  }
  return set.ranges.empty() ? std::nullopt : std::optional{std::move(set)};
}

std::string number_set_text(const std::vector<std::uint32_t>& ascending) {
  std::string text;
  for (std::size_t i = 0; i < ascending.size();) {
    std::size_t last = i;
    while (last + 1 < ascending.size() && ascending[last + 1] == ascending[last] + 1)
      ++last;
    text += (text.empty() ? "" : ",") + std::to_string(ascending[i]);
    if (last > i)
      text += ":" + std::to_string(ascending[last]);
    i = last + 1;
  }
  return text;
}

} // namespace postroom::sim
