#include "protocol/imap/parse_status.hpp"

#include "base/ascii.hpp"
#include "protocol/imap/text.hpp"

#include <array>
#include <utility>

namespace postroom::imap {

namespace {

/// The bracket that closes a code: quoted strings inside may hold brackets, unless their quotes are unbalanced.
std::size_t closing_bracket(std::string_view text) {
  bool quoted = false;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (quoted && text[i] == '\\')
      ++i;
    else if (text[i] == '"')
      quoted = !quoted;
    else if (text[i] == ']' && !quoted)
      return i;
  }
  return text.find(']');
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' '))
    text.remove_prefix(1);
  while (text.ends_with(' '))
    text.remove_suffix(1);
  return text;
}

/// `[COPYUID 14  ]`: a UIDVALIDITY and no sets.
bool is_empty_copyuid(const response_code& code) {
  if (code.name != "COPYUID")
    return false;
  const auto space = code.argument.find(' ');
  const auto sets = space == std::string::npos ? std::string_view{} : std::string_view{code.argument}.substr(space);
  return trimmed(sets).find(' ') == std::string_view::npos;
}

} // namespace

std::optional<status_kind> parse_status_kind(std::string_view word) {
  static constexpr std::array<std::pair<std::string_view, status_kind>, 5> kinds{{{"OK", status_kind::ok},
                                                                                  {"NO", status_kind::no},
                                                                                  {"BAD", status_kind::bad},
                                                                                  {"BYE", status_kind::bye},
                                                                                  {"PREAUTH", status_kind::preauth}}};
  for (const auto& [name, kind] : kinds)
    if (ascii_iequals(word, name))
      return kind;
  return {};
}

void parse_status_text(std::string_view text, status_response& out, quirks& seen) {
  while (text.starts_with(' '))
    text.remove_prefix(1);
  if (text.starts_with('[')) {
    const auto close = closing_bracket(text);
    if (close == std::string_view::npos) {
      seen.add(quirk::broken_code);
    } else {
      const auto inside = text.substr(1, close - 1);
      const auto name = first_word(inside);
      response_code code{upper(name), std::string{trimmed(inside.substr(name.size()))}};
      if (is_empty_copyuid(code))
        seen.add(quirk::empty_copyuid);
      else
        out.code = std::move(code);
      text.remove_prefix(close + 1);
      if (text.starts_with(' '))
        text.remove_prefix(1);
    }
  }
  if (text.empty())
    seen.add(quirk::missing_text);
  out.text = bounded(text);
}

} // namespace postroom::imap
