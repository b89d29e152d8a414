#include "protocol/imap/command_encoder.hpp"
#include "protocol/imap/date_time.hpp"
#include "protocol/imap/failure_table.hpp"
#include "protocol/imap/folder_name.hpp"
#include "protocol/imap/parse_response.hpp"
#include "protocol/imap/text.hpp"
#include "protocol/imap/uid_set.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

using namespace postroom;
using namespace postroom::imap;

namespace {

void check(bool holds) {
  if (!holds)
    std::abort();
}

std::size_t depth_of(const body_part& part) {
  std::size_t deepest = 0;
  for (const auto& child : part.children)
    deepest = std::max(deepest, depth_of(child));
  return deepest + 1;
}

} // namespace

/// The parser is total and keeps its bounds; names, dates and sets survive a round trip.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
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
  if (const auto wire = encode_folder_name(text))
    check(*decode_folder_name(*wire) == text);
  (void)decode_folder_name(text);
  if (const auto time = parse_date_time(text))
    check(parse_date_time(format_date_time(*time)) == time);
  if (const auto ranges = parse_uid_set(text); ranges && count_uids(*ranges) < 10'000) {
    std::vector<message_uid> uids;
    for (const auto range : *ranges)
      for (std::uint64_t uid = range.first; uid <= range.last; ++uid)
        uids.push_back({static_cast<std::uint32_t>(uid)});
    std::sort(uids.begin(), uids.end());
    for (const auto& set : to_uid_sets(uids, 100))
      check(parse_uid_set(set.text).has_value());
  }
  if (const auto select = encode_command("A1", select_command{std::string{text}}, literal_support::synchronising))
    check(select->parts.size() == 2 || select->parts[0].find('\n') == select->parts[0].size() - 1);
  if (const auto search = encode_command("A1", uid_search_command{std::string{text}}, literal_support::plus))
    check(search->parts.size() == 1 && search->parts[0].find('\n') == search->parts[0].size() - 1);
  return 0;
}
