#pragma once

#include "app/cli/json_view.hpp"

#include <optional>
#include <string>
#include <string_view>

/// Accounts as tables and lines, as `account import` sends them and `account export` writes them.
namespace postroom::app::cli {

enum class table_format : std::uint8_t { csv, ndjson };
/// `csv`, `ndjson`; empty: told from the ending of `file`, else from how `text` begins.
[[nodiscard]] table_format format_of(const std::string& wish, const std::string& file, std::string_view text);

/// The header of a CSV file: every field of an account.
[[nodiscard]] std::string export_header();
/// An account as the API shows it, as one row or line that an import takes back unchanged.
[[nodiscard]] std::string export_row(json_element account, table_format as);

} // namespace postroom::app::cli
