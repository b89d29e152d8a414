#include "protocol/sasl/client.hpp"
#include "tests/fuzz/fuzzing.hpp"

#include <string>

using namespace postroom;
using fuzzing::check;

/// Any challenge is answered once, by at most one byte; any name is refused or harmless.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto challenge = fuzzing::text_of(data, size);
  for (const auto m : {sasl::mechanism::xoauth2, sasl::mechanism::oauthbearer}) {
    auto client = sasl::client::make(m, {"user@example.com", secret<>{std::string{"token"}}, "host.example.com", 993});
    check(client.has_value());
    const auto answer = client->answer(challenge);
    check(answer.has_value() == (size <= sasl::challenge_bytes_max) && (!answer || answer->size() <= 1));
    check(!answer || !client->answer(challenge)); // one challenge only
  }
  for (const auto m : {sasl::mechanism::xoauth2, sasl::mechanism::oauthbearer, sasl::mechanism::plain}) {
    const auto named = sasl::client::make(m, {std::string{challenge}, secret<>{std::string{"t"}}, "h", 1});
    check(!named || named->initial_response().expose().find_first_of("\r\n") == std::string::npos);
  }
  return 0;
}
