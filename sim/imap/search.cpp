#include "sim/imap/search.hpp"

#include "sim/imap/fetch.hpp"
#include "sim/imap/text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace postroom::sim {
namespace {

/// ORs within ORs; a client's line must not decide how deep we go.
constexpr unsigned or_depth_max = 16;

struct flag_key {
  std::string_view name;
  std::uint8_t flag;
  bool set;
};
constexpr std::array<flag_key, 10> flag_keys{{{"SEEN", seen, true},
                                              {"UNSEEN", seen, false},
                                              {"ANSWERED", answered, true},
                                              {"UNANSWERED", answered, false},
                                              {"FLAGGED", flagged, true},
                                              {"UNFLAGGED", flagged, false},
                                              {"DELETED", deleted, true},
                                              {"UNDELETED", deleted, false},
                                              {"DRAFT", draft, true},
                                              {"UNDRAFT", draft, false}}};

std::optional<search_predicate> parse_day_key(const std::string& key, argument_reader& reader) {
  const auto text = reader.string();
  const auto day = text ? parse_day(*text) : std::nullopt;
  if (!day)
    return std::nullopt;
  const auto next_day = *day + std::chrono::hours{24};
  if (key == "SINCE")
    return [day = *day](const search_subject& subject) { return subject.mail.received >= day; };
  if (key == "BEFORE")
    return [day = *day](const search_subject& subject) { return subject.mail.received < day; };
  return [day = *day, next_day](const search_subject& subject) {
    return subject.mail.received >= day && subject.mail.received < next_day;
  };
}

std::optional<search_predicate> parse_header_key(argument_reader& reader) {
  auto name = reader.string();
  auto value = reader.string();
  if (!name || !value)
    return std::nullopt;
  return [name = ascii_lower(*name), value = ascii_lower(*value)](const search_subject& subject) {
    return ascii_lower(header_value(*subject.mail.raw, name)).find(value) != std::string::npos;
  };
}

std::optional<search_predicate> parse_uid_key(argument_reader& reader) {
  auto set = parse_number_set(reader.word().value_or(""));
  if (!set)
    return std::nullopt;
  return [set = std::move(*set)](const search_subject& subject) {
    return set.contains(subject.mail.uid, subject.highest_uid);
  };
}

std::optional<search_predicate> parse_key(argument_reader& reader, unsigned depth);

std::optional<search_predicate> parse_or_key(argument_reader& reader, unsigned depth) {
  auto one = parse_key(reader, depth + 1);
  auto other = one ? parse_key(reader, depth + 1) : std::nullopt;
  if (!other)
    return std::nullopt;
  return [one = std::move(*one), other = std::move(*other)](const search_subject& subject) {
    return one(subject) || other(subject);
  };
}

std::optional<search_predicate> parse_key(argument_reader& reader, unsigned depth) {
  const auto word = reader.word();
  const auto key = upper_case(word.value_or(""));
  if (key == "ALL")
    return [](const search_subject&) { return true; };
  if (key == "UID")
    return parse_uid_key(reader);
  if (key == "SINCE" || key == "BEFORE" || key == "ON")
    return parse_day_key(key, reader);
  if (key == "OR")
    return depth < or_depth_max ? parse_or_key(reader, depth) : std::nullopt;
  if (key == "HEADER")
    return parse_header_key(reader);
  const auto known = std::ranges::find(flag_keys, key, &flag_key::name);
  if (known != flag_keys.end())
    return [known](const search_subject& subject) { return ((subject.mail.flags & known->flag) != 0) == known->set; };
  auto set = parse_number_set(word.value_or(""));
  if (!set)
    return std::nullopt;
  return [set = std::move(*set)](const search_subject& subject) {
    return set.contains(subject.sequence, subject.highest_sequence);
  };
}

} // namespace

std::optional<search_predicate> parse_search(std::string_view criteria) {
  argument_reader reader{criteria};
  std::vector<search_predicate> keys;
  while (!reader.at_end()) {
    auto key = parse_key(reader, 0);
    if (!key)
      return std::nullopt;
    keys.push_back(std::move(*key));
  }
  if (keys.empty())
    return std::nullopt;
  return [keys = std::move(keys)](const search_subject& subject) {
    return std::ranges::all_of(keys, [&](const search_predicate& key) { return key(subject); });
  };
}

} // namespace postroom::sim
