#include "protocol/mime/utf8_text.hpp"

#include "base/ascii.hpp"
#include "base/utf8.hpp"
#include "protocol/mime/gmime_fields.hpp"
#include "protocol/mime/header_fields.hpp"

#include <simdjson.h>

#include <algorithm>
#include <cerrno>
#include <iconv.h>

namespace postroom::mime {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

/// Drops up to three bytes of a character cut off at the end.
std::string_view without_cut_character(std::string_view s) noexcept {
  for (std::size_t back = 1; back <= 3 && back <= s.size(); ++back) {
    const auto c = static_cast<unsigned char>(s[s.size() - back]);
    if (c >= 0xC0)
      return utf8_character_bytes(s.substr(s.size() - back)) == 0 ? s.substr(0, s.size() - back) : s;
    if (c < 0x80)
      break;
  }
  return s;
}

class converter {
public:
  explicit converter(const char* charset) : handle_(iconv_open("UTF-8", charset)) {}
  ~converter() {
    if (*this)
      iconv_close(handle_);
  }
  converter(const converter&) = delete;
  converter& operator=(const converter&) = delete;
  // NOLINTNEXTLINE(performance-no-int-to-ptr): iconv's own way to say that it failed
  explicit operator bool() const { return handle_ != reinterpret_cast<iconv_t>(-1); }

  /// Converts until about `limit_bytes` are there; a few more may be.
  std::string convert(std::string_view bytes, std::size_t limit_bytes, bool cut_short, conversion& what) {
    std::string out;
    char piece[4096];
    auto* in = const_cast<char*>(bytes.data());
    auto left = bytes.size();
    while (left > 0 && out.size() <= limit_bytes) {
      char* to = piece;
      auto room = sizeof piece;
      const auto outcome = iconv(handle_, &in, &left, &to, &room);
      const int why = errno;
      out.append(piece, sizeof piece - room);
      if (outcome != static_cast<std::size_t>(-1) || why == E2BIG)
        continue;
      if (why == EINVAL && cut_short)
        break;
      what.undecodable = true;
      out.append(replacement);
      ++in; // EILSEQ, or EINVAL at the very end
      --left;
    }
    return out;
  }

private:
  iconv_t handle_;
};

bool is_utf8_name(std::string_view charset) {
  return ascii_iequals(charset, "utf-8") || ascii_iequals(charset, "utf8");
}

bool is_ascii_name(std::string_view charset) {
  return charset.empty() || ascii_iequals(charset, "us-ascii") || ascii_iequals(charset, "ascii");
}

/// Names that iconv may see: no `//TRANSLIT`, no paths.
bool is_plausible_name(std::string_view charset) {
  return charset.size() <= 40 && std::all_of(charset.begin(), charset.end(), [](unsigned char c) {
           return std::isalnum(c) || c == '-' || c == '_' || c == '.' || c == ':';
         });
}

std::string from_utf8(std::string_view bytes, conversion& what) {
  if (is_valid_utf8(bytes))
    return std::string(bytes);
  what.undecodable = true;
  return repair_utf8(bytes);
}

std::string guess(std::string_view bytes, bool cut_short, std::size_t limit, conversion& what) {
  const auto whole = cut_short ? without_cut_character(bytes) : bytes;
  if (is_valid_utf8(whole))
    return std::string(whole);
  converter from_windows("WINDOWS-1252");
  return from_windows ? from_windows.convert(bytes, limit, cut_short, what) : from_utf8(whole, what);
}

std::string to_utf8(std::string_view bytes, std::string_view charset, bool cut_short, std::size_t limit,
                    conversion& what) {
  if (is_ascii_name(charset))
    return guess(bytes, cut_short, limit, what);
  if (is_utf8_name(charset))
    return from_utf8(cut_short ? without_cut_character(bytes) : bytes, what);
  if (is_plausible_name(charset)) {
    // What calls itself ISO 8859-1 is windows-1252 in practice; the two differ only in control characters.
    const std::string name = ascii_iequals(charset, "iso-8859-1") ? "WINDOWS-1252" : iconv_name(charset);
    if (converter from{name.c_str()})
      return repair_utf8(from.convert(bytes, limit, cut_short, what));
  }
  what.unknown_charset = true;
  return guess(bytes, cut_short, limit, what);
}

} // namespace

bool is_valid_utf8(std::string_view text) noexcept {
  return simdjson::validate_utf8(text.data(), text.size());
}

std::string repair_utf8(std::string_view text) {
  if (is_valid_utf8(text))
    return std::string(text);
  std::string good;
  good.reserve(text.size() + 16);
  while (!text.empty()) {
    const auto length = utf8_character_bytes(text);
    good.append(length > 0 ? text.substr(0, length) : replacement);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return good;
}

conversion append_text(std::string& out, std::string_view bytes, std::string_view charset, bool cut_short,
                       std::size_t limit_bytes) {
  conversion what;
  // Twice: line ends shrink from two bytes to one.
  const auto text = to_utf8(bytes, charset, cut_short, 2 * limit_bytes, what);
  std::string_view rest = text;
  if (out.empty() && rest.starts_with("\xEF\xBB\xBF")) // a byte order mark is not text
    rest.remove_prefix(3);
  out.reserve(std::min(out.size() + rest.size(), limit_bytes));
  while (!rest.empty()) {
    const auto plain = std::min(rest.find_first_of(std::string_view("\r\0", 2)), rest.size());
    const auto room = limit_bytes - out.size();
    const auto taken = utf8_prefix(rest.substr(0, plain), room).size();
    out.append(rest, 0, taken);
    if (taken < plain || (taken < rest.size() && out.size() >= limit_bytes)) {
      what.truncated = true;
      return what;
    }
    rest.remove_prefix(plain);
    if (rest.empty())
      break;
    if (rest.front() == '\r' && !rest.substr(1).starts_with('\n'))
      out.push_back('\n');
    rest.remove_prefix(1);
  }
  what.truncated = cut_short;
  return what;
}

std::string clean_line(std::string_view text, std::size_t limit_bytes) {
  auto line = repair_utf8(text);
  line.resize(utf8_prefix(line, limit_bytes).size());
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < ' ' || c == 127)
      c = ' ';
  }
  const auto trimmed = trim(line);
  return trimmed.size() == line.size() ? line : std::string(trimmed);
}

} // namespace postroom::mime
