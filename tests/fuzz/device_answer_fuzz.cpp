#include "protocol/http/loopback.hpp"
#include "protocol/oauth2/device_code.hpp"
#include "tests/fuzz/fuzzing.hpp"

using namespace postroom;
using fuzzing::check;

/// Any answer is what to show to a person, within bounds, or a failure with its meaning. Input: one byte that picks the
/// status, the body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0)
    return 0;
  constexpr unsigned statuses[] = {200, 400, 401, 403, 404, 429, 500, 503};
  const auto read =
      oauth2::parse_device_answer({statuses[data[0] % 8], {}, fuzzing::text_of(data + 1, size - 1)}, wall_time{});
  if (const auto* failed = std::get_if<oauth2::token_failure>(&read)) {
    check(!oauth2::describe(*failed).empty());
    check(oauth2::advice_of(*failed) <= oauth2::poll_advice::over);
    return 0;
  }
  using std::chrono::seconds;
  const auto& to = std::get<oauth2::device_authorization>(read);
  const auto url = http::parse_url(to.verification_uri);
  check(url && http::may_carry_secrets(*url));
  check(!to.device_code.empty() && !to.user_code.empty() && to.user_code.size() <= 64);
  check(!to.message.empty() && to.message.find_first_of("\r\n") == std::string::npos);
  check(to.expires_in > seconds{0} && to.expires_in <= seconds{3600});
  check(to.interval >= seconds{1} && to.interval <= seconds{60});
  return 0;
}
