#include "tests/conformance/imap_transcript.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <optional>

namespace postroom::test {
namespace {

/// What a client looks for.
constexpr std::array capabilities_compared{
    std::string_view{"IMAP4REV1"},     std::string_view{"SASL-IR"},    std::string_view{"UIDPLUS"},
    std::string_view{"MOVE"},          std::string_view{"ID"},         std::string_view{"UNSELECT"},
    std::string_view{"IDLE"},          std::string_view{"NAMESPACE"},  std::string_view{"LITERAL+"},
    std::string_view{"CHILDREN"},      std::string_view{"CONDSTORE"},  std::string_view{"QRESYNC"},
    std::string_view{"ENABLE"},        std::string_view{"ESEARCH"},    std::string_view{"SPECIAL-USE"},
    std::string_view{"LIST-EXTENDED"}, std::string_view{"LIST-STATUS"}};

std::string sorted_list(const std::vector<imap_value>& items, std::string_view without = {}) {
  std::vector<std::string> texts;
  for (const auto& each : items)
    if (!each.is(without))
      texts.push_back(each.what == imap_value::kind::atom ? ascii_lower(each.text) : to_text(each));
  std::ranges::sort(texts);
  std::string text;
  for (const auto& each : texts)
    text += (text.empty() ? "" : " ") + each;
  return "(" + text + ")";
}

/// `BODY[HEADER.FIELDS ("to")]` → `BODY[HEADER.FIELDS (TO)]`
std::string fetch_label(std::string_view label) {
  auto text = to_upper(label);
  std::erase(text, '"');
  return text;
}

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c) != 0; });
}

std::string_view take_word(std::string_view& text) {
  const auto word = text.substr(0, text.find(' '));
  text.remove_prefix(std::min(word.size() + 1, text.size()));
  return word;
}

/// Which number a mail had before the ones in `gone` (ascending) went.
std::uint32_t number_before(std::uint32_t number, const std::vector<std::uint32_t>& gone) {
  for (const auto each : gone)
    number += each <= number;
  return number;
}

} // namespace

/// The responses to one command, by kind.
struct imap_transcript::block {
  bool wants_uid = false;
  std::vector<std::string> first, listed, last;
  std::map<std::uint32_t, std::map<std::string, std::string>> fetched;
  std::vector<std::uint32_t> expunged;
  std::optional<std::uint32_t> exists;

  void put_expunge(std::uint32_t number) {
    const auto before = number_before(number, expunged);
    expunged.insert(std::ranges::upper_bound(expunged, before), before);
  }
};

std::vector<std::string> imap_transcript::lines_of(std::string_view command,
                                                   const std::vector<std::string>& responses) {
  block all;
  all.wants_uid = to_upper(command).find("UID") != std::string::npos;
  for (const auto& each : responses)
    take(each, all);
  std::ranges::sort(all.first);
  std::ranges::sort(all.listed);
  auto lines = std::move(all.first);
  lines.insert(lines.end(), all.listed.begin(), all.listed.end());
  if (all.exists)
    lines.push_back("* " + std::to_string(*all.exists) + " EXISTS");
  for (const auto& [number, items] : all.fetched) {
    std::string text;
    for (const auto& [label, value] : items)
      text += (text.empty() ? "" : " ") + label + " " + value;
    lines.push_back("* " + std::to_string(number) + " FETCH (" + text + ")");
  }
  if (!all.expunged.empty())
    lines.push_back("* gone: " + number_list(all.expunged));
  lines.insert(lines.end(), all.last.begin(), all.last.end());
  return lines;
}

void imap_transcript::take(std::string_view response, block& into) {
  auto rest = response;
  const auto tag = take_word(rest);
  if (tag.starts_with("+"))
    return into.last.push_back("+");
  auto kind = to_upper(take_word(rest));
  std::uint32_t number = 0;
  const bool numbered_response = is_number(kind);
  if (numbered_response) {
    number = static_cast<std::uint32_t>(std::strtoul(kind.c_str(), nullptr, 10));
    kind = to_upper(take_word(rest));
  }
  if (kind == "RECENT")
    return;
  if (kind == "EXPUNGE")
    return into.put_expunge(number);
  if (kind == "FETCH") {
    const auto values = parse_imap_values(rest);
    return values.size() == 1 && values[0].what == imap_value::kind::list
               ? take_fetch(number, values[0].items, into)
               : into.first.push_back("* malformed FETCH " + std::string{rest});
  }
  if (kind == "EXISTS")
    return void(into.exists = number);
  if (numbered_response)
    return into.first.push_back("* " + std::to_string(number) + " " + kind);
  if (kind == "OK" || kind == "NO" || kind == "BAD" || kind == "BYE" || kind == "PREAUTH") {
    const auto line = status_line(kind, rest);
    if (tag != "*")
      into.last.push_back(std::string{tag} + " " + line);
    else if (line != "OK")
      into.first.push_back("* " + line);
    return;
  }
  take_data(kind, parse_imap_values(rest), into);
}

void imap_transcript::take_data(const std::string& kind, std::vector<imap_value> values, block& into) {
  if (kind == "CAPABILITY") {
    std::erase_if(values, [](const imap_value& each) {
      return std::ranges::find(capabilities_compared, to_upper(each.text)) == capabilities_compared.end();
    });
    return into.first.push_back("* CAPABILITY " + sorted_list(values));
  }
  if (kind == "SEARCH") { // with CONDSTORE a list (MODSEQ n) follows
    std::vector<std::uint32_t> numbers;
    std::string mod_sequence;
    for (const auto& each : values)
      if (each.what == imap_value::kind::list)
        mod_sequence = " (" + (each.items.empty() ? "" : to_upper(each.items[0].text)) + ")";
      else
        numbers.push_back(static_cast<std::uint32_t>(std::strtoul(each.text.c_str(), nullptr, 10)));
    std::ranges::sort(numbers);
    return into.first.push_back("* SEARCH " + number_list(numbers) + mod_sequence);
  }
  if (kind == "ESEARCH") {
    std::string text = "* ESEARCH";
    for (std::size_t i = 0; i < values.size(); ++i) {
      const bool all = i > 0 && values[i - 1].is("ALL");
      text += " " + (all ? number_list(expand_number_set(values[i].text)) : to_text(values[i]));
    }
    return into.first.push_back(text);
  }
  if (kind == "VANISHED") {
    const auto numbers = number_list(expand_number_set(values.empty() ? "" : values.back().text));
    return into.first.push_back("* VANISHED " + std::string{values.size() == 2 ? "(EARLIER) " : ""} + numbers);
  }
  if (kind == "FLAGS" && !values.empty()) // which keywords a server knows beforehand is its own affair
    return into.first.push_back("* FLAGS " + sorted_list([&] {
                                  auto system = values[0].items;
                                  std::erase_if(system, [](const auto& each) { return !each.text.starts_with('\\'); });
                                  return system;
                                }()));
  if ((kind == "LIST" || kind == "LSUB") && values.size() == 3)
    return into.listed.push_back("* " + kind + " " + sorted_list(values[0].items) + " " + to_text(values[1]) + " " +
                                 values[2].text);
  if (kind == "STATUS" && values.size() == 2) {
    std::map<std::string, std::string> items;
    for (std::size_t i = 0; i + 1 < values[1].items.size(); i += 2)
      items[to_upper(values[1].items[i].text)] = values[1].items[i + 1].text;
    if (const auto found = items.find("UIDVALIDITY"); found != items.end())
      found->second = numbered(found->second);
    if (const auto found = items.find("HIGHESTMODSEQ"); found != items.end())
      found->second = "any";
    items.erase("RECENT");
    std::string text;
    for (const auto& [name, value] : items)
      text += " " + name + " " + value;
    return into.listed.push_back("* STATUS " + values[0].text + text);
  }
  into.first.push_back("* " + kind + " " + (kind == "ID" ? "…" : to_text(values)));
}

std::string imap_transcript::status_line(std::string_view status, std::string_view text) {
  std::string line{status};
  const auto end = text.find(']');
  if (!text.starts_with('[') || end == std::string_view::npos)
    return line;
  const auto code = code_text(parse_imap_values(text.substr(1, end - 1)));
  return code.empty() ? line : line + " [" + code + "]";
}

std::string imap_transcript::code_text(std::vector<imap_value> code) {
  if (code.empty())
    return {};
  const auto name = to_upper(code[0].text);
  if (name == "CAPABILITY")
    return {};
  if (name == "UIDVALIDITY" && code.size() == 2) {
    uid_validity_ = code[1].text;
    return name + " " + numbered(uid_validity_);
  }
  if (name == "HIGHESTMODSEQ" && code.size() == 2) {
    highest_mod_sequence_ = code[1].text;
    return name;
  }
  if (name == "PERMANENTFLAGS" && code.size() == 2) {
    std::erase_if(code[1].items, [](const auto& each) { return !each.text.starts_with('\\'); });
    return name + " " + sorted_list(code[1].items);
  }
  if ((name == "APPENDUID" && code.size() == 3) || (name == "COPYUID" && code.size() == 4)) {
    auto text = name + " " + numbered(code[1].text);
    for (std::size_t i = 2; i < code.size(); ++i)
      text += " " + number_list(expand_number_set(code[i].text));
    return text;
  }
  if (name == "MODIFIED" && code.size() == 2)
    return name + " " + number_list(expand_number_set(code[1].text));
  return name == "BADCHARSET"
             ? name
             : name + (code.size() > 1 ? " " : "") + to_text(std::vector<imap_value>{code.begin() + 1, code.end()});
}

void imap_transcript::take_fetch(std::uint32_t number, const std::vector<imap_value>& items, block& into) {
  auto& known = into.fetched[number_before(number, into.expunged)];
  for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
    const auto label = fetch_label(items[i].text);
    if (label != "UID" || into.wants_uid)
      known[label] = fetch_value(label, items[i + 1]);
  }
  if (items.size() % 2 != 0)
    known["odd"] = "number of items";
}

std::string imap_transcript::fetch_value(const std::string& label, const imap_value& value) {
  if (label == "FLAGS")
    return sorted_list(value.items, "\\Recent");
  if (label == "MODSEQ" && value.items.size() == 1) {
    // A mail's own may serve for a later command, too.
    highest_mod_sequence_ = std::to_string(std::max(std::strtoull(highest_mod_sequence_.c_str(), nullptr, 10),
                                                    std::strtoull(value.items[0].text.c_str(), nullptr, 10)));
    return "(n)";
  }
  return to_text(value);
}

std::string imap_transcript::numbered(const std::string& uid_validity) {
  const auto [place, is_new] = uid_validities_.try_emplace(uid_validity);
  if (is_new)
    place->second = "uidvalidity " + std::to_string(uid_validities_.size());
  return place->second;
}

} // namespace postroom::test
