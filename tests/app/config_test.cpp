#include "app/config.hpp"

#include "tests/support/certificate_pems.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <regex>

namespace postroom::app {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

environment env_of(const std::string& text) {
  return environment::from_text(text, [](const std::string&) { return std::optional<std::string>{}; }).value();
}

result<configuration> parse(const std::string& text, const std::string& env = {}) {
  return parse_configuration(text, "/etc/postroom/postroom.toml", env_of(env));
}

std::string problems_of(const std::string& text, const std::string& env = {}) {
  const auto got = parse(text, env);
  EXPECT_FALSE(got) << "accepted: " << text;
  if (got)
    return {};
  EXPECT_EQ(got.error().code, errc::invalid_argument);
  return got.error().detail;
}

const std::string provider = R"([[provider]]
id = "azure"
name = "Contoso"
service = "microsoft_azure"
application_id = "app"
directory_id = "dir"
client_secret = "s3cret-value"
)";
const std::string one_grant = R"([[grant]]
id = "andrea"
provider = "azure"
delegate = "andrea@contoso.com"
refresh_token = "r3fresh-value"
)";
const std::string one_account = R"([[account]]
id = "dev"
name = "Developers"
email = "developers@contoso.com"
provider = "azure"
grant = "andrea"
)";

TEST(config, is_all_defaults_when_nothing_is_said) {
  const auto got = parse("");
  ASSERT_TRUE(got) << got.error().detail;
  EXPECT_EQ(got->data_directory, "/etc/postroom/data");
  EXPECT_EQ(got->api.listen, "127.0.0.1:8025");
  ASSERT_EQ(got->tenants.size(), 1u);
  EXPECT_EQ(got->tenants[0].id(), "default");
}

TEST(config, reads_every_section) {
  const auto got = parse(R"(
data_directory = "/var/lib/postroom"
[api]
listen = "0.0.0.0:443"
tls_certificate = "api.pem"
tls_key = "/etc/keys/api.key"
[log]
level = "error"
format = "text"
stderr = false
directory = "log"
kept_files = 7
[store]
memory_mib = 128
key_file = "keys"
[limits]
connections_per_second_per_host = 5
credit_pool_mib = 32
sent_search_s = 90
)");
  ASSERT_TRUE(got) << got.error().detail;
  EXPECT_EQ(got->data_directory, "/var/lib/postroom");
  EXPECT_EQ(got->api.listen, "0.0.0.0:443");
  EXPECT_EQ(got->api.tls_certificate, "/etc/postroom/api.pem");
  EXPECT_EQ(got->api.tls_key, "/etc/keys/api.key");
  EXPECT_EQ(got->log.level, log::level::error);
  EXPECT_EQ(got->log.format, log::format::text);
  EXPECT_FALSE(got->log.to_stderr);
  EXPECT_EQ(got->log.directory, "/etc/postroom/log");
  EXPECT_EQ(got->log.kept_files, 7u);
  EXPECT_EQ(got->store.memory_bytes, 128 * limits::mib);
  EXPECT_EQ(got->store.key_file, "/etc/postroom/keys");
  EXPECT_EQ(got->limits.connections_per_second_per_host, 5u);
  EXPECT_EQ(got->limits.credit_pool_bytes, 32 * limits::mib);
  EXPECT_EQ(got->limits.sent_search_s, 90u);
}

TEST(config, reads_how_a_provider_and_an_account_send) {
  const auto got = parse(provider +
                         "smtp_host = \"smtp.contoso.com\"\nsmtp_port = 465\nsmtp_security = \"tls\"\n"
                         "sent_copy = \"no\"\nmessages_per_minute = 100000\nsmtp_connections = 5\n"
                         "recipients_per_day = 2000000\n" +
                         one_grant + one_account + "in_doubt = \"hold\"\n");
  ASSERT_TRUE(got) << got.error().detail;
  const auto& azure = got->providers[0].record;
  EXPECT_EQ(azure.smtp_host(), "smtp.contoso.com");
  EXPECT_EQ(azure.smtp_port(), 465u);
  EXPECT_EQ(azure.smtp_security(), "tls");
  EXPECT_EQ(azure.sent_copy(), "no");
  EXPECT_EQ(azure.messages_per_minute(), 100'000u);
  EXPECT_EQ(azure.smtp_connections(), 5u);
  EXPECT_EQ(azure.recipients_per_day(), 2'000'000u);
  EXPECT_EQ(got->accounts[0].in_doubt(), "hold");

  const auto plain = parse(provider + one_grant + one_account);
  ASSERT_TRUE(plain) << plain.error().detail;
  EXPECT_EQ(plain->providers[0].record.smtp_security(), "starttls");
  EXPECT_EQ(plain->providers[0].record.sent_copy(), "auto");
  EXPECT_EQ(plain->providers[0].record.messages_per_minute(), 0u) << "by type";
  EXPECT_EQ(plain->accounts[0].in_doubt(), "resend");
  EXPECT_EQ(plain->limits.sent_search_s, 120u);
}

TEST(config, refuses_what_sending_cannot_be) {
  EXPECT_THAT(problems_of(provider + "smtp_security = \"plain\"\n"), HasSubstr("may be plain only to this machine"));
  EXPECT_THAT(problems_of(provider + "smtp_prot = 587\n"), HasSubstr("did you mean 'smtp_port'?"));
  EXPECT_THAT(problems_of(provider + "sent_copy = \"perhaps\"\n"), HasSubstr("must be one of auto, yes, no"));
  EXPECT_THAT(problems_of(provider + "messages_per_minute = 1000001\n"), HasSubstr("between 1 and 1000000"));
  EXPECT_THAT(problems_of(provider + "smtp_connections = 0\n"), HasSubstr("between 1 and 1000"));
  EXPECT_THAT(problems_of(provider + one_grant + one_account + "in_doubt = \"forget\"\n"),
              HasSubstr("must be one of resend, hold"));
  EXPECT_THAT(problems_of("[limits]\nsent_search_s = 0\n"), HasSubstr("between 1 and 86400"));
}

TEST(config, reads_declared_objects) {
  const auto got = parse(provider + "client_secret_expires = 2027-10-01T00:00:00Z\nca_file = \"ca.pem\"\n" + one_grant +
                         one_account + "catch_up = \"since\"\ncatch_up_since = \"2026-11-01T00:00:00+01:00\"\n");
  ASSERT_TRUE(got) << got.error().detail;
  ASSERT_EQ(got->providers.size(), 1u);
  const auto& azure = got->providers[0];
  EXPECT_EQ(azure.record.tenant(), "default");
  EXPECT_EQ(azure.record.type(), "outlook365");
  EXPECT_EQ(azure.record.client_secret_expires_ms(), 1822348800000);
  EXPECT_EQ(azure.record.ca_file(), "/etc/postroom/ca.pem");
  EXPECT_EQ(azure.client_secret.expose(), "s3cret-value");
  ASSERT_EQ(got->grants.size(), 1u);
  EXPECT_EQ(got->grants[0].record.kind(), "refresh_token");
  EXPECT_EQ(got->grants[0].secret_value.expose(), "r3fresh-value");
  ASSERT_EQ(got->accounts.size(), 1u);
  EXPECT_TRUE(got->accounts[0].active());
  EXPECT_TRUE(got->accounts[0].modern_authentication());
  EXPECT_EQ(got->accounts[0].service(), "outlook365");
  EXPECT_EQ(got->accounts[0].folder(), "INBOX");
  EXPECT_EQ(got->accounts[0].catch_up_since_ms(), 1793487600000);
}

TEST(config, takes_secrets_from_the_environment_and_from_files) {
  const auto folder = std::filesystem::temp_directory_path() / ("config_test." + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  std::ofstream{folder / "token"} << "from-file\n";
  const auto by_env = std::regex_replace(provider, std::regex{"client_secret = .*"}, "client_secret_env = \"AZURE\"");
  const auto by_file =
      std::regex_replace(one_grant, std::regex{"refresh_token = .*"}, "refresh_token_file = \"token\"");
  const auto got = parse_configuration(by_env + by_file, folder / "postroom.toml", env_of("AZURE=from-env"));
  ASSERT_TRUE(got) << got.error().detail;
  EXPECT_EQ(got->providers[0].client_secret.expose(), "from-env");
  EXPECT_EQ(got->grants[0].secret_value.expose(), "from-file");
  std::filesystem::remove_all(folder);

  EXPECT_THAT(problems_of(by_env), HasSubstr("AZURE, which is not set"));
  EXPECT_THAT(problems_of(provider + by_file), HasSubstr("which is empty or cannot be read"));
  EXPECT_THAT(problems_of(provider + "client_secret_env = \"AZURE\"\n"), HasSubstr("in one way only"));
}

TEST(config, names_file_line_and_column_of_every_mistake_at_once) {
  const auto said = problems_of("data_directry = \"x\"\n[api]\nlisten = 8025\n[log]\nlevel = \"loud\"\n" + provider +
                                "imap_prot = 993\nimap_port = \"993\"\n");
  EXPECT_THAT(said, HasSubstr("/etc/postroom/postroom.toml:1:1: unknown key 'data_directry' (did you mean "
                              "'data_directory'?)"));
  EXPECT_THAT(said, HasSubstr(":3:1: listen must be a text"));
  EXPECT_THAT(said, HasSubstr(":5:1: level "));
  EXPECT_THAT(said, HasSubstr(":13:1: unknown key 'imap_prot' (did you mean 'imap_port'?)"));
  EXPECT_THAT(said, HasSubstr(":14:1: imap_port must be a whole number"));
}

TEST(config, says_a_wrong_type_once) {
  EXPECT_EQ(problems_of("[[tenant]]\nid = 7\nname = \"x\"\n"), "/etc/postroom/postroom.toml:2:1: id must be a text");
  EXPECT_THAT(problems_of("[[tenant]]\nid = \"a\"\nname = [1]\n"), HasSubstr(":3:1: name must be a text"));
  EXPECT_THAT(problems_of("[tenant]\nid = \"a\"\n"), HasSubstr("must be a list of tables: [[tenant]]"));
  EXPECT_THAT(problems_of("api = 1\n"), HasSubstr("must be a table: [api]"));
  EXPECT_THAT(problems_of("[log]\nstderr = \"yes\"\n"), HasSubstr("stderr must be true or false"));
  EXPECT_THAT(problems_of("[store]\nmemory_mib = 1\n"), HasSubstr("between 16 and 65536"));
}

TEST(config, checks_references_and_names_used_twice) {
  EXPECT_THAT(problems_of(one_grant), HasSubstr("provider there is no provider 'azure'"));
  EXPECT_THAT(problems_of(provider + one_account), HasSubstr("grant there is no grant 'andrea'"));
  EXPECT_THAT(problems_of(provider + provider), HasSubstr("id 'azure' is used twice"));
  EXPECT_THAT(problems_of(provider + "tenant = \"other\"\n"), HasSubstr("tenant 'other' is not declared"));
  EXPECT_THAT(problems_of("[[tenant]]\nid = \"other\"\nname = \"Other\"\n" + provider),
              HasSubstr("tenant 'default' is not declared"));
}

TEST(config, keeps_tenants_apart) {
  const std::string tenants = "[[tenant]]\nid = \"a\"\nname = \"A\"\n[[tenant]]\nid = \"b\"\nname = \"B\"\n";
  const auto got = parse(tenants + provider + "tenant = \"a\"\n" + provider + "tenant = \"b\"\n");
  ASSERT_TRUE(got) << got.error().detail;
  EXPECT_EQ(got->providers.size(), 2u);
  EXPECT_THAT(problems_of(tenants + provider + "tenant = \"a\"\n" + one_grant + "tenant = \"b\"\n"),
              HasSubstr("there is no provider 'azure'"));
}

TEST(config, listens_beyond_this_machine_only_with_tls) {
  EXPECT_THAT(problems_of("[api]\nlisten = \"0.0.0.0:80\"\n"), HasSubstr("only with tls_certificate and tls_key"));
  EXPECT_THAT(problems_of("[api]\ntls_key = \"k\"\n"), HasSubstr("tls_certificate and tls_key"));
  EXPECT_THAT(problems_of("[api]\nlisten = \"somewhere\"\n"), HasSubstr(":2:1: listen "));
}

TEST(config, never_quotes_a_secret) {
  const std::string value = "XsecretX";
  for (const std::string& wrong :
       {"client_secret = " + value, "client_secret = \"" + value, "client_secret = \"\\" + value + "\"",
        "client_secret = [\"" + value + "\"]", "client_secrt = \"" + value + "\"", "password = \"" + value + "\"",
        "client_secret = 99999999999999999999999" + value, "refresh_token = '" + value + "' '" + value + "'"})
    EXPECT_THAT(problems_of("[[provider]]\n" + wrong + "\n"), Not(HasSubstr(value))) << wrong;
}

TEST(config, stops_naming_mistakes_after_twenty) {
  std::string text;
  for (int i = 0; i < 25; ++i)
    text += "unknown_" + std::to_string(i) + " = 1\n";
  const auto said = problems_of(text);
  EXPECT_EQ(std::ranges::count(said, '\n'), 20);
  EXPECT_THAT(said, HasSubstr("and 5 more"));
}

TEST(config, lets_the_environment_set_the_log_level) {
  EXPECT_EQ(parse("[log]\nlevel = \"error\"\n", "POSTROOM_LOG_LEVEL=debug")->log.level, log::level::debug);
  EXPECT_THAT(problems_of("", "POSTROOM_LOG_LEVEL=loud"), HasSubstr("POSTROOM_LOG_LEVEL"));
}

TEST(config, names_a_file_that_is_not_there) {
  const auto got = load_configuration("/nonexistent/postroom.toml", env_of(""));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, errc::not_found);
  EXPECT_THAT(got.error().detail, HasSubstr("/nonexistent/postroom.toml"));
}

TEST(config, accepts_the_example_that_explains_every_setting) {
  const std::filesystem::path root = POSTROOM_SOURCE_DIR;
  const auto env = env_of("AZURE_CLIENT_SECRET=a\nANDREA_REFRESH_TOKEN=b\nHELPDESK_PASSWORD=c\n");
  const auto got = load_configuration(root / "postroom.example.toml", env);
  ASSERT_TRUE(got) << got.error().detail;
  EXPECT_EQ(got->accounts.size(), 2u);
}

TEST(config, accepts_the_example_of_the_readme) {
  std::ifstream in{std::filesystem::path{POSTROOM_SOURCE_DIR} / "README.md"};
  const std::string readme{std::istreambuf_iterator<char>{in}, {}};
  const auto begin = readme.find("```toml\n") + 8;
  const auto text = readme.substr(begin, readme.find("```", begin) - begin);
  const auto got = parse(text, "AZURE_CLIENT_SECRET=a\n");
  ASSERT_TRUE(got) << got.error().detail;
  EXPECT_EQ(got->accounts.size(), 1u);
}

std::string quoted(std::string_view pem) {
  return "\"\"\"\n" + std::string{pem} + "\"\"\"\n";
}

TEST(config, takes_a_certificate_and_the_key_that_belongs_to_it) {
  const auto certificate = provider + "certificate = " + quoted(test::rsa_certificate_pem);
  const auto got = parse(certificate + "certificate_key = " + quoted(test::rsa_certificate_key_pem));
  ASSERT_TRUE(got) << got.error().detail;
  EXPECT_EQ(got->providers[0].record.certificate(), test::rsa_certificate_pem);
  EXPECT_EQ(got->providers[0].certificate_key.expose(), test::rsa_certificate_key_pem);

  const auto alone = problems_of(certificate);
  EXPECT_THAT(alone, HasSubstr("certificate_key"));
  EXPECT_THAT(alone, HasSubstr("is required with a certificate"));
  EXPECT_THAT(problems_of(certificate + "certificate_key = " + quoted(test::ec_certificate_key_pem)),
              HasSubstr("is not the key of the certificate"));
  EXPECT_THAT(problems_of(certificate + "certificate_key_env = \"UNSET\"\n"), HasSubstr("UNSET"));
  EXPECT_THAT(problems_of(provider + "certificate_key = \"x\"\n"), HasSubstr("is required with certificate_key"));
}

TEST(config, takes_the_password_of_a_proxy_from_the_environment) {
  const auto proxy = provider + "proxy = \"http://gateway@proxy.example:3128\"\nproxy_password_env = \"PROXY\"\n";
  const auto got = parse(proxy, "PROXY=pr0xy-value\n");
  ASSERT_TRUE(got) << got.error().detail;
  EXPECT_EQ(got->providers[0].proxy_password.expose(), "pr0xy-value");
  EXPECT_THAT(problems_of(provider + "proxy_password = \"pr0xy-value\"\n"), Not(HasSubstr("pr0xy-value")));
}

} // namespace
} // namespace postroom::app
