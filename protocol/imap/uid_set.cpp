#include "protocol/imap/uid_set.hpp"

#include "protocol/imap/text.hpp"

#include <optional>

namespace postroom::imap {

namespace {

std::string to_text(std::uint32_t uid) {
  return uid == uid_star ? "*" : std::to_string(uid);
}

std::optional<std::uint32_t> parse_uid(std::string_view text) {
  if (text == "*")
    return uid_star;
  const auto uid = parse_number<std::uint32_t>(text);
  return uid && *uid != 0 ? uid : std::nullopt;
}

} // namespace

uid_set_text to_uid_set(uid_range range) {
  return {range.first == range.last ? to_text(range.first) : to_text(range.first) + ":" + to_text(range.last)};
}

std::vector<uid_set_text> to_uid_sets(std::span<const message_uid> ascending, std::size_t bytes_max) {
  std::vector<uid_set_text> sets;
  const auto append = [&](uid_range range) {
    const auto text = to_uid_set(range).text;
    if (sets.empty() || sets.back().text.size() + 1 + text.size() > bytes_max)
      sets.push_back({text});
    else
      sets.back().text.append(",").append(text);
  };
  uid_range open{};
  for (const auto uid : ascending) {
    if (uid.value == 0)
      continue;
    if (open.first != 0 && (uid.value == open.last || uid.value == open.last + 1)) {
      open.last = uid.value;
      continue;
    }
    if (open.first != 0)
      append(open);
    open = {uid.value, uid.value};
  }
  if (open.first != 0)
    append(open);
  return sets;
}

result<std::vector<uid_range>> parse_uid_set(std::string_view text) {
  std::vector<uid_range> ranges;
  for (bool more = true; more;) {
    const auto comma = text.find(',');
    const auto item = text.substr(0, comma);
    more = comma != std::string_view::npos;
    text.remove_prefix(more ? comma + 1 : text.size());
    const auto colon = item.find(':');
    const auto first = parse_uid(item.substr(0, colon));
    const auto last = colon == std::string_view::npos ? first : parse_uid(item.substr(colon + 1));
    if (!first || !last)
      return fail(errc::protocol_violation, "not a set of UIDs: " + bounded(item));
    ranges.push_back(*first <= *last ? uid_range{*first, *last} : uid_range{*last, *first});
  }
  return ranges;
}

std::uint64_t count_uids(std::span<const uid_range> ranges) {
  std::uint64_t count = 0;
  for (const auto range : ranges)
    count += std::uint64_t{range.last} - range.first + 1;
  return count;
}

} // namespace postroom::imap
