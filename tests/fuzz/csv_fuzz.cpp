#include "protocol/csv/csv_reader.hpp"
#include "protocol/csv/csv_writer.hpp"
#include "tests/fuzz/fuzzing.hpp"

#include <vector>

using namespace postroom;
using fuzzing::check;

namespace {

struct outcome {
  std::vector<csv::row> rows;
  bool failed = false;
  bool operator==(const outcome&) const = default;
};

/// Small limits, so that they are met.
outcome read(std::string_view text, std::size_t step) {
  csv::reader from{{256, 8}};
  outcome out;
  for (std::size_t at = 0; at < text.size() && !out.failed; at += step)
    out.failed = !from.add(text.substr(at, step));
  out.failed = !from.finish() || out.failed;
  while (auto next = from.take())
    out.rows.push_back(std::move(*next));
  return out;
}

} // namespace

/// Pieces do not matter, limits hold, and rows written again are read as they were.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzzing::text_of(data, size);
  const auto whole = read(text, size + 1);
  check(read(text, 1) == whole);
  std::string again = "\"\",\r\n"; // a header that tells the separator
  for (const auto& each : whole.rows) {
    check(each.number > 0 && !each.fields.empty() && each.fields.size() <= 8);
    again += csv::write_row(each.fields);
  }
  csv::reader reader;
  check(reader.add(again) && reader.finish());
  check(reader.take().has_value());
  for (const auto& each : whole.rows)
    check(reader.take().value().fields == each.fields);
  check(!reader.take());
  return 0;
}
