#include "protocol/http/url.hpp"
#include "tests/fuzz/fuzzing.hpp"

#include <algorithm>
#include <string>

using namespace postroom;
using fuzzing::check;

namespace {

/// What may stand in a request line or a Host header without ending it.
bool is_visible(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

} // namespace

/// What is accepted has one canonical spelling that means the same, and cannot break a request line.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzzing::text_of(data, size);
  if (const auto read = http::parse_url(text)) {
    check(read->port != 0 && !read->host.empty() && read->target.starts_with('/'));
    check(is_visible(read->host) && is_visible(read->target) && is_visible(read->authority()));
    const auto again = http::parse_url((read->tls ? "https://" : "http://") + read->authority() + read->target);
    // The spelling gains at most the slash of an empty path.
    check(again ? *again == *read : text.size() >= http::url_bytes_max);
  }
  const auto escaped = http::percent_encode(text);
  check(is_visible(escaped) && escaped.size() <= 3 * size);
  check(http::percent_decode(escaped).value() == text);
  if (const auto decoded = http::percent_decode(text))
    check(http::percent_decode(http::percent_encode(*decoded)).value() == *decoded);
  check(!http::is_host(text) || is_visible(std::string{text}));
  if (size + 10 < http::url_bytes_max / 3)
    check(http::parse_url("https://h/" + escaped).value().target == "/" + escaped);
  return 0;
}
