#include "app/demo_office.hpp"

#include "sim/gateway_config.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <optional>

namespace postroom::app {
namespace {

using namespace std::chrono_literals;
using sim::fault_kind;

/// Limits of sending, at the stand-in and as the gateway is told: Microsoft's 30 mails a minute and 3 connections of a
/// user would soon be used up, since all shared mailboxes of ours send as a few delegates.
constexpr std::uint32_t smtp_connections = 1000;
constexpr std::uint32_t smtp_mails_per_minute = 6000;

sim::scenario demo_scenario(const demo_options& options, const std::filesystem::path& directory) {
  // Two thirds of the mailboxes are shared ones.
  const auto at_google = std::max<std::size_t>(options.mailboxes / 3, 1);
  sim::scenario plan;
  plan.tenants = {{"Contoso", "contoso.test", sim::service::microsoft, 2, 1, options.mailboxes - at_google, {}},
                  {"Fabrikam", "fabrikam.test", sim::service::google, 1, 1, at_google, {}}};
  plan.mail.initial_each = 3;
  if (options.mail_every > 0ms)
    plan.mail.per_second = 1 / std::chrono::duration<double>{options.mail_every}.count();
  plan.limits.smtp_connections = smtp_connections;
  plan.limits.smtp_mails_per_minute = smtp_mails_per_minute;
  plan.directory = directory / "stand-in";
  if (const auto callbacks = sim::callback_uris(options.listen); !callbacks.empty())
    plan.redirect_uris = callbacks;
  return plan;
}

/// Makes mailboxes sick, from each provider's last one on.
class infection {
public:
  explicit infection(demo_office& office) : office_(office) {
    for (const auto& provider : office.providers) {
      auto& healthy = healthy_.emplace_back();
      for (const auto& delegate : provider.delegates)
        healthy.insert(healthy.end(), delegate.mailboxes.begin(), delegate.mailboxes.end());
      healthy_min_.push_back(healthy.size() - healthy.size() / 4);
    }
  }

  /// The stand-in does this to one of the provider's mailboxes.
  result<void> fault(std::size_t provider, const std::string& ailment, fault_kind kind, std::int64_t amount = 0) {
    const auto mailbox = take(provider, ailment);
    return mailbox ? post(kind, *mailbox, amount) : result<void>{};
  }

  /// Somebody forgot to give the provider's delegate the right.
  void forbid(std::size_t provider, const std::string& ailment) {
    if (const auto mailbox = take(provider, ailment))
      office_.servers->forbid(office_.providers[provider].delegates.front().upn, *mailbox);
  }

  /// A delegate of its own, who can open this one mailbox and would be good for it: the refresh token is what fails.
  /// The UPN; nothing when there is no mailbox left.
  std::optional<std::string> give_delegate(std::size_t provider, const std::string& ailment, const std::string& name) {
    const auto mailbox = take(provider, ailment);
    if (!mailbox)
      return std::nullopt;
    const auto upn = name + mailbox->substr(mailbox->find('@'));
    auto& delegates = office_.providers[provider].delegates;
    for (auto& each : delegates)
      std::erase(each.mailboxes, *mailbox);
    delegates.push_back({upn, {}, office_.servers->add_user(upn), {*mailbox}});
    office_.servers->allow(upn, *mailbox);
    return upn;
  }

  result<void> post(fault_kind kind, const std::string& name, std::int64_t amount) {
    sim::fault what;
    what.kind = kind;
    what.names = {name};
    what.amount = amount;
    if (const auto posted = office_.servers->add_fault(std::move(what)); !posted)
      return posted.error();
    return {};
  }

private:
  std::optional<std::string> take(std::size_t provider, const std::string& ailment) {
    auto& healthy = healthy_[provider];
    if (healthy.size() <= healthy_min_[provider])
      return std::nullopt;
    auto mailbox = std::move(healthy.back());
    healthy.pop_back();
    office_.sick.push_back({sim::id_of(office_.providers[provider].tenant_name),
                            sim::id_of(mailbox.substr(0, mailbox.find('@'))), ailment});
    return mailbox;
  }

  demo_office& office_;
  std::vector<std::vector<std::string>> healthy_; ///< of each provider
  std::vector<std::size_t> healthy_min_;
};

/// In the order of the scenario. Contoso's first application is the one that further people sign in to.
enum : std::size_t { contoso, contoso_second, fabrikam };

result<void> make_sick(demo_office& office) {
  infection illness{office};
  illness.forbid(contoso, "its delegate has no Full Access");
  if (const auto upn = illness.give_delegate(contoso, "its delegate's sign-in was revoked", "gone.colleague"))
    office.servers->revoke_grants(*upn);
  if (const auto upn =
          illness.give_delegate(contoso, "its delegate must pass multi-factor authentication", "new.colleague")) {
    constexpr std::int64_t mfa_required = 50076; // AADSTS
    if (auto posted = illness.post(fault_kind::token_error, *upn, mfa_required); !posted)
      return posted;
  }
  constexpr std::int64_t backoff_ms = 60'000;
  if (auto posted = illness.fault(contoso_second, "its commands are throttled", fault_kind::throttle, backoff_ms);
      !posted)
    return posted;
  if (auto posted = illness.fault(contoso_second, "its server says nothing", fault_kind::stall); !posted)
    return posted;
  return illness.fault(fabrikam, "its login is refused", fault_kind::login_refused);
}

} // namespace

result<demo_office> open_demo_office(const demo_options& options, const std::filesystem::path& directory) {
  auto servers = sim::stand_in::start(demo_scenario(options, directory));
  if (!servers)
    return servers.error();
  demo_office office{std::move(*servers), {}, {}};
  office.providers = office.servers->providers();
  if (auto made = make_sick(office); !made)
    return made.error();
  return office;
}

std::string with_free_port(const std::string& listen) {
  if (!listen.ends_with(":0"))
    return listen;
  try {
    boost::asio::io_context io;
    const boost::asio::ip::tcp::acceptor probe{io, {boost::asio::ip::address_v4::loopback(), 0}};
    return listen.substr(0, listen.size() - 1) + std::to_string(probe.local_endpoint().port());
  } catch (const boost::system::system_error&) {
    return listen;
  }
}

result<configuration> demo_configuration(const std::string& listen, const std::filesystem::path& directory,
                                         const demo_office& office) {
  sim::gateway_config_options options;
  options.data_directory = std::filesystem::absolute(directory / "data");
  options.listen = listen;
  options.ca_file = std::filesystem::absolute(office.servers->ca_file());
  options.connections_per_second_per_host = 200;
  const auto nothing = environment::from_text({}, [](const std::string&) { return std::nullopt; });
  if (!nothing)
    return nothing.error();
  auto config =
      parse_configuration(sim::gateway_config(office.providers, options), directory / "postroom.toml", *nothing);
  if (!config)
    return config;
  config->log.level = log::level::warning;
  config->log.format = log::format::text;
  // The sick mailboxes are told of by the demonstration itself.
  config->log.to_stderr = false;
  config->log.directory = directory / "log";
  for (auto& provider : config->providers) {
    provider.record.set_messages_per_minute(smtp_mails_per_minute);
    provider.record.set_smtp_connections(smtp_connections);
  }
  return config;
}

} // namespace postroom::app
