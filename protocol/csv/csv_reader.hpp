#pragma once

#include "base/limits.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Comma-separated values (RFC 4180) as spreadsheets write them. Pure; for one thread.
namespace postroom::csv {

struct row {
  std::uint64_t number = 0; ///< in the file; the first, mostly the header, is 1. Empty rows count
  std::vector<std::string> fields;
  friend bool operator==(const row&, const row&) = default;
};

struct reader_limits {
  std::size_t row_bytes_max = limits::csv_row_bytes_max;
  std::size_t fields_max = limits::csv_fields_max;
};

/// Takes a text in pieces of any size and gives its rows. Holds the row under way and the rows that nobody has taken.
///
/// The separator is the first comma or semicolon of the first row that stands outside of quotation marks: spreadsheets
/// write semicolons where the comma is the decimal mark. Rows end with LF, CRLF or CR; a quoted field may hold all of
/// them. An empty row is left out, a byte order mark (UTF-8) skipped. Blanks belong to the field (RFC 4180 §2 no. 4).
/// Whether the octets are UTF-8 is the caller's question; only a text in UTF-16 is told by its mark.
class reader {
public:
  explicit reader(reader_limits bounds = {}) : bounds_(bounds) {}

  /// Errors, each with the row's number: `invalid_argument` for a quotation mark in the middle of a field, `too_large`
  /// for a row with too many octets or fields. After one, what follows is not read: where it begins is not known.
  [[nodiscard]] result<void> add(std::string_view octets);
  /// The text has ended; its last row needs no line end. `invalid_argument` inside of quotation marks.
  [[nodiscard]] result<void> finish();
  /// The next whole row; nothing when there is none yet.
  [[nodiscard]] std::optional<row> take();

private:
  enum class state : std::uint8_t {
    field_begin,
    plain,
    quoted,
    quote_in_quoted, ///< the end of the field, or the first of two
    failed,
  };

  [[nodiscard]] result<void> step(char c);
  [[nodiscard]] result<void> refuse(errc code, const std::string& why);
  [[nodiscard]] bool is_separator(char c);
  [[nodiscard]] result<void> end_field();
  [[nodiscard]] result<void> end_row();
  /// Whether the octet belongs to a byte order mark.
  [[nodiscard]] result<bool> is_mark(char c);

  reader_limits bounds_;
  state state_ = state::field_begin;
  char separator_ = '\0'; ///< not known yet
  bool after_cr_ = false;
  std::size_t mark_octets_ = 0; ///< of the byte order mark that were seen; `mark_over` afterwards
  std::size_t row_octets_ = 0;
  bool quoted_once_ = false; ///< a field of the row under way was quoted: then it is not an empty row
  std::string field_;
  row row_{1, {}};
  std::deque<row> done_;
};

} // namespace postroom::csv
