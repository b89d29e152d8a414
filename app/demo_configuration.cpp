#include "app/demo_configuration.hpp"

#include "storage/object_schema.hpp"

#include <algorithm>

namespace postroom::app {
namespace {

declared_provider microsoft(const sim::stand_in& office) {
  declared_provider provider;
  provider.record.set_tenant("default");
  provider.record.set_id("azure");
  provider.record.set_name("Contoso (stand-in for Microsoft 365)");
  provider.record.set_service("microsoft_azure");
  provider.record.set_type("outlook365");
  provider.record.set_application_id(office.client_id());
  provider.record.set_directory_id(office.tenant_id());
  provider.record.set_token_endpoint(office.token_url());
  provider.record.set_imap_host("localhost");
  provider.record.set_imap_port(office.imap_port());
  provider.record.set_imap_security("tls");
  provider.record.set_smtp_host("localhost");
  provider.record.set_smtp_port(office.smtp_port());
  provider.record.set_smtp_security("starttls");
  // Microsoft's 30 a minute would be used up soon when mail comes faster than in a small company.
  provider.record.set_messages_per_minute(6000);
  // A mailbox keeps its connection for a while after its last mail. All of ours send as one delegate: with Microsoft's
  // three, those with a single mail would wait for each other.
  constexpr std::size_t connections_max = 1000;
  provider.record.set_smtp_connections(
      static_cast<std::uint32_t>(std::min(office.mailboxes().size(), connections_max)));
  provider.record.set_ca_file(office.ca_file().string());
  provider.client_secret = office.client_secret();
  storage::set_defaults(provider.record);
  return provider;
}

records::Account shared_mailbox(const std::string& mailbox, const sim::stand_in& office,
                                const records::Provider& provider) {
  const auto name = mailbox.substr(0, mailbox.find('@'));
  records::Account account;
  account.set_tenant("default");
  account.set_id(name);
  account.set_name(name);
  account.set_key(name.substr(0, 5));
  account.set_email(mailbox);
  account.set_username(mailbox);
  account.set_list("customers");
  account.set_active(true);
  account.set_service("outlook365");
  account.set_modern_authentication(true);
  account.set_provider("azure");
  account.set_delegate(office.delegate());
  account.set_transport("imap_smtp");
  account.set_catch_up("all");
  storage::set_defaults(account, &provider);
  return account;
}

} // namespace

configuration demo_configuration(const std::string& listen, const std::filesystem::path& directory,
                                 const sim::stand_in& office) {
  configuration config;
  config.data_directory = directory / "data";
  config.api.listen = listen;
  config.log.level = log::level::warning;
  config.log.format = log::format::text;
  config.log.directory = directory / "log";
  config.limits.connections_per_second_per_host = 200;
  records::Tenant tenant;
  tenant.set_id("default");
  tenant.set_name("Demonstration");
  config.tenants.push_back(tenant);
  config.providers.push_back(microsoft(office));

  declared_grant grant;
  grant.record.set_tenant("default");
  grant.record.set_id("delegate");
  grant.record.set_provider("azure");
  grant.record.set_kind("refresh_token");
  grant.record.set_delegate(office.delegate());
  grant.secret_value = office.refresh_token();
  config.grants.push_back(std::move(grant));

  for (const auto& mailbox : office.mailboxes())
    config.accounts.push_back(shared_mailbox(mailbox, office, config.providers.front().record));
  return config;
}

} // namespace postroom::app
