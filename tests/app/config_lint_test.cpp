#include "app/config_lint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postroom::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

const wall_time now{std::chrono::sys_days{std::chrono::November / 24 / 2026}};

std::vector<std::string> lint_of(const std::string& text) {
  const auto env = environment::from_text("", [](const std::string&) { return std::optional<std::string>{}; }).value();
  const auto got = parse_configuration(text, "/etc/postroom/postroom.toml", env);
  EXPECT_TRUE(got) << (got ? "" : got.error().detail);
  return got ? lint(*got, now) : std::vector<std::string>{};
}

std::string provider_with(const std::string& secret) {
  return R"([[provider]]
id = "azure"
name = "Contoso"
service = "microsoft_azure"
application_id = "11111111-2222-3333-4444-555555555555"
directory_id = "contoso.com"
client_secret_expires = 2027-06-01T00:00:00Z
client_secret = ")" +
         secret + "\"\n";
}
std::string account(const std::string& id, const std::string& email, const std::string& more = {}) {
  return "[[account]]\nid = \"" + id + "\"\nname = \"" + id + "\"\nemail = \"" + email +
         "\"\nprovider = \"azure\"\ndelegate = \"andrea@contoso.com\"\n" + more + "\n";
}
const std::string grant = R"([[grant]]
id = "andrea"
provider = "azure"
delegate = "andrea@contoso.com"
refresh_token = "0.AAAA"
)";

TEST(config_lint, is_silent_about_what_is_meant) {
  EXPECT_THAT(lint_of(provider_with("Abc8Q~x") + grant + account("support", "support@contoso.com", "key = \"SUP\"") +
                      account("sales", "sales@contoso.com", "key = \"SAL\"")),
              IsEmpty());
}

TEST(config_lint, looks_into_secrets_without_quoting_them) {
  const auto noticed = lint_of(provider_with("77777777-8888-9999-aaaa-bbbbbbbbbbbb"));
  ASSERT_THAT(noticed, ElementsAre(StartsWith("provider azure: client_secret looks like the secret's ID")));
  EXPECT_EQ(noticed[0].find("77777777"), std::string::npos);
}

TEST(config_lint, sees_relations_between_accounts) {
  EXPECT_THAT(lint_of(provider_with("Abc8Q~x") + grant + account("a", "support@contoso.com", "key = \"SUP\"") +
                      account("b", "SUPPORT@contoso.com", "key = \"SUP\"")),
              ElementsAre(StartsWith("account b: key is also that of the account a"),
                          StartsWith("account b: email has the same folder read by the account a")));
  EXPECT_THAT(lint_of(provider_with("Abc8Q~x") + account("a", "support@contoso.com")),
              ElementsAre(HasSubstr("no sign-in of andrea@contoso.com at azure")));
}

} // namespace
} // namespace postroom::app
