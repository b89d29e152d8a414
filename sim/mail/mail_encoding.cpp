#include "sim/mail/mail_encoding.hpp"

#include "base/encoding.hpp"

#include <algorithm>

namespace postroom::sim {
namespace {

constexpr std::size_t line_characters_max = 76;
/// Octets of UTF-8 per encoded word: Q needs up to three characters for each, within 75.
constexpr std::size_t word_octets_max = 18;
constexpr std::string_view hex_digits = "0123456789ABCDEF";

std::string hex_of(unsigned char octet, char mark) {
  return {mark, hex_digits[octet >> 4U], hex_digits[octet & 15U]};
}

bool is_plain(unsigned char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

std::string q_word(std::string_view octets) {
  std::string word;
  for (const unsigned char c : octets)
    word += c == ' ' ? "_" : is_plain(c) ? std::string(1, static_cast<char>(c)) : hex_of(c, '=');
  return word;
}

/// As many whole characters as fit.
std::size_t whole_characters(std::string_view utf8, std::size_t octets_max) {
  if (utf8.size() <= octets_max)
    return utf8.size();
  std::size_t size = octets_max;
  while (size > 0 && (static_cast<unsigned char>(utf8[size]) & 0xc0U) == 0x80)
    --size;
  return size;
}

} // namespace

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return c < 0x80; });
}

std::string quoted_printable(std::string_view text) {
  std::string encoded;
  std::size_t column = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '\n') {
      encoded += "\r\n";
      column = 0;
      continue;
    }
    const bool at_line_end = i + 1 == text.size() || text[i + 1] == '\n';
    const bool literal = (c > ' ' && c < 0x7f && c != '=') || (c == ' ' && !at_line_end);
    const auto token = literal ? std::string(1, static_cast<char>(c)) : hex_of(c, '=');
    if (column + token.size() >= line_characters_max) {
      encoded += "=\r\n";
      column = 0;
    }
    encoded += token;
    column += token.size();
  }
  return encoded;
}

std::string base64_lines(std::string_view bytes) {
  const auto encoded = base64_encode(bytes);
  std::string lines;
  for (std::size_t at = 0; at < encoded.size(); at += line_characters_max)
    lines += encoded.substr(at, line_characters_max) + "\r\n";
  return lines;
}

std::string to_latin1(std::string_view utf8) {
  std::string latin1;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    if (lead < 0x80) {
      latin1 += utf8[i];
      continue;
    }
    const bool fits = (lead == 0xc2 || lead == 0xc3) && i + 1 < utf8.size();
    latin1 += fits ? static_cast<char>((lead & 3U) << 6U | (static_cast<unsigned char>(utf8[i + 1]) & 0x3fU)) : '?';
    while (i + 1 < utf8.size() && (static_cast<unsigned char>(utf8[i + 1]) & 0xc0U) == 0x80)
      ++i;
  }
  return latin1;
}

std::string header_text(std::string_view utf8, bool base64) {
  if (is_ascii(utf8))
    return std::string{utf8};
  std::string text;
  while (!utf8.empty()) {
    const auto part = utf8.substr(0, whole_characters(utf8, word_octets_max));
    utf8.remove_prefix(part.size());
    text += (text.empty() ? "" : "\r\n ") + std::string{"=?utf-8?"} + (base64 ? "B?" : "Q?") +
            (base64 ? base64_encode(part) : q_word(part)) + "?=";
  }
  return text;
}

std::string extended_parameter(std::string_view utf8) {
  std::string text = "UTF-8''";
  for (const unsigned char c : utf8)
    text += is_plain(c) || c == '.' || c == '-' ? std::string(1, static_cast<char>(c)) : hex_of(c, '%');
  return text;
}

} // namespace postroom::sim
