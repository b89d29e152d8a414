#include "tests/api/support/running_api.hpp"

#include <gmock/gmock.h>

namespace postroom::api::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// `<field> <problem>`
std::vector<std::string> warnings_in(const answer& shown) {
  std::vector<std::string> out;
  const auto document = shown.json();
  for (const auto& each : document.at("warnings").as_array()) {
    out.push_back(std::string{each.at("field").as_string()} + ' ' + std::string{each.at("problem").as_string()});
    EXPECT_FALSE(each.at("remedy").as_string().empty());
  }
  return out;
}

class lint_api : public running_api {
protected:
  void SetUp() override {
    running_api::SetUp();
    make_tenant("acme");
    admin.emplace(as(scope::admin));
  }
  answer make_azure(const std::string& secret) {
    return admin->post(base + "providers",
                       {{"id", "azure"},
                        {"name", "Azure"},
                        {"service", "microsoft_azure"},
                        {"application_id", "11111111-2222-3333-4444-555555555555"},
                        {"directory_id", "contoso.example"},
                        {"client_secret", secret},
                        {"client_secret_expires", to_rfc3339(time.now() + std::chrono::hours{24 * 200})}});
  }
  answer make_support(const std::string& id, boost::json::object more) {
    more.emplace("id", id);
    more.emplace("name", "Support");
    more.emplace("email", "support@contoso.example");
    more.emplace("provider", "azure");
    more.emplace("active", false);
    return admin->post(base + "accounts", more);
  }

  const std::string base = "/v1/tenants/acme/";
  std::optional<client> admin;
};

TEST_F(lint_api, notices_a_secrets_id_wherever_the_provider_is_shown) {
  const std::string id = "77777777-8888-9999-aaaa-bbbbbbbbbbbb";
  const auto wanted = Contains(HasSubstr("client_secret looks like the secret's ID"));
  const auto made = make_azure(id);
  ASSERT_EQ(made.status, 201U) << made.body;
  EXPECT_THAT(warnings_in(made), wanted);
  EXPECT_THAT(warnings_in(admin->get(base + "providers/azure")), wanted);
  EXPECT_THAT(warnings_in(admin->patch(base + "providers/azure", {{"name", "Other"}}, "*")), wanted);
  const auto lint = as(scope::read).get(base + "providers/azure/lint");
  EXPECT_EQ(lint.json().at("provider"), "azure");
  EXPECT_THAT(warnings_in(lint), wanted);
  EXPECT_EQ(transcript.find(id), std::string::npos) << "the secret was answered";
  const auto replaced = admin->post(base + "providers/azure/client-secret",
                                    {{"client_secret", secret_mark + "~x"},
                                     {"client_secret_expires", to_rfc3339(time.now() + std::chrono::hours{24 * 99})}});
  EXPECT_THAT(warnings_in(replaced), IsEmpty()) << replaced.body;
  EXPECT_EQ(admin->get(base + "providers/nothing/lint").status, 404U);
}

TEST_F(lint_api, warns_as_the_secrets_end_comes_near) {
  ASSERT_EQ(make_azure(secret_mark + "~x").status, 201U);
  EXPECT_THAT(warnings_in(admin->get(base + "providers/azure/lint")), IsEmpty());
  time.advance(std::chrono::hours{24 * 190});
  admin.emplace(as(scope::admin));
  EXPECT_THAT(warnings_in(admin->get(base + "providers/azure/lint")), ElementsAre(HasSubstr("expires in 10 days")));
}

TEST_F(lint_api, waits_for_the_sign_in_of_an_accounts_delegate) {
  ASSERT_EQ(make_azure(secret_mark + "~x").status, 201U);
  const auto made = make_support("support", {{"delegate", "andrea@contoso.example"}});
  ASSERT_EQ(made.status, 201U) << made.body;
  EXPECT_THAT(warnings_in(made), ElementsAre(HasSubstr("no sign-in of andrea@contoso.example at azure")));
  make_grant("acme", "andrea", "azure");
  EXPECT_THAT(warnings_in(admin->get(base + "accounts/support")), IsEmpty());
  const auto own = make_support("second", {{"delegate", "support@contoso.example"}, {"grant", "andrea"}});
  EXPECT_THAT(warnings_in(own),
              ElementsAre(HasSubstr("is the mailbox's own address"), HasSubstr("that is andrea@contoso.example")));
  const auto listed = admin->get(base + "accounts").json();
  EXPECT_EQ(listed.at("items").at(0).at("warnings").as_array().size(), 2U);
  EXPECT_EQ(listed.at("items").at(1).at("warnings").as_array().size(), 0U);
}

} // namespace
} // namespace postroom::api::test
