#include "sim/imap/flag_list.hpp"

#include "sim/imap/text.hpp"

#include <algorithm>

namespace postroom::sim {
namespace {

bool is_atom(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](unsigned char c) {
    return c > 0x20 && c < 0x7f && std::string_view{"(){%*\"\\]"}.find(static_cast<char>(c)) == std::string_view::npos;
  });
}

} // namespace

std::optional<flag_list> parse_flag_list(std::string_view text, bool strict) {
  flag_list list;
  for (argument_reader reader{text}; !reader.at_end();) {
    const auto name = reader.word().value_or("");
    const bool system = name.starts_with('\\');
    const auto flag = parse_flag(name);
    if (!is_atom(system ? name.substr(1) : name) || (strict && system && flag == 0))
      return std::nullopt;
    list.flags |= flag;
    if (flag == 0 && !system && list.keywords.size() < folder::keywords_max)
      list.keywords.emplace_back(name);
  }
  return list;
}

mail_marks marks_of(const flag_list& list, folder& where, bool keeps_keywords) {
  mail_marks marks{list.flags};
  if (keeps_keywords)
    for (const auto& each : list.keywords)
      marks.keywords |= where.use_keyword(each);
  return marks;
}

mail_marks marks_elsewhere(const mail_marks& marks, const folder& from, folder& to) {
  mail_marks there{marks.flags};
  for (std::size_t bit = 0; bit < from.keywords().size(); ++bit)
    if (marks.keywords & (1U << bit))
      there.keywords |= to.use_keyword(std::string{from.keywords()[bit]}); // a copy: it may be the same folder
  return there;
}

std::string marks_text(const mail_marks& marks, const folder& where) {
  auto text = flags_text(marks.flags);
  for (std::size_t bit = 0; bit < where.keywords().size(); ++bit)
    if (marks.keywords & (1U << bit))
      text += (text.empty() ? "" : " ") + where.keywords()[bit];
  return text;
}

} // namespace postroom::sim
