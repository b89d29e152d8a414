#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Numbers of IMAP (RFC 3501 §9, RFC 7162 §7). Pure.
namespace postroom::sim {

/// `1:4,9,12:*`: ranges of UIDs or sequence numbers; `*` is uint32 max.
struct number_set {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> ranges;
  /// `highest` is what `*` means.
  [[nodiscard]] bool contains(std::uint32_t number, std::uint32_t highest) const;
  /// In ascending order, without overlaps, and without `*`.
  [[nodiscard]] std::vector<std::pair<std::uint32_t, std::uint32_t>> merged(std::uint32_t highest) const;
};
[[nodiscard]] std::optional<number_set> parse_number_set(std::string_view text);
[[nodiscard]] std::optional<std::uint32_t> parse_number(std::string_view text);
/// A modification sequence: below 2^63 (RFC 7162 §7).
[[nodiscard]] std::optional<std::uint64_t> parse_mod_seq(std::string_view text);
/// `5,7:9`
[[nodiscard]] std::string number_set_text(const std::vector<std::uint32_t>& ascending);

} // namespace postroom::sim
