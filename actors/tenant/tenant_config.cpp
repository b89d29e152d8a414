#include "actors/tenant/tenant_config.hpp"

#include "base/limits.hpp"
#include "storage/directory.hpp"
#include "storage/keys.hpp"

namespace postroom::tenant {
namespace {

template <class T, class Sink>
result<void> scan_all(const storage::snapshot& view, const std::string& prefix, Sink sink) {
  auto range = storage::prefix_range(prefix);
  while (true) {
    auto page = view.scan(storage::space::config, range, limits::page_items_max);
    if (!page)
      return page.error();
    const bool last = page->size() < limits::page_items_max;
    if (!last)
      range.first = page->back().key + '\0';
    for (auto& each : *page) {
      auto decoded = storage::decode<T>(std::move(each));
      if (!decoded)
        return decoded.error();
      sink(std::move(decoded->value));
    }
    if (last)
      return {};
  }
}

imap::transport_security security_of(const records::Provider& provider) {
  if (provider.imap_security() == "starttls")
    return imap::transport_security::starttls;
  if (provider.imap_security() == "plain")
    return imap::transport_security::plain;
  return imap::transport_security::tls;
}

imap::login_method method_of(const records::Provider& provider) {
  if (provider.service() == "password" || provider.sasl() == "plain")
    return imap::login_method::plain;
  if (provider.sasl() == "xoauth2" || provider.service() == "microsoft_azure" || provider.service() == "google")
    return imap::login_method::xoauth2;
  if (provider.sasl() == "oauthbearer")
    return imap::login_method::oauthbearer;
  return imap::login_method::automatic;
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
    auto read = scan_all<records::Provider>(view, storage::keys::providers(tenant), [&](records::Provider provider) {
      auto id = provider.id();
      config->providers.emplace(std::move(id), std::move(provider));
    });
    if (read)
      read = scan_all<records::Account>(view, storage::keys::accounts(tenant), [&](records::Account account) {
        auto id = account.id();
        config->accounts.emplace(std::move(id), std::move(account));
      });
    if (read)
      done(std::move(config));
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

result<mailbox::assignment> assign(const records::Account& account, const records::Provider& provider) {
  const auto host = imap_host_of(provider);
  if (host.host.empty())
    return fail(errc::invalid_argument, "provider " + provider.id() + ": imap_host is needed for this type");
  if (account.transport() == "graph")
    return fail(errc::invalid_argument, "account " + account.id() + ": transport graph is not offered here");
  mailbox::assignment task;
  task.config.account = account_id{account.id()};
  task.config.tenant = tenant_id{account.tenant()};
  task.config.host = host.host;
  task.config.folder = account.folder().empty() ? "INBOX" : account.folder();
  task.config.policy = policy_of(account);
  task.config.since = wall_time{std::chrono::milliseconds{account.catch_up_since_ms()}};
  task.list = list_id{account.list()};
  // Without a grant of its own an account uses its delegate's at the provider.
  task.grant = grant_id{account.grant().empty() ? "by-delegate:" + account.delegate() : account.grant()};
  task.target.host = host.host;
  task.target.port = host.port;
  task.target.ca_file = provider.ca_file();
  task.target.session.security = security_of(provider);
  task.target.session.method = method_of(provider);
  // A shared mailbox is opened under its own address with the delegate's token.
  task.target.session.user = account.username().empty() ? account.email() : account.username();
  task.target.session.host = host.host;
  task.target.session.port = host.port;
  task.target.session.id = {{"name", "Postroom"}, {"vendor", "Postroom"}};
  return task;
}

} // namespace postroom::tenant
