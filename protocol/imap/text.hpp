#pragma once

#include "base/ascii.hpp"

#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// Small helpers for ASCII protocol text, independent of any locale.
namespace postroom::imap {

/// What we keep of a server's free text: enough for any real message, too little to fill memory or a log.
inline constexpr std::size_t server_text_bytes_max = 1024;

[[nodiscard]] constexpr char to_upper(char c) noexcept {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
}

/// Position of `needle` in `haystack` without regard to case; npos if it is not there.
[[nodiscard]] constexpr std::size_t ifind(std::string_view haystack, std::string_view needle) noexcept {
  for (std::size_t i = 0; i + needle.size() <= haystack.size(); ++i)
    if (ascii_iequals(haystack.substr(i, needle.size()), needle))
      return i;
  return std::string_view::npos;
}

[[nodiscard]] inline std::string upper(std::string_view text) {
  std::string out{text};
  for (auto& c : out)
    c = to_upper(c);
  return out;
}

/// Up to the first blank.
[[nodiscard]] constexpr std::string_view first_word(std::string_view text) noexcept {
  return text.substr(0, text.find(' '));
}

/// A decimal number that fills the text exactly and fits the type.
template <class Number>
[[nodiscard]] std::optional<Number> parse_number(std::string_view text) noexcept {
  Number number{};
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || !ascii_digit(text.front()) || failure != std::errc{} || end != text.data() + text.size())
    return {};
  return number;
}

/// Empties a text and gives its memory back; assigning an empty one would keep it.
inline void release_memory(std::string& text) noexcept {
  std::string{}.swap(text);
}

/// The text, cut to what may be kept of a server's words.
[[nodiscard]] inline std::string bounded(std::string_view text) {
  return std::string{text.substr(0, server_text_bytes_max)};
}

} // namespace postroom::imap
