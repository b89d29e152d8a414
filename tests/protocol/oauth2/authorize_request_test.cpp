#include "protocol/oauth2/authorize_request.hpp"

#include "protocol/http/url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace postroom::oauth2 {
namespace {

using testing::HasSubstr;
using testing::Not;

// RFC 7636 appendix B.
constexpr std::string_view known_verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
constexpr std::string_view known_challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

authorize_request request() {
  authorize_request out;
  out.endpoint = "https://login.microsoftonline.com/organizations/oauth2/v2.0/authorize";
  out.client_id = "app-1";
  out.redirect_uri = "https://gw.example/api/cloudProviders/oauth2/microsoft/callback";
  out.scope = "openid https://outlook.office.com/SMTP.Send";
  out.state = "s+1";
  out.nonce = "n";
  out.code_verifier = secret<>{std::string{known_verifier}};
  return out;
}

errc refusal_of(const authorize_request& of) {
  const auto made = make_authorize_url(of);
  EXPECT_FALSE(made) << *made;
  return made ? errc::internal : made.error().code;
}

TEST(authorize_request, is_an_address_with_everything_in_it) {
  EXPECT_EQ(make_authorize_url(request()).value(),
            "https://login.microsoftonline.com/organizations/oauth2/v2.0/authorize?client_id=app-1&response_type=code"
            "&redirect_uri=https%3A%2F%2Fgw.example%2Fapi%2FcloudProviders%2Foauth2%2Fmicrosoft%2Fcallback"
            "&scope=openid%20https%3A%2F%2Foutlook.office.com%2FSMTP.Send&state=s%2B1&nonce=n"
            "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256");
}

TEST(authorize_request, never_tells_the_verifier) {
  EXPECT_THAT(make_authorize_url(request()).value(), Not(HasSubstr(std::string{known_verifier})));
}

TEST(authorize_request, says_what_is_wished) {
  auto wished = request();
  wished.form_post = true;
  wished.prompt = "select_account";
  wished.login_hint = "ann@contoso.example&x=1";
  const auto url = make_authorize_url(wished).value();
  EXPECT_THAT(url, HasSubstr("&response_mode=form_post&"));
  EXPECT_THAT(url, HasSubstr("&prompt=select_account&login_hint=ann%40contoso.example%26x%3D1"));
  EXPECT_THAT(url, Not(HasSubstr("access_type")));
}

TEST(authorize_request, asks_google_for_a_refresh_token) {
  auto wished = request();
  wished.google = true;
  EXPECT_THAT(make_authorize_url(wished).value(), HasSubstr("&access_type=offline&prompt=consent"));
  wished.prompt = "select_account";
  EXPECT_THAT(make_authorize_url(wished).value(), HasSubstr("&prompt=consent%20select_account"));
  wished.prompt = "consent";
  EXPECT_TRUE(make_authorize_url(wished).value().ends_with("&prompt=consent"));
}

TEST(authorize_request, adds_to_a_query) {
  auto with_query = request();
  with_query.endpoint = "https://idp.example/authorize?p=b2c";
  EXPECT_TRUE(
      make_authorize_url(with_query).value().starts_with("https://idp.example/authorize?p=b2c&client_id=app-1&"));
}

TEST(authorize_request, lacks_nothing) {
  for (const auto part : {&authorize_request::endpoint, &authorize_request::client_id, &authorize_request::redirect_uri,
                          &authorize_request::scope, &authorize_request::state, &authorize_request::nonce}) {
    auto incomplete = request();
    (incomplete.*part).clear();
    EXPECT_EQ(refusal_of(incomplete), errc::invalid_argument);
  }
}

TEST(authorize_request, takes_verifiers_of_the_standard_only) {
  auto with = [](std::string verifier) {
    auto out = request();
    out.code_verifier = secret<>{std::move(verifier)};
    return out;
  };
  EXPECT_TRUE(make_authorize_url(with(std::string(43, '~'))));
  EXPECT_TRUE(make_authorize_url(with(std::string(128, 'a'))));
  for (const auto& bad : {std::string{}, std::string(42, 'a'), std::string(129, 'a'), std::string(42, 'a') + "+",
                          std::string(42, 'a') + " ", std::string(42, 'a') + "\xc3"})
    EXPECT_EQ(refusal_of(with(bad)), errc::invalid_argument) << bad;
}

TEST(authorize_request, goes_over_https_only) {
  for (const auto part : {&authorize_request::endpoint, &authorize_request::redirect_uri}) {
    auto local = request();
    local.*part = "http://127.0.0.5:8080/x";
    EXPECT_TRUE(make_authorize_url(local));
    for (const char* bad : {"http://gw.example/x", "gw.example/x", "javascript:alert(1)", "https://gw.example/x#y",
                            "https://user@gw.example/x", "https://gw.example/x y"}) {
      auto plain = request();
      plain.*part = bad;
      EXPECT_EQ(refusal_of(plain), errc::invalid_argument) << bad;
    }
  }
}

TEST(authorize_request, has_a_longest) {
  auto long_one = request();
  long_one.scope = std::string(http::url_bytes_max, 'a');
  EXPECT_EQ(refusal_of(long_one), errc::invalid_argument);
}

TEST(code_verifier, has_the_challenge_of_the_standard) {
  EXPECT_EQ(code_challenge_of(secret<>{std::string{known_verifier}}), known_challenge);
}

TEST(code_verifier, is_long_enough_and_never_the_same) {
  std::set<std::string> seen;
  for (int i = 0; i < 20; ++i) {
    auto with = request();
    with.code_verifier = make_code_verifier();
    EXPECT_EQ(with.code_verifier.expose().size(), 43U);
    EXPECT_TRUE(make_authorize_url(with));
    seen.insert(with.code_verifier.expose());
  }
  EXPECT_EQ(seen.size(), 20U);
}

TEST(admin_consent, is_an_address) {
  EXPECT_EQ(make_admin_consent_url("https://login.microsoftonline.com/organizations/v2.0/adminconsent", "app-1",
                                   "https://outlook.office365.com/.default", "https://gw.example/cb", "s")
                .value(),
            "https://login.microsoftonline.com/organizations/v2.0/adminconsent?client_id=app-1"
            "&scope=https%3A%2F%2Foutlook.office365.com%2F.default&redirect_uri=https%3A%2F%2Fgw.example%2Fcb&state=s");
}

TEST(admin_consent, lacks_nothing_and_goes_over_https) {
  constexpr std::string_view good = "https://login.example/t/v2.0/adminconsent";
  constexpr std::string_view back = "https://gw.example/cb";
  for (const auto& made :
       {make_admin_consent_url("", "a", "s", back, "x"), make_admin_consent_url(good, "", "s", back, "x"),
        make_admin_consent_url(good, "a", "", back, "x"), make_admin_consent_url(good, "a", "s", "", "x"),
        make_admin_consent_url(good, "a", "s", back, ""),
        make_admin_consent_url("http://login.example", "a", "s", back, "x"),
        make_admin_consent_url(good, "a", "s", "http://gw.example/cb", "x")}) {
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, errc::invalid_argument);
  }
}

} // namespace
} // namespace postroom::oauth2
