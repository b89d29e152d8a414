#include "api/sign_in/pending.hpp"
#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "tests/api/support/sign_in_api.hpp"

#include <gmock/gmock.h>

#include <regex>
#include <thread>

namespace postroom::api::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::string failed = "provider.sign_in_failed";

class browser_api : public sign_in_api {
protected:
  /// A sign-in whose browser is at the platform now; its cookie.
  std::string started(const boost::json::object& wish = {}, const std::string& path = "authenticate") {
    return start(begin(wish, path));
  }
  void expect_failure_event(const std::string& cause) {
    const auto told = events(failed);
    ASSERT_EQ(told.size(), 1U) << cause;
    const auto& data = told[0].at("data").as_object();
    EXPECT_EQ(data.at("cause").as_string(), cause);
    EXPECT_EQ(data.at("provider"), "azure");
    EXPECT_FALSE(data.at("meaning").as_string().empty());
    EXPECT_FALSE(data.at("remedy").as_string().empty());
    EXPECT_TRUE(all_in(storage::space::sign_in).empty()) << "it is used up";
    EXPECT_TRUE(all_in(storage::space::expiry).empty());
    EXPECT_NE(metrics.expose().find("postroom_events_total{type=\"provider.sign_in_failed\"} 1\n"), std::string::npos);
  }
  void expect_untouched() {
    EXPECT_EQ(all_in(storage::space::sign_in).size(), 1U);
    EXPECT_TRUE(events(failed).empty());
    EXPECT_EQ(redeemed(), 0U);
  }
};

/// Nothing of it is kept, framed, scripted or told to another site.
void expect_page(const answer& page, unsigned status) {
  EXPECT_EQ(page.status, status) << page.body;
  EXPECT_EQ(page.header("content-type"), "text/html; charset=utf-8");
  EXPECT_EQ(page.header("cache-control"), "no-store");
  EXPECT_EQ(page.header("referrer-policy"), "no-referrer");
  EXPECT_EQ(page.header("x-content-type-options"), "nosniff");
  const auto policy = page.header("content-security-policy");
  EXPECT_THAT(policy,
              AllOf(HasSubstr("default-src 'none'"), HasSubstr("frame-ancestors 'none'"), Not(HasSubstr("unsafe"))));
  std::smatch style;
  ASSERT_TRUE(std::regex_search(page.body, style, std::regex{"<style>([^<]*)</style>"}));
  EXPECT_THAT(policy, HasSubstr("'sha256-" + base64_encode(as_view(sha256(style[1].str()))) + "'"));
  EXPECT_THAT(page.body, Not(HasSubstr("<script")));
}

TEST_F(browser_api, is_shown_what_the_link_is_for_and_a_button) {
  const auto page = browser->get(begin({{"delegate", "andrea@contoso.example"}}));
  expect_page(page, 200);
  EXPECT_THAT(page.body, AllOf(HasSubstr("<form method=\"post\"><button id=\"go-on\">"), HasSubstr("login.example"),
                               HasSubstr("andrea@contoso.example"), Not(HasSubstr(state))));
  EXPECT_EQ(page.header("set-cookie"), "");
  EXPECT_EQ(page.header("location"), "");
  EXPECT_THAT(page.header("content-security-policy"), HasSubstr("; form-action 'self' https:"))
      << "browsers hold redirects against it";
  EXPECT_THAT(browser->get(begin({}, "admin-consent")).body, HasSubstr("administrator"));
}

TEST_F(browser_api, is_sent_to_the_platform_with_a_cookie) {
  const auto page = begin();
  const auto sent = press(page);
  EXPECT_EQ(sent.status, 303U);
  EXPECT_EQ(sent.header("location"), "https://login.example/authorize?state=" + state);
  EXPECT_EQ(sent.header("referrer-policy"), "no-referrer");
  EXPECT_EQ(sent.header("cache-control"), "no-store");
  EXPECT_THAT(sent.header("set-cookie"),
              testing::MatchesRegex(cookie_with("[-_A-Za-z0-9]{43}") +
                                    "; Path=/api/cloudProviders/; Max-Age=900; HttpOnly; Secure; SameSite=None"));
  EXPECT_EQ(pending().cookie_hash().size(), 32U);
}

TEST_F(browser_api, may_load_the_start_page_again_but_no_other_may) {
  const auto page = begin();
  const auto cookie = start(page);
  for (const auto& again : {get_with(cookie, page), press(page, cookie)}) {
    EXPECT_EQ(again.status, 303U);
    EXPECT_EQ(again.header("set-cookie"), "");
  }
  for (const auto& other : {std::string{}, cookie_with(std::string(43, 'x')), "x" + cookie})
    for (const auto& refused : {get_with(other, page), press(page, other)}) {
      expect_page(refused, 409);
      EXPECT_THAT(refused.body, HasSubstr("used already"));
      EXPECT_EQ(refused.header("location"), "");
    }
}

TEST_F(browser_api, is_not_a_program_that_looks_links_over) {
  const auto page = begin();
  browser->write(browser->bytes_of({"HEAD", page, {}, {}}));
  EXPECT_EQ(browser->read_answer(true).status, 200U);
  EXPECT_EQ(browser->get(page).status, 200U);
  EXPECT_EQ(browser->get(page).header("set-cookie"), "");
  EXPECT_EQ(pending().cookie_hash(), "");
  EXPECT_FALSE(start(page).empty());
}

TEST_F(browser_api, may_be_at_several_sign_ins) {
  const auto a = started();
  const auto state_of_a = state;
  const auto jar = a + "; " + started();
  const auto state_of_b = state;
  for (const auto& each : {state_of_a, state_of_b}) {
    state = each;
    expect_page(come_back(jar), 200);
  }
  EXPECT_EQ(redeemed(), 2U);
}

TEST_F(browser_api, comes_too_late_for_the_start_page) {
  const auto page = begin();
  time.advance(sign_in::life);
  expect_page(browser->get(page), 410);
  expect_page(press(page), 410);
  expect_page(browser->get("/api/cloudProviders/oauth2/start/unknown"), 410);
}

TEST_F(browser_api, of_two_at_once_one_gets_the_start_page) {
  const auto page = begin();
  std::array<unsigned, 2> status{};
  std::array<std::string, 2> seen;
  {
    std::vector<std::jthread> both;
    for (std::size_t i = 0; i < 2; ++i)
      both.emplace_back([&, i] { status[i] = client{port(), seen[i]}.send({"POST", page, {}, {}}).status; });
  }
  EXPECT_THAT(status, testing::UnorderedElementsAre(303U, 409U));
}

TEST_F(browser_api, comes_back_and_is_told_who_signed_in_and_what_comes_next) {
  const auto cookie = started({{"delegate", "andrea@contoso.example"}});
  const auto page = come_back(cookie);
  expect_page(page, 200);
  for (const auto* words :
       {"Andrea Rossi", "andrea@contoso.example", "9f1c0000-0000-4000-8000-000000000001",
        "Read and change mail over IMAP", "postroom account add", "--grant andrea", "POST /v1/tenants/acme/accounts"})
    EXPECT_THAT(page.body, HasSubstr(words));
  ASSERT_EQ(redemptions.size(), 1U);
  EXPECT_EQ(redemptions[0].code.expose(), secret_mark + "-code");
  EXPECT_EQ(redemptions[0].code_verifier.expose(), secret_mark + "-verifier");
  EXPECT_EQ(redemptions[0].nonce, "nonce-1");
  EXPECT_EQ(redemptions[0].redirect_uri, "https://gateway.example" + callback);
  EXPECT_EQ(redemptions[0].delegate, "andrea@contoso.example");
  EXPECT_EQ(redemptions[0].tenant, tenant_id{"acme"});
  EXPECT_TRUE(all_in(storage::space::sign_in).empty());
  EXPECT_TRUE(all_in(storage::space::expiry).empty());
  EXPECT_TRUE(events(failed).empty());
}

TEST_F(browser_api, is_told_what_is_missing_and_who_uses_the_grant) {
  script->redeem = [](const redeem_code&) -> result<signed_in> {
    auto who = andrea();
    who.missing = {"https://outlook.office.com/SMTP.Send"};
    who.accounts = {"support"};
    return who;
  };
  const auto page = come_back(started());
  expect_page(page, 200);
  EXPECT_THAT(page.body,
              AllOf(HasSubstr("Send mail over SMTP"), HasSubstr("Mail cannot be sent over SMTP."),
                    HasSubstr("API permissions"), HasSubstr("support"), Not(HasSubstr("postroom account add"))));
}

TEST_F(browser_api, may_bring_the_answer_as_a_form) {
  const auto cookie = started({{"form_post", true}});
  const std::string body = "code=" + secret_mark + "%2Bcode&session_state=1&state=" + state;
  const std::map<std::string, std::string> headers{{"Cookie", "a=b; " + cookie + " ; c=d"},
                                                   {"Content-Type", "application/x-www-form-urlencoded; charset=x"}};
  EXPECT_EQ(browser->send({"POST", callback, body, {{"Cookie", cookie}, {"Content-Type", "text/plain"}}}).status, 400U);
  expect_page(browser->send({"POST", callback, body, headers}), 200);
  EXPECT_EQ(redemptions.at(0).code.expose(), secret_mark + "+code");
  EXPECT_EQ(browser->send({"POST", callback, body, headers}).status, 410U);
}

TEST_F(browser_api, may_not_send_forms_without_end) {
  const std::map<std::string, std::string> headers{{"Content-Type", "application/x-www-form-urlencoded"}};
  EXPECT_EQ(browser->send({"POST", callback, "code=" + std::string(40'000, 'x'), headers}).status, 413U);
  auto another = nobody();
  expect_page(another.send({"POST", callback, "code=%zz", headers}), 400);
}

TEST_F(browser_api, is_answered_once) {
  const auto cookie = started();
  expect_page(come_back(cookie), 200);
  const auto again = come_back(cookie);
  expect_page(again, 410);
  EXPECT_THAT(again.body, Not(HasSubstr("Andrea")));
  EXPECT_EQ(redeemed(), 1U);
}

TEST_F(browser_api, is_answered_once_even_if_it_comes_twice_at_once) {
  for (int round = 0; round < 5; ++round) {
    const auto cookie = started();
    const auto path = callback_with("code=x");
    std::array<std::string, 3> seen;
    {
      std::vector<std::jthread> all;
      for (auto& transcript_of_one : seen)
        all.emplace_back([&] { client{port(), transcript_of_one}.send({"GET", path, {}, {{"Cookie", cookie}}}); });
    }
    EXPECT_EQ(redeemed(), static_cast<std::size_t>(round + 1));
  }
}

TEST_F(browser_api, is_another_one) {
  const auto cookie = started({{"delegate", "andrea@contoso.example"}});
  const auto page = come_back(cookie_with(std::string(43, 'x')));
  expect_page(page, 403);
  EXPECT_THAT(page.body, HasSubstr("Another browser"));
  expect_failure_event("sign_in.no_cookie");
  EXPECT_EQ(events(failed)[0].at("data").at("delegate"), "andrea@contoso.example");
  expect_page(come_back(cookie), 410);
  EXPECT_EQ(redeemed(), 0U);
}

TEST_F(browser_api, was_never_at_the_start_page) {
  begin();
  expect_page(come_back({}), 403);
  expect_failure_event("sign_in.no_cookie");
}

TEST_F(browser_api, brings_a_state_that_is_not_ours) {
  const auto cookie = started();
  const auto id = state.substr(0, state.find('.'));
  for (const auto& wrong : {id + ".", id, id + ".x", "." + id, std::string{"x.y"}, state + "x", std::string{}})
    expect_page(get_with(cookie, callback + "?code=x&state=" + wrong), 410);
  expect_page(get_with(cookie, callback + "?code=x"), 400);
  expect_page(get_with(cookie, callback + "?state=" + state), 400);
  expect_page(get_with(cookie, callback + "?code=a%0Ab&state=" + state), 400);
  expect_untouched();
  expect_page(come_back(cookie), 200);
}

TEST_F(browser_api, comes_back_to_the_path_of_another_service) {
  const auto cookie = started();
  for (const auto* service : {"google", "oidc", "nowhere"}) {
    const auto path = "/api/cloudProviders/oauth2/" + std::string{service} + "/callback?code=x&state=" + state;
    expect_page(get_with(cookie, path), 410);
  }
  expect_untouched();
}

TEST_F(browser_api, comes_back_too_late) {
  const auto cookie = started();
  time.advance(sign_in::life);
  const auto page = come_back(cookie);
  expect_page(page, 410);
  expect_failure_event("sign_in.stale_state");
  EXPECT_EQ(redeemed(), 0U);
}

TEST_F(browser_api, brings_a_refusal) {
  struct row {
    std::string parameters;
    unsigned status;
    std::string cause;
    std::string words;
  };
  const std::vector<row> rows{
      {"error=access_denied&error_description=AADSTS65004%3A+declined", 403, "sign_in.declined", "declined"},
      {"error=access_denied", 403, "sign_in.declined", "declined"},
      {"error=access_denied&error_description=AADSTS90094%3A+admin", 403, "sign_in.admin_approval",
       "postroom provider admin-consent azure"},
      {"error=server_error&error_description=AADSTS50105%3A+not+assigned", 502, "AADSTS50105", "Who acts"},
      {"error=access_denied&error_description=AADSTS53004%3A+risk", 403, "access_denied", "blocked_by_policy"},
  };
  for (const auto& each : rows) {
    const auto before = events(failed).size();
    const auto page = come_back(started(), each.parameters);
    expect_page(page, each.status);
    EXPECT_THAT(page.body, HasSubstr(each.words));
    const auto told = events(failed);
    ASSERT_EQ(told.size(), before + 1);
    EXPECT_EQ(told.back().at("data").at("cause").as_string(), each.cause);
    EXPECT_TRUE(all_in(storage::space::sign_in).empty());
  }
  EXPECT_EQ(redeemed(), 0U);
}

TEST_F(browser_api, was_somebody_elses) {
  script->redeem = [](const redeem_code&) -> result<signed_in> {
    auto why = fail(errc::forbidden, "expected andrea@contoso.example, but otto@contoso.example has signed in");
    why.cause = "sign_in.wrong_person";
    return why;
  };
  const auto page = come_back(started({{"delegate", "andrea@contoso.example"}}));
  expect_page(page, 403);
  EXPECT_THAT(page.body, AllOf(HasSubstr("Somebody else"), HasSubstr("otto@contoso.example"),
                               HasSubstr("private window"), HasSubstr("Nothing was stored")));
  expect_failure_event("sign_in.wrong_person");
}

TEST_F(browser_api, meets_a_secret_that_has_expired) {
  script->redeem = [](const redeem_code&) -> result<signed_in> {
    auto why = fail(errc::app_misconfigured, "invalid_client (AADSTS7000222) [trace 1-2, correlation 3-4]");
    why.cause = "AADSTS7000222";
    return why;
  };
  const auto page = come_back(started());
  expect_page(page, 502);
  EXPECT_THAT(page.body, AllOf(HasSubstr("trace 1-2"), HasSubstr("AADSTS7000222")));
  expect_failure_event("AADSTS7000222");
}

TEST_F(browser_api, was_an_administrators) {
  const auto cookie = started({}, "admin-consent");
  const auto page = come_back(
      cookie, "admin_consent=True&tenant=9f1c0000-0000-4000-8000-00000000000A&scope=https%3A%2F%2Fx%2F.default");
  expect_page(page, 200);
  EXPECT_THAT(page.body, HasSubstr("9f1c0000-0000-4000-8000-00000000000a"));
  EXPECT_EQ(redeemed(), 0U);
  EXPECT_TRUE(all_in(storage::space::sign_in).empty());
}

TEST_F(browser_api, brings_an_answer_to_another_question) {
  expect_page(come_back(started({}, "admin-consent")), 502);
  expect_page(come_back(started(), "admin_consent=True&tenant=9f1c0000-0000-4000-8000-00000000000a"), 502);
  EXPECT_EQ(redeemed(), 0U);
  EXPECT_EQ(events(failed).size(), 2U);
}

TEST_F(browser_api, finds_the_provider_gone) {
  const auto cookie = started();
  ASSERT_EQ(admin->remove(providers + "/azure", "*").status, 204U);
  expect_page(come_back(cookie), 410);
  EXPECT_EQ(redeemed(), 0U);
}

TEST_F(browser_api, is_shown_nothing_unescaped) {
  script->redeem = [](const redeem_code&) -> result<signed_in> {
    auto who = andrea();
    who.display_name = "<script>alert(1)</script>\"'&";
    who.accounts = {"<b>"};
    return who;
  };
  const auto page = come_back(started());
  expect_page(page, 200);
  EXPECT_THAT(page.body,
              AllOf(HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;"), HasSubstr("&lt;b&gt;")));
  const auto refused =
      come_back(started(), "error=%3Cscript%3E&error_description=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E%FF");
  expect_page(refused, 502);
  EXPECT_THAT(refused.body, Not(HasSubstr("<img")));
}

TEST_F(browser_api, that_asks_too_often_has_to_wait) {
  const auto from = [&](const std::string& address) {
    return browser->send({"GET", "/api/cloudProviders/oauth2/start/x", {}, {{"X-Forwarded-For", address}}});
  };
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(from("203.0.113.9, 198.51.100.7").status, 410U);
  const auto slow = from("198.51.100.7");
  expect_page(slow, 429);
  EXPECT_EQ(slow.header("retry-after"), "2");
  EXPECT_EQ(from("203.0.113.9").status, 410U) << "what stands before the last may be made up";
  EXPECT_EQ(browser->send({"GET", callback, {}, {{"X-Forwarded-For", "198.51.100.7"}}}).status, 429U);
  const std::map<std::string, std::string> two_lines{{"X-Forwarded-For", "203.0.113.9"},
                                                     {"x-forwarded-for", "198.51.100.7"}};
  EXPECT_EQ(browser->send({"GET", callback, {}, two_lines}).status, 429U) << "the proxy's own line is the last";
  time.advance(std::chrono::seconds{2});
  EXPECT_EQ(from("198.51.100.7").status, 410U);
}

} // namespace
} // namespace postroom::api::test
