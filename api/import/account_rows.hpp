#pragma once

#include "api/import/import_report.hpp"
#include "api/json_body.hpp"
#include "base/result.hpp"
#include "protocol/csv/csv_reader.hpp"

#include "records.pb.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postroom::api {

enum class import_format : std::uint8_t { csv, ndjson };
/// Of a Content-Type; nothing for any other, or for another charset than UTF-8.
[[nodiscard]] std::optional<import_format> import_format_of(std::string_view content_type);

/// One row of a file: the fields it names.
struct account_row {
  std::uint64_t number = 0; ///< in the file, from 1; a CSV file's header is 1
  records::Account given;   ///< values of the named fields; those set back to their default are empty
  std::uint64_t named = 0;  ///< bit i: the i-th field of the schema
  bool valid = true;        ///< its fields exist and have values of their kind; else the report knows more

  /// The row's fields put over those of a record.
  void apply_to(records::Account& into) const;
};

/// From octets to rows. What is wrong with a row goes to the report; what makes the rest of the file unreadable is an
/// error: `invalid_argument` or `too_large`, naming the row. For one coroutine.
class account_rows {
public:
  account_rows(import_format format, import_report& report) : format_(format), report_(report) {}

  [[nodiscard]] result<void> add(std::string_view octets);
  [[nodiscard]] result<void> finish();
  [[nodiscard]] std::vector<account_row> take() { return std::move(rows_); }

private:
  [[nodiscard]] result<void> take_csv_rows();
  [[nodiscard]] result<void> take_header(csv::row header);
  [[nodiscard]] result<void> take_csv_row(csv::row from);
  [[nodiscard]] result<void> take_line(std::string_view line);
  [[nodiscard]] result<void> take_fields_of(std::uint64_t number, const json_fields& fields);
  [[nodiscard]] result<void> keep(account_row row);

  import_format format_;
  import_report& report_;
  csv::reader csv_;
  std::vector<const storage::field_rule*> columns_; ///< of the header
  std::string line_;                                ///< of NDJSON, as far as it has come
  std::uint64_t line_number_ = 0;
  std::vector<account_row> rows_;
};

} // namespace postroom::api
