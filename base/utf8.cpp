#include "base/utf8.hpp"

namespace postroom {

std::size_t utf8_character_bytes(std::string_view text) noexcept {
  if (text.empty())
    return 0;
  const auto at = [text](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const auto is_tail = [](unsigned byte) { return (byte & 0xc0U) == 0x80U; };
  const unsigned lead = at(0);
  if (lead < 0x80)
    return 1;
  if (lead >= 0xc2 && lead <= 0xdf)
    return is_tail(at(1)) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    const bool overlong = lead == 0xe0 && at(1) < 0xa0;
    const bool surrogate = lead == 0xed && at(1) > 0x9f;
    return is_tail(at(1)) && is_tail(at(2)) && !overlong && !surrogate ? 3 : 0;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    const bool overlong = lead == 0xf0 && at(1) < 0x90;
    const bool too_high = lead == 0xf4 && at(1) > 0x8f;
    return is_tail(at(1)) && is_tail(at(2)) && is_tail(at(3)) && !overlong && !too_high ? 4 : 0;
  }
  return 0;
}

std::string_view utf8_prefix(std::string_view text, std::size_t bytes_max) noexcept {
  if (text.size() <= bytes_max)
    return text;
  // A character begins at most three bytes before the cut.
  auto end = bytes_max;
  while (end > 0 && bytes_max - end < 3 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U)
    --end;
  return text.substr(0, end);
}

} // namespace postroom
