#include "app/sim/scenario_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <set>

namespace postroom::app {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::filesystem::path root = POSTROOM_SOURCE_DIR;

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in{file};
  return {std::istreambuf_iterator<char>{in}, {}};
}

sim::scenario parsed(const std::string& text) {
  auto plan = parse_scenario(text, "/etc/sim/sim.toml");
  EXPECT_TRUE(plan) << plan.error().detail;
  return plan ? *plan : sim::scenario{};
}

std::string problems_of(const std::string& text) {
  const auto plan = parse_scenario(text, "/etc/sim/sim.toml");
  EXPECT_FALSE(plan) << "accepted: " << text;
  if (plan)
    return {};
  EXPECT_EQ(plan.error().code, errc::invalid_argument);
  return plan.error().detail;
}

TEST(scenario_file, is_the_default_when_nothing_is_said) {
  const auto plan = parsed("");
  const sim::scenario plain;
  EXPECT_EQ(plan.seed, plain.seed);
  EXPECT_EQ(plan.tls, plain.tls);
  EXPECT_EQ(plan.redirect_uris, plain.redirect_uris);
  ASSERT_EQ(plan.tenants.size(), 1U);
  EXPECT_EQ(plan.tenants[0].domain, "contoso.test");
  EXPECT_EQ(plan.mail.initial_each, plain.mail.initial_each);
  EXPECT_EQ(plan.limits.smtp_mails_per_minute, plain.limits.smtp_mails_per_minute);
  EXPECT_THAT(plan.faults, IsEmpty());
}

TEST(scenario_file, sets_what_concerns_all) {
  const auto plan = parsed("seed = 4294967295\ntls = false\ndirectory = \"keys\"\naccess_token_life_s = 90\n"
                           "journal_mails_max = 7\nredirect_uris = [\"https://a.test/x\", \"https://b.test/y\"]\n");
  EXPECT_EQ(plan.seed, 4294967295U);
  EXPECT_FALSE(plan.tls);
  EXPECT_EQ(plan.directory, "/etc/sim/keys");
  EXPECT_EQ(plan.access_token_life, 90s);
  EXPECT_EQ(plan.journal_mails_max, 7U);
  EXPECT_THAT(plan.redirect_uris, ElementsAre("https://a.test/x", "https://b.test/y"));
  EXPECT_EQ(parsed("directory = \"/srv/keys\"").directory, "/srv/keys");
}

TEST(scenario_file, may_register_no_redirect_uri_at_all) {
  EXPECT_THAT(parsed("redirect_uris = []").redirect_uris, IsEmpty());
}

TEST(scenario_file, sets_each_port) {
  const auto plan = parsed("[ports]\nidentity = 1\nimap = 2\nsmtp = 3\ngeneric_imap = 4\ngeneric_smtp = 5\n"
                           "gmail_imap = 6\ngmail_smtp = 7\ncontrol = 65535\n");
  EXPECT_EQ(plan.identity_port, 1);
  EXPECT_EQ(plan.imap_port, 2);
  EXPECT_EQ(plan.smtp_port, 3);
  EXPECT_EQ(plan.generic_imap_port, 4);
  EXPECT_EQ(plan.generic_smtp_port, 5);
  EXPECT_EQ(plan.gmail_imap_port, 6);
  EXPECT_EQ(plan.gmail_smtp_port, 7);
  EXPECT_EQ(plan.control_port, 65535);
}

TEST(scenario_file, sets_how_mail_comes) {
  const auto mail = parsed("[mail]\ninitial_each = 10\nper_second = 2.5\nround_robin = true\nsize_min = 4000\n"
                           "keep_each = 50\ncorpus = \"mails\"\n")
                        .mail;
  EXPECT_EQ(mail.initial_each, 10U);
  EXPECT_EQ(mail.per_second, 2.5);
  EXPECT_TRUE(mail.round_robin);
  EXPECT_EQ(mail.size_min, 4000U);
  EXPECT_EQ(mail.keep_each, 50U);
  EXPECT_EQ(mail.corpus, "/etc/sim/mails");
  EXPECT_EQ(parsed("[mail]\nper_second = 3").mail.per_second, 3);
  EXPECT_EQ(parsed("[mail]").mail.corpus, "");
}

TEST(scenario_file, sets_each_limit) {
  const auto limits = parsed("[limits]\nimap_connections = 1\nsmtp_connections = 2\nsmtp_mails_per_minute = 0.5\n"
                             "smtp_recipients_per_day = 4\nsmtp_recipients_per_mail = 5\nmail_bytes = 6\n")
                          .limits;
  EXPECT_EQ(limits.imap_connections, 1U);
  EXPECT_EQ(limits.smtp_connections, 2U);
  EXPECT_EQ(limits.smtp_mails_per_minute, 0.5);
  EXPECT_EQ(limits.smtp_recipients_per_day, 4U);
  EXPECT_EQ(limits.smtp_recipients_per_mail, 5U);
  EXPECT_EQ(limits.mail_bytes, 6U);
}

TEST(scenario_file, sets_each_quirk) {
  const auto quirks =
      parsed("[quirks]\nempty_copy_uid = false\nbare_copy_uid = true\nstray_continuations = true\n").quirks;
  EXPECT_FALSE(quirks.empty_copy_uid);
  EXPECT_TRUE(quirks.bare_copy_uid);
  EXPECT_TRUE(quirks.stray_continuations);
}

TEST(scenario_file, names_folders_in_a_language) {
  const std::string tenant = "[[tenant]]\nname = \"Contoso\"\ndomain = \"contoso.test\"\n";
  EXPECT_EQ(parsed(tenant + "language = \"de\"\n").tenants[0].language, sim::folder_language::german);
  EXPECT_THAT(problems_of(tenant + "language = \"xx\"\n"), HasSubstr("one of en, de, fr, it"));
}

TEST(scenario_file, replaces_the_tenants) {
  const auto plan = parsed(R"([[tenant]]
name = "Fabrikam"
domain = "fabrikam.test"
service = "google"
providers = 2
delegates = 3
mailboxes = 4
users_may_consent = false
device_code_allowed = false
security_defaults = true
smtp_auth_disabled = true
sign_in_frequency_s = 60
access_token_life_s = 120
[[tenant]]
name = "Plain"
domain = "plain.test"
service = "generic"
)");
  ASSERT_EQ(plan.tenants.size(), 2U);
  const auto& first = plan.tenants[0];
  EXPECT_EQ(first.name, "Fabrikam");
  EXPECT_EQ(first.domain, "fabrikam.test");
  EXPECT_EQ(first.kind, sim::service::google);
  EXPECT_EQ(first.providers, 2U);
  EXPECT_EQ(first.delegates, 3U);
  EXPECT_EQ(first.mailboxes, 4U);
  EXPECT_FALSE(first.policies.users_may_consent);
  EXPECT_FALSE(first.policies.device_code_allowed);
  EXPECT_TRUE(first.policies.security_defaults);
  EXPECT_TRUE(first.policies.smtp_auth_disabled);
  EXPECT_EQ(first.policies.sign_in_frequency, 60s);
  EXPECT_EQ(first.policies.access_token_life, 120s);
  EXPECT_EQ(plan.tenants[1].kind, sim::service::generic);
  EXPECT_EQ(plan.tenants[1].mailboxes, 20U);
  EXPECT_EQ(parsed("[[tenant]]\nname = \"A\"\ndomain = \"a.test\"\nservice = \"microsoft\"").tenants[0].kind,
            sim::service::microsoft);
}

TEST(scenario_file, adds_faults) {
  const auto faults = parsed(R"([[fault]]
kind = "throttle"
at_s = 10
for_s = 120
share = 0.25
names = ["a@b.test", "*@c.test"]
amount = 30000
[[fault]]
kind = "outage"
names = []
)")
                          .faults;
  ASSERT_EQ(faults.size(), 2U);
  EXPECT_EQ(faults[0].kind, sim::fault_kind::throttle);
  EXPECT_EQ(faults[0].at, 10s);
  EXPECT_EQ(faults[0].lasts, 120s);
  EXPECT_EQ(faults[0].share, 0.25);
  EXPECT_THAT(faults[0].names, ElementsAre("a@b.test", "*@c.test"));
  EXPECT_EQ(faults[0].amount, 30000);
  EXPECT_EQ(faults[1].kind, sim::fault_kind::outage);
  EXPECT_EQ(faults[1].share, 1);
  EXPECT_EQ(parsed("[[fault]]\nkind = \"clock_skew\"\namount = -5").faults[0].amount, -5);
}

TEST(scenario_file, names_each_mistake_with_its_line) {
  const auto found = problems_of(R"(seed = -1
tls = "yes"
colour = "red"
redirect_uris = [1]
[ports]
imap = 65536
[mail]
per_second = -1
size_min = 100000001
[limits]
imap_connections = 0
smtp_mails_per_minute = 0.0
[[tenant]]
domain = "a.test"
[[tenant]]
name = "B"
[[tenant]]
name = "C"
domain = "c.test"
service = "exchange"
mailboxes = 0
maiboxes = 3
[[fault]]
kind = "earthquake"
[[fault]]
kind = "throttle"
share = 2
)");
  for (const auto* each :
       {"sim.toml:1:1: seed must be a whole number between 0 and 4294967295", "sim.toml:2:1: tls must be true or false",
        "sim.toml:3:1: unknown key 'colour'", "sim.toml:4:1: redirect_uris must be a list of texts",
        "sim.toml:6:1: imap must be a whole number", "sim.toml:8:1: per_second must be a number between 0 and 10000",
        "sim.toml:9:1: size_min must be", "sim.toml:11:1: imap_connections must be",
        "sim.toml:12:1: smtp_mails_per_minute must be", "sim.toml:13:1: name is needed",
        "sim.toml:15:1: domain is needed", "sim.toml:20:1: service is one of microsoft, google, generic",
        "sim.toml:21:1: mailboxes must be", "sim.toml:22:1: unknown key 'maiboxes' (did you mean 'mailboxes'?)",
        "sim.toml:24:1: kind is needed", "sim.toml:27:1: share must be a number between 0 and 1"})
    EXPECT_THAT(found, HasSubstr(each));
}

TEST(scenario_file, refuses_a_fault_that_cannot_be) {
  EXPECT_THAT(problems_of("[[fault]]\nkind = \"mass_delete\"\n"),
              HasSubstr("sim.toml:2:1: kind mass_delete: the amount"));
  EXPECT_THAT(problems_of("[[fault]]\namount = 3\nkind = \"outage\"\n"),
              HasSubstr("sim.toml:3:1: kind outage: takes no"));
}

TEST(scenario_file, refuses_what_is_no_toml_and_tables_of_the_wrong_kind) {
  EXPECT_THAT(problems_of("seed = 1\nseed =\n"), HasSubstr("sim.toml:2:"));
  EXPECT_THAT(problems_of("mail = 3\n"), HasSubstr("sim.toml:1:1: mail must be a table: [mail]"));
  EXPECT_THAT(problems_of("[tenant]\nname = \"A\"\n"), HasSubstr("tenant must be a list of tables: [[tenant]]"));
  EXPECT_THAT(problems_of("[[ports]]\n"), HasSubstr("ports must be a table"));
}

TEST(scenario_file, is_read_from_disk) {
  const auto folder = std::filesystem::path{testing::TempDir()} / "scenario_file_test";
  std::filesystem::create_directories(folder);
  const auto file = folder / "sim.toml";
  std::ofstream{file} << "directory = \"keys\"\n";
  const auto plan = read_scenario(file);
  ASSERT_TRUE(plan) << plan.error().detail;
  EXPECT_EQ(plan->directory, folder / "keys");

  std::ofstream{file} << std::string(1024 * 1024 + 1, '#');
  EXPECT_EQ(read_scenario(file).error().code, errc::too_large);
  std::filesystem::remove_all(folder);
  const auto missing = read_scenario(file);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, errc::not_found);
  EXPECT_THAT(missing.error().detail, HasSubstr(file.string()));
}

TEST(scenario_file, accepts_the_example_that_explains_every_setting) {
  const auto plan = read_scenario(root / "sim.example.toml");
  ASSERT_TRUE(plan) << plan.error().detail;
  EXPECT_EQ(plan->tenants.size(), 2U);
  EXPECT_EQ(plan->faults.size(), 1U);
  EXPECT_EQ(plan->redirect_uris, sim::scenario{}.redirect_uris);
  EXPECT_EQ(plan->limits.mail_bytes, sim::limit_plan{}.mail_bytes);

  const auto with_comments = std::regex_replace(content_of(root / "sim.example.toml"),
                                                std::regex{"\n# (directory|corpus|upn_domain) ="}, "\n$1 =");
  const auto all = parsed(with_comments);
  EXPECT_EQ(all.directory, "/etc/sim/stand-in");
  EXPECT_EQ(all.tenants.front().upn_domain, "contoso.local");
}

TEST(scenario_file, has_no_key_that_the_example_does_not_explain) {
  const auto source = content_of(root / "app/sim/scenario_file.cpp");
  const auto example = content_of(root / "sim.example.toml");
  const std::regex asked{R"re((?:table\.\w+\(|take(?:_\w+)?\((?:table, )?)"(\w+)")re"};
  std::set<std::string> keys;
  for (std::sregex_iterator at{source.begin(), source.end(), asked}, end; at != end; ++at)
    keys.insert((*at)[1]);
  EXPECT_GE(keys.size(), 45U) << "the pattern does not find the reader's keys any more";
  for (const auto& key : keys) {
    const std::regex explained{"\n(?:(?:# )?" + key + " = |\\[+" + key + "\\])"};
    EXPECT_TRUE(std::regex_search(example, explained)) << key << " is missing from sim.example.toml";
  }
}

} // namespace
} // namespace postroom::app
