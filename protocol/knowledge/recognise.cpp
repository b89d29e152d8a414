#include "protocol/knowledge/recognise.hpp"

#include "base/ascii.hpp"
#include "protocol/imap/failure_table.hpp"
#include "protocol/imap/text.hpp"
#include "protocol/smtp/failure_table.hpp"
#include "protocol/smtp/reply_reader.hpp"

#include <algorithm>
#include <array>

namespace postroom::knowledge {
namespace {

constexpr std::size_t text_bytes_max = 16 * 1024;
constexpr std::string_view blanks = " \t\r\n";
constexpr std::string_view number_prefix = "AADSTS";

constexpr bool is_word_char(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// Position of a whole word in any letter case; npos: it is not there.
std::size_t find_word(std::string_view text, std::string_view word) noexcept {
  for (std::size_t from = 0; from < text.size();) {
    const auto at = imap::ifind(text.substr(from), word);
    if (at == std::string_view::npos)
      return at;
    const auto begin = from + at;
    const auto end = begin + word.size();
    if ((begin == 0 || !is_word_char(text[begin - 1])) && (end == text.size() || !is_word_char(text[end])))
      return begin;
    from = begin + 1;
  }
  return std::string_view::npos;
}

std::string_view digits_at(std::string_view text) noexcept {
  return text.substr(0, std::min(text.find_first_not_of("0123456789"), text.size()));
}

const entry* by_number(std::string_view digits) {
  constexpr std::size_t digits_max = 10;
  return digits.empty() || digits.size() > digits_max ? nullptr : find(std::string{number_prefix}.append(digits));
}

/// `AADSTS700082: The refresh token …`, the first that is known.
const entry* in_aadsts_text(std::string_view text) {
  while (true) {
    const auto at = imap::ifind(text, number_prefix);
    if (at == std::string_view::npos)
      return nullptr;
    text.remove_prefix(at + number_prefix.size());
    if (const auto* known = by_number(digits_at(text)))
      return known;
  }
}

// -- SMTP ------------------------------------------------------------------------------------------------------------

/// `535 5.7.139 …` or `550-5.7.60 …` anywhere: three digits of a refusal with an enhanced code, which nothing else has.
std::optional<smtp::reply> reply_in(std::string_view text) {
  for (std::size_t at = 0; at + 4 < text.size(); ++at) {
    const bool begins = (at == 0 || !is_word_char(text[at - 1])) && (text[at] == '4' || text[at] == '5');
    if (!begins || digits_at(text.substr(at)).size() != 3 || (text[at + 3] != ' ' && text[at + 3] != '-'))
      continue;
    smtp::reply out;
    out.code = *imap::parse_number<std::uint16_t>(text.substr(at, 3));
    auto rest = text.substr(at + 4);
    out.enhanced = smtp::take_enhanced(out.code, rest);
    if (!out.enhanced && at != 0)
      continue;
    out.text = rest;
    return out;
  }
  return {};
}

/// Where it was said is not known: the place at which it means something of its own.
const entry* in_smtp_text(std::string_view text) {
  const auto answer = reply_in(text);
  if (!answer)
    return nullptr;
  using enum smtp::phase;
  constexpr std::array login_first{login, message, sender, recipient, greeting};
  constexpr std::array mail_first{message, sender, recipient, login, greeting};
  constexpr std::array login_codes{454, 501, 504, 530, 534, 535, 538};
  const auto& places = std::ranges::find(login_codes, answer->code) != login_codes.end() ? login_first : mail_first;
  for (const auto place : places) {
    const auto& known = smtp::case_of(place, *answer);
    if (&known != &smtp::case_of(smtp::classify(place, *answer)))
      return &known;
  }
  return &smtp::case_of(places.front(), *answer);
}

// -- IMAP ------------------------------------------------------------------------------------------------------------

imap::status_response status_of(std::string_view text) {
  imap::status_response out{.kind = imap::status_kind::no, .text = std::string{text}};
  const auto open = text.find('[');
  const auto close = text.find_first_of(" ]", open == std::string_view::npos ? text.size() : open);
  if (close != std::string_view::npos)
    out.code = imap::response_code{imap::upper(text.substr(open + 1, close - open - 1)), {}};
  return out;
}

const entry* in_imap_text(std::string_view text) {
  const auto answer = status_of(text);
  if (const auto* known = imap::classify_failure(imap::failure_phase::command, answer))
    return known;
  if (const auto* known = imap::classify_raw_line(text))
    return known;
  if (find_word(text, "BYE") != std::string_view::npos)
    return imap::classify_failure(imap::failure_phase::goodbye, answer);
  const auto* general = find("imap.auth_failed");
  const auto* at_login = imap::classify_failure(imap::failure_phase::login, answer);
  return at_login != general || find_word(text, "AUTHENTICATE failed") != std::string_view::npos ? at_login : nullptr;
}

// -- words of Graph and of OAuth 2.0 ---------------------------------------------------------------------------------

const entry* with_word_in(std::string_view text, origin from, std::string_view prefix) {
  for (const auto* each : all())
    if (each->from == from && each->key.starts_with(prefix) &&
        find_word(text, each->key.substr(prefix.size())) != std::string_view::npos)
      return each;
  return nullptr;
}

} // namespace

const entry* recognise(std::string_view text) {
  text = text.substr(0, text_bytes_max);
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  text = text.substr(0, text.find_last_not_of(blanks) + 1);
  if (text.empty())
    return nullptr;
  if (const auto* known = find(text))
    return known;
  if (digits_at(text).size() == text.size())
    return by_number(text);
  if (const auto* known = in_aadsts_text(text))
    return known;
  if (const auto* known = in_smtp_text(text))
    return known;
  if (const auto* known = in_imap_text(text))
    return known;
  if (const auto* known = with_word_in(text, origin::graph, "graph."))
    return known;
  // Suberrors stand before errors in the table, as they say more.
  return with_word_in(text, origin::identity, {});
}

} // namespace postroom::knowledge
