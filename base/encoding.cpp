#include "base/encoding.hpp"

#include <array>
#include <cstdint>

namespace postroom {
namespace {

constexpr std::string_view standard_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t no_digit = 0xff;

constexpr std::array<std::uint8_t, 256> digits_of(std::string_view alphabet) {
  std::array<std::uint8_t, 256> digits{};
  digits.fill(no_digit);
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    digits[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  return digits;
}

constexpr auto standard_digits = digits_of(standard_alphabet);
constexpr auto url_digits = digits_of(url_alphabet);

std::string encode64(std::string_view bytes, std::string_view alphabet) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : bytes) {
    bits = (bits << 8U) | static_cast<unsigned char>(c);
    count += 8;
    while (count >= 6) {
      count -= 6;
      out.push_back(alphabet[(bits >> count) & 63U]);
    }
  }
  if (count > 0)
    out.push_back(alphabet[(bits << (6 - count)) & 63U]);
  return out;
}

/// Without padding.
result<std::string> decode64(std::string_view text, const std::array<std::uint8_t, 256>& digits) {
  if (text.size() % 4 == 1)
    return fail(errc::invalid_argument, "base64 of impossible length");
  std::string out;
  out.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const auto digit = digits[static_cast<unsigned char>(c)];
    if (digit == no_digit)
      return fail(errc::invalid_argument, "character outside base64");
    bits = (bits << 6U) | digit;
    count += 6;
    if (count >= 8) {
      count -= 8;
      out.push_back(static_cast<char>((bits >> count) & 0xffU));
    }
  }
  if ((bits & ((1U << count) - 1)) != 0)
    return fail(errc::invalid_argument, "stray bits at the end of base64");
  return out;
}

constexpr int hex_value(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

} // namespace

std::string base64_encode(std::string_view bytes) {
  auto out = encode64(bytes, standard_alphabet);
  out.append((4 - out.size() % 4) % 4, '=');
  return out;
}

result<std::string> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0)
    return fail(errc::invalid_argument, "base64 without its padding");
  if (text.ends_with("=="))
    text.remove_suffix(2);
  else if (text.ends_with('='))
    text.remove_suffix(1);
  return decode64(text, standard_digits);
}

std::string base64url_encode(std::string_view bytes) {
  return encode64(bytes, url_alphabet);
}

result<std::string> base64url_decode(std::string_view text) {
  return decode64(text, url_digits);
}

std::string hex_encode(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out.push_back(digits[byte >> 4U]);
    out.push_back(digits[byte & 15U]);
  }
  return out;
}

result<std::string> hex_decode(std::string_view text) {
  if (text.size() % 2 != 0)
    return fail(errc::invalid_argument, "odd number of hex digits");
  std::string out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_value(text[i]);
    const int low = hex_value(text[i + 1]);
    if (high < 0 || low < 0)
      return fail(errc::invalid_argument, "character outside hex");
    out.push_back(static_cast<char>(high * 16 + low));
  }
  return out;
}

} // namespace postroom
