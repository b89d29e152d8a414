#include "sim/imap/search.hpp"

#include "base/ascii.hpp"
#include "sim/imap/header_fields.hpp"
#include "sim/imap/text.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>
#include <vector>

namespace postroom::sim {
namespace {

using optional_predicate = std::optional<search_predicate>;

/// ORs within ORs; a client's line must not decide how deep we go.
constexpr unsigned key_depth_max = 16;

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

search_predicate constant(bool value) {
  return [value](const search_subject&) { return value; };
}

bool holds(std::string_view text, std::string_view lower_case_part) {
  return ascii_lower(text).find(lower_case_part) != std::string::npos;
}

search_predicate header_holds(std::string name, std::string_view part) {
  return [name = std::move(name), part = ascii_lower(part)](const search_subject& subject) {
    const auto found = find_field(header_fields(*subject.mail.raw), name);
    return found && holds(*found, part);
  };
}

search_predicate mail_holds(std::string_view part, bool body_only) {
  return [part = ascii_lower(part), body_only](const search_subject& subject) {
    const std::string_view raw = *subject.mail.raw;
    return holds(raw.substr(body_only ? header_octets(raw) : 0), part);
  };
}

search_predicate has_keyword(std::span<const std::string> keywords, std::string_view name, bool set) {
  const auto found = std::ranges::find_if(keywords, [name](const auto& each) { return ascii_iequals(each, name); });
  const auto bit = found == keywords.end() ? 0U : 1U << (found - keywords.begin());
  return [bit, set](const search_subject& subject) { return ((subject.mail.keywords & bit) != 0) == set; };
}

/// The day of the Date field, whatever its time and zone (RFC 3501 §6.4.4). Nothing: there is none.
std::optional<wall_time> day_written(std::string_view raw) {
  const auto field = find_field(header_fields(raw), "date");
  if (!field)
    return std::nullopt;
  const auto comma = field->find(',');
  argument_reader words{std::string_view{*field}.substr(comma == std::string::npos ? 0 : comma + 1)};
  std::string date;
  for (int i = 0; i < 3; ++i)
    date.append(i == 0 ? "" : "-").append(words.word().value_or(""));
  return parse_day(date);
}

optional_predicate parse_day_key(std::string_view key, argument_reader& reader) {
  const auto text = reader.string();
  const auto day = text ? parse_day(*text) : std::nullopt;
  if (!day)
    return std::nullopt;
  const bool sent = key.starts_with("SENT");
  const auto within = [since = key.ends_with("SINCE"), before = key.ends_with("BEFORE"), first = *day,
                       last = *day + std::chrono::hours{24}](wall_time t) {
    return before ? t < first : t >= first && (since || t < last);
  };
  return [sent, within](const search_subject& subject) {
    if (!sent)
      return within(subject.mail.received);
    const auto written = day_written(*subject.mail.raw);
    return written && within(*written);
  };
}

optional_predicate parse_size_key(bool larger, argument_reader& reader) {
  const auto octets = parse_number(reader.word().value_or(""));
  if (!octets)
    return std::nullopt;
  return [octets = *octets, larger](const search_subject& subject) {
    return larger ? subject.mail.raw->size() > octets : subject.mail.raw->size() < octets;
  };
}

/// `rfc822msgid:…`, `subject:…`, `from:…`, `to:…`, `is:unread`, `is:starred`, and words: what Gmail's search box knows.
search_predicate gmail_term(std::string_view term) {
  const auto colon = term.find(':');
  const auto name = ascii_lower(term.substr(0, colon));
  const auto value = colon == std::string_view::npos ? std::string_view{} : term.substr(colon + 1);
  if (name == "rfc822msgid")
    return header_holds("message-id", value);
  if (name == "subject" || name == "from" || name == "to")
    return header_holds(name, value);
  if (name == "is" && (value == "unread" || value == "starred"))
    return [unread = value == "unread"](const search_subject& subject) {
      return unread ? (subject.mail.flags & seen) == 0 : (subject.mail.flags & flagged) != 0;
    };
  return mail_holds(term, false);
}

/// Reads one key after the other.
class search_parser {
public:
  search_parser(std::string_view text, const search_grammar& grammar) : reader_(text), grammar_(grammar) {}

  [[nodiscard]] optional_predicate all(unsigned depth) {
    std::vector<search_predicate> keys;
    while (!reader_.at_end()) {
      auto key = one(depth);
      if (!key)
        return std::nullopt;
      keys.push_back(std::move(*key));
    }
    return keys.empty() ? std::nullopt : optional_predicate{conjunction(std::move(keys))};
  }
  [[nodiscard]] bool uses_mod_seq() const { return uses_mod_seq_; }

private:
  static search_predicate conjunction(std::vector<search_predicate> keys) {
    return [keys = std::move(keys)](const search_subject& subject) {
      return std::ranges::all_of(keys, [&](const search_predicate& key) { return key(subject); });
    };
  }

  [[nodiscard]] optional_predicate one(unsigned depth) {
    if (depth > key_depth_max)
      return std::nullopt;
    if (reader_.rest().starts_with('('))
      return grammar_.groups ? group(depth) : std::nullopt;
    const auto word = reader_.word().value_or("");
    const auto key = upper_case(word);
    if (key == "OR")
      return either(depth);
    if (key == "NOT")
      return negation(depth);
    if (auto found = of_mail(key))
      return found;
    if (auto found = of_text(key))
      return found;
    auto set = parse_number_set(word);
    if (!set)
      return std::nullopt;
    return [set = std::move(*set)](const search_subject& subject) {
      return set.contains(subject.sequence, subject.highest_sequence);
    };
  }

  [[nodiscard]] optional_predicate group(unsigned depth) {
    const auto inside = reader_.list();
    if (!inside)
      return std::nullopt;
    search_parser parser{*inside, grammar_};
    auto found = parser.all(depth + 1);
    uses_mod_seq_ |= parser.uses_mod_seq_;
    return found;
  }

  [[nodiscard]] optional_predicate either(unsigned depth) {
    auto one = this->one(depth + 1);
    auto other = one ? this->one(depth + 1) : std::nullopt;
    if (!other)
      return std::nullopt;
    return [one = std::move(*one), other = std::move(*other)](const search_subject& subject) {
      return one(subject) || other(subject);
    };
  }

  [[nodiscard]] optional_predicate negation(unsigned depth) {
    auto found = one(depth + 1);
    if (!found)
      return std::nullopt;
    return [found = std::move(*found)](const search_subject& subject) { return !found(subject); };
  }

  /// Keys that look at what the server knows of a mail.
  [[nodiscard]] optional_predicate of_mail(std::string_view key) {
    if (key == "ALL" || key == "OLD") // nothing is \Recent here
      return constant(true);
    if (key == "NEW" || key == "RECENT")
      return constant(false);
    if (const auto* known = std::ranges::find(flag_keys, key, &flag_key::name); known != flag_keys.end())
      return [known](const search_subject& subject) { return ((subject.mail.flags & known->flag) != 0) == known->set; };
    if (key == "UID") {
      auto set = parse_number_set(reader_.word().value_or(""));
      if (!set)
        return std::nullopt;
      return [set = std::move(*set)](const search_subject& subject) {
        return set.contains(subject.mail.uid, subject.highest_uid);
      };
    }
    if (key == "SINCE" || key == "BEFORE" || key == "ON" || key == "SENTSINCE" || key == "SENTBEFORE" ||
        key == "SENTON")
      return parse_day_key(key, reader_);
    if (key == "LARGER" || key == "SMALLER")
      return parse_size_key(key == "LARGER", reader_);
    if (key == "KEYWORD" || key == "UNKEYWORD")
      return keyword(key == "KEYWORD");
    if (key == "MODSEQ" && grammar_.mod_seq)
      return mod_seq();
    return std::nullopt;
  }

  [[nodiscard]] optional_predicate keyword(bool set) {
    const auto name = reader_.word();
    if (!name)
      return std::nullopt;
    if (const auto flag = parse_flag(*name); flag && !name->starts_with('\\'))
      return [flag, set](const search_subject& subject) { return ((subject.mail.flags & flag) != 0) == set; };
    return has_keyword(grammar_.keywords, *name, set);
  }

  /// With the name and type of a metadata item perhaps, which mean nothing to us.
  [[nodiscard]] optional_predicate mod_seq() {
    if (reader_.rest().starts_with('"')) {
      (void)reader_.string();
      (void)reader_.word();
    }
    const auto least = parse_mod_seq(reader_.word().value_or(""));
    if (!least)
      return std::nullopt;
    uses_mod_seq_ = true;
    return [least = *least](const search_subject& subject) { return subject.mail.mod_seq >= least; };
  }

  /// Keys that look into it.
  [[nodiscard]] optional_predicate of_text(std::string_view key) {
    static constexpr std::array<std::string_view, 5> named{"SUBJECT", "FROM", "TO", "CC", "BCC"};
    const bool header = std::ranges::find(named, key) != named.end();
    const bool gmail = grammar_.gmail && (key == "X-GM-RAW" || key == "X-GM-MSGID" || key == "X-GM-THRID");
    if (!header && !gmail && key != "HEADER" && key != "BODY" && key != "TEXT")
      return std::nullopt;
    const auto name = key == "HEADER" ? reader_.string() : std::optional{ascii_lower(key)};
    const auto value = reader_.string();
    if (!name || !value)
      return std::nullopt;
    if (key == "BODY" || key == "TEXT")
      return mail_holds(*value, key == "BODY");
    if (key == "X-GM-RAW")
      return gmail_terms(*value);
    if (!gmail)
      return header_holds(ascii_lower(*name), *value);
    const auto id = parse_mod_seq(*value);
    if (!id)
      return std::nullopt;
    return [id = *id](const search_subject& subject) { return subject.mail.id == id; };
  }

  [[nodiscard]] static search_predicate gmail_terms(std::string_view text) {
    std::vector<search_predicate> terms;
    for (argument_reader words{text}; !words.at_end();)
      if (const auto word = words.word())
        terms.push_back(gmail_term(*word));
      else
        break;
    return conjunction(std::move(terms));
  }

  argument_reader reader_;
  const search_grammar& grammar_;
  bool uses_mod_seq_ = false;
};

} // namespace

std::optional<search_criteria> parse_search(std::string_view criteria, const search_grammar& grammar) {
  search_parser parser{criteria, grammar};
  auto matches = parser.all(0);
  if (!matches)
    return std::nullopt;
  return search_criteria{std::move(*matches), parser.uses_mod_seq()};
}

bool are_search_results(std::string_view options) {
  for (argument_reader reader{options}; !reader.at_end();) {
    const auto name = upper_case(reader.word().value_or(""));
    if (name != "MIN" && name != "MAX" && name != "ALL" && name != "COUNT")
      return false;
  }
  return true;
}

} // namespace postroom::sim
