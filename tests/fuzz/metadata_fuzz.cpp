#include "protocol/http/loopback.hpp"
#include "protocol/oauth2/metadata.hpp"
#include "tests/fuzz/fuzzing.hpp"

#include <string>

using namespace postroom;
using fuzzing::check;

/// Whatever a document says, secrets go nowhere but to the hosts that are trusted.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto read =
      oauth2::parse_metadata(fuzzing::text_of(data, size), "https://i.example/.well-known/x", "t.example");
  if (!read) {
    check(read.error().code == errc::protocol_violation);
    return 0;
  }
  check(!read->issuer.empty() && !read->jwks_uri.empty() && !read->token_endpoint.empty() &&
        !read->authorization_endpoint.empty());
  for (const auto* address : {&read->authorization_endpoint, &read->token_endpoint, &read->jwks_uri,
                              &read->device_authorization_endpoint, &read->revocation_endpoint}) {
    if (address->empty())
      continue;
    const auto url = http::parse_url(*address);
    check(url && http::may_carry_secrets(*url) && (url->host == "i.example" || url->host == "t.example"));
  }
  if (!read->graph_host.empty()) {
    const auto url = http::parse_url("https://" + read->graph_host);
    check(url && url->target == "/" && (url->host == "i.example" || url->host == "t.example"));
  }
  return 0;
}
