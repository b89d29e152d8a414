#include "protocol/sasl/client.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace postroom;
  const std::string_view challenge{reinterpret_cast<const char*>(data), size};
  for (const auto m : {sasl::mechanism::xoauth2, sasl::mechanism::oauthbearer}) {
    auto client = sasl::client::make(m, {"user@example.com", secret<>{std::string{"token"}}, "host.example.com", 993});
    if (!client)
      std::abort();
    const auto answer = client->answer(challenge);
    if (answer.has_value() != (size <= sasl::challenge_bytes_max) || (answer && answer->size() > 1))
      std::abort();
    if (answer && client->answer(challenge)) // one challenge only
      std::abort();
  }
  // The same bytes as a name: either refused or harmless.
  const auto named =
      sasl::client::make(sasl::mechanism::xoauth2, {std::string{challenge}, secret<>{std::string{"t"}}, "h", 1});
  if (named && named->initial_response().expose().find_first_of("\r\n") != std::string::npos)
    std::abort();
  return 0;
}
