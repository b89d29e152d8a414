#include "base/jws.hpp"
#include "protocol/oauth2/id_token.hpp"
#include "tests/fuzz/fuzzing.hpp"

using namespace postroom;
using fuzzing::check;

/// Any text is a bounded set of usable keys, each to be found by its name, or no key set.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto read = oauth2::parse_key_set(fuzzing::text_of(data, size));
  if (!read) {
    check(read.error().code == errc::protocol_violation);
    return 0;
  }
  check(read->keys.size() <= oauth2::keys_max);
  for (const auto& key : read->keys) {
    check(!key.id.empty() && key.id.size() <= oauth2::key_id_bytes_max && key.issuer.size() <= 2048);
    check(read->find(key.id) == &key);
    check(rsa_numbers_of(key.pem).has_value());
  }
  return 0;
}
