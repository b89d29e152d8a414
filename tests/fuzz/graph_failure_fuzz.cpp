#include "protocol/graph/failure.hpp"
#include "protocol/http/date.hpp"
#include "tests/fuzz/fuzzing.hpp"

#include <algorithm>
#include <string>

using namespace postroom;
using fuzzing::check;

namespace {

bool is_one_line(const std::string& text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

} // namespace

/// Whatever Graph answers: one bounded line for people, and a code.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzzing::text_of(data, size);
  const auto got = graph::read_failure(size == 0 ? 500 : 400 + data[0] % 200, text);
  check(got.code.size() <= graph::code_bytes_max && got.message.size() <= graph::message_bytes_max);
  check(got.request_id.size() <= graph::code_bytes_max);
  const auto why = graph::to_error(got);
  check(is_one_line(why.detail) && why.code != errc{});
  check(why.cause.empty() == (got.known == nullptr));
  if (const auto date = http::parse_date(text))
    check(date->time_since_epoch().count() % 1000 == 0);
  return 0;
}
