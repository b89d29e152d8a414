#include "api/sign_in/pending.hpp"
#include "storage/expiry.hpp"
#include "storage/secrets.hpp"
#include "tests/api/support/object_checks.hpp"
#include "tests/api/support/sign_in_api.hpp"

#include <gmock/gmock.h>

namespace postroom::api::test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class authenticate_api : public sign_in_api {
protected:
  answer ask_for(const boost::json::object& wish, const std::string& provider = "azure") {
    return admin->post(providers + "/" + provider + "/authenticate", wish);
  }
};

TEST_F(authenticate_api, gives_a_start_page_of_our_own) {
  const auto made = ask_for({{"delegate", "andrea@contoso.example"}, {"prompt", "login"}, {"form_post", true}});
  ASSERT_EQ(made.status, 201U) << made.body;
  const auto shown = made.json();
  EXPECT_THAT(std::string{shown.at("url").as_string()},
              StartsWith("https://gateway.example/api/cloudProviders/oauth2/start/"));
  EXPECT_EQ(shown.at("expires").as_string(), to_rfc3339(time.now() + sign_in::life));
  EXPECT_EQ(shown.at("delegate"), "andrea@contoso.example");
  EXPECT_EQ(shown.at("purpose"), "sign_in");
  ASSERT_EQ(plans.size(), 1U);
  EXPECT_EQ(plans[0].tenant, tenant_id{"acme"});
  EXPECT_EQ(plans[0].delegate, "andrea@contoso.example");
  EXPECT_EQ(plans[0].prompt, "login");
  EXPECT_TRUE(plans[0].form_post);
}

TEST_F(authenticate_api, needs_no_body) {
  EXPECT_EQ(admin->send({"POST", providers + "/azure/authenticate", {}, {}}).status, 201U);
}

TEST_F(authenticate_api, stores_neither_state_nor_verifier_as_they_are) {
  begin();
  const auto raw = all_in(storage::space::sign_in);
  ASSERT_EQ(raw.size(), 1U);
  EXPECT_EQ(raw[0].key.size(), 22U) << "128 bits";
  // The address of the platform holds the state; it is what the browser is sent to, and has no power without a cookie.
  auto record = pending();
  EXPECT_EQ(record.state_hash().size(), 32U);
  EXPECT_THAT(raw[0].value, Not(HasSubstr(secret_mark)));
  EXPECT_EQ(storage::open_code_verifier(keys, record).value().expose(), secret_mark + "-verifier");
  EXPECT_EQ(record.cookie_hash(), "");
}

TEST_F(authenticate_api, is_erased_by_the_pulse_when_nobody_came) {
  begin();
  const auto erase = [&] {
    return storage::wait_for<result<std::size_t>>(
        [&](auto done) { storage::erase_expired(*store, time.now().time_since_epoch().count(), done); });
  };
  EXPECT_EQ(erase().value(), 0U);
  time.advance(sign_in::life + std::chrono::seconds{1});
  EXPECT_EQ(erase().value(), 1U);
  EXPECT_TRUE(all_in(storage::space::sign_in).empty());
  EXPECT_TRUE(all_in(storage::space::expiry).empty());
}

TEST_F(authenticate_api, says_what_is_wrong_with_a_wish) {
  EXPECT_THAT(errors_of(ask_for({{"delegat", "x"}})), Contains(HasSubstr("did you mean 'delegate'")));
  EXPECT_THAT(errors_of(ask_for({{"delegate", 1}})), Contains("delegate: must be a text"));
  EXPECT_THAT(errors_of(ask_for({{"delegate", "andrea"}})), Contains(StartsWith("delegate: must be the login name")));
  EXPECT_THAT(errors_of(ask_for({{"delegate", "a b@contoso.example"}})), Contains(StartsWith("delegate: ")));
  EXPECT_THAT(errors_of(ask_for({{"delegate", std::string(321, 'a')}})), Contains(StartsWith("delegate: is longer")));
  EXPECT_THAT(errors_of(ask_for({{"prompt", "none"}})), Contains(StartsWith("prompt: must be one of")));
  EXPECT_THAT(errors_of(ask_for({{"form_post", "yes"}})), Contains("form_post: must be true or false"));
  EXPECT_THAT(errors_of(ask_for({{"grant", "a/b"}})), Contains("grant: is not an id"));
  EXPECT_EQ(ask_for({{"grant", "nobody"}}).status, 404U);
  EXPECT_EQ(ask_for({}, "nothing").status, 404U);
  EXPECT_TRUE(all_in(storage::space::sign_in).empty());
}

TEST_F(authenticate_api, expects_the_delegate_of_the_grant_to_be_renewed) {
  make_grant("acme", "andrea", "azure");
  ASSERT_EQ(ask_for({{"grant", "andrea"}}).status, 201U);
  EXPECT_EQ(plans.back().delegate, "andrea@contoso.example");
  EXPECT_EQ(pending().grant(), "andrea");
  make_azure("other");
  EXPECT_THAT(errors_of(ask_for({{"grant", "andrea"}}, "other")), Contains("grant: belongs to the provider azure"));
  const auto app =
      admin->post("/v1/tenants/acme/grants", {{"id", "app"}, {"provider", "azure"}, {"kind", "client_credentials"}});
  ASSERT_EQ(app.status, 201U) << app.body;
  EXPECT_THAT(errors_of(ask_for({{"grant", "app"}})), Contains(StartsWith("grant: is of the kind client_credentials")));
}

TEST_F(authenticate_api, tells_which_providers_have_no_sign_in) {
  make_azure("bare", {{"redirect_uri", ""}});
  const auto bare = ask_for({}, "bare");
  EXPECT_EQ(bare.status, 400U);
  EXPECT_THAT(bare.body, HasSubstr("/api/cloudProviders/oauth2/microsoft/callback"));
  ASSERT_EQ(admin
                ->post(providers,
                       {{"id", "plain"}, {"name", "Plain"}, {"service", "password"}, {"imap_host", "imap.example"}})
                .status,
            201U);
  const auto plain = ask_for({}, "plain");
  EXPECT_EQ(plain.status, 400U);
  EXPECT_THAT(plain.body, HasSubstr("nobody signs in"));
}

TEST_F(authenticate_api, hands_on_why_the_provider_cannot_plan) {
  script->plan = [](const plan_sign_in&) { return fail(errc::app_misconfigured, "no such directory"); };
  const auto refused = ask_for({});
  EXPECT_EQ(refused.status, 502U);
  EXPECT_EQ(code_of(refused), "app_misconfigured");
  EXPECT_TRUE(all_in(storage::space::sign_in).empty());
  script->plan = [](const plan_sign_in&) { return sign_in_plan{}; };
  EXPECT_EQ(ask_for({}).status, 500U) << "a plan without a state";
}

TEST_F(authenticate_api, is_for_administrators) {
  auto writer = as(scope::write);
  EXPECT_EQ(writer.post(providers + "/azure/authenticate", {}).status, 403U);
  EXPECT_EQ(writer.send({"POST", providers + "/azure/admin-consent", {}, {}}).status, 403U);
  EXPECT_EQ(nobody().post(providers + "/azure/authenticate", {}).status, 401U);
}

TEST_F(authenticate_api, keeps_only_so_many_open) {
  for (std::size_t i = 0; i < sign_in::open_of_tenant_max; ++i)
    ASSERT_EQ(ask_for({}).status, 201U) << i;
  const auto refused = ask_for({});
  EXPECT_EQ(refused.status, 429U);
  EXPECT_EQ(code_of(refused), "busy");
  time.advance(sign_in::life);
  EXPECT_EQ(ask_for({}).status, 201U) << "those before are over";
}

TEST_F(authenticate_api, begins_an_administrators_consent) {
  begin({}, "admin-consent");
  EXPECT_EQ(plans.back().what, plan_sign_in::purpose::admin_consent);
  EXPECT_EQ(pending().purpose(), "admin_consent");
}

} // namespace
} // namespace postroom::api::test
