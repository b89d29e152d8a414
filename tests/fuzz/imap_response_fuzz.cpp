#include "base/limits.hpp"
#include "protocol/imap/failure_table.hpp"
#include "protocol/imap/parse_response.hpp"
#include "protocol/imap/text.hpp"
#include "tests/fuzz/fuzzing.hpp"

#include <algorithm>

using namespace postroom;
using namespace postroom::imap;
using fuzzing::check;

namespace {

std::size_t depth_of(const body_part& part) {
  std::size_t deepest = 0;
  for (const auto& child : part.children)
    deepest = std::max(deepest, depth_of(child));
  return deepest + 1;
}

} // namespace

/// The parser is total and keeps its bounds.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzzing::text_of(data, size);
  const auto parsed = parse_response(frame{text});
  if (const auto* fetch = std::get_if<fetch_data>(&parsed.value)) {
    check(!fetch->body_structure || depth_of(*fetch->body_structure) <= limits::imap_nesting_max);
    check(!fetch->uid || fetch->uid->value != 0);
    check(parsed.inline_body.has_value() == fetch->streamed_bytes.has_value());
  }
  if (const auto* status = std::get_if<status_response>(&parsed.value)) {
    check(status->text.size() <= server_text_bytes_max);
    (void)classify_failure(failure_phase::command, *status);
  }
  if (const auto* search = std::get_if<search_data>(&parsed.value))
    check(search->numbers.size() <= limits::imap_search_numbers_max);

  (void)suggested_backoff(text);
  (void)classify_raw_line(text);
  return 0;
}
