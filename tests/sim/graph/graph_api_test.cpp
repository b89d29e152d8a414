#include "sim/graph/graph_api.hpp"

#include "sim/identity/permissions.hpp"
#include "tests/sim/identity/platform_fixture.hpp"

#include <gmock/gmock.h>

namespace postroom::sim {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;

constexpr const char* shared = "support@contoso.test";

class graph_test : public platform_test {
protected:
  graph_test() {
    mail.add(shared);
    mail.add("dora@contoso.test");
    (void)mail.identify("dora@contoso.test", "dora@contoso.test", "d0d0d0d0-0000-4000-8000-000000000001");
    mail.allow(upn, shared);
  }
  std::string delegated(const std::string& permissions, std::chrono::seconds life = 1h,
                        const std::string& resource = "https://graph.microsoft.com") {
    return tokens.issue({*contoso, *app, &dora(), resource, split_scopes(permissions), life});
  }
  std::string app_only(std::vector<std::string> roles) {
    return tokens.issue({*contoso, *app, nullptr, "https://graph.microsoft.com", std::move(roles), 1h});
  }
  http_response call(const std::string& path, const std::string& bearer) {
    http_request request{boost::beast::http::verb::get, path, 11};
    if (!bearer.empty())
      request.set(boost::beast::http::field::authorization, "Bearer " + bearer);
    for (const auto& [name, value] : headers)
      request.set(name, value);
    return answer_graph(services_, request);
  }
  http_response inbox(const std::string& of, const std::string& bearer) {
    return call("/v1.0/users/" + of + "/mailFolders/inbox", bearer);
  }
  /// `403 ErrorAccessDenied`, or `200`.
  static std::string outcome_of(const http_response& answer) {
    if (answer.result_int() == 200)
      return "200";
    return std::to_string(answer.result_int()) + " " + std::string{json(answer).at("error").at("code").as_string()};
  }

  directory mail;
  graph_services services_{"https://login.test", people, mail, tokens, time};
};

TEST_F(graph_test, opens_a_shared_mailbox_with_the_right_to_it) {
  (void)mail.find(shared)->inbox().add(std::make_shared<const std::string>("Subject: x\r\n\r\n"), time.now(), 0);
  const auto answer = inbox(shared, delegated("Mail.Read.Shared"));
  ASSERT_EQ(outcome_of(answer), "200") << answer.body();
  EXPECT_EQ(json(answer).at("displayName"), "Inbox");
  EXPECT_EQ(json(answer).at("totalItemCount"), 1);
  EXPECT_EQ(json(answer).at("unreadItemCount"), 1);
  EXPECT_EQ(outcome_of(inbox("SUPPORT%40contoso.test", delegated("Mail.ReadWrite.Shared"))), "200");
  mail.forbid(upn, shared);
  EXPECT_EQ(outcome_of(inbox(shared, delegated("Mail.Read.Shared"))), "403 ErrorAccessDenied");
}

TEST_F(graph_test, wants_the_permission_for_whose_mailbox_it_is) {
  EXPECT_EQ(outcome_of(inbox(shared, delegated("Mail.Read"))), "403 ErrorAccessDenied");
  EXPECT_EQ(outcome_of(inbox(shared, delegated("User.Read"))), "403 ErrorAccessDenied");
  EXPECT_EQ(outcome_of(inbox(upn, delegated("Mail.Read"))), "200");
  EXPECT_EQ(outcome_of(inbox(upn, delegated("Mail.Read.Shared"))), "200");
  EXPECT_EQ(outcome_of(inbox(upn, delegated("User.Read"))), "403 ErrorAccessDenied");
  EXPECT_EQ(outcome_of(inbox("d0d0d0d0-0000-4000-8000-000000000001", delegated("Mail.Read"))), "200");
  EXPECT_EQ(outcome_of(call("/v1.0/me/mailFolders/inbox", delegated("Mail.Read"))), "200");
}

TEST_F(graph_test, tells_what_kind_of_mailbox_is_not_there) {
  const auto token = delegated("Mail.Read.Shared");
  EXPECT_EQ(outcome_of(inbox("suport@contoso.test", token)), "404 ErrorInvalidUser");
  mail.add("elsewhere@fabrikam.test");
  EXPECT_EQ(outcome_of(inbox("elsewhere@fabrikam.test", token)), "404 ErrorInvalidUser") << "another tenant's";
  auto& settings = mail.find(shared)->settings;
  settings.imap_enabled = false;
  EXPECT_EQ(outcome_of(inbox(shared, token)), "200") << "IMAP is nothing to Graph";
  settings.on_premises = true;
  EXPECT_EQ(outcome_of(inbox(shared, token)), "404 MailboxNotEnabledForRESTAPI");
  settings = {};
  settings.licensed = false;
  EXPECT_EQ(outcome_of(inbox(shared, token)), "404 MailboxNotEnabledForRESTAPI");
}

TEST_F(graph_test, finds_a_mailbox_by_address_and_by_login_name) {
  ASSERT_TRUE(mail.identify(shared, "s0001@contoso.test", {}));
  EXPECT_EQ(outcome_of(inbox(shared, delegated("Mail.Read.Shared"))), "200");
  EXPECT_EQ(outcome_of(inbox("s0001@contoso.test", delegated("Mail.Read.Shared"))), "200");
}

TEST_F(graph_test, lets_an_application_open_all_unless_a_policy_restricts_it) {
  EXPECT_EQ(outcome_of(inbox(shared, app_only({}))), "403 ErrorAccessDenied");
  EXPECT_EQ(outcome_of(inbox(shared, app_only({"Mail.Send"}))), "403 ErrorAccessDenied");
  EXPECT_EQ(outcome_of(inbox(shared, app_only({"Mail.ReadWrite"}))), "200");
  principal().mailboxes_restricted = true;
  const auto denied = inbox(shared, app_only({"Mail.Read"}));
  EXPECT_EQ(outcome_of(denied), "403 ErrorAccessDenied");
  EXPECT_THAT(denied.body(), HasSubstr("Access to OData is disabled."));
  mail.allow(client_id, shared);
  EXPECT_EQ(outcome_of(inbox(shared, app_only({"Mail.Read"}))), "200");
  EXPECT_EQ(outcome_of(call("/v1.0/me", app_only({"Mail.Read"}))), "400 BadRequest");
}

TEST_F(graph_test, refuses_tokens_that_are_none_or_not_for_it) {
  const auto missing = inbox(shared, "");
  EXPECT_EQ(outcome_of(missing), "401 InvalidAuthenticationToken");
  EXPECT_THAT(missing.body(), HasSubstr("Access token is empty."));
  const std::string wants{missing["WWW-Authenticate"]};
  EXPECT_THAT(wants, HasSubstr("authorization_uri=\"https://login.test/common/oauth2/authorize\""));
  EXPECT_THAT(inbox(shared, "junk").body(), HasSubstr("CompactToken parsing failed"));
  EXPECT_THAT(inbox(shared, delegated("IMAP.AccessAsUser.All", 1h, "https://outlook.office.com")).body(),
              AllOf(HasSubstr("InvalidAuthenticationToken"), HasSubstr("Invalid audience.")));
  const auto token = delegated("Mail.Read.Shared", 10s);
  EXPECT_EQ(outcome_of(inbox(shared, token)), "200");
  time.advance(10s);
  EXPECT_THAT(inbox(shared, token).body(), HasSubstr("the token is expired"));
}

TEST_F(graph_test, tells_who_one_is) {
  dora().mail = "dora.delegate@contoso.test";
  const auto me = call("/v1.0/me", delegated("User.Read"));
  ASSERT_EQ(outcome_of(me), "200");
  EXPECT_EQ(member(me, "userPrincipalName"), upn);
  EXPECT_EQ(member(me, "mail"), "dora.delegate@contoso.test");
  EXPECT_EQ(member(me, "id"), dora().object_id);
  EXPECT_EQ(outcome_of(call("/v1.0/me", delegated("Mail.Read"))), "403 Authorization_RequestDenied");
}

TEST_F(graph_test, carries_the_ids_of_the_request) {
  headers["client-request-id"] = "0a0a0a0a-0000-4000-8000-00000000000f";
  const auto good = inbox(shared, delegated("Mail.Read.Shared"));
  EXPECT_EQ(std::string{good["client-request-id"]}, headers["client-request-id"]);
  EXPECT_EQ(good["request-id"].size(), 36U);
  const auto bad = inbox(shared, "");
  const auto inner = json(bad).at("error").at("innerError");
  EXPECT_EQ(inner.at("client-request-id").as_string(), headers["client-request-id"]);
  EXPECT_EQ(inner.at("request-id").as_string(), std::string{bad["request-id"]});
  EXPECT_EQ(inner.at("date").as_string().size(), std::string{"2026-11-24T09:15:30"}.size());
}

TEST_F(graph_test, has_no_more_than_that) {
  const auto token = delegated("Mail.Read.Shared");
  EXPECT_EQ(outcome_of(call("/v1.0/groups", token)), "400 BadRequest");
  EXPECT_EQ(outcome_of(call("/v1.0/users/" + std::string{shared} + "/messages", token)), "400 BadRequest");
  EXPECT_EQ(outcome_of(call("/v1.0/users/" + std::string{shared} + "/mailFolders/drafts", token)),
            "404 ErrorItemNotFound");
  EXPECT_EQ(outcome_of(call("/v1.0/", token)), "400 BadRequest");
  EXPECT_EQ(outcome_of(call("/v1.0/users/" + std::string(5'000, 'x') + "/mailFolders/inbox", token)),
            "404 ErrorInvalidUser");
  http_request request{boost::beast::http::verb::post, "/v1.0/me", 11};
  EXPECT_EQ(answer_graph(services_, request).result_int(), 405U);
  EXPECT_TRUE(is_graph_path("/v1.0/me"));
  EXPECT_FALSE(is_graph_path("/common/oauth2/v2.0/token"));
}

TEST_F(graph_test, takes_tokens_that_the_platform_gives) {
  record_consent(principal(), {}, graph_scopes());
  auto form = refresh_form(signed_in());
  for (const std::string scope : {"https://graph.microsoft.com/Mail.Read.Shared",
                                  "https://localhost:8443/Mail.Read.Shared", "Mail.ReadWrite.Shared User.Read"}) {
    form["scope"] = scope + " offline_access";
    const auto answer = token(form);
    ASSERT_EQ(verdict(answer), "200") << scope << answer.body();
    EXPECT_EQ(outcome_of(inbox(shared, member(answer, "access_token"))), "200") << scope;
  }
  form["scope"] = imap_scope;
  EXPECT_EQ(outcome_of(inbox(shared, member(token(form), "access_token"))), "401 InvalidAuthenticationToken");
  app->roles.insert("Mail.Read");
  principal().roles = {"Mail.Read"};
  const auto own = token({{"client_id", client_id},
                          {"client_secret", "s~1+&"},
                          {"grant_type", "client_credentials"},
                          {"scope", "https://graph.microsoft.com/.default"}});
  ASSERT_EQ(verdict(own), "200");
  EXPECT_EQ(outcome_of(inbox(shared, member(own, "access_token"))), "200");
}

} // namespace
} // namespace postroom::sim
