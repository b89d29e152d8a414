#include "sim/identity/pkce.hpp"

#include <gtest/gtest.h>

namespace postroom::sim {
namespace {

TEST(pkce_test, knows_the_example_of_rfc_7636) {
  authorization from;
  from.code_challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
  from.code_challenge_method = "S256";
  EXPECT_EQ(check_pkce(from, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"), pkce_state::good);
  EXPECT_EQ(check_pkce(from, from.code_challenge), pkce_state::mismatch);
  EXPECT_EQ(check_pkce(from, ""), pkce_state::missing);
}

TEST(pkce_test, plain_is_the_verifier_itself) {
  authorization from;
  from.code_challenge = "abc";
  for (const auto* const method : {"plain", ""}) {
    from.code_challenge_method = method;
    EXPECT_EQ(check_pkce(from, "abc"), pkce_state::good);
    EXPECT_EQ(check_pkce(from, "abd"), pkce_state::mismatch);
  }
  from.code_challenge = std::string(129, 'a');
  EXPECT_EQ(check_pkce(from, from.code_challenge), pkce_state::mismatch);
}

TEST(pkce_test, a_verifier_needs_a_challenge) {
  EXPECT_EQ(check_pkce({}, ""), pkce_state::good);
  EXPECT_EQ(check_pkce({}, "abc"), pkce_state::mismatch);
}

} // namespace
} // namespace postroom::sim
