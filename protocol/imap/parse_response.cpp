#include "protocol/imap/parse_response.hpp"

#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "protocol/imap/parse_fetch.hpp"
#include "protocol/imap/parse_mailbox.hpp"
#include "protocol/imap/parse_status.hpp"
#include "protocol/imap/token_reader.hpp"

#include <algorithm>
#include <array>

namespace postroom::imap {

namespace {

using parsed_value = std::optional<response>;

parsed_value read_capability(token_reader& in) {
  capability_data data;
  for (in.skip_spaces(); !in.at_end(); in.skip_spaces()) {
    const auto name = in.atom();
    if (name.empty())
      return {};
    data.names.push_back(upper(name));
  }
  return data;
}

parsed_value read_enabled(token_reader& in) {
  auto capabilities = read_capability(in);
  if (!capabilities)
    return {};
  return enabled_data{std::move(std::get<capability_data>(*capabilities).names)};
}

parsed_value read_flags(token_reader& in) {
  in.skip_spaces();
  auto words = in.list_of_words();
  if (!words)
    return {};
  return flags_data{std::move(*words)};
}

parsed_value read_id(token_reader& in) {
  in.skip_spaces();
  auto pairs = in.list_of_pairs();
  if (!pairs)
    return {};
  return id_data{std::move(*pairs)};
}

parsed_value read_namespace(token_reader& in) {
  in.skip_spaces();
  namespace_data data{bounded(in.rest())};
  in.seek(in.position() + in.rest().size());
  return data;
}

/// Ours are letters and digits; what else stands before a status is no tag.
bool is_tag(std::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
    return ascii_digit(c) || (to_upper(c) >= 'A' && to_upper(c) <= 'Z');
  });
}

struct untagged_row {
  std::string_view name;
  parsed_value (*read)(token_reader&);
};

constexpr std::array<untagged_row, 13> untagged_table{{{"CAPABILITY", read_capability},
                                                       {"LIST", read_list},
                                                       {"LSUB", read_list},
                                                       {"XLIST", read_list},
                                                       {"STATUS", read_folder_status},
                                                       {"SEARCH", read_search},
                                                       {"SORT", read_search},
                                                       {"ESEARCH", read_esearch},
                                                       {"VANISHED", read_vanished},
                                                       {"FLAGS", read_flags},
                                                       {"ID", read_id},
                                                       {"ENABLED", read_enabled},
                                                       {"NAMESPACE", read_namespace}}};

parsed_response unknown(const frame& source, quirks seen = {}) {
  return {unknown_data{bounded(source.text)}, seen, {}};
}

/// `* 12 EXISTS`, `* 12 FETCH (…)`.
parsed_response numbered(const frame& source, token_reader& in, std::uint32_t number) {
  in.skip_spaces();
  const auto word = in.atom();
  if (ascii_iequals(word, "FETCH"))
    return parse_fetch(in, number);
  std::optional<response> value;
  if (ascii_iequals(word, "EXISTS"))
    value = exists_data{number};
  else if (ascii_iequals(word, "RECENT"))
    value = recent_data{number};
  else if (ascii_iequals(word, "EXPUNGE"))
    value = expunge_data{number};
  if (!value)
    return unknown(source);
  if (!in.at_end())
    in.seen.add(quirk::trailing_text);
  return {std::move(*value), in.seen, {}};
}

parsed_response status(std::string tag, status_kind kind, token_reader& in) {
  status_response value{.tag = std::move(tag), .kind = kind};
  parse_status_text(in.rest(), value, in.seen);
  return {std::move(value), in.seen, {}};
}

parsed_response untagged(const frame& source, token_reader& in) {
  in.skip_spaces();
  if (in.peek() == '[') {
    in.seen.add(quirk::missing_status);
    return status({}, status_kind::ok, in);
  }
  if (const auto number = in.number<std::uint32_t>())
    return numbered(source, in, *number);
  const auto word = in.atom();
  if (const auto kind = parse_status_kind(word))
    return status({}, *kind, in);
  for (const auto& row : untagged_table) {
    if (!ascii_iequals(word, row.name))
      continue;
    auto value = row.read(in);
    if (!value)
      return unknown(source, in.seen);
    in.skip_spaces();
    if (!in.at_end())
      in.seen.add(quirk::trailing_text);
    return {std::move(*value), in.seen, {}};
  }
  return unknown(source, in.seen);
}

/// Neither `*` nor `+`: a tagged answer, a code that lost its status, or no response at all.
parsed_response tagged(const frame& source, token_reader& in) {
  if (in.peek() == '[') {
    in.seen.add(quirk::missing_status);
    return status({}, status_kind::ok, in);
  }
  const auto tag = in.atom();
  in.skip_spaces();
  const auto kind = parse_status_kind(in.atom());
  const bool is_answer = kind == status_kind::ok || kind == status_kind::no || kind == status_kind::bad;
  if (!is_tag(tag) || !is_answer) {
    in.seen.add(quirk::raw_line);
    return unknown(source, in.seen);
  }
  return status(bounded(tag), *kind, in);
}

parsed_response dispatch(const frame& source, token_reader& in) {
  if (in.skip('+')) {
    in.skip(' ');
    // A SASL challenge is kept whole: cut base64 is worthless, and the frame's limit bounds it.
    return {continuation{std::string{in.rest()}}, in.seen, {}};
  }
  if (in.skip('*') && (in.peek() == ' ' || in.at_end()))
    return untagged(source, in);
  in.seek(0);
  return tagged(source, in);
}

} // namespace

parsed_response parse_response(const frame& source) {
  token_reader in{source};
  if (source.bare_line_feed)
    in.seen.add(quirk::bare_line_feed);
  return dispatch(source, in);
}

} // namespace postroom::imap
