#include "base/clock.hpp"
#include "protocol/imap/date_time.hpp"
#include "protocol/oauth2/token_answer.hpp"
#include "tests/fuzz/fuzzing.hpp"

#include <algorithm>
#include <cstring>

using namespace postroom;
using fuzzing::check;

namespace {

using namespace std::chrono_literals;
const wall_time first{std::chrono::sys_days{std::chrono::January / 1 / 1}};
const wall_time last{std::chrono::sys_days{std::chrono::December / 31 / 9999} + 24h - 1s};

} // namespace

/// Dates survive being written and read; any time can be written; waiting times stay within an hour.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzzing::text_of(data, size);
  if (const auto time = imap::parse_date_time(text))
    check(imap::parse_date_time(imap::format_date_time(*time)) == std::clamp(*time, first, last));
  std::int64_t number = 0;
  if (size != 0)
    std::memcpy(&number, data, std::min(size, sizeof number));
  check(imap::format_date_time(wall_time{std::chrono::milliseconds{number}}).size() == 26);
  const wall_time now{std::chrono::milliseconds{number % 253'402'300'800'000}}; // to the year 9999
  check(to_rfc3339(now).ends_with('Z'));
  if (const auto wait = oauth2::parse_retry_after(text, now))
    check(*wait >= 0s && *wait <= 1h);
  return 0;
}
