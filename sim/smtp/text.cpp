#include "sim/smtp/text.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace postroom::sim {
namespace {

constexpr std::size_t address_bytes_max = 254;
/// RFC 3461 §4.2 and §4.4.
constexpr std::size_t original_recipient_bytes_max = 500;
constexpr std::size_t envelope_id_bytes_max = 100;
/// A body of this size asks for all the room it will need.
constexpr std::size_t large_body_bytes = 1024 * 1024;

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

/// No blank or control character but, for a blank, between quotes; no empty label in the domain (RFC 5321 §4.1.2).
bool is_address(std::string_view text) {
  const auto at = text.rfind('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == text.size() || text.size() > address_bytes_max)
    return false;
  const auto domain = text.substr(at + 1);
  if (domain.starts_with('.') || domain.find("..") != std::string_view::npos)
    return false;
  bool quoted = false;
  for (const char c : text) {
    quoted ^= c == '"';
    if (static_cast<unsigned char>(c) < ' ' || c == 127 || (c == ' ' && !quoted))
      return false;
  }
  return true;
}

/// Reads `<…>` after the keyword; brackets between quotes belong to the address.
std::optional<std::string> parse_path(std::string_view keyword, std::string_view& text) {
  if (!ascii_iequals(text.substr(0, keyword.size()), keyword))
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

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 127; });
}

std::optional<char> hex_octet(std::string_view text) {
  unsigned octet = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), octet, 16);
  if (failure != std::errc{} || text.size() != 2 || end != text.data() + text.size())
    return std::nullopt;
  return static_cast<char>(octet);
}

/// RFC 3461 §4: `+2B` is a plus sign. Nothing when it is not xtext, or stands for what no header field can carry.
std::optional<std::string> from_xtext(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '+') {
      plain += text[i];
      continue;
    }
    const auto octet = hex_octet(text.substr(i + 1, 2));
    if (!octet)
      return std::nullopt;
    plain += *octet;
    i += 2;
  }
  return is_printable(plain) ? std::optional{plain} : std::nullopt;
}

struct parameter {
  std::string_view name;
  std::string_view value; ///< behind the equals sign
};

parameter as_parameter(std::string_view word) {
  const auto name = word.substr(0, word.find('='));
  return {name, word.substr(std::min(name.size() + 1, word.size()))};
}

bool take_body_kind(std::string_view value, envelope_sender& into) {
  constexpr std::array<std::string_view, 3> kinds{"7BIT", "8BITMIME", "BINARYMIME"};
  const auto kind = std::ranges::find_if(kinds, [&](std::string_view each) { return ascii_iequals(each, value); });
  into.body = static_cast<body_kind>(kind == kinds.end() ? 0 : kind - kinds.begin());
  return kind != kinds.end();
}

/// False when it is not known or its value makes no sense.
bool take_mail_parameter(const parameter& given, envelope_sender& into) {
  const auto is = [&](std::string_view name) { return ascii_iequals(given.name, name); };
  if (is("SMTPUTF8") && given.value.empty())
    return into.utf8 = true;
  if (is("SIZE")) {
    const auto octets = parse_octets(given.value);
    into.size = octets.value_or(0);
    return octets.has_value();
  }
  if (is("BODY"))
    return take_body_kind(given.value, into);
  if (is("RET")) {
    into.headers_only = ascii_iequals(given.value, "HDRS");
    return into.headers_only || ascii_iequals(given.value, "FULL");
  }
  if (is("ENVID")) {
    auto id = from_xtext(given.value);
    into.envelope_id = id.value_or("");
    return id && given.value.size() <= envelope_id_bytes_max;
  }
  return is("AUTH") && !given.value.empty();
}

bool take_notify(std::string_view value, envelope_recipient& into) {
  into.notify_failure = into.notify_delay = false;
  if (ascii_iequals(value, "NEVER"))
    return true;
  while (!value.empty()) {
    const auto word = value.substr(0, value.find(','));
    value.remove_prefix(std::min(word.size() + 1, value.size()));
    into.notify_failure = into.notify_failure || ascii_iequals(word, "FAILURE");
    into.notify_delay = into.notify_delay || ascii_iequals(word, "DELAY");
    if (!ascii_iequals(word, "FAILURE") && !ascii_iequals(word, "DELAY") && !ascii_iequals(word, "SUCCESS"))
      return false;
  }
  return true;
}

bool take_rcpt_parameter(const parameter& given, envelope_recipient& into) {
  if (ascii_iequals(given.name, "NOTIFY"))
    return !given.value.empty() && take_notify(given.value, into);
  if (!ascii_iequals(given.name, "ORCPT") || given.value.size() > original_recipient_bytes_max)
    return false;
  const auto type = given.value.substr(0, given.value.find(';'));
  const auto address = from_xtext(given.value.substr(std::min(type.size() + 1, given.value.size())));
  if (type.empty() || !is_printable(type) || !address || address->empty())
    return false;
  into.original = std::string{type} + ";" + *address;
  return true;
}

} // namespace

parsed_path<envelope_sender> parse_mail_arguments(std::string_view text) {
  auto address = parse_path("FROM:", text);
  if (!address || (!text.empty() && text.front() != ' '))
    return {{}, path_fault::syntax};
  envelope_sender path;
  path.address = std::move(*address);
  for (auto word = next_word(text); !word.empty(); word = next_word(text))
    if (!take_mail_parameter(as_parameter(word), path))
      return {{}, path_fault::parameter};
  if ((!path.address.empty() && !is_address(path.address)) || (!path.utf8 && !is_ascii(path.address)))
    return {{}, path_fault::address};
  return {std::move(path), path_fault::none};
}

parsed_path<envelope_recipient> parse_rcpt_arguments(std::string_view text, bool utf8) {
  auto address = parse_path("TO:", text);
  if (!address || (!text.empty() && text.front() != ' '))
    return {{}, path_fault::syntax};
  envelope_recipient path;
  for (auto word = next_word(text); !word.empty(); word = next_word(text))
    if (!take_rcpt_parameter(as_parameter(word), path))
      return {{}, path_fault::parameter};
  if (!is_address(*address) || (!utf8 && !is_ascii(*address)))
    return {{}, path_fault::address};
  path.address = std::move(*address);
  return {std::move(path), path_fault::none};
}

std::optional<chunk_size> parse_chunk_arguments(std::string_view text) {
  const auto octets = parse_octets(next_word(text));
  const auto word = next_word(text);
  if (!octets || (!word.empty() && !ascii_iequals(word, "LAST")) || !next_word(text).empty())
    return std::nullopt;
  return chunk_size{*octets, !word.empty()};
}

void mail_body::add(std::string_view octets) {
  octets_ += std::min<std::uint64_t>(octets.size(), UINT64_MAX - octets_);
  if (too_large()) {
    text_ = {};
    return;
  }
  if (text_.capacity() - text_.size() < octets.size() && text_.size() + octets.size() > large_body_bytes)
    text_.reserve(std::max<std::size_t>(text_.size() + text_.size() / 2 + octets.size(),
                                        std::min<std::uint64_t>(expected_, bytes_max_)) +
                  headroom_bytes);
  text_ += octets;
}

std::string mail_body::take() {
  expected_ = octets_ = 0;
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

std::string_view address_in(std::string_view field) {
  // A name may hold brackets between quotes; the address comes last.
  if (const auto begin = field.rfind('<'); begin != std::string_view::npos)
    field = field.substr(begin + 1, field.find('>', begin) - begin - 1);
  const auto first = field.find_first_not_of(" \t\r\n");
  const auto last = field.find_last_not_of(" \t\r\n");
  return first == std::string_view::npos ? std::string_view{} : field.substr(first, last - first + 1);
}

std::string domain_of(std::string_view address) {
  return ascii_lower(address.substr(std::min(address.rfind('@') + 1, address.size())));
}

} // namespace postroom::sim
