#include "base/encoding.hpp"
#include "base/utf8.hpp"
#include "tests/fuzz/fuzzing.hpp"

#include <algorithm>
#include <string>

using namespace postroom;
using fuzzing::check;

namespace {

std::string lower(std::string_view text) {
  std::string out{text};
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c; });
  return out;
}

} // namespace

/// Bytes come back from their text, and what can be decoded has no second spelling.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzzing::text_of(data, size);
  check(base64_decode(base64_encode(text)).value() == text);
  check(base64url_decode(base64url_encode(text)).value() == text);
  check(hex_decode(hex_encode(text)).value() == text);
  if (const auto bytes = base64_decode(text))
    check(base64_encode(*bytes) == text);
  if (const auto bytes = base64url_decode(text))
    check(base64url_encode(*bytes) == text);
  if (const auto bytes = hex_decode(text))
    check(hex_encode(*bytes) == lower(text));
  const std::size_t cut = size == 0 ? 0 : data[0] % (size + 1);
  const auto prefix = utf8_prefix(text, cut);
  check(text.starts_with(prefix) && prefix.size() <= cut && cut - prefix.size() <= 3);
  check(utf8_character_bytes(text) <= std::min<std::size_t>(size, 4));
  return 0;
}
