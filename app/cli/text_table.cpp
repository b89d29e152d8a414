#include "app/cli/text_table.hpp"

#include "base/utf8.hpp"

#include <algorithm>
#include <array>

namespace postroom::app::cli {
namespace {

struct range {
  char32_t first, last;
};

constexpr std::array wide{range{0x1100, 0x115f}, range{0x2e80, 0xa4cf},   range{0xac00, 0xd7a3},
                          range{0xf900, 0xfaff}, range{0xfe30, 0xfe6f},   range{0xff00, 0xff60},
                          range{0xffe0, 0xffe6}, range{0x1f300, 0x1faff}, range{0x20000, 0x3fffd}};
constexpr std::array combining{
    range{0x0300, 0x036f}, range{0x0483, 0x0489}, range{0x0591, 0x05bd}, range{0x064b, 0x065f}, range{0x1ab0, 0x1aff},
    range{0x1dc0, 0x1dff}, range{0x200b, 0x200d}, range{0x20d0, 0x20ff}, range{0xfe00, 0xfe0f}, range{0xfe20, 0xfe2f}};
/// They turn the order of what stands around them, also outside their cell.
constexpr std::array overrides{range{0x200e, 0x200f}, range{0x2028, 0x202e}, range{0x2066, 0x2069}};

template <std::size_t N>
bool lies_in(const std::array<range, N>& ranges, char32_t c) {
  return std::ranges::any_of(ranges, [c](range each) { return c >= each.first && c <= each.last; });
}

/// `bytes` from utf8_character_bytes.
char32_t character(std::string_view text, std::size_t bytes) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (bytes == 1)
    return lead;
  char32_t c = lead & (0xffU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i)
    c = (c << 6) | (static_cast<unsigned char>(text[i]) & 0x3fU);
  return c;
}

} // namespace

std::size_t display_width(std::string_view text) noexcept {
  std::size_t width = 0;
  while (!text.empty()) {
    const auto bytes = std::max<std::size_t>(utf8_character_bytes(text), 1);
    const auto c = character(text, bytes);
    if (!lies_in(combining, c))
      width += lies_in(wide, c) ? 2 : 1;
    text.remove_prefix(bytes);
  }
  return width;
}

std::string harmless(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto bytes = utf8_character_bytes(text);
    const auto c = bytes == 0 ? U'?' : character(text, bytes);
    if (bytes == 0)
      out += '?';
    else if (c < 0x20 || (c >= 0x7f && c < 0xa0))
      out += ' ';
    else if (!lies_in(overrides, c))
      out.append(text.substr(0, bytes));
    text.remove_prefix(std::max<std::size_t>(bytes, 1));
  }
  return out;
}

void text_table::add(std::vector<std::string> cells) {
  for (auto& each : cells)
    each = harmless(each);
  cells.resize(titles_.size());
  rows_.push_back(std::move(cells));
}

void text_table::print(std::ostream& out, std::string_view indent) const {
  std::vector<std::size_t> widths;
  for (const auto& each : titles_)
    widths.push_back(display_width(each));
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], display_width(row[i]));
  const auto line = [&](const std::vector<std::string>& cells) {
    out << indent;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      out << cells[i];
      // No blanks at the end of a line.
      if (i + 1 < cells.size())
        out << std::string(widths[i] - display_width(cells[i]) + 2, ' ');
    }
    out << '\n';
  };
  line(titles_);
  for (const auto& row : rows_)
    line(row);
}

} // namespace postroom::app::cli
