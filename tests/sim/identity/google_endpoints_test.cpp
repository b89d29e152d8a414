#include "sim/identity/google_endpoints.hpp"

#include "tests/sim/identity/platform_fixture.hpp"

#include <gmock/gmock.h>

namespace postroom::sim {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

constexpr const char* dead = R"({"error":"invalid_grant","error_description":"Token has been expired or revoked."})";

class google_test : public platform_test {
protected:
  google_test() {
    agreed.tenant_id = shop->id;
    agreed.client_id = google_id;
    agreed.upn = google_upn;
    agreed.redirect_uri = redirect;
    agreed.scopes = {"openid", "email", "https://mail.google.com/", "offline_access"};
    agreed.nonce = "once";
    agreed.code_challenge = "abc";
    agreed.code_challenge_method = "plain";
  }
  form_fields code_form() {
    return {{"client_id", google_id},
            {"client_secret", "s~1+&"},
            {"grant_type", "authorization_code"},
            {"code", grants.issue_code(agreed)},
            {"redirect_uri", redirect},
            {"code_verifier", "abc"}};
  }
  static form_fields google_refresh(const std::string& token_text) {
    auto form = refresh_form(token_text);
    form["client_id"] = google_id;
    return form;
  }
  std::string sign_in_gail() { return sign_in(services, google_id, google_upn, mail_scopes(service::google)).expose(); }
  authorization agreed;
};

TEST_F(google_test, a_code_becomes_tokens_once) {
  const auto form = code_form();
  const auto answer = post("/token", form);
  ASSERT_EQ(verdict(answer), "200");
  EXPECT_EQ(json(answer).at("expires_in"), 3600);
  EXPECT_EQ(member(answer, "token_type"), "Bearer");
  EXPECT_EQ(member(answer, "scope"), "openid email https://mail.google.com/");
  const auto content = jws_verify(member(answer, "id_token"), jws_algorithm::rs256, tokens.public_key_pem());
  ASSERT_TRUE(content);
  const auto claims = boost::json::parse(content->payload);
  EXPECT_EQ(claims.at("email"), google_upn);
  EXPECT_EQ(claims.at("nonce"), "once");
  const auto holder = tokens.check(member(answer, "access_token"));
  ASSERT_TRUE(holder);
  EXPECT_EQ(holder->upn, google_upn);
  EXPECT_TRUE(holder->may("https://mail.google.com/"));
  EXPECT_EQ(verdict(post("/token", google_refresh(member(answer, "refresh_token")))), "200");
  EXPECT_EQ(verdict(post("/token", form)), "400 invalid_grant");
}

TEST_F(google_test, online_access_has_no_refresh_token) {
  agreed.scopes = {"https://mail.google.com/"};
  const auto answer = post("/token", code_form());
  EXPECT_THAT(answer.body(), Not(HasSubstr("refresh_token")));
  EXPECT_THAT(answer.body(), Not(HasSubstr("id_token")));
}

TEST_F(google_test, refresh_tokens_do_not_rotate) {
  const auto mine = sign_in_gail();
  for (int i = 0; i < 3; ++i) {
    const auto answer = post("/token", google_refresh(mine));
    ASSERT_EQ(verdict(answer), "200");
    EXPECT_THAT(answer.body(), Not(HasSubstr("refresh_token")));
    EXPECT_EQ(member(answer, "scope"), "https://mail.google.com/");
  }
  auto form = google_refresh(mine);
  form["scope"] = "https://mail.google.com/ https://www.googleapis.com/auth/drive";
  EXPECT_EQ(verdict(post("/token", form)), "400 invalid_scope");
}

TEST_F(google_test, dead_grants_have_googles_words) {
  const auto mine = sign_in_gail();
  grants.revoke(google_upn);
  EXPECT_EQ(post("/token", google_refresh(mine)).body(), dead);
  const auto idle = sign_in_gail();
  time.advance(24h * 181);
  EXPECT_EQ(verdict(post("/token", google_refresh(idle))), "200");
  time.advance(24h * 182);
  EXPECT_EQ(post("/token", google_refresh(idle)).body(), dead);
  const auto mine_too = sign_in_gail();
  shop->find_user(google_upn)->enabled = false;
  EXPECT_EQ(post("/token", google_refresh(mine_too)).body(), dead);
}

TEST_F(google_test, codes_must_fit) {
  auto form = code_form();
  form["redirect_uri"] = "https://elsewhere.test";
  EXPECT_EQ(verdict(post("/token", form)), "400 redirect_uri_mismatch");
  form = code_form();
  form["code_verifier"] = "abd";
  EXPECT_EQ(member(post("/token", form), "error_description"), "Invalid code verifier.");
  form.erase("code_verifier");
  EXPECT_EQ(member(post("/token", form), "error_description"), "Missing code verifier.");
  form["code"] = "junk";
  EXPECT_EQ(member(post("/token", form), "error_description"), "Malformed auth code.");
  const auto late = code_form();
  time.advance(10min);
  EXPECT_EQ(verdict(post("/token", late)), "400 invalid_grant");
}

TEST_F(google_test, clients_prove_themselves) {
  auto form = google_refresh(sign_in_gail());
  form["client_secret"] = "wrong";
  EXPECT_EQ(verdict(post("/token", form)), "401 invalid_client");
  form.erase("client_secret");
  EXPECT_EQ(verdict(post("/token", form)), "400 invalid_request");
  form["client_id"] = client_id;
  EXPECT_EQ(verdict(post("/token", form)), "401 invalid_client");
  form["client_id"] = google_id;
  form["client_secret"] = "s~1+&";
  form["grant_type"] = "client_credentials";
  EXPECT_EQ(verdict(post("/token", form)), "400 unsupported_grant_type");
  EXPECT_EQ(get("/token").result_int(), 405U);
}

TEST_F(google_test, revoking_takes_back_all_that_was_given) {
  const auto first = sign_in_gail(), second = sign_in_gail();
  const auto answer = post("/revoke", {{"token", first}});
  EXPECT_EQ(answer.result_int(), 200U);
  EXPECT_EQ(answer.body(), "{}");
  EXPECT_EQ(post("/token", google_refresh(second)).body(), dead);
  EXPECT_EQ(verdict(post("/revoke", {{"token", first}})), "400 invalid_token");
  EXPECT_EQ(verdict(post("/revoke", {{"token", "junk"}})), "400 invalid_token");
  EXPECT_EQ(verdict(post("/revoke", {})), "400 invalid_token");
}

TEST_F(google_test, an_access_token_revokes_too) {
  const auto mine = sign_in_gail();
  const auto access = member(post("/token", google_refresh(mine)), "access_token");
  EXPECT_EQ(post("/revoke?token=" + encoded(access), {}).result_int(), 200U);
  EXPECT_EQ(post("/token", google_refresh(mine)).body(), dead);
}

TEST_F(google_test, faults_have_googles_shape) {
  fault broken;
  broken.kind = fault_kind::token_error;
  broken.names = {google_upn};
  broken.amount = 50173;
  ASSERT_TRUE(faults.add(broken));
  EXPECT_EQ(post("/token", google_refresh(sign_in_gail())).body(), dead);
}

TEST_F(google_test, discovery_and_keys_are_served) {
  const auto body = json(get("/.well-known/openid-configuration"));
  EXPECT_EQ(body.at("issuer"), "https://login.test");
  EXPECT_EQ(body.at("token_endpoint"), "https://login.test/token");
  EXPECT_EQ(body.at("authorization_endpoint"), "https://login.test/o/oauth2/v2/auth");
  EXPECT_EQ(get("/oauth2/v3/certs").body(), tokens.key_set(service::google));
}

} // namespace
} // namespace postroom::sim
