#include "app/sim/scenario_file.hpp"

#include "app/config_table.hpp"

#include <charconv>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>

namespace postroom::app {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t seconds_max = 10LL * 365 * 24 * 3600;
constexpr std::int64_t count_max = 1'000'000;
constexpr std::uintmax_t scenario_bytes_max = 1024 * 1024;

void take_count(config_table& table, std::string_view key, std::size_t& into, std::int64_t lowest = 0,
                std::int64_t highest = count_max) {
  if (const auto number = table.number(key, lowest, highest))
    into = static_cast<std::size_t>(*number);
}

template <class Duration>
void take_seconds(config_table& table, std::string_view key, Duration& into) {
  if (const auto number = table.number(key, 0, seconds_max))
    into = std::chrono::seconds{*number};
}

void take_flag(config_table& table, std::string_view key, bool& into) {
  into = table.flag(key).value_or(into);
}

void read_ports(const toml::table& of, config_problems& problems, sim::scenario& plan) {
  config_table table{of, problems};
  const auto take = [&](std::string_view key, std::uint16_t& into) {
    if (const auto number = table.number(key, 0, std::numeric_limits<std::uint16_t>::max()))
      into = static_cast<std::uint16_t>(*number);
  };
  take("identity", plan.identity_port);
  take("imap", plan.imap_port);
  take("smtp", plan.smtp_port);
  take("generic_imap", plan.generic_imap_port);
  take("generic_smtp", plan.generic_smtp_port);
  take("gmail_imap", plan.gmail_imap_port);
  take("gmail_smtp", plan.gmail_smtp_port);
  take("control", plan.control_port);
  table.finish();
}

void read_mail(const toml::table& of, const std::filesystem::path& folder, config_problems& problems,
               sim::mail_plan& mail) {
  config_table table{of, problems};
  take_count(table, "initial_each", mail.initial_each);
  mail.per_second = table.real("per_second", 0, 10'000).value_or(mail.per_second);
  take_flag(table, "round_robin", mail.round_robin);
  take_count(table, "size_min", mail.size_min, 0, 100'000'000);
  take_count(table, "keep_each", mail.keep_each);
  if (const auto corpus = table.text("corpus"))
    mail.corpus = folder / *corpus;
  table.finish();
}

void read_limits(const toml::table& of, config_problems& problems, sim::limit_plan& limits) {
  config_table table{of, problems};
  take_count(table, "imap_connections", limits.imap_connections, 1);
  take_count(table, "smtp_connections", limits.smtp_connections, 1);
  limits.smtp_mails_per_minute =
      table.real("smtp_mails_per_minute", 0.1, 1'000'000).value_or(limits.smtp_mails_per_minute);
  take_count(table, "smtp_recipients_per_day", limits.smtp_recipients_per_day, 1, 1'000'000'000);
  take_count(table, "smtp_recipients_per_mail", limits.smtp_recipients_per_mail, 1);
  take_count(table, "mail_bytes", limits.mail_bytes, 1, 200'000'000);
  table.finish();
}

void read_quirks(const toml::table& of, config_problems& problems, sim::quirk_plan& quirks) {
  config_table table{of, problems};
  take_flag(table, "empty_copy_uid", quirks.empty_copy_uid);
  take_flag(table, "bare_copy_uid", quirks.bare_copy_uid);
  take_flag(table, "stray_continuations", quirks.stray_continuations);
  table.finish();
}

std::optional<sim::service> service_named(std::string_view name) {
  for (const auto each : {sim::service::microsoft, sim::service::google, sim::service::generic})
    if (sim::to_string(each) == name)
      return each;
  return std::nullopt;
}

sim::tenant_plan read_tenant(const toml::table& of, config_problems& problems) {
  config_table table{of, problems};
  sim::tenant_plan plan;
  plan.name = table.text("name").value_or("");
  plan.domain = table.text("domain").value_or("");
  if (plan.name.empty() || plan.domain.empty())
    table.problem(plan.name.empty() ? "name" : "domain", "is needed: who is it, and where is their mail?");
  if (const auto name = table.text("service")) {
    if (const auto kind = service_named(*name))
      plan.kind = *kind;
    else
      table.problem("service", "is one of microsoft, google, generic");
  }
  plan.upn_domain = table.text("upn_domain").value_or("");
  if (const auto name = table.text("language")) {
    if (const auto known = sim::parse_folder_language(*name))
      plan.language = *known;
    else
      table.problem("language", "is one of en, de, fr, it");
  }
  take_count(table, "providers", plan.providers, 1);
  take_count(table, "delegates", plan.delegates, 1);
  take_count(table, "mailboxes", plan.mailboxes, 1);
  take_flag(table, "users_may_consent", plan.policies.users_may_consent);
  take_flag(table, "device_code_allowed", plan.policies.device_code_allowed);
  take_flag(table, "security_defaults", plan.policies.security_defaults);
  take_flag(table, "smtp_auth_disabled", plan.policies.smtp_auth_disabled);
  take_seconds(table, "sign_in_frequency_s", plan.policies.sign_in_frequency);
  take_seconds(table, "access_token_life_s", plan.policies.access_token_life);
  table.finish();
  return plan;
}

sim::fault read_fault(const toml::table& of, config_problems& problems) {
  config_table table{of, problems};
  sim::fault what;
  const auto kind = sim::parse_fault_kind(table.text("kind").value_or(""));
  if (!kind)
    table.problem("kind", "is needed: what goes wrong, by its name (postroom sim --help)");
  what.kind = kind.value_or(what.kind);
  take_seconds(table, "at_s", what.at);
  take_seconds(table, "for_s", what.lasts);
  what.share = table.real("share", 0, 1).value_or(what.share);
  what.amount =
      table.number("amount", std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max())
          .value_or(what.amount);
  what.names = table.texts("names");
  if (auto fine = sim::check_fault(what); kind && !fine)
    table.problem("kind", fine.error().detail);
  table.finish();
  return what;
}

void read_all(const toml::table& root, const std::filesystem::path& folder, config_problems& problems,
              sim::scenario& plan) {
  config_table table{root, problems};
  if (const auto seed = table.number("seed", 0, std::numeric_limits<unsigned>::max()))
    plan.seed = static_cast<unsigned>(*seed);
  take_flag(table, "tls", plan.tls);
  if (const auto directory = table.text("directory"))
    plan.directory = folder / *directory;
  take_seconds(table, "access_token_life_s", plan.access_token_life);
  take_count(table, "journal_mails_max", plan.journal_mails_max, 1, 10'000'000);
  if (table.take("redirect_uris"))
    plan.redirect_uris = table.texts("redirect_uris");
  if (const auto* ports = table.table("ports"))
    read_ports(*ports, problems, plan);
  if (const auto* mail = table.table("mail"))
    read_mail(*mail, folder, problems, plan.mail);
  if (const auto* quirks = table.table("quirks"))
    read_quirks(*quirks, problems, plan.quirks);
  if (const auto* limits = table.table("limits"))
    read_limits(*limits, problems, plan.limits);
  if (const auto tenants = table.tables("tenant"); !tenants.empty()) {
    plan.tenants.clear();
    for (const auto* each : tenants)
      plan.tenants.push_back(read_tenant(*each, problems));
  }
  for (const auto* each : table.tables("fault"))
    plan.faults.push_back(read_fault(*each, problems));
  table.finish();
}

} // namespace

result<sim::scenario> parse_scenario(std::string_view text, const std::filesystem::path& file) {
  config_problems problems{file.string()};
  sim::scenario plan;
  try {
    read_all(toml::parse(text, file.string()), file.parent_path(), problems, plan);
  } catch (const toml::parse_error& why) {
    problems.add(why.source(), why.description());
  }
  if (!problems.empty())
    return problems.to_error();
  return plan;
}

result<sim::scenario> read_scenario(const std::filesystem::path& file) {
  std::error_code failure;
  const auto size = std::filesystem::file_size(file, failure);
  std::ifstream in{file, std::ios::binary};
  if (failure || !in)
    return fail(errc::not_found, file.string() + " cannot be read");
  if (size > scenario_bytes_max)
    return fail(errc::too_large, file.string() + " is too large for a scenario");
  std::ostringstream text;
  text << in.rdbuf();
  return parse_scenario(text.str(), file);
}

} // namespace postroom::app
