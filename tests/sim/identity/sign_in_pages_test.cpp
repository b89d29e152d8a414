#include "sim/identity/sign_in_pages.hpp"

#include "tests/sim/identity/test_browser.hpp"

#include <gmock/gmock.h>

namespace postroom::sim {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class sign_in_pages_test : public sign_in_fixture {
protected:
  static std::string authorize(form_fields changes = {}, const std::string& tenant = "organizations") {
    form_fields fields{{"client_id", "app-1"},    {"redirect_uri", std::string{callback}},
                       {"response_type", "code"}, {"state", "s 1"},
                       {"nonce", "n-1"},          {"scope", std::string{mail}},
                       {"code_challenge", pkce},  {"code_challenge_method", "S256"}};
    for (const auto& [name, value] : changes)
      fields[name] = value;
    std::erase_if(fields, [](const auto& field) { return field.second == "-"; });
    return "/" + tenant + "/oauth2/v2.0/authorize?" + test_browser::query(fields);
  }
  authorization redeem(const std::string& code) {
    authorization what;
    EXPECT_EQ(grants.redeem_code(code, what), authorizations::code_state::good);
    return what;
  }
  /// To the code, with consent.
  void sign_in_fully(const std::string& upn, const form_fields& changes = {}) {
    browser.get(authorize(changes));
    browser.sign_in(upn);
    browser.submit({{"action", "accept"}});
    ASSERT_EQ(browser.response().result_int(), 302U) << browser.body();
  }

  static constexpr const char* pkce = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
  test_browser browser{pages};
};

TEST_F(sign_in_pages_test, leads_from_the_request_to_a_code) {
  EXPECT_EQ(browser.get(authorize()), 200U);
  EXPECT_TRUE(browser.has("email") && browser.has("next"));
  EXPECT_EQ(browser.submit({{"email", " Dora@Contoso.test "}}), 200U);
  EXPECT_TRUE(browser.has("password") && browser.has("sign-in"));
  EXPECT_TRUE(browser.shows("dora@contoso.test"));
  EXPECT_EQ(browser.submit({{"password", "Secret-1"}}), 200U);
  EXPECT_TRUE(browser.has("accept") && browser.has("cancel"));
  EXPECT_FALSE(browser.has("on-behalf"));
  EXPECT_TRUE(browser.shows("Read and write access to your mail"));
  EXPECT_TRUE(browser.shows("Mail &lt;Gateway&gt; would like to:"));
  time.advance(1min);
  EXPECT_EQ(browser.submit({{"action", "accept"}}), 302U);
  EXPECT_THAT(browser.location(), AllOf(StartsWith(std::string{callback} + "&code="), HasSubstr("&state=s%201")));
  EXPECT_EQ(browser.returned("session_state").size(), 36U);

  const auto granted = redeem(browser.returned("code"));
  EXPECT_EQ(granted.tenant_id, "tenant-1");
  EXPECT_EQ(granted.client_id, "app-1");
  EXPECT_EQ(granted.upn, "dora@contoso.test");
  EXPECT_EQ(granted.redirect_uri, callback);
  EXPECT_FALSE(granted.spa);
  EXPECT_THAT(granted.scopes, ElementsAre(mail));
  EXPECT_EQ(granted.nonce, "n-1");
  EXPECT_EQ(granted.code_challenge, pkce);
  EXPECT_EQ(granted.code_challenge_method, "S256");
  EXPECT_EQ(granted.signed_in, time.now() - 1min);
  EXPECT_TRUE(principal().user_scopes["dora@contoso.test"].contains(std::string{mail}));
  EXPECT_FALSE(principal().object_id.empty());
  EXPECT_EQ(pages.browsers().sign_ins(), 0U);
}

TEST_F(sign_in_pages_test, signs_in_again_without_asking) {
  sign_in_fully("dora@contoso.test");
  const auto when = time.now();
  time.advance(1h);
  EXPECT_EQ(browser.get(authorize({{"response_mode", "fragment"}})), 302U);
  EXPECT_THAT(browser.location(), StartsWith(std::string{callback} + "#code="));
  EXPECT_EQ(redeem(browser.returned("code")).signed_in, when);
  EXPECT_EQ(browser.get(authorize({{"prompt", "none"}})), 302U);
  EXPECT_FALSE(browser.returned("code").empty());

  EXPECT_EQ(browser.get(authorize({{"prompt", "login"}})), 200U);
  EXPECT_TRUE(browser.has("email"));
  EXPECT_EQ(browser.get(authorize({{"prompt", "consent"}})), 200U);
  EXPECT_TRUE(browser.has("accept"));
  EXPECT_EQ(browser.submit({{"action", "accept"}}), 302U);
  browser.get(authorize({{"scope", "https://outlook.office365.com/IMAP.AccessAsUser.All Mail.Send"}}));
  EXPECT_TRUE(browser.shows("Send mail as you")) << "only what is missing is asked for";
  EXPECT_FALSE(browser.shows("Read and write access to your mail"));
  browser.get(authorize({{"login_hint", "otto@contoso.test"}}));
  EXPECT_TRUE(browser.shows("value=\"otto@contoso.test\""));

  time.advance(24h);
  EXPECT_EQ(browser.get(authorize()), 200U);
  EXPECT_TRUE(browser.has("email")) << "sessions end";
}

TEST_F(sign_in_pages_test, asks_which_account) {
  sign_in_fully("dora@contoso.test");
  sign_in_fully("otto@contoso.test", {{"prompt", "login"}});
  browser.get(authorize());
  EXPECT_TRUE(browser.has("account-0") && browser.has("account-1") && browser.has("use-other"));
  EXPECT_EQ(browser.submit({{"account", "0"}}), 302U);
  EXPECT_EQ(redeem(browser.returned("code")).upn, "dora@contoso.test");
  browser.get(authorize({{"login_hint", "OTTO@contoso.test"}}));
  EXPECT_EQ(redeem(browser.returned("code")).upn, "otto@contoso.test");
  browser.get(authorize({{"prompt", "none"}}));
  EXPECT_EQ(browser.returned("error"), "interaction_required");
  EXPECT_THAT(browser.returned("error_description"), StartsWith("AADSTS16000"));

  browser.get(authorize({{"prompt", "select_account"}, {"login_hint", "dora@contoso.test"}}));
  EXPECT_EQ(browser.submit({{"account", "7"}}), 200U);
  EXPECT_TRUE(browser.has("account-1")) << "there is no such account";
  browser.submit({{"action", "other"}});
  EXPECT_TRUE(browser.has("email"));
}

TEST_F(sign_in_pages_test, says_on_the_page_what_is_wrong_with_the_account) {
  browser.get(authorize());
  browser.submit({{"email", "nobody@contoso.test"}});
  EXPECT_TRUE(browser.has("email") && browser.shows("AADSTS50034"));
  browser.submit({{"email", "gail@workspace.test"}});
  EXPECT_TRUE(browser.shows("AADSTS50034")) << "Google's";
  browser.submit({{"email", "dora@contoso.test"}});
  browser.submit({{"password", "secret-1"}});
  EXPECT_TRUE(browser.has("password") && browser.shows("AADSTS50126"));
  who("dora@contoso.test").locked = true;
  browser.submit({{"password", "Secret-1"}});
  EXPECT_TRUE(browser.shows("AADSTS50053"));
  who("dora@contoso.test").locked = false;
  who("dora@contoso.test").enabled = false;
  browser.submit({{"password", "Secret-1"}});
  EXPECT_TRUE(browser.shows("AADSTS50057"));
  browser.submit({{"action", "other"}});
  EXPECT_TRUE(browser.has("email"));
}

TEST_F(sign_in_pages_test, ends_single_sign_on_with_the_account) {
  sign_in_fully("dora@contoso.test");
  who("dora@contoso.test").enabled = false;
  EXPECT_EQ(browser.get(authorize()), 200U);
  who("dora@contoso.test").enabled = true;
  EXPECT_EQ(browser.get(authorize()), 302U);
  who("dora@contoso.test").sessions_valid_from = time.now() + 1s;
  EXPECT_EQ(browser.get(authorize()), 200U);
  EXPECT_TRUE(browser.has("email"));
  who("dora@contoso.test").sessions_valid_from = {};
  contoso.policies.sign_in_frequency = 60s;
  time.advance(60s);
  EXPECT_EQ(browser.get(authorize()), 200U);
  EXPECT_TRUE(browser.has("password"));
}

TEST_F(sign_in_pages_test, asks_for_a_second_factor) {
  who("dora@contoso.test").mfa_required = true;
  browser.get(authorize());
  browser.sign_in("dora@contoso.test");
  EXPECT_TRUE(browser.has("otc") && browser.has("verify"));
  EXPECT_EQ(browser.cookies().count("postroom_session"), 0U) << "not signed in yet";
  browser.submit({{"otc", "654321"}});
  EXPECT_TRUE(browser.shows("AADSTS500121"));
  browser.submit({{"otc", "123 456"}});
  EXPECT_TRUE(browser.has("accept"));
  EXPECT_EQ(who("dora@contoso.test").last_mfa, time.now());
  browser.submit({{"action", "accept"}});
  EXPECT_EQ(browser.get(authorize()), 302U);
  who("dora@contoso.test").last_mfa = {};
  EXPECT_EQ(browser.get(authorize()), 200U);
  EXPECT_TRUE(browser.has("otc"));
  EXPECT_EQ(browser.get(authorize({{"prompt", "none"}})), 302U);
  EXPECT_THAT(browser.returned("error_description"), StartsWith("AADSTS50076"));
}

TEST_F(sign_in_pages_test, enrols_a_second_factor) {
  who("dora@contoso.test").mfa_required = true;
  who("dora@contoso.test").mfa_enrolled = false;
  browser.get(authorize());
  browser.sign_in("dora@contoso.test");
  EXPECT_TRUE(browser.shows("AADSTS50079") && browser.has("next"));
  browser.submit({{"action", "next"}});
  browser.submit({{"otc", "1"}});
  EXPECT_FALSE(who("dora@contoso.test").mfa_enrolled);
  browser.submit({{"otc", "123456"}});
  EXPECT_TRUE(who("dora@contoso.test").mfa_enrolled);
  EXPECT_TRUE(browser.has("accept"));
}

TEST_F(sign_in_pages_test, tells_the_client_that_consent_was_declined) {
  browser.get(authorize());
  browser.sign_in("dora@contoso.test");
  EXPECT_EQ(browser.submit({{"action", "cancel"}}), 302U);
  EXPECT_EQ(browser.returned("error"), "access_denied");
  EXPECT_THAT(browser.returned("error_description"), AllOf(StartsWith("AADSTS65004: "), HasSubstr("\r\nTimestamp: ")));
  EXPECT_EQ(browser.returned("state"), "s 1");
  EXPECT_TRUE(principal().user_scopes.empty());
  browser.get(authorize({{"prompt", "none"}}));
  EXPECT_EQ(browser.returned("error"), "consent_required");
  EXPECT_THAT(browser.returned("error_description"), StartsWith("AADSTS65001"));
}

TEST_F(sign_in_pages_test, leaves_consent_to_administrators_where_users_may_not) {
  contoso.policies.users_may_consent = false;
  browser.get(authorize());
  browser.sign_in("dora@contoso.test");
  EXPECT_TRUE(browser.shows("Need admin approval") && browser.shows("AADSTS90094"));
  EXPECT_FALSE(browser.has("accept"));
  browser.submit({{"step", "consent"}, {"action", "accept"}});
  EXPECT_TRUE(browser.shows("Need admin approval")) << "a forged step is none";
  browser.submit({{"action", "other"}});
  browser.sign_in("ada@contoso.test");
  EXPECT_TRUE(browser.has("on-behalf"));
  EXPECT_EQ(browser.submit({{"action", "accept"}, {"on-behalf", "yes"}}), 302U);
  EXPECT_TRUE(principal().scopes.contains(std::string{mail}));
  EXPECT_TRUE(principal().user_scopes.empty());

  browser.get(authorize({{"prompt", "login"}}));
  EXPECT_EQ(browser.sign_in("dora@contoso.test"), 302U) << "everyone's now";
  browser.get(authorize({{"login_hint", "dora@contoso.test"}, {"scope", "Mail.Send"}}));
  EXPECT_EQ(browser.submit({{"action", "cancel"}}), 302U);
  EXPECT_EQ(browser.returned("error"), "access_denied");
  EXPECT_THAT(browser.returned("error_description"), StartsWith("AADSTS90094"));
  contoso.policies.users_may_consent = true;
  browser.get(authorize({{"login_hint", "dora@contoso.test"}, {"scope", "Directory.Read.All"}}));
  EXPECT_TRUE(browser.shows("AADSTS90094")) << "needs an administrator in any case";
}

TEST_F(sign_in_pages_test, keeps_out_who_is_not_admitted) {
  principal().assignment_required = true;
  browser.get(authorize());
  browser.sign_in("dora@contoso.test");
  EXPECT_TRUE(browser.shows("AADSTS50105"));
  principal().assigned.insert("dora@contoso.test");
  browser.get(authorize());
  EXPECT_TRUE(browser.has("accept"));
  principal().enabled = false;
  browser.get(authorize());
  EXPECT_TRUE(browser.shows("AADSTS7000112"));
  browser.get(authorize({{"prompt", "none"}}));
  EXPECT_EQ(browser.returned("error"), "interaction_required");
}

TEST_F(sign_in_pages_test, keeps_out_accounts_of_other_tenants_but_not_guests) {
  browser.get(authorize({}, "contoso.test"));
  EXPECT_EQ(browser.sign_in("zoe@fabrikam.test"), 400U);
  EXPECT_TRUE(browser.shows("AADSTS50020") && browser.shows("Correlation ID: "));
  browser.submit({{"action", "other"}});
  browser.sign_in("dora@contoso.test");
  EXPECT_TRUE(browser.has("accept"));

  contoso.users["zoe@fabrikam.test"] = who("zoe@fabrikam.test");
  browser.get(authorize({{"prompt", "login"}}, "tenant-1"));
  browser.sign_in("zoe@fabrikam.test");
  EXPECT_TRUE(browser.has("accept"));
}

TEST_F(sign_in_pages_test, posts_to_the_client_by_form) {
  browser.get(authorize({{"response_mode", "form_post"}, {"state", "<'\"&\r\n>"}}));
  browser.sign_in("dora@contoso.test");
  EXPECT_EQ(browser.submit({{"action", "accept"}}), 200U);
  EXPECT_TRUE(browser.has("next")) << "a button for browsers without scripts";
  EXPECT_TRUE(browser.shows("<form method=\"post\" action=\"https://app.test/callback?x=1\""));
  auto fields = browser.hidden_fields();
  EXPECT_EQ(fields["state"], "<'\"&\r\n>");
  EXPECT_EQ(redeem(fields["code"]).upn, "dora@contoso.test");
  EXPECT_FALSE(browser.shows("<'\""));
  EXPECT_THAT(browser.header("Content-Security-Policy"), HasSubstr("script-src 'sha256-"));
  browser.get(authorize({{"response_mode", "form_post"}, {"prompt", "none"}, {"scope", "Mail.Send"}}));
  EXPECT_EQ(browser.hidden_fields()["error"], "consent_required");
}

TEST_F(sign_in_pages_test, never_redirects_to_strangers) {
  const auto shows = [&](form_fields changes, std::string_view code, const std::string& tenant = "organizations") {
    browser.get(authorize(std::move(changes), tenant));
    EXPECT_TRUE(browser.location().empty());
    return browser.shows(code) && browser.shows("Correlation ID: ") && browser.shows("Timestamp: ");
  };
  EXPECT_TRUE(shows({{"redirect_uri", "https://app.test/callback"}}, "AADSTS50011"));
  EXPECT_TRUE(shows({{"redirect_uri", "HTTPS://app.test/callback?x=1"}}, "AADSTS50011"));
  EXPECT_TRUE(shows({{"redirect_uri", "javascript:alert(1)"}}, "AADSTS50011"));
  EXPECT_TRUE(shows({{"redirect_uri", "-"}}, "AADSTS900971"));
  EXPECT_TRUE(shows({{"client_id", "<script>alert(1)</script>"}}, "AADSTS700016"));
  EXPECT_FALSE(browser.shows("<script"));
  EXPECT_TRUE(shows({{"client_id", "-"}}, "AADSTS900144"));
  EXPECT_TRUE(shows({}, "AADSTS90002", "nowhere.test"));
  EXPECT_TRUE(shows({}, "AADSTS90002", "workspace.test")) << "is Google's";
  EXPECT_TRUE(shows({{"client_id", "app-2"}}, "AADSTS50194"));
  EXPECT_TRUE(shows({{"client_id", "app-2"}}, "AADSTS700016", "fabrikam.test"));
  people.find_application("app-1")->redirect_uris.push_back({"https://a.test/\r\nSet-Cookie: x=1", redirect_kind::web});
  EXPECT_TRUE(shows({{"redirect_uri", "https://a.test/\r\nSet-Cookie: x=1"}}, "AADSTS50011"));
  EXPECT_EQ(pages.browsers().sign_ins(), 0U);
}

TEST_F(sign_in_pages_test, splits_no_header) {
  browser.get(authorize({{"prompt", "none"}, {"state", "a\r\nSet-Cookie: evil=1\r\n\r\n<script>"}}));
  EXPECT_EQ(browser.response().result_int(), 302U);
  EXPECT_EQ(browser.returned("error"), "login_required");
  EXPECT_THAT(browser.location(), AllOf(Not(HasSubstr("\n")), Not(HasSubstr("<")), HasSubstr("%0D%0ASet-Cookie")));
  EXPECT_EQ(browser.returned("state"), "a\r\nSet-Cookie: evil=1\r\n\r\n<script>");
}

TEST_F(sign_in_pages_test, escapes_what_people_type) {
  browser.get(authorize({{"login_hint", "\"><script>alert(1)</script>"}}));
  EXPECT_FALSE(browser.shows("<script"));
  EXPECT_TRUE(browser.shows("value=\"&quot;&gt;&lt;script&gt;"));
  browser.submit({{"email", "<img src=x onerror='x'>@contoso.test"}});
  EXPECT_FALSE(browser.shows("<img"));
  EXPECT_THAT(browser.header("Content-Security-Policy"),
              AllOf(StartsWith("default-src 'none'; style-src 'sha256-"), HasSubstr("frame-ancestors 'none'"),
                    Not(HasSubstr("script-src"))));
  EXPECT_EQ(browser.header("Cache-Control"), "no-store");
}

TEST_F(sign_in_pages_test, takes_forms_only_from_the_browser_that_got_them) {
  browser.get(authorize());
  auto fields = browser.hidden_fields();
  fields["email"] = "dora@contoso.test";
  test_browser other{pages};
  other.get(authorize());
  EXPECT_EQ(other.post(fields), 400U);
  EXPECT_TRUE(other.shows("AADSTS50089"));
  auto forged = fields;
  forged["csrf"] = "x";
  EXPECT_EQ(browser.post(forged), 400U);
  forged = fields;
  forged["flow"] += "x";
  EXPECT_EQ(browser.post(forged), 400U);
  EXPECT_EQ(browser.post({}), 400U);
  EXPECT_EQ(browser.post(fields), 200U);
  EXPECT_TRUE(browser.has("password"));
  EXPECT_EQ(browser.post(fields), 200U) << "the page before, sent again";
  EXPECT_TRUE(browser.has("password"));

  time.advance(30min);
  EXPECT_EQ(browser.submit({{"password", "Secret-1"}}), 400U);
  EXPECT_TRUE(browser.shows("AADSTS50089"));
}

TEST_F(sign_in_pages_test, protects_its_cookies) {
  sign_in_fully("dora@contoso.test");
  browser.get(authorize({{"prompt", "login"}}));
  const auto before = browser.cookies()["postroom_session"];
  browser.submit({{"email", "dora@contoso.test"}});
  browser.submit({{"password", "Secret-1"}});
  const std::string header{browser.response()["Set-Cookie"]};
  EXPECT_THAT(header, testing::MatchesRegex("postroom_session=[-_A-Za-z0-9]{32}; Path=/; HttpOnly; SameSite=Lax; "
                                            "Secure"));
  EXPECT_NE(browser.cookies()["postroom_session"], before) << "a new name after each password";
  EXPECT_EQ(pages.browsers().sessions(), 1U);
}

TEST_F(sign_in_pages_test, tells_the_client_what_is_wrong_with_its_request) {
  const auto error = [&](form_fields changes) {
    browser.get(authorize(std::move(changes)));
    return browser.returned("error") + " " + browser.returned("error_description").substr(0, 13);
  };
  EXPECT_EQ(error({{"response_type", "token"}}), "unsupported_response_type AADSTS700054:");
  EXPECT_EQ(error({{"response_type", "-"}}), "invalid_request AADSTS900144:");
  EXPECT_EQ(error({{"scope", "-"}}), "invalid_request AADSTS900144:");
  EXPECT_EQ(error({{"scope", "https://outlook.office.com/Everything"}}), "invalid_scope AADSTS70011: ");
  EXPECT_EQ(error({{"scope", "https://elsewhere.test/.default"}}), "invalid_resource AADSTS500011:");
  EXPECT_EQ(error({{"response_mode", "pigeon"}}), "invalid_request AADSTS9002313");
  EXPECT_EQ(error({{"prompt", "none login"}}), "invalid_request AADSTS9002313");
  EXPECT_EQ(error({{"code_challenge", "short"}}), "invalid_request AADSTS9002313");
  EXPECT_EQ(error({{"redirect_uri", "https://app.test/spa"}, {"code_challenge", "-"}, {"code_challenge_method", "-"}}),
            "invalid_request AADSTS9002325");
}

TEST_F(sign_in_pages_test, logs_out) {
  sign_in_fully("dora@contoso.test");
  sign_in_fully("otto@contoso.test", {{"prompt", "login"}});
  const std::string url = "/common/oauth2/v2.0/logout?" +
                          test_browser::query({{"post_logout_redirect_uri", std::string{callback}}, {"state", "z"}});
  browser.get(url + "&logout_hint=otto%40contoso.test");
  EXPECT_EQ(browser.location(), std::string{callback} + "&state=z");
  EXPECT_EQ(browser.get(authorize({{"prompt", "none"}})), 302U);
  EXPECT_EQ(redeem(browser.returned("code")).upn, "dora@contoso.test") << "is still signed in";
  const auto cookie = browser.cookies()["postroom_session"];
  browser.get(url);
  EXPECT_EQ(browser.cookies().count("postroom_session"), 0U);
  browser.cookies()["postroom_session"] = cookie;
  browser.get(authorize({{"prompt", "none"}}));
  EXPECT_EQ(browser.returned("error"), "login_required");
  EXPECT_THAT(browser.returned("error_description"), StartsWith("AADSTS50058"));
  EXPECT_EQ(browser.get("/common/oauth2/v2.0/logout?post_logout_redirect_uri=https%3A%2F%2Fevil.test"), 200U);
  EXPECT_TRUE(browser.has("done"));
}

TEST_F(sign_in_pages_test, has_a_face_of_google) {
  form_fields fields{{"client_id", "app-1"},     {"redirect_uri", std::string{callback}},
                     {"response_type", "code"},  {"scope", "https://mail.google.com/ openid"},
                     {"access_type", "offline"}, {"state", "g"}};
  const auto url = [&] { return "/o/oauth2/v2/auth?" + test_browser::query(fields); };
  browser.get(url());
  browser.submit({{"email", "dora@contoso.test"}});
  EXPECT_TRUE(browser.shows("Couldn&#39;t find your Google Account"));
  browser.submit({{"email", "gail@workspace.test"}});
  browser.submit({{"password", "wrong"}});
  EXPECT_TRUE(browser.shows("Wrong password."));
  EXPECT_FALSE(browser.shows("AADSTS"));
  browser.submit({{"password", "Secret-1"}});
  EXPECT_TRUE(browser.shows("wants access to your Google Account"));
  browser.submit({{"action", "accept"}});
  EXPECT_EQ(browser.returned("scope"), "https://mail.google.com/ openid");
  EXPECT_THAT(redeem(browser.returned("code")).scopes,
              ElementsAre("https://mail.google.com/", "openid", "offline_access"));
  EXPECT_EQ(browser.get(url()), 302U);
  EXPECT_THAT(redeem(browser.returned("code")).scopes, ElementsAre("https://mail.google.com/", "openid"))
      << "no second refresh token without prompt=consent";
  EXPECT_EQ(browser.get(authorize()), 200U);
  EXPECT_TRUE(browser.has("email")) << "Google's accounts are unknown to Entra";

  fields["prompt"] = "consent";
  browser.get(url());
  browser.submit({{"action", "cancel"}});
  EXPECT_EQ(browser.location(), std::string{callback} + "&error=access_denied&state=g");
  fields["redirect_uri"] = "https://evil.test/";
  EXPECT_EQ(browser.get(url()), 400U);
  EXPECT_TRUE(browser.shows("Error 400: redirect_uri_mismatch"));
  fields["client_id"] = "nobody";
  EXPECT_EQ(browser.get(url()), 401U);
}

TEST_F(sign_in_pages_test, leaves_other_paths_and_methods_alone) {
  const auto answer = [&](boost::beast::http::verb method, const std::string& target) {
    return pages.answer({method, target, 11});
  };
  using boost::beast::http::verb;
  for (const auto* const path : {"/", "", "/organizations/oauth2/v2.0/token", "//oauth2/v2.0/authorize", "*",
                                 "/a/b/oauth2/v2.0/authorize", "/devicelogin/"})
    EXPECT_FALSE(answer(verb::get, path)) << path;
  EXPECT_EQ(answer(verb::delete_, "/devicelogin")->result_int(), 405U);
  EXPECT_EQ(answer(verb::get, authorize() + "&x=" + std::string(9000, 'x'))->result_int(), 414U);
  http_request large{verb::post, "/devicelogin", 11};
  large.body() = std::string(20'000, 'x');
  EXPECT_EQ(pages.answer(large)->result_int(), 413U);
}

TEST_F(sign_in_pages_test, repeats_the_client_s_request_id_when_it_is_one) {
  const std::string id = "01234567-89ab-cdef-0123-456789abcdef";
  browser.get(authorize({{"client_id", "nobody"}, {"client-request-id", id}}));
  EXPECT_TRUE(browser.shows("Correlation ID: " + id));
  browser.get(authorize({{"client_id", "nobody"}, {"client-request-id", std::string(36, '<')}}));
  EXPECT_FALSE(browser.shows("&lt;&lt;"));
}

} // namespace
} // namespace postroom::sim
