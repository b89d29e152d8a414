#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// IMAP's data formats (RFC 3501 §4), read so that two servers' answers can be compared.
namespace postroom::test {

struct imap_value {
  enum class kind : std::uint8_t { atom, string, list };
  kind what = kind::atom;
  std::string text; ///< of an atom or string; how the string was written does not show
  std::vector<imap_value> items;

  [[nodiscard]] bool is(std::string_view atom) const;
};

/// Reads values separated by blanks up to the end. A section in brackets belongs to the atom before it. What is
/// malformed ends the reading with an atom `<malformed …>`.
[[nodiscard]] std::vector<imap_value> parse_imap_values(std::string_view text);
/// Strings in quotes with their octets visible, atoms as they are.
[[nodiscard]] std::string to_text(const imap_value& value);
[[nodiscard]] std::string to_text(const std::vector<imap_value>& values);

/// `4,1:2` → 1 2 4; empty when it is no set of at most 10,000 numbers.
[[nodiscard]] std::vector<std::uint32_t> expand_number_set(std::string_view set);
/// `1,2,4`
[[nodiscard]] std::string number_list(const std::vector<std::uint32_t>& numbers);
[[nodiscard]] std::string to_upper(std::string_view text);

} // namespace postroom::test
