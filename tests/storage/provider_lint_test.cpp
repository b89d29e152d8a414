#include "storage/object_schema.hpp"
#include "storage/provider_lint.hpp"
#include "tests/support/certificate_pems.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace postroom::storage {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const wall_time now{std::chrono::sys_days{std::chrono::November / 24 / 2026}};
const std::string app_id = "11111111-2222-3333-4444-555555555555";
const std::string other_id = "AAAAAAAA-bbbb-cccc-dddd-eeeeeeeeeeee";

std::int64_t in(std::chrono::days time) {
  return (now + time).time_since_epoch().count();
}

records::Provider azure() {
  records::Provider p;
  p.set_id("azure");
  p.set_name("Azure");
  p.set_service("microsoft_azure");
  p.set_application_id(app_id);
  p.set_directory_id(other_id);
  p.set_client_secret("sealed");
  p.set_client_secret_expires_ms(in(std::chrono::days{300}));
  p.set_redirect_uri("https://gateway.example/api/cloudProviders/oauth2/microsoft/callback");
  set_defaults(p);
  return p;
}
records::Provider of_service(const std::string& service) {
  records::Provider p;
  p.set_service(service);
  p.set_application_id("12-ab.apps.googleusercontent.com");
  p.set_client_secret("sealed");
  set_defaults(p);
  return p;
}

struct lint_case {
  const char* what;
  std::function<void(records::Provider&)> change;
  const char* field = nullptr; ///< none: nothing is noticed
  const char* words = "";
};
void try_all(const std::vector<lint_case>& cases, const records::Provider& good) {
  ASSERT_THAT(lint(good, {}, now), IsEmpty());
  for (const auto& each : cases) {
    auto changed = good;
    each.change(changed);
    const auto found = lint(changed, {}, now);
    if (!each.field) {
      EXPECT_THAT(found, IsEmpty()) << each.what;
      continue;
    }
    EXPECT_THAT(found, ElementsAre(AllOf(Field(&lint_warning::field, each.field),
                                         Field(&lint_warning::problem, HasSubstr(each.words)),
                                         Field(&lint_warning::remedy, Not(IsEmpty())))))
        << each.what;
  }
}

TEST(provider_lint, knows_ids_of_entra) {
  try_all({{"a name", [](auto& p) { p.set_application_id("Postroom"); }, "application_id", "is not a GUID"},
           {"a URI", [](auto& p) { p.set_application_id("api://" + app_id); }, "application_id", "is not a GUID"},
           {"braces", [](auto& p) { p.set_application_id("{" + app_id + "}"); }, "application_id", "is not a GUID"},
           {"a domain", [](auto& p) { p.set_directory_id("contoso.onmicrosoft.com"); }},
           {"no domain", [](auto& p) { p.set_directory_id("Contoso Ltd"); }, "directory_id", "is neither a GUID"},
           {"swapped", [](auto& p) { p.set_application_id("contoso.com"); }, "application_id", "swapped"},
           {"equal", [](auto& p) { p.set_directory_id(app_id); }, "directory_id", "the same as application_id"}},
          azure());
}

TEST(provider_lint, looks_into_the_client_secret) {
  const auto noticed = [](const std::string& value) {
    const secret<> plain{value};
    std::string words;
    for (const auto& each : lint(azure(), {&plain}, now)) {
      EXPECT_EQ(each.field, "client_secret");
      EXPECT_EQ((each.problem + each.remedy).find(value), std::string::npos) << "it is repeated";
      words += each.problem + '\n';
    }
    return words;
  };
  EXPECT_EQ(noticed("Abc8Q~fJ0.x_-s"), "");
  EXPECT_THAT(noticed("77777777-8888-9999-aaaa-bbbbbbbbbbbb"), HasSubstr("the secret's ID, not its value"));
  EXPECT_THAT(noticed(" Abc8Q~fJ0"), HasSubstr("begins or ends with a blank"));
  EXPECT_THAT(noticed("Abc8Q~fJ0\n"), HasSubstr("begins or ends with a blank"));
  EXPECT_THAT(noticed("\"77777777-8888-9999-aaaa-bbbbbbbbbbbb\""),
              AllOf(HasSubstr("quotation mark"), HasSubstr("the secret's ID")));
  EXPECT_THAT(noticed("\"\""), HasSubstr("quotation mark"));
}

TEST(provider_lint, watches_the_end_of_the_secret) {
  using std::chrono::days;
  try_all({{"unknown", [](auto& p) { p.clear_client_secret_expires_ms(); }, "client_secret_expires", "is not set"},
           {"past", [](auto& p) { p.set_client_secret_expires_ms(in(days{-1})); }, "client_secret_expires", "is past"},
           {"now", [](auto& p) { p.set_client_secret_expires_ms(in(days{0})); }, "client_secret_expires", "is past"},
           {"near", [](auto& p) { p.set_client_secret_expires_ms(in(days{30})); }, "client_secret_expires",
            "expires in 30 days"},
           {"tomorrow", [](auto& p) { p.set_client_secret_expires_ms(in(days{1})); }, "client_secret_expires",
            "expires in 1 day"},
           {"not near", [](auto& p) { p.set_client_secret_expires_ms(in(days{31})); }},
           {"a year", [](auto& p) { p.set_client_secret_expires_ms(in(days{366})); }},
           {"long", [](auto& p) { p.set_client_secret_expires_ms(in(days{400})); }, "client_secret_expires", "than 12"},
           {"two years", [](auto& p) { p.set_client_secret_expires_ms(in(days{731})); }, "client_secret_expires",
            "more than 12"},
           {"impossible", [](auto& p) { p.set_client_secret_expires_ms(in(days{800})); }, "client_secret_expires",
            "more than 24"},
           {"no secret",
            [](auto& p) {
              p.clear_client_secret();
              p.clear_client_secret_expires_ms();
            }}},
          azure());
}

TEST(provider_lint, compares_the_redirect_uri_with_the_callback) {
  const auto to = [](const char* uri) { return [uri](records::Provider& p) { p.set_redirect_uri(uri); }; };
  try_all({{"none", to("")},
           {"a port", to("https://gateway.example:8443/api/cloudProviders/oauth2/microsoft/callback")},
           {"in the clear", to("http://127.0.0.1/api/cloudProviders/oauth2/microsoft/callback"), "redirect_uri",
            "is not https"},
           {"this machine", to("https://localhost/api/cloudProviders/oauth2/microsoft/callback"), "redirect_uri",
            "names localhost"},
           {"slash", to("https://gateway.example/api/cloudProviders/oauth2/microsoft/callback/"), "redirect_uri",
            "ends with a slash"},
           {"query", to("https://gateway.example/api/cloudProviders/oauth2/microsoft/callback?x=1"), "redirect_uri",
            "has a query"},
           {"another's", to("https://gateway.example/api/cloudProviders/oauth2/google/callback"), "redirect_uri",
            "has another path"},
           {"no path", to("https://gateway.example"), "redirect_uri", "has another path"}},
          azure());
  auto google = of_service("google");
  google.set_redirect_uri("https://gateway.example/api/cloudProviders/oauth2/google/callback");
  EXPECT_THAT(lint(google, {}, now), IsEmpty());
  EXPECT_EQ(callback_path("generic_oidc"), "/api/cloudProviders/oauth2/oidc/callback");
  EXPECT_EQ(callback_path("password"), "");
}

TEST(provider_lint, knows_which_scopes_give_tokens) {
  const auto to = [](const char* scope) { return [scope](records::Provider& p) { p.set_scope(scope); }; };
  try_all(
      {{"good", to("https://outlook.office.com/IMAP.AccessAsUser.All  https://outlook.office.com/SMTP.Send "
                   "offline_access openid")},
       {"no refresh token", to("https://outlook.office.com/IMAP.AccessAsUser.All"), "scope", "lacks offline_access"},
       {"two resources",
        to("offline_access https://outlook.office.com/SMTP.Send https://graph.microsoft.com/Mail.Read"), "scope",
        "several resources"},
       {"Graph without its name", to("offline_access https://outlook.office.com/SMTP.Send Mail.Read"), "scope",
        "several resources"},
       {"both are Graph's", to("offline_access Mail.Send https://graph.microsoft.com/Mail.Read")},
       {"an application's", to("https://outlook.office365.com/.default")},
       {"mixed", to("https://graph.microsoft.com/.default Mail.Read"), "scope", "mixes .default"}},
      azure());
}

TEST(provider_lint, keeps_clouds_apart) {
  try_all({{"unknown", [](auto& p) { p.set_national_cloud("mars"); }, "national_cloud", "is none of"},
           {"China", [](auto& p) { p.set_national_cloud("china"); }},
           {"another's login",
            [](auto& p) {
              p.set_national_cloud("china");
              p.set_token_endpoint("https://login.microsoftonline.com/x/oauth2/v2.0/token");
            },
            "token_endpoint", "of the cloud worldwide, but national_cloud is china"},
           {"a host of the government's", [](auto& p) { p.set_imap_host("outlook.office365.us"); }, "imap_host",
            "us_gov_high"},
           {"a host of two clouds",
            [](auto& p) {
              p.set_national_cloud("us_gov_dod");
              p.set_issuer("https://login.microsoftonline.us/x/v2.0");
            }},
           {"nobody's host", [](auto& p) { p.set_graph_endpoint("https://127.0.0.1:9000"); }}},
          azure());
}

TEST(provider_lint, asks_who_may_sign_in) {
  try_all({{"anybody", [](auto& p) { p.set_directory_id("organizations"); }, "allowed_directories", "any organisation"},
           {"everybody", [](auto& p) { p.set_directory_id("common"); }, "allowed_directories", "any organisation"},
           {"some",
            [](auto& p) {
              p.set_directory_id("common");
              p.set_allowed_directories(other_id);
            }},
           {"persons", [](auto& p) { p.set_directory_id("consumers"); }, "directory_id", "personal accounts"}},
          azure());
}

TEST(provider_lint, reads_the_certificate) {
  auto good = azure();
  good.set_certificate(std::string{test::rsa_certificate_pem});
  good.set_certificate_key("sealed");
  try_all({{"no key", [](auto& p) { p.clear_certificate_key(); }, "certificate_key", "is missing"},
           {"no certificate", [](auto& p) { p.clear_certificate(); }, "certificate", "is missing"},
           {"no PEM", [](auto& p) { p.set_certificate("MIIC"); }, "certificate", "is not a certificate"}},
          good);
  good.clear_client_secret();
  const auto at = [&](std::chrono::sys_days day) { return lint(good, {}, wall_time{day}); };
  EXPECT_THAT(at(std::chrono::December / 1 / 2027), IsEmpty());
  EXPECT_THAT(at(std::chrono::December / 20 / 2027),
              ElementsAre(Field(&lint_warning::problem, HasSubstr("expires in 13 days"))));
  EXPECT_THAT(at(std::chrono::January / 3 / 2028), ElementsAre(Field(&lint_warning::problem, HasSubstr("is past"))));
  EXPECT_THAT(at(std::chrono::January / 1 / 2026),
              ElementsAre(Field(&lint_warning::problem, HasSubstr("not valid before 2026-01-02T03:04:05"))));
  good.clear_certificate_key();
  EXPECT_THAT(lint(good, {nullptr, true}, now), IsEmpty()) << "the key comes beside the record";
}

TEST(provider_lint, keeps_proxy_credentials_off_the_wire) {
  try_all({{"nobody's", [](auto& p) { p.set_proxy("http://proxy.example:3128"); }},
           {"a user", [](auto& p) { p.set_proxy("http://gateway@proxy.example:3128"); }, "proxy", "unencrypted"},
           {"a password",
            [](auto& p) {
              p.set_proxy("http://proxy.example:3128/");
              p.set_proxy_password("sealed");
            },
            "proxy", "unencrypted"},
           {"on this machine", [](auto& p) { p.set_proxy("http://gateway@127.0.0.1:3128"); }}},
          azure());
}

TEST(provider_lint, fits_services_to_servers) {
  auto wrong = azure();
  wrong.set_type("gmail");
  EXPECT_THAT(lint(wrong, {}, now), ElementsAre(Field(&lint_warning::field, "type")));
  auto google = of_service("google");
  ASSERT_THAT(lint(google, {}, now), IsEmpty());
  google.set_type("outlook365");
  google.set_application_id(app_id);
  EXPECT_THAT(lint(google, {}, now),
              ElementsAre(Field(&lint_warning::field, "type"), Field(&lint_warning::field, "application_id")));
  auto password = of_service("password");
  password.clear_client_secret();
  ASSERT_THAT(lint(password, {}, now), IsEmpty());
  for (const auto* type : {"outlook365", "gmail"}) {
    password.set_type(type);
    EXPECT_THAT(lint(password, {}, now), ElementsAre(Field(&lint_warning::field, "type"))) << type;
  }
}

TEST(provider_lint, takes_any_text_without_harm) {
  for (const auto* text : {"", " ", "://", "http://", "https://[", "@", "\xff", "a@b@c:://"}) {
    auto p = azure();
    for (const auto& rule : fields_of(object_kind::provider))
      if (rule.kind == field_kind::text && rule.choices.empty())
        (void)set_field(p, rule, std::string{text});
    p.set_certificate(text);
    const secret<> plain{text};
    (void)lint(p, {&plain}, now);
  }
}

} // namespace
} // namespace postroom::storage
