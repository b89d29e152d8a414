#include "base/ids.hpp"
#include "base/log_line.hpp"
#include "protocol/http/url.hpp"
#include "tests/fuzz/fuzzing.hpp"

#include <string>

using namespace postroom;
using fuzzing::check;

/// An identifier stands unescaped in URLs and log lines, and belongs to a shard.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzzing::text_of(data, size);
  check(shard_of(text).value < shard_count && shard_of(text) == shard_of(std::string{text}));
  const auto line = log::format_text({}, log::level::info, "e", {{"id", text}});
  check(line.find_first_of("\r\n") == std::string::npos);
  if (!is_valid_id(text))
    return 0;
  check(size > 0 && size <= id_bytes_max);
  check(http::percent_encode(text) == text);
  check(line.ends_with(" id=" + std::string{text}));
  check(account_id{std::string{text}}.str() == text);
  return 0;
}
