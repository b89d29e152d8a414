#pragma once

#include <span>
#include <string>

namespace postroom::csv {

/// One row with its line end (CRLF, RFC 4180 §2 no. 1). A field is quoted where the reader, with either separator, or a
/// spreadsheet would take it otherwise.
[[nodiscard]] std::string write_row(std::span<const std::string> fields);

} // namespace postroom::csv
