#include "base/certificate.hpp"
#include "base/encoding.hpp"
#include "base/jws.hpp"
#include "protocol/oauth2/id_token.hpp"
#include "tests/fuzz/fuzzing.hpp"
#include "tests/support/certificate_pems.hpp"

#include <string>

using namespace postroom;
using fuzzing::check;

namespace {

const wall_time now{std::chrono::seconds{1'795'521'600}}; // 2026-11-24T12:00:00Z
const secret<> private_key{std::string{test::rsa_certificate_key_pem}};

oauth2::key_set keys() {
  return {
      {{"k", read_certificate(test::rsa_certificate_pem).value().public_key_pem, "https://i.example/{tenantid}/v2.0"}}};
}

void check_identity(const oauth2::identity& who) {
  check(!who.object_id.empty() && who.object_id.size() <= 255);
  check(who.directory_id.size() == 36); // the pattern of the issuer asks for one
  check(who.upn.size() <= 320 && who.email.size() <= 320 && who.name.size() <= 256);
  for (const auto* text : {&who.object_id, &who.upn, &who.email, &who.name})
    check(text->find_first_of("\r\n") == std::string::npos);
}

} // namespace

/// Nothing passes that the platform has not signed, and whatever it signs is read within bounds. Input: a token, which
/// never is one, and the same octets as claims under a good signature.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto platform = keys();
  const oauth2::id_token_expectation expected{"https://i.example/{tenantid}/v2.0", "c", "", ""};
  const auto text = fuzzing::text_of(data, size);
  const secret<> as_token{std::string{text}};
  check(!oauth2::verify_id_token(as_token, platform, expected, now));
  if (const auto id = oauth2::key_id_of(as_token))
    check(!id->empty() && id->size() <= oauth2::key_id_bytes_max);

  const auto made = jws_sign({R"({"alg":"RS256","kid":"k"})", std::string{text}}, jws_algorithm::rs256, private_key);
  if (!made)
    return 0; // too long
  const secret<> token{*made};
  if (const auto read = oauth2::verify_id_token(token, platform, expected, now))
    check_identity(*read);
  else
    check(read.error().code == errc::signature_invalid || read.error().code == errc::unauthenticated);
  if (const auto claims = oauth2::peek_claims(token))
    check(claims->roles.size() <= 64 && claims->scopes.size() <= 4096 && claims->upn.size() <= 512);
  return 0;
}
