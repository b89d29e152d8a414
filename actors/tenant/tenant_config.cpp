#include "actors/tenant/tenant_config.hpp"

#include "actors/provider/proxy_of.hpp"
#include "base/ascii.hpp"
#include "storage/account_lint.hpp"
#include "storage/keys.hpp"
#include "storage/record_scan.hpp"

#include <algorithm>
#include <array>

namespace postroom::tenant {
namespace {

result<void> find_gone_grants(const storage::snapshot& view, const tenant_id& tenant, tenant_config& config) {
  constexpr std::string_view kind = "grant/";
  for (const auto& each : config.incidents) {
    const std::string_view subject = each.value.subject();
    if (!subject.starts_with(kind))
      continue;
    const std::string id{subject.substr(kind.size(), subject.find('/', kind.size()) - kind.size())};
    const auto record = view.get(storage::keys::grant(tenant, grant_id{id}));
    if (!record)
      return record.error();
    if (!*record)
      config.gone_grants.insert(id);
  }
  return {};
}

/// `Security` and `Method` are IMAP's or SMTP's: they have the same names.
template <class Security>
Security security_of(const std::string& name, Security otherwise) {
  if (name == "tls")
    return Security::tls;
  if (name == "starttls")
    return Security::starttls;
  if (name == "plain")
    return Security::plain;
  return otherwise;
}

template <class Method>
Method method_of(const records::Provider& provider) {
  if (provider.service() == "password" || provider.sasl() == "plain")
    return Method::plain;
  if (provider.sasl() == "xoauth2" || provider.service() == "microsoft_azure" || provider.service() == "google")
    return Method::xoauth2;
  if (provider.sasl() == "oauthbearer")
    return Method::oauthbearer;
  return Method::automatic;
}

/// What a provider's servers allow one identity: a little less than Exchange Online does, since others (a person's mail
/// program) may use it, too. Sources: Microsoft's and Google's published sending limits.
sending::identity_rules rules_of(const records::Provider& provider) {
  sending::identity_rules rules;
  if (provider.type() == "outlook365")
    rules = {25, 2, 10'000};
  else if (provider.type() == "gmail")
    rules = {0, 10, 2'000};
  if (provider.messages_per_minute() != 0)
    rules.messages_per_minute = provider.messages_per_minute();
  if (provider.smtp_connections() != 0)
    rules.connections = provider.smtp_connections();
  if (provider.recipients_per_day() != 0)
    rules.recipients_per_day = provider.recipients_per_day();
  return rules;
}

bool keeps_sent_copy(const records::Provider& provider) {
  if (provider.sent_copy() == "yes" || provider.sent_copy() == "no")
    return provider.sent_copy() == "yes";
  return provider.type() == "outlook365" || provider.type() == "gmail";
}

/// Without a grant of its own an account uses its delegate's at the provider; without a delegate that of the mailbox's
/// owner, or the application's.
grant_id grant_of(const records::Account& account) {
  if (!account.grant().empty())
    return grant_id{account.grant()};
  return grant_id{(account.delegate().empty() ? "by-owner:" : "by-delegate:") + storage::signer_of(account)};
}

/// The IMAP session of an account; a shared mailbox is opened under its own address with the delegate's token.
net::imap_target imap_target_of(const records::Account& account, const records::Provider& provider,
                                const mail_host& host) {
  net::imap_target target;
  target.host = host.host;
  target.port = host.port;
  target.ca_file = provider.ca_file();
  target.session.security = security_of(provider.imap_security(), imap::transport_security::tls);
  target.session.method = method_of<imap::login_method>(provider);
  target.session.user = account.username().empty() ? account.email() : account.username();
  target.session.host = host.host;
  target.session.port = host.port;
  target.session.id = {{"name", "Postroom"}, {"vendor", "Postroom"}};
  return target;
}

/// As a target holds it: one pointer for those, nearly all, that have none.
result<std::shared_ptr<const net::proxy_server>> shared_proxy_of(const records::Provider& provider,
                                                                 const storage::keyring& keys) {
  auto proxy = provider::proxy_of(provider, keys);
  if (!proxy)
    return fail(proxy.error().code, "provider " + provider.id() + ": " + proxy.error().detail);
  if (proxy->host.empty())
    return std::shared_ptr<const net::proxy_server>{};
  return std::make_shared<const net::proxy_server>(std::move(*proxy));
}

mailbox::catch_up_policy policy_of(const records::Account& account) {
  if (account.catch_up() == "all")
    return mailbox::catch_up_policy::all;
  if (account.catch_up() == "since")
    return mailbox::catch_up_policy::since;
  return mailbox::catch_up_policy::only_new;
}

} // namespace

void load(storage::store& from, const tenant_id& tenant,
          std::function<void(result<std::shared_ptr<tenant_config>>)> done) {
  from.with_snapshot([tenant, done = std::move(done)](const storage::snapshot& view) {
    auto config = std::make_shared<tenant_config>();
    using storage::space;
    auto read = storage::for_each<records::Provider>(
        view, space::config, storage::keys::providers(tenant), [&](storage::versioned<records::Provider> provider) {
          auto id = provider.value.id();
          config->providers.emplace(std::move(id), std::move(provider.value));
        });
    if (read)
      read = storage::for_each<records::Account>(view, space::config, storage::keys::accounts(tenant),
                                                 [&](storage::versioned<records::Account> account) {
                                                   auto id = account.value.id();
                                                   config->accounts.emplace(std::move(id), std::move(account.value));
                                                 });
    if (read)
      read = storage::for_each<records::Outbox>(view, space::outbox, storage::keys::outboxes(tenant),
                                                [&](storage::versioned<records::Outbox> outbox) {
                                                  auto id = outbox.value.account();
                                                  config->outboxes.emplace(std::move(id), std::move(outbox.value));
                                                });
    if (read)
      read = storage::for_each<records::Incident>(
          view, space::state, storage::keys::incidents(tenant),
          [&](storage::versioned<records::Incident> incident) { config->incidents.push_back(std::move(incident)); });
    if (read)
      read = find_gone_grants(view, tenant, *config);
    if (read)
      read = storage::for_each<records::LoginNames>(view, space::state, storage::keys::all_login_names(tenant),
                                                    [&](storage::versioned<records::LoginNames> names) {
                                                      config->login_names[names.value.account()] =
                                                          names.value.imap_user();
                                                    });
    if (read)
      done(std::move(config));
    else
      done(read.error());
  });
}

void load_incidents(storage::store& from, const tenant_id& tenant, const std::string& subject,
                    std::function<void(result<std::vector<storage::versioned<records::Incident>>>)> done) {
  from.with_snapshot([tenant, subject, done = std::move(done)](const storage::snapshot& view) {
    std::vector<storage::versioned<records::Incident>> found;
    const auto fault = storage::keys::incident(tenant, subject);
    const auto read = storage::for_each<records::Incident>(view, fault.space, fault.key, [&](auto each) {
      // `grant/andrea.2` is another's.
      if (each.value.subject() == subject || each.value.subject().starts_with(subject + '/'))
        found.push_back(std::move(each));
    });
    if (read)
      done(std::move(found));
    else
      done(read.error());
  });
}

mail_host imap_host_of(const records::Provider& provider) {
  const auto port = static_cast<std::uint16_t>(provider.imap_port() != 0 ? provider.imap_port() : 993);
  if (!provider.imap_host().empty())
    return {provider.imap_host(), port};
  if (provider.type() == "outlook365")
    return {"outlook.office365.com", port};
  if (provider.type() == "gmail")
    return {"imap.gmail.com", port};
  return {{}, port};
}

result<mailbox::assignment> assign(const records::Account& account, const records::Provider& provider,
                                   const storage::keyring& keys) {
  const auto host = imap_host_of(provider);
  if (host.host.empty())
    return fail(errc::invalid_argument, "provider " + provider.id() + ": imap_host is needed for this type");
  if (account.transport() == "graph")
    return fail(errc::invalid_argument, "account " + account.id() + ": transport graph is not offered here");
  auto proxy = shared_proxy_of(provider, keys);
  if (!proxy)
    return proxy.error();
  mailbox::assignment task;
  task.config.account = account_id{account.id()};
  task.config.tenant = tenant_id{account.tenant()};
  task.config.folder = account.folder().empty() ? "INBOX" : account.folder();
  task.config.policy = policy_of(account);
  task.config.since = wall_time{std::chrono::milliseconds{account.catch_up_since_ms()}};
  task.list = list_id{account.list()};
  task.grant = grant_of(account);
  task.target = imap_target_of(account, provider, host);
  task.names = {ascii_lower(host.host), ascii_lower(account.email()), ascii_lower(task.target.session.user),
                ascii_lower(account.upn())};
  task.target.proxy = std::move(*proxy);
  return task;
}

std::vector<std::string> login_names_of(const records::Account& account, const std::string& worked) {
  const std::array<std::string, 3> configured{account.username(), account.email(), account.upn()};
  std::vector<std::string> out;
  const auto is_same = [](const std::string& one, const std::string& other) {
    return ascii_lower(one) == ascii_lower(other);
  };
  const auto add = [&](const std::string& name) {
    if (!name.empty() && std::ranges::none_of(out, [&](const auto& known) { return is_same(known, name); }))
      out.push_back(name);
  };
  // Not one that is no longer the account's: it may still open, and be another mailbox.
  for (const auto& name : configured)
    if (is_same(name, worked))
      add(name);
  for (const auto& name : configured)
    add(name);
  // A name that was said explicitly is not given up for the address.
  if (!account.username().empty() && account.upn().empty())
    out.assign({account.username()});
  return out;
}

mail_host smtp_host_of(const records::Provider& provider) {
  const auto usual = provider.smtp_security() == "tls" ? 465u : 587u;
  const auto port = static_cast<std::uint16_t>(provider.smtp_port() != 0 ? provider.smtp_port() : usual);
  if (!provider.smtp_host().empty())
    return {provider.smtp_host(), port};
  if (provider.type() == "outlook365")
    return {"smtp.office365.com", port};
  if (provider.type() == "gmail")
    return {"smtp.gmail.com", port};
  return {provider.imap_host(), port};
}

result<outbox::assignment> assign_outbox(const records::Account& account, const records::Provider& provider,
                                         const storage::keyring& keys, std::chrono::seconds sent_search) {
  const auto host = smtp_host_of(provider);
  if (host.host.empty())
    return fail(errc::invalid_argument, "provider " + provider.id() + ": smtp_host is needed for this type");
  auto proxy = shared_proxy_of(provider, keys);
  if (!proxy)
    return proxy.error();
  outbox::assignment task;
  task.tenant = tenant_id{account.tenant()};
  task.account = account_id{account.id()};
  task.sends = account.active();
  task.config.sent_copy = keeps_sent_copy(provider);
  task.config.resend = account.in_doubt() != "hold";
  task.config.sent_search = sent_search;
  task.target.host = host.host;
  task.target.port = host.port;
  task.target.ca_file = provider.ca_file();
  task.target.session.security = security_of(provider.smtp_security(), smtp::transport_security::starttls);
  task.target.session.method = method_of<smtp::login_method>(provider);
  task.target.session.host = host.host;
  task.target.session.port = host.port;
  task.target.proxy = *proxy;
  task.sent_target = imap_target_of(account, provider, imap_host_of(provider));
  task.sent_target.proxy = std::move(*proxy);
  task.shared_user = task.sent_target.session.user;
  task.authenticates_as_delegate = provider.service() != "password";
  task.rules = rules_of(provider);
  task.grant = grant_of(account);
  task.provider_name = provider.id();
  return task;
}

} // namespace postroom::tenant
