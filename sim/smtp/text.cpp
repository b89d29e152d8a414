#include "sim/smtp/text.hpp"

#include "sim/imap/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace postroom::sim {
namespace {

constexpr std::size_t address_bytes_max = 254;

std::optional<std::uint64_t> parse_octets(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return number;
}

std::string_view next_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  const auto word = text.substr(0, text.find(' '));
  text.remove_prefix(word.size());
  return word;
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 128; });
}

bool is_address(std::string_view text) {
  const auto at = text.rfind('@');
  const bool clean = std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 127; });
  return clean && at != std::string_view::npos && at > 0 && at + 1 < text.size() && text.size() <= address_bytes_max;
}

/// Reads `<…>` after the keyword; brackets between quotes belong to the address.
std::optional<std::string> parse_path(std::string_view keyword, std::string_view& text) {
  if (upper_case(text.substr(0, keyword.size())) != keyword)
    return std::nullopt;
  text.remove_prefix(keyword.size());
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  if (!text.starts_with('<'))
    return std::nullopt;
  bool quoted = false;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\' && quoted)
      ++i;
    else if (text[i] == '"')
      quoted = !quoted;
    else if (text[i] == '>' && !quoted) {
      std::string address{text.substr(1, i - 1)};
      text.remove_prefix(i + 1);
      return address;
    }
  }
  return std::nullopt;
}

/// False when it is not known or its value makes no sense.
bool take_mail_parameter(std::string_view word, envelope_path& into) {
  const auto name = upper_case(word.substr(0, word.find('=')));
  const auto value = word.substr(std::min(name.size() + 1, word.size()));
  if (name == "SMTPUTF8" && value.empty())
    return into.utf8 = true;
  if (name == "SIZE") {
    const auto octets = parse_octets(value);
    into.size = octets.value_or(0);
    return octets.has_value();
  }
  if (name == "BODY") {
    constexpr std::array<std::string_view, 3> kinds{"7BIT", "8BITMIME", "BINARYMIME"};
    const auto kind = std::ranges::find(kinds, upper_case(value));
    into.body = static_cast<body_kind>(kind == kinds.end() ? 0 : kind - kinds.begin());
    return kind != kinds.end();
  }
  return !value.empty() && (name == "RET" || name == "ENVID" || name == "AUTH");
}

} // namespace

parsed_path parse_mail_arguments(std::string_view text) {
  auto address = parse_path("FROM:", text);
  if (!address || (!text.empty() && text.front() != ' '))
    return {{}, path_fault::syntax};
  envelope_path path;
  path.address = std::move(*address);
  for (auto word = next_word(text); !word.empty(); word = next_word(text))
    if (!take_mail_parameter(word, path))
      return {{}, path_fault::parameter};
  if ((!path.address.empty() && !is_address(path.address)) || (!path.utf8 && !is_ascii(path.address)))
    return {{}, path_fault::address};
  return {std::move(path), path_fault::none};
}

parsed_path parse_rcpt_arguments(std::string_view text) {
  auto address = parse_path("TO:", text);
  if (!address || (!text.empty() && text.front() != ' '))
    return {{}, path_fault::syntax};
  for (auto word = next_word(text); !word.empty(); word = next_word(text)) {
    const auto name = upper_case(word.substr(0, word.find('=')));
    if (name != "NOTIFY" && name != "ORCPT")
      return {{}, path_fault::parameter};
  }
  if (!is_address(*address))
    return {{}, path_fault::address};
  envelope_path path;
  path.utf8 = !is_ascii(*address);
  path.address = std::move(*address);
  return {std::move(path), path_fault::none};
}

std::optional<chunk_size> parse_chunk_arguments(std::string_view text) {
  const auto octets = parse_octets(next_word(text));
  const auto word = upper_case(next_word(text));
  if (!octets || (!word.empty() && word != "LAST") || !next_word(text).empty())
    return std::nullopt;
  return chunk_size{*octets, !word.empty()};
}

void mail_body::add(std::string_view octets) {
  too_large_ = too_large_ || octets.size() > bytes_max_ - text_.size();
  if (too_large_)
    text_ = {};
  else
    text_ += octets;
}

std::string mail_body::take() {
  too_large_ = false;
  return std::exchange(text_, {});
}

std::size_t dot_reader::take(std::string_view octets, mail_body& into) {
  std::string plain;
  plain.reserve(octets.size());
  std::size_t used = 0;
  while (used < octets.size() && state_ != state::ended) {
    const char c = octets[used++];
    if (state_ == state::line_start && c == '.') {
      state_ = state::dot;
      continue;
    }
    if (state_ == state::dot && c == '\r') {
      state_ = state::dot_cr;
      continue;
    }
    if (state_ == state::dot_cr && c == '\n') {
      state_ = state::ended;
      continue;
    }
    const bool after_cr = state_ == state::cr || state_ == state::dot_cr;
    if (state_ == state::dot_cr)
      plain += '\r';
    plain += c;
    state_ = c == '\r' ? state::cr : after_cr && c == '\n' ? state::line_start : state::text;
  }
  into.add(plain);
  return used;
}

bool has_bare_line_feed(std::string_view mail) {
  for (auto at = mail.find('\n'); at != std::string_view::npos; at = mail.find('\n', at + 1))
    if (at == 0 || mail[at - 1] != '\r')
      return true;
  return false;
}

std::string address_in(std::string_view field) {
  // A name may hold brackets between quotes; the address comes last.
  if (const auto begin = field.rfind('<'); begin != std::string_view::npos)
    field = field.substr(begin + 1, field.find('>', begin) - begin - 1);
  const auto first = field.find_first_not_of(" \t");
  const auto last = field.find_last_not_of(" \t");
  return first == std::string_view::npos ? std::string{} : std::string{field.substr(first, last - first + 1)};
}

} // namespace postroom::sim
