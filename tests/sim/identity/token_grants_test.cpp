#include "sim/identity/token_grants.hpp"

#include "tests/sim/identity/platform_fixture.hpp"

#include <gmock/gmock.h>

namespace postroom::sim {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// -- Refresh tokens --------------------------------------------------------------------------------------------------

class refresh_test : public platform_test {
protected:
  std::string refreshed(const std::string& token_text) { return verdict(token(refresh_form(token_text))); }
};

TEST_F(refresh_test, rotates_and_keeps_old_ones) {
  const auto first = signed_in();
  const auto answer = token(refresh_form(first));
  ASSERT_EQ(verdict(answer), "200");
  const auto second = member(answer, "refresh_token");
  EXPECT_NE(second, first);
  EXPECT_EQ(refreshed(second), "200");
  EXPECT_EQ(refreshed(first), "200");
  EXPECT_EQ(verdict(token(refresh_form(first), "organizations")), "200");
  EXPECT_EQ(verdict(token(refresh_form(first), "CONTOSO.test")), "200");
}

TEST_F(refresh_test, answers_as_entra_does) {
  const auto answer = token(refresh_form(signed_in()));
  const auto body = json(answer);
  EXPECT_EQ(body.at("token_type"), "Bearer");
  EXPECT_EQ(body.at("expires_in"), 3600);
  EXPECT_EQ(body.at("ext_expires_in"), 3600);
  EXPECT_EQ(member(answer, "scope"), std::string{imap_scope} + " " + smtp_scope);
  EXPECT_FALSE(body.contains("id_token"));
  EXPECT_EQ(answer["Cache-Control"], "no-store, no-cache");
  const auto holder = tokens.check(member(answer, "access_token"));
  ASSERT_TRUE(holder);
  EXPECT_EQ(holder->upn, upn);
  EXPECT_EQ(holder->tenant_id, tenant_id);
  EXPECT_TRUE(holder->may("IMAP.AccessAsUser.All"));
  EXPECT_EQ(holder->expires, time.now() + 1h);
}

TEST_F(refresh_test, the_tenants_policy_sets_the_tokens_life) {
  contoso->policies.access_token_life = 10min;
  const auto answer = token(refresh_form(signed_in()));
  EXPECT_EQ(json(answer).at("expires_in"), 600);
  EXPECT_EQ(tokens.check(member(answer, "access_token"))->expires, time.now() + 10min);
}

TEST_F(refresh_test, one_token_serves_several_resources_but_one_at_a_time) {
  auto scopes = mail_scopes(service::microsoft);
  scopes.insert(scopes.begin(), {"openid", "Mail.Read"});
  auto form = refresh_form(signed_in(upn, scopes));
  EXPECT_EQ(member(token(form), "scope"), "https://graph.microsoft.com/Mail.Read openid");
  form["scope"] = std::string{smtp_scope} + " offline_access";
  EXPECT_EQ(member(token(form), "scope"), smtp_scope);
  form["scope"] = "https://outlook.office365.com/.default";
  EXPECT_EQ(member(token(form), "scope"),
            "https://outlook.office365.com/IMAP.AccessAsUser.All https://outlook.office365.com/SMTP.Send");
  form["scope"] = std::string{smtp_scope} + " Mail.Read";
  EXPECT_EQ(verdict(token(form)), "400 invalid_request 28000");
  form["scope"] = std::string{smtp_scope} + " https://outlook.office365.com/IMAP.AccessAsUser.All";
  EXPECT_EQ(verdict(token(form)), "200");
}

TEST_F(refresh_test, refuses_scopes_that_are_none) {
  auto form = refresh_form(signed_in());
  form["scope"] = "https://outlook.office.com/IMAP.Everything";
  EXPECT_EQ(verdict(token(form)), "400 invalid_scope 70011");
  form["scope"] = "https://outlook.office.com/.default " + std::string{imap_scope};
  EXPECT_EQ(verdict(token(form)), "400 invalid_scope 70011");
  form["scope"] = "https://elsewhere.test/.default";
  EXPECT_EQ(verdict(token(form)), "400 invalid_resource 500011");
  form["scope"] = std::string(100'000, 'x');
  EXPECT_EQ(verdict(token(form)), "400 invalid_scope 70011");
}

TEST_F(refresh_test, gives_an_id_token_when_asked) {
  auto form = refresh_form(signed_in());
  form["scope"] = std::string{imap_scope} + " openid profile";
  const auto id_token = member(token(form), "id_token");
  const auto claims = jws_verify(id_token, jws_algorithm::rs256, tokens.public_key_pem());
  ASSERT_TRUE(claims);
  EXPECT_EQ(boost::json::parse(claims->payload).at("aud"), client_id);
}

TEST_F(refresh_test, dies_when_unused_for_ninety_days) {
  const auto first = signed_in();
  time.advance(24h * 90 - 1ms);
  const auto second = member(token(refresh_form(first)), "refresh_token");
  time.advance(24h * 90 - 1ms);
  EXPECT_EQ(refreshed(second), "200");
  time.advance(1ms);
  const auto answer = token(refresh_form(first));
  EXPECT_EQ(verdict(answer), "400 invalid_grant bad_token 700082");
  EXPECT_THAT(answer.body(), HasSubstr("inactive for 90.00:00:00"));
}

TEST_F(refresh_test, of_a_single_page_application_dies_after_a_day_whatever_happens) {
  app->redirect_uris.front().kind = redirect_kind::spa;
  auto latest = signed_in();
  time.advance(23h);
  latest = member(token(refresh_form(latest)), "refresh_token");
  time.advance(1h);
  EXPECT_EQ(refreshed(latest), "400 invalid_grant 700084");
}

TEST_F(refresh_test, can_be_revoked) {
  const auto dead = signed_in();
  grants.revoke(upn);
  EXPECT_EQ(refreshed(dead), "400 invalid_grant bad_token 50173");
  const auto before = signed_in();
  time.advance(1s);
  dora().sessions_valid_from = time.now();
  EXPECT_EQ(refreshed(before), "400 invalid_grant bad_token 50173");
  EXPECT_EQ(refreshed(signed_in()), "200");
}

TEST_F(refresh_test, sign_in_frequency_counts_from_the_sign_in) {
  contoso->policies.sign_in_frequency = 24h * 7;
  auto latest = signed_in();
  time.advance(24h * 6);
  latest = member(token(refresh_form(latest)), "refresh_token");
  time.advance(24h);
  const auto answer = token(refresh_form(latest));
  EXPECT_EQ(verdict(answer), "400 invalid_grant token_expired 70043");
  EXPECT_THAT(answer.body(), HasSubstr("is 604800."));
}

TEST_F(refresh_test, minds_the_state_of_the_account) {
  const auto mine = signed_in();
  dora().locked = true;
  EXPECT_EQ(refreshed(mine), "400 invalid_grant 50053");
  dora().enabled = false;
  EXPECT_EQ(refreshed(mine), "400 invalid_grant 50057");
  contoso->users.clear();
  EXPECT_EQ(refreshed(mine), "400 invalid_grant 50034");
}

TEST_F(refresh_test, wants_a_second_factor_until_it_was_given) {
  const auto mine = signed_in();
  dora().mfa_required = true;
  dora().mfa_enrolled = false;
  EXPECT_EQ(refreshed(mine), "400 invalid_grant basic_action 50079");
  dora().mfa_enrolled = true;
  const auto answer = token(refresh_form(mine));
  EXPECT_EQ(verdict(answer), "400 invalid_grant basic_action 50076");
  EXPECT_THAT(member(answer, "claims"), StartsWith("{\"access_token\":{\"capolids\":"));
  dora().last_mfa = time.now();
  EXPECT_EQ(refreshed(mine), "200");
}

TEST_F(refresh_test, minds_consent_and_assignment) {
  const auto mine = signed_in();
  principal().user_scopes.clear();
  EXPECT_EQ(refreshed(mine), "400 invalid_grant consent_required 65001");
  principal().scopes = {imap_scope, "https://outlook.office365.com/SMTP.Send"};
  EXPECT_EQ(refreshed(mine), "200");
  principal().assignment_required = true;
  EXPECT_EQ(refreshed(mine), "400 invalid_grant 50105");
  principal().assigned.insert("dora@contoso.test");
  EXPECT_EQ(refreshed(mine), "200");
  principal().enabled = false;
  EXPECT_EQ(refreshed(mine), "400 unauthorized_client 7000112");
}

TEST_F(refresh_test, belongs_to_its_client_and_tenant) {
  auto form = refresh_form("1.Ajunk");
  EXPECT_EQ(verdict(token(form)), "400 invalid_grant 70000");
  form["refresh_token"] = signed_in();
  form["client_id"] = public_id;
  form.erase("client_secret");
  EXPECT_EQ(verdict(token(form)), "400 invalid_grant 70000");
  fabrikam->principals[client_id].object_id = "there";
  EXPECT_EQ(verdict(token(refresh_form(signed_in()), "fabrikam.test")), "400 invalid_grant 50020");
}

// -- Authorization codes ---------------------------------------------------------------------------------------------

class code_test : public platform_test {
protected:
  code_test() {
    principal().scopes = {imap_scope, smtp_scope, "Mail.Read"};
    agreed.tenant_id = tenant_id;
    agreed.client_id = client_id;
    agreed.upn = upn;
    agreed.redirect_uri = redirect;
    agreed.scopes = {"openid", "offline_access", imap_scope, smtp_scope, "Mail.Read"};
    agreed.nonce = "once";
    // RFC 7636, appendix B
    agreed.code_challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    agreed.code_challenge_method = "S256";
    agreed.signed_in = time.now();
  }
  form_fields form() {
    return {{"client_id", client_id},
            {"client_secret", "s~1+&"},
            {"grant_type", "authorization_code"},
            {"code", grants.issue_code(agreed)},
            {"redirect_uri", redirect},
            {"code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"},
            {"scope", std::string{imap_scope} + " openid offline_access"}};
  }
  authorization agreed;
};

TEST_F(code_test, gives_an_id_token_to_who_asked_at_the_sign_in) {
  auto once = form();
  once["scope"] = std::string{imap_scope} + " offline_access";
  EXPECT_FALSE(member(token(once), "id_token").empty());
  std::erase(agreed.scopes, "openid");
  once = form();
  once["scope"] = std::string{imap_scope} + " offline_access";
  EXPECT_FALSE(json(token(once)).contains("id_token"));
}

TEST_F(code_test, becomes_tokens_once) {
  const auto once = form();
  const auto answer = token(once);
  ASSERT_EQ(verdict(answer), "200");
  EXPECT_EQ(member(answer, "scope"), imap_scope);
  const auto claims = jws_verify(member(answer, "id_token"), jws_algorithm::rs256, tokens.public_key_pem());
  ASSERT_TRUE(claims);
  EXPECT_EQ(boost::json::parse(claims->payload).at("nonce"), "once");
  EXPECT_EQ(verdict(token(refresh_form(member(answer, "refresh_token")))), "200");
  EXPECT_EQ(verdict(token(once)), "400 invalid_grant 54005");
}

TEST_F(code_test, works_at_organizations_and_without_a_scope) {
  auto asked = form();
  asked.erase("scope");
  EXPECT_EQ(member(token(asked, "organizations"), "scope"), std::string{imap_scope} + " " + smtp_scope);
}

TEST_F(code_test, gives_a_refresh_token_only_for_offline_access) {
  agreed.scopes = {"openid", imap_scope};
  EXPECT_THAT(token(form()).body(), Not(HasSubstr("refresh_token")));
}

TEST_F(code_test, lives_ten_minutes) {
  const auto late = form();
  time.advance(10min);
  EXPECT_EQ(verdict(token(late)), "400 invalid_grant 70008");
}

TEST_F(code_test, refuses_what_does_not_fit) {
  auto asked = form();
  asked["redirect_uri"] = "https://gateway.test/callback/";
  EXPECT_EQ(verdict(token(asked)), "400 invalid_grant 500112");
  asked["redirect_uri"] = redirect;
  asked["code_verifier"] = "another";
  EXPECT_EQ(verdict(token(asked)), "400 invalid_grant 501481");
  asked.erase("code_verifier");
  EXPECT_EQ(verdict(token(asked)), "400 invalid_grant 50148");
  asked["code"] = "junk";
  EXPECT_EQ(verdict(token(asked)), "400 invalid_grant 70000");
  asked.erase("code");
  EXPECT_EQ(verdict(token(asked)), "400 invalid_request 900144");
}

TEST_F(code_test, belongs_to_its_client_and_tenant) {
  agreed.client_id = public_id;
  EXPECT_EQ(verdict(token(form())), "400 invalid_grant 70000");
  agreed.client_id = client_id;
  agreed.tenant_id = fabrikam->id;
  EXPECT_EQ(verdict(token(form())), "400 invalid_grant 700005");
}

TEST_F(code_test, is_not_used_up_by_failure) {
  auto asked = form();
  asked["scope"] = std::string{imap_scope} + " Mail.Read";
  EXPECT_EQ(verdict(token(asked)), "400 invalid_request 28000");
  dora().enabled = false;
  EXPECT_EQ(verdict(token(asked)), "400 invalid_grant 50057");
  dora().enabled = true;
  asked["scope"] = "Mail.Read";
  EXPECT_EQ(verdict(token(asked)), "200");
}

TEST_F(code_test, of_native_redirects_is_for_clients_without_a_secret) {
  app->redirect_uris.front().kind = redirect_kind::native;
  auto asked = form();
  EXPECT_EQ(verdict(token(asked)), "401 invalid_client 700025");
  asked.erase("client_secret");
  EXPECT_EQ(verdict(token(asked)), "200");
}

// -- Applications on their own ---------------------------------------------------------------------------------------

class client_grant_test : public platform_test {
protected:
  form_fields form{{"client_id", client_id},
                   {"client_secret", "s~1+&"},
                   {"grant_type", "client_credentials"},
                   {"scope", "https://outlook.office365.com/.default"}};
};

TEST_F(client_grant_test, carries_the_roles_that_were_granted) {
  principal().roles = {"IMAP.AccessAsApp", "Mail.Read"};
  const auto answer = token(form);
  ASSERT_EQ(verdict(answer), "200");
  EXPECT_THAT(answer.body(), Not(HasSubstr("refresh_token")));
  EXPECT_FALSE(json(answer).contains("scope"));
  const auto holder = tokens.check(member(answer, "access_token"));
  ASSERT_TRUE(holder);
  EXPECT_TRUE(holder->app_only);
  EXPECT_EQ(holder->permissions, std::vector<std::string>{"IMAP.AccessAsApp"});
}

TEST_F(client_grant_test, without_roles_the_token_has_none) {
  const auto answer = token(form);
  ASSERT_EQ(verdict(answer), "200");
  EXPECT_TRUE(tokens.check(member(answer, "access_token"))->permissions.empty());
}

TEST_F(client_grant_test, wants_one_resource_and_all_of_it) {
  form["scope"] = "https://outlook.office365.com/IMAP.AccessAsApp";
  EXPECT_EQ(verdict(token(form)), "400 invalid_scope 1002012");
  form["scope"] = "https://outlook.office365.com/.default openid";
  EXPECT_EQ(verdict(token(form)), "400 invalid_scope 70011");
  form["scope"] = "https://elsewhere.test/.default";
  EXPECT_EQ(verdict(token(form)), "400 invalid_resource 500011");
  form.erase("scope");
  EXPECT_EQ(verdict(token(form)), "400 invalid_request 900144");
}

TEST_F(client_grant_test, needs_a_tenant) {
  EXPECT_EQ(verdict(token(form, "common")), "400 invalid_request 50059");
  EXPECT_EQ(verdict(token(form, "organizations")), "400 invalid_request 50059");
}

TEST_F(client_grant_test, needs_the_application_in_the_tenant) {
  EXPECT_EQ(verdict(token(form, "fabrikam.test")), "400 unauthorized_client 700016");
  fabrikam->principals[client_id].roles = {"SMTP.SendAsApp"};
  EXPECT_EQ(verdict(token(form, "fabrikam.test")), "200");
  principal().enabled = false;
  EXPECT_EQ(verdict(token(form)), "400 unauthorized_client 7000112");
}

// -- Device codes ----------------------------------------------------------------------------------------------------

class device_grant_test : public platform_test {
protected:
  device_grant_test() {
    contoso->principals.at(public_id).scopes = {imap_scope};
    device = &grants.start_device(public_id, "organizations", {imap_scope, "offline_access"});
    form = {{"client_id", public_id},
            {"grant_type", "urn:ietf:params:oauth:grant-type:device_code"},
            {"device_code", device->device_code}};
  }
  void approve() {
    device->state = device_state::approved;
    device->granted.tenant_id = tenant_id;
    device->granted.client_id = public_id;
    device->granted.upn = upn;
    device->granted.scopes = device->scopes;
    device->granted.signed_in = time.now();
  }
  device_request* device = nullptr;
  form_fields form;
};

TEST_F(device_grant_test, waits_for_the_user) {
  EXPECT_EQ(verdict(token(form)), "400 authorization_pending 70016");
  time.advance(5s);
  EXPECT_EQ(verdict(token(form)), "400 authorization_pending 70016");
  time.advance(1s);
  EXPECT_EQ(verdict(token(form)), "400 slow_down");
  time.advance(4s);
  EXPECT_EQ(verdict(token(form)), "400 authorization_pending 70016");
  approve();
  const auto answer = token(form);
  ASSERT_EQ(verdict(answer), "200");
  EXPECT_EQ(tokens.check(member(answer, "access_token"))->upn, upn);
  EXPECT_EQ(verdict(token(form)), "400 bad_verification_code 70018");
  form = refresh_form(member(answer, "refresh_token"));
  form["client_id"] = public_id;
  form.erase("client_secret");
  EXPECT_EQ(verdict(token(form)), "200");
}

TEST_F(device_grant_test, ends_with_no_or_in_fifteen_minutes) {
  device->state = device_state::declined;
  EXPECT_EQ(verdict(token(form)), "400 authorization_declined");
  time.advance(15min);
  EXPECT_EQ(verdict(token(form)), "400 expired_token 70019");
}

TEST_F(device_grant_test, is_known_to_its_client_only) {
  form["device_code"] = "GAjunk";
  EXPECT_EQ(verdict(token(form)), "400 bad_verification_code 70018");
  form["device_code"] = device->device_code;
  form["client_id"] = client_id;
  form["client_secret"] = "s~1+&";
  EXPECT_EQ(verdict(token(form)), "400 bad_verification_code 70018");
}

TEST_F(device_grant_test, may_be_forbidden_by_the_tenant) {
  contoso->policies.device_code_allowed = false;
  approve();
  const auto answer = token(form);
  EXPECT_EQ(verdict(answer), "400 invalid_grant message_only 53003");
  EXPECT_FALSE(member(answer, "claims").empty());
}

TEST_F(device_grant_test, is_for_clients_without_a_secret) {
  form["client_secret"] = "s~1+&";
  EXPECT_EQ(verdict(token(form)), "401 invalid_client 700025");
}

} // namespace
} // namespace postroom::sim
