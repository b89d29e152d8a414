#include "base/encoding.hpp"
#include "base/jws.hpp"
#include "tests/actors/provider/provider_fixture.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

namespace postroom::provider {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr auto base = "https://login.microsoftonline.com/contoso.example";
const std::string directory = "11111111-2222-3333-4444-555555555555";
const std::string person = "aaaaaaaa-2222-3333-4444-555555555555";

const key_pair_pem& platform_key() {
  static const key_pair_pem key = generate_rsa_key();
  return key;
}

/// The platform is what the test says it is.
class signing_in_test : public provider_fixture {
protected:
  signing_in_test() {
    provider.clear_token_endpoint();
    provider.set_redirect_uri("https://postroom.example/api/cloudProviders/oauth2/microsoft/callback");
    start();
    http.open.clear();
  }

  sign_in_plan plan(const std::string& delegate = {}) {
    plan_sign_in wish;
    wish.tenant = tenant_id{"acme"};
    wish.provider = provider_id{"azure"};
    wish.delegate = delegate;
    auto answer = ask<sign_in_plan>(service, wish);
    if (!answer.there())
      answer_discovery();
    EXPECT_TRUE(answer.there() && answer.get());
    return answer.there() && answer.get() ? *answer.get() : sign_in_plan{};
  }
  void answer_discovery() {
    ASSERT_EQ(http.url(), std::string{base} + "/v2.0/.well-known/openid-configuration");
    const boost::json::object document{{"issuer", "https://login.microsoftonline.com/" + directory + "/v2.0"},
                                       {"authorization_endpoint", std::string{base} + "/oauth2/v2.0/authorize"},
                                       {"token_endpoint", std::string{base} + "/oauth2/v2.0/token"},
                                       {"device_authorization_endpoint", std::string{base} + "/oauth2/v2.0/devicecode"},
                                       {"jwks_uri", std::string{base} + "/discovery/v2.0/keys"},
                                       {"msgraph_host", "graph.microsoft.com"}};
    http.answer(200, boost::json::serialize(document));
    run();
  }
  void answer_keys() {
    ASSERT_EQ(http.url(), std::string{base} + "/discovery/v2.0/keys");
    const auto numbers = rsa_numbers_of(platform_key().public_key).value();
    const boost::json::object key{{"kty", "RSA"},
                                  {"use", "sig"},
                                  {"kid", "k1"},
                                  {"n", base64url_encode(numbers.modulus)},
                                  {"e", base64url_encode(numbers.exponent)}};
    http.answer(200, boost::json::serialize(boost::json::object{{"keys", boost::json::array{key}}}));
    run();
  }
  std::string id_token(const std::string& upn, const std::string& nonce) {
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(time.now().time_since_epoch()).count();
    const boost::json::object claims{{"iss", "https://login.microsoftonline.com/" + directory + "/v2.0"},
                                     {"aud", "app"},
                                     {"exp", now + 3600},
                                     {"nbf", now - 60},
                                     {"iat", now - 60},
                                     {"tid", directory},
                                     {"oid", person},
                                     {"sub", "s"},
                                     {"name", "Andrea"},
                                     {"preferred_username", upn},
                                     {"nonce", nonce}};
    return jws_sign({R"({"alg":"RS256","typ":"JWT","kid":"k1"})", boost::json::serialize(claims)}, jws_algorithm::rs256,
                    platform_key().private_key)
        .value();
  }
  std::string tokens(const std::string& upn, const std::string& nonce, const std::string& scope,
                     const std::string& refresh = "refresh-new") {
    boost::json::object answer{{"token_type", "Bearer"},
                               {"expires_in", 3600},
                               {"access_token", "access-new"},
                               {"scope", scope},
                               {"id_token", id_token(upn, nonce)}};
    if (!refresh.empty())
      answer["refresh_token"] = refresh;
    return boost::json::serialize(answer);
  }
  pending_answer<signed_in> redeem(const sign_in_plan& plan, const std::string& delegate = {}) {
    redeem_code wish;
    wish.tenant = tenant_id{"acme"};
    wish.provider = provider_id{"azure"};
    wish.code = secret<>{"the-code"};
    wish.code_verifier = plan.code_verifier;
    wish.nonce = plan.nonce;
    wish.redirect_uri = plan.redirect_uri;
    wish.wanted_scope = plan.wanted_scope;
    wish.delegate = delegate;
    return ask<signed_in>(service, wish);
  }
  std::vector<std::string> events() {
    std::vector<std::string> out;
    store->read_stream(storage::keys::stream_of(tenant_id{"acme"}), 0, 100, 1'000'000, [&](auto got) {
      for (const auto& each : *got) {
        records::Event event;
        event.ParseFromString(each.value);
        out.push_back(event.type());
      }
    });
    return out;
  }
  static constexpr auto both =
      "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send openid profile email";
};

TEST_F(signing_in_test, sends_the_browser_with_everything_the_platform_asks_for) {
  const auto made = plan("andrea@contoso.example");
  EXPECT_THAT(made.authorize_url, testing::StartsWith(std::string{base} + "/oauth2/v2.0/authorize?"));
  for (const auto* part : {"client_id=app", "response_type=code", "code_challenge_method=S256",
                           "login_hint=andrea%40contoso.example", "offline_access", "IMAP.AccessAsUser.All"})
    EXPECT_THAT(made.authorize_url, HasSubstr(part));
  EXPECT_THAT(made.authorize_url, HasSubstr("state=" + made.state));
  EXPECT_GE(made.state.size(), 60U);
  EXPECT_EQ(made.authorize_url.find(made.code_verifier.expose()), std::string::npos);
  EXPECT_NE(plan().state, made.state);
}

TEST_F(signing_in_test, stores_the_grant_of_who_signed_in) {
  const auto made = plan("andrea@contoso.example");
  auto done = redeem(made, "andrea@contoso.example");
  EXPECT_THAT(http.body(), HasSubstr("code=the-code"));
  EXPECT_THAT(http.body(), HasSubstr("code_verifier=" + made.code_verifier.expose()));
  http.answer(200, tokens("Andrea@contoso.example", made.nonce, both));
  run();
  answer_keys();
  ASSERT_TRUE(done.there());
  ASSERT_TRUE(done.get()) << done.get().error().detail;
  EXPECT_EQ(done.get()->grant, "andrea") << "the delegate's own is renewed";
  EXPECT_TRUE(done.get()->missing.empty());
  const auto grant = stored();
  EXPECT_EQ(grant.upn(), "Andrea@contoso.example");
  EXPECT_EQ(grant.object_id(), person);
  EXPECT_EQ(grant.directory_id(), directory);
  EXPECT_EQ(storage::open_refresh_token(keys, grant)->expose(), "refresh-new");
  EXPECT_THAT(events(), ElementsAre("provider.signed_in"));
  EXPECT_NE(metrics.expose().find("postroom_events_total{type=\"provider.signed_in\"} 1\n"), std::string::npos);
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_TRUE(heard[0].sign_in_changed);
  auto token = want();
  ASSERT_TRUE(token.there() && token.get());
  EXPECT_EQ(token.get()->value.expose(), "access-new");
}

TEST_F(signing_in_test, refuses_another_person_and_stores_nothing) {
  const auto made = plan("andrea@contoso.example");
  auto done = redeem(made, "andrea@contoso.example");
  http.answer(200, tokens("mallory@contoso.example", made.nonce, both));
  run();
  answer_keys();
  ASSERT_TRUE(done.there());
  EXPECT_EQ(done.get().error().cause, "sign_in.wrong_person");
  EXPECT_EQ(storage::open_refresh_token(keys, stored())->expose(), "refresh-0");
  EXPECT_TRUE(events().empty());
}

TEST_F(signing_in_test, refuses_an_identity_for_another_sign_in) {
  const auto made = plan();
  auto done = redeem(made);
  http.answer(200, tokens("andrea@contoso.example", "another-nonce", both));
  run();
  answer_keys();
  ASSERT_TRUE(done.there());
  EXPECT_EQ(done.get().error().cause, "sign_in.identity_invalid");
}

TEST_F(signing_in_test, says_which_permission_is_missing) {
  const auto made = plan();
  auto done = redeem(made);
  http.answer(200, tokens("andrea@contoso.example", made.nonce, "IMAP.AccessAsUser.All openid"));
  run();
  answer_keys();
  ASSERT_TRUE(done.there() && done.get());
  ASSERT_EQ(done.get()->missing.size(), 1U);
  EXPECT_THAT(done.get()->missing[0], HasSubstr("SMTP.Send"));
}

TEST_F(signing_in_test, refuses_a_sign_in_that_would_end_within_the_hour) {
  const auto made = plan();
  auto done = redeem(made);
  http.answer(200, tokens("andrea@contoso.example", made.nonce, both, ""));
  run();
  ASSERT_TRUE(done.there());
  EXPECT_EQ(done.get().error().cause, "sign_in.no_refresh_token");
}

TEST_F(signing_in_test, makes_a_new_grant_for_a_new_person) {
  const auto made = plan();
  auto done = redeem(made);
  http.answer(200, tokens("berta@contoso.example", made.nonce, both));
  run();
  answer_keys();
  ASSERT_TRUE(done.there() && done.get());
  EXPECT_EQ(done.get()->grant, "berta-contoso.example");
  auto token = want(false, "by-delegate:berta@contoso.example");
  EXPECT_TRUE(token.there() && token.get());
}

TEST_F(signing_in_test, finds_another_name_when_the_persons_is_taken_by_a_grant_of_another_provider) {
  auto other = stored();
  other.set_id("berta-contoso.example");
  other.set_provider("other");
  commit(storage::put_config(other, revision{0}));
  const auto made = plan();
  auto done = redeem(made);
  http.answer(200, tokens("berta@contoso.example", made.nonce, both));
  run();
  answer_keys();
  ASSERT_TRUE(done.there());
  ASSERT_TRUE(done.get()) << done.get().error().detail;
  EXPECT_THAT(done.get()->grant, testing::StartsWith("berta-contoso.example-"));
  auto token = want(false, "by-delegate:berta@contoso.example");
  EXPECT_TRUE(token.there() && token.get());
}

TEST_F(signing_in_test, waits_for_a_sign_in_on_another_device) {
  begin_device_sign_in wish;
  wish.tenant = tenant_id{"acme"};
  wish.provider = provider_id{"azure"};
  auto begun = ask<device_sign_in>(service, wish);
  answer_discovery();
  EXPECT_THAT(http.url(), testing::EndsWith("/devicecode"));
  http.answer(200, R"({"device_code":"dc","user_code":"ABCD","verification_uri":"https://microsoft.com/devicelogin",)"
                   R"("expires_in":900,"interval":5,"message":"enter ABCD"})");
  run();
  ASSERT_TRUE(begun.there() && begun.get());
  EXPECT_EQ(begun.get()->user_code, "ABCD");
  pass(5s);
  ASSERT_EQ(http.open.size(), 1U);
  EXPECT_THAT(http.body(), HasSubstr("device_code=dc"));
  http.answer(400, R"({"error":"authorization_pending","error_codes":[70016]})");
  run();
  pass(5s);
  http.answer(200, tokens("andrea@contoso.example", "", both));
  run();
  answer_keys();
  auto later =
      ask<device_sign_in>(service, ask_device_sign_in{tenant_id{"acme"}, provider_id{"azure"}, begun.get()->id});
  ASSERT_TRUE(later.there() && later.get());
  EXPECT_EQ(later.get()->state, device_sign_in::progress::done);
  ASSERT_TRUE(later.get()->outcome);
  EXPECT_EQ(later.get()->outcome->grant, "andrea");
}

TEST_F(signing_in_test, says_when_the_person_declined_on_the_other_device) {
  begin_device_sign_in wish;
  auto begun = ask<device_sign_in>(service, wish);
  answer_discovery();
  http.answer(200, R"({"device_code":"dc","user_code":"ABCD","verification_uri":"https://microsoft.com/devicelogin",)"
                   R"("expires_in":900,"interval":5})");
  run();
  pass(5s);
  http.answer(400, R"({"error":"authorization_declined"})");
  run();
  auto later = ask<device_sign_in>(service, ask_device_sign_in{{}, {}, begun.get()->id});
  ASSERT_TRUE(later.there() && later.get());
  EXPECT_EQ(later.get()->state, device_sign_in::progress::failed);
  EXPECT_THAT(events(), ElementsAre("provider.sign_in_failed"));
  EXPECT_NE(metrics.expose().find("postroom_events_total{type=\"provider.sign_in_failed\"} 1\n"), std::string::npos);
}

} // namespace
} // namespace postroom::provider
