#include "protocol/imap/folder_name.hpp"

#include <cstdint>
#include <optional>

namespace postroom::imap {

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

bool is_direct(char32_t c) {
  return c >= 0x20 && c <= 0x7E;
}

/// The next code point of strict UTF-8, removed from the front of `text`.
std::optional<char32_t> next_code_point(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = lead < 0x80   ? 1
                             : lead < 0xC2 ? 0
                             : lead < 0xE0 ? 2
                             : lead < 0xF0 ? 3
                             : lead < 0xF5 ? 4
                                           : 0;
  if (length == 0 || text.size() < length)
    return {};
  char32_t c = length == 1 ? lead : lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    const auto trail = static_cast<unsigned char>(text[i]);
    if ((trail & 0xC0U) != 0x80U)
      return {};
    c = (c << 6U) | (trail & 0x3FU);
  }
  const bool overlong = (length == 3 && c < 0x800) || (length == 4 && c < 0x10000);
  if (overlong || (c >= 0xD800 && c <= 0xDFFF) || c > 0x10FFFF)
    return {};
  text.remove_prefix(length);
  return c;
}

void append_utf8(std::string& out, char32_t c) {
  const auto put = [&out](char32_t octet) { out.push_back(static_cast<char>(octet)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | (c >> 6));
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | (c >> 12));
    put(0x80 | ((c >> 6) & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | (c >> 18));
    put(0x80 | ((c >> 12) & 0x3F));
    put(0x80 | ((c >> 6) & 0x3F));
    put(0x80 | (c & 0x3F));
  }
}

/// Writes UTF-16 units as base64 between `&` and `-`.
class shifted_writer {
public:
  explicit shifted_writer(std::string& out) : out_(out) {}

  void put(char32_t c) {
    if (!open_)
      out_.push_back('&');
    open_ = true;
    if (c < 0x10000) {
      put_unit(static_cast<std::uint32_t>(c));
      return;
    }
    put_unit(0xD800 + static_cast<std::uint32_t>((c - 0x10000) >> 10));
    put_unit(0xDC00 + static_cast<std::uint32_t>((c - 0x10000) & 0x3FF));
  }

  void close() {
    if (!open_)
      return;
    if (bits_ != 0)
      out_.push_back(alphabet[(pending_ << (6 - bits_)) & 0x3F]);
    out_.push_back('-');
    open_ = false;
    bits_ = 0;
    pending_ = 0;
  }

private:
  void put_unit(std::uint32_t unit) {
    pending_ = (pending_ << 16) | unit;
    for (bits_ += 16; bits_ >= 6; bits_ -= 6)
      out_.push_back(alphabet[(pending_ >> (bits_ - 6)) & 0x3F]);
    pending_ &= (1U << bits_) - 1;
  }

  std::string& out_;
  std::uint32_t pending_ = 0;
  unsigned bits_ = 0;
  bool open_ = false;
};

/// Decodes what stands between `&` and `-`; false if it is broken.
bool append_shifted(std::string& out, std::string_view base64) {
  std::uint32_t pending = 0;
  unsigned bits = 0;
  char32_t high = 0;
  for (const char c : base64) {
    const auto value = alphabet.find(c);
    if (value == std::string_view::npos)
      return false;
    pending = (pending << 6) | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits < 16)
      continue;
    bits -= 16;
    const char32_t unit = (pending >> bits) & 0xFFFF;
    pending &= (1U << bits) - 1;
    const bool is_low = unit >= 0xDC00 && unit <= 0xDFFF;
    if (is_low != (high != 0))
      return false;
    if (unit >= 0xD800 && unit <= 0xDBFF) {
      high = unit;
      continue;
    }
    append_utf8(out, is_low ? 0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00) : unit);
    high = 0;
  }
  return high == 0 && bits < 6 && pending == 0;
}

} // namespace

result<std::string> encode_folder_name(std::string_view utf8) {
  std::string out;
  shifted_writer shifted{out};
  while (!utf8.empty()) {
    const auto c = next_code_point(utf8);
    if (!c)
      return fail(errc::invalid_argument, "the folder name is not UTF-8");
    if (!is_direct(*c)) {
      shifted.put(*c);
      continue;
    }
    shifted.close();
    out.push_back(static_cast<char>(*c));
    if (*c == '&')
      out.push_back('-');
  }
  shifted.close();
  return out;
}

result<std::string> decode_folder_name(std::string_view wire) {
  std::string out;
  while (!wire.empty()) {
    if (wire.front() != '&') {
      const auto c = next_code_point(wire);
      if (!c)
        return fail(errc::protocol_violation, "the folder name is neither modified UTF-7 nor UTF-8");
      append_utf8(out, *c);
      continue;
    }
    const auto close = wire.find('-');
    if (close == std::string_view::npos)
      return fail(errc::protocol_violation, "a shift in a folder name is not closed");
    if (close == 1)
      out.push_back('&');
    else if (!append_shifted(out, wire.substr(1, close - 1)))
      return fail(errc::protocol_violation, "a shift in a folder name is broken");
    wire.remove_prefix(close + 1);
  }
  return out;
}

} // namespace postroom::imap
