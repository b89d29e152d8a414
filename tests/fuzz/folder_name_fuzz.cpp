#include "base/utf8.hpp"
#include "protocol/imap/folder_name.hpp"
#include "tests/fuzz/fuzzing.hpp"

#include <algorithm>

using namespace postroom;
using fuzzing::check;

namespace {

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto bytes = utf8_character_bytes(text);
    if (bytes == 0)
      return false;
    text.remove_prefix(bytes);
  }
  return true;
}

} // namespace

/// Every UTF-8 text has a wire form of printable ASCII that decodes to it; what decodes at all is UTF-8.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzzing::text_of(data, size);
  const auto wire = imap::encode_folder_name(text);
  check(wire.has_value() == is_utf8(text));
  if (wire) {
    check(std::all_of(wire->begin(), wire->end(), [](char c) { return c >= ' ' && c < 0x7F; }));
    check(imap::decode_folder_name(*wire).value() == text);
  }
  if (const auto decoded = imap::decode_folder_name(text)) {
    check(is_utf8(*decoded) && decoded->size() <= 2 * size);
    check(imap::decode_folder_name(imap::encode_folder_name(*decoded).value()).value() == *decoded);
  }
  return 0;
}
