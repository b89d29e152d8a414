#include "protocol/imap/parse_mailbox.hpp"

#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "protocol/imap/uid_set.hpp"

#include <algorithm>

namespace postroom::imap {

namespace {

/// An astring, or the raw text up to `end`.
std::optional<std::string> read_folder_name(token_reader& in, std::size_t end) {
  if (in.peek() == '"' || in.peek() == '{')
    if (auto name = in.string())
      return name;
  if (end <= in.position())
    return {};
  const auto raw = in.source().text.substr(in.position(), end - in.position());
  in.seek(end);
  if (raw.find_first_of(" ()\"%*\\{") != std::string_view::npos ||
      std::any_of(raw.begin(), raw.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }))
    in.seen.add(quirk::odd_folder_name);
  return std::string{raw};
}

/// Where an unquoted name before a list that ends the response ends. Names may hold parentheses themselves; a few tries
/// are enough for any real one and keep the work linear.
std::size_t end_of_status_name(token_reader in) {
  const auto text = in.source().text;
  auto space = in.position();
  for (int tries = 0; tries < 8; ++tries) {
    space = text.find(" (", space + 1);
    if (space == std::string_view::npos)
      break;
    in.seek(space + 1);
    if (in.skip_value() && (in.skip_spaces(), in.at_end()))
      return space;
  }
  return 0;
}

} // namespace

std::optional<response> read_list(token_reader& in) {
  list_data data;
  in.skip_spaces();
  auto attributes = in.list_of_words();
  if (!attributes)
    return {};
  data.attributes = std::move(*attributes);
  in.skip_spaces();
  const auto separator = in.nstring();
  if (!separator || separator->size() > 1)
    return {};
  if (!separator->empty())
    data.separator = separator->front();
  if (!in.skip(' '))
    return {};
  auto name = read_folder_name(in, in.source().text.size());
  if (!name)
    return {};
  data.name = std::move(*name);
  in.skip_spaces();
  if (in.peek() == '(' && !in.skip_value()) // extended items (RFC 5258)
    return {};
  return data;
}

std::optional<response> read_folder_status(token_reader& in) {
  folder_status data;
  in.skip_spaces();
  auto name = read_folder_name(in, end_of_status_name(in));
  if (!name)
    return {};
  data.name = std::move(*name);
  in.skip_spaces();
  if (!in.skip('('))
    return {};
  for (in.skip_spaces(); !in.skip(')'); in.skip_spaces()) {
    const auto item = in.atom();
    in.skip_spaces();
    if (item.empty())
      return {};
    if (const auto number = in.number<std::uint64_t>())
      data.items.emplace_back(upper(item), *number);
    else if (!in.skip_value()) // e.g. MAILBOXID (…)
      return {};
  }
  return data;
}

std::optional<response> read_search(token_reader& in) {
  search_data data;
  for (in.skip_spaces(); !in.at_end(); in.skip_spaces()) {
    if (in.peek() == '(') {
      if (!in.skip_value())
        return {};
      continue;
    }
    const auto number = in.number<std::uint32_t>();
    if (!number)
      return {};
    if (data.numbers.size() == limits::imap_search_numbers_max) {
      in.seen.add(quirk::too_many_numbers);
      return {};
    }
    data.numbers.push_back(*number);
  }
  return data;
}

std::optional<response> read_esearch(token_reader& in) {
  search_data data;
  in.skip_spaces();
  if (in.peek() == '(') {
    const auto pairs = in.list_of_pairs();
    if (!pairs)
      return {};
    for (const auto& [key, value] : *pairs)
      if (ascii_iequals(key, "TAG"))
        data.correlator = bounded(value);
  }
  for (in.skip_spaces(); !in.at_end(); in.skip_spaces()) {
    const auto name = in.atom();
    if (name.empty())
      return {};
    if (ascii_iequals(name, "UID"))
      continue;
    in.skip_spaces();
    if (!ascii_iequals(name, "ALL")) {
      if (!in.skip_value())
        return {};
      continue;
    }
    const auto ranges = parse_uid_set(in.atom());
    if (!ranges)
      return {};
    if (count_uids(*ranges) > limits::imap_search_numbers_max) {
      in.seen.add(quirk::too_many_numbers);
      return {};
    }
    data.numbers.clear();
    for (const auto range : *ranges)
      for (std::uint64_t uid = range.first; uid <= range.last; ++uid)
        data.numbers.push_back(static_cast<std::uint32_t>(uid));
  }
  return data;
}

std::optional<response> read_vanished(token_reader& in) {
  vanished_data data;
  in.skip_spaces();
  if (in.peek() == '(') {
    const auto words = in.list_of_words();
    if (!words)
      return {};
    data.earlier = words->size() == 1 && ascii_iequals(words->front(), "EARLIER");
  }
  in.skip_spaces();
  data.uids = std::string{in.atom()};
  if (!parse_uid_set(data.uids))
    return {};
  return data;
}

} // namespace postroom::imap
