#pragma once

#include <cstdint>
#include <string_view>

namespace postroom::imap {

/// Deviations from the grammar that real servers show and we accept. Each has a name and the case that taught us.
enum class quirk : std::uint8_t {
  missing_text,          ///< `A1 OK` without the text the grammar demands
  missing_status,        ///< `[COPYUID …]` as a line of its own, without `* OK`
  empty_copyuid,         ///< `[COPYUID 14  ]`: no sets; the code is dropped
  broken_code,           ///< `* OK [NAME` without the closing bracket; all is text
  broken_envelope,       ///< ENVELOPE could not be read; the other items were
  broken_body_structure, ///< BODYSTRUCTURE could not be read; the other items were
  odd_body_structure,    ///< BODYSTRUCTURE deviates but could be understood
  broken_fetch,          ///< a FETCH could not be read to its end
  raw_line,              ///< a line that is no response at all: `Server Unavailable. 15`
  eight_bit_in_quoted,   ///< octets ≥ 0x80 in a quoted string
  odd_folder_name,       ///< an unquoted folder name with characters that need quoting
  body_nil,              ///< `BODY[] NIL`
  body_as_string,        ///< `BODY[]` as a quoted string instead of a literal
  bare_line_feed,        ///< a line ends in LF without CR
  trailing_text,         ///< something after the end of a complete response
  broken_date,           ///< INTERNALDATE cannot be read
  too_many_numbers,      ///< SEARCH or ESEARCH found more than we hold; the answer is not used
  superfluous_plus,      ///< `+` although nothing waits for it
  count
};

/// A set of quirks.
class quirks {
public:
  void add(quirk q) { bits_ |= 1U << static_cast<unsigned>(q); }
  void add(quirks other) { bits_ |= other.bits_; }
  [[nodiscard]] bool has(quirk q) const { return (bits_ >> static_cast<unsigned>(q)) & 1U; }
  [[nodiscard]] bool none() const { return bits_ == 0; }
  friend bool operator==(const quirks&, const quirks&) = default;

private:
  std::uint32_t bits_ = 0;
};

/// The stable name, for logs and metrics: `missing_text`.
[[nodiscard]] std::string_view name_of(quirk q) noexcept;
/// Who does it and why we accept it, in one sentence.
[[nodiscard]] std::string_view reason_for(quirk q) noexcept;

} // namespace postroom::imap
