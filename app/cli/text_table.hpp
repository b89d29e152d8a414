#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace postroom::app::cli {

/// Columns a terminal needs for a text: wide (East Asian, emoji) characters take two, combining ones none. Simple on
/// purpose: no grapheme clusters.
[[nodiscard]] std::size_t display_width(std::string_view text) noexcept;
/// What others wrote, safe for a terminal: control characters (C0, DEL, C1), direction overrides and broken UTF-8
/// become blanks or question marks.
[[nodiscard]] std::string harmless(std::string_view text);

/// Rows of texts in aligned columns, two blanks apart, under a line of titles.
class text_table {
public:
  explicit text_table(std::vector<std::string> titles) : titles_(std::move(titles)) {}
  /// As many cells as there are titles; made harmless here.
  void add(std::vector<std::string> cells);
  [[nodiscard]] std::size_t rows() const noexcept { return rows_.size(); }
  void print(std::ostream& out, std::string_view indent = {}) const;

private:
  std::vector<std::string> titles_;
  std::vector<std::vector<std::string>> rows_;
};

} // namespace postroom::app::cli
