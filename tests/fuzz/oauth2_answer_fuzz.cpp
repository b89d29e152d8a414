#include "protocol/oauth2/token_answer.hpp"
#include "tests/fuzz/fuzzing.hpp"

using namespace postroom;
using fuzzing::check;

/// Any answer is a token or a failure with its meaning, both within bounds. Input: one byte that picks the status, a
/// Retry-After up to the first line end, the body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0)
    return 0;
  constexpr unsigned statuses[] = {200, 400, 401, 403, 404, 429, 500, 503};
  auto rest = fuzzing::text_of(data + 1, size - 1);
  const auto line_end = rest.find('\n');
  const auto retry_after = line_end == rest.npos ? std::string_view{} : rest.substr(0, line_end);
  rest.remove_prefix(line_end == rest.npos ? 0 : line_end + 1);
  const auto read = oauth2::parse_token_answer({statuses[data[0] % 8], retry_after, rest}, wall_time{});
  if (const auto* granted = std::get_if<oauth2::token_answer>(&read)) {
    check(!granted->access_token.empty() && granted->expires_in >= std::chrono::seconds{0});
    return 0;
  }
  const auto& failed = std::get<oauth2::token_failure>(read);
  check(!failed.advice.empty() && failed.codes.size() <= oauth2::failure_codes_max);
  check(failed.description.size() <= oauth2::failure_description_bytes_max);
  check(failed.description.find_first_of("\r\n") == std::string::npos);
  check(failed.retry_after.value_or(std::chrono::seconds{0}) <= std::chrono::hours{1});
  check(!oauth2::describe(failed).empty());
  return 0;
}
