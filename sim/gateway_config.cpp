#include "sim/gateway_config.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace postroom::sim {
namespace {

/// A line of TOML; what is quoted holds no control characters.
std::string setting(std::string_view name, std::string_view value) {
  std::string line{name};
  line += " = \"";
  for (const char c : value) {
    if (c == '"' || c == '\\')
      line += '\\';
    line += c;
  }
  return line + "\"\n";
}

std::string setting(std::string_view name, std::uint64_t value) {
  return std::string{name} + " = " + std::to_string(value) + "\n";
}

std::string head(const gateway_config_options& options) {
  return setting("data_directory", options.data_directory.string()) + "[api]\n" + setting("listen", options.listen) +
         "[log]\n" + setting("level", options.log_level) + "[limits]\n" +
         setting("connections_per_second_per_host",
                 static_cast<std::uint64_t>(options.connections_per_second_per_host));
}

std::string_view service_name(service kind) {
  switch (kind) {
  case service::microsoft:
    return "microsoft_azure";
  case service::google:
    return "google";
  case service::generic:
    return "password";
  }
  return {};
}

std::string_view type_name(service kind) {
  return kind == service::microsoft ? "outlook365" : kind == service::google ? "gmail" : "imap";
}

/// Empty when there is none.
std::string callback_uri(std::string_view listen, service kind) {
  const auto colon = listen.rfind(':');
  const auto port = colon == std::string_view::npos ? std::string_view{} : listen.substr(colon + 1);
  if (kind == service::generic || port.empty() || port == "0")
    return {};
  return "http://localhost:" + std::string{port} + "/api/cloudProviders/oauth2/" + std::string{to_string(kind)} +
         "/callback";
}

/// What is not empty.
std::string given(std::string_view name, const std::string& value) {
  return value.empty() ? std::string{} : setting(name, value);
}

std::string provider_block(const std::string& tenant, const std::string& id, const provider_facts& facts,
                           const gateway_config_options& options) {
  std::string text = "[[provider]]\n" + setting("tenant", tenant) + setting("id", id) +
                     setting("name", facts.application_name) + setting("service", service_name(facts.kind)) +
                     setting("type", type_name(facts.kind));
  if (facts.kind != service::generic)
    text += setting("application_id", facts.client_id) + setting("client_secret", facts.client_secret.expose()) +
            setting("token_endpoint", facts.token_url) + given("discovery_url", facts.discovery_url) +
            given("revocation_endpoint", facts.revocation_url) + given("graph_endpoint", facts.graph_url) +
            given("redirect_uri", callback_uri(options.listen, facts.kind));
  if (facts.kind != service::generic && facts.client_secret_expires)
    text += "client_secret_expires = " + to_rfc3339(*facts.client_secret_expires) + "\n";
  if (facts.kind == service::microsoft)
    text += setting("directory_id", facts.tenant_id) + setting("purposes", "imap smtp graph_read");
  text += setting("imap_host", "localhost") + setting("imap_port", facts.imap_port) +
          setting("imap_security", options.ca_file.empty() ? "plain" : "tls") + setting("smtp_host", "localhost") +
          setting("smtp_port", facts.smtp_port) +
          setting("smtp_security", options.ca_file.empty() ? "plain" : "starttls");
  if (!options.ca_file.empty())
    text += setting("ca_file", options.ca_file.string());
  return text;
}

std::string grant_block(const std::string& tenant, const std::string& provider, const std::string& id,
                        const delegate_facts& delegate, service kind) {
  const std::string head = "[[grant]]\n" + setting("tenant", tenant) + setting("id", id) +
                           setting("provider", provider) + setting("delegate", delegate.upn);
  if (kind == service::generic)
    return head + setting("kind", "password") + setting("password", delegate.password.expose());
  return head + setting("kind", "refresh_token") + setting("refresh_token", delegate.refresh_token.expose());
}

std::string account_block(const std::string& tenant, const std::string& provider, const std::string& grant,
                          const delegate_facts& delegate, const std::string& mailbox, const provider_facts& facts,
                          const gateway_config_options& options) {
  const auto upn =
      facts.upn_domain.empty() ? std::string{} : mailbox.substr(0, mailbox.find('@') + 1) + facts.upn_domain;
  const auto name = mailbox.substr(0, mailbox.find('@'));
  return "[[account]]\n" + setting("tenant", tenant) + setting("id", id_of(name)) + setting("name", name) +
         setting("email", mailbox) + setting("username", mailbox) + given("upn", upn) + setting("provider", provider) +
         setting("grant", grant) + setting("delegate", delegate.upn) + setting("list", "customers") +
         setting("catch_up", options.catch_up) +
         (facts.kind == service::generic ? "modern_authentication = false\n" : "");
}

/// Tenants may have the same name, or one of which no id can be made.
class tenant_ids {
public:
  const std::string& of(const provider_facts& facts) {
    auto& id = ids_[facts.tenant_id];
    if (!id.empty())
      return id;
    constexpr std::size_t name_max = 48; // an id has 64 at most
    auto name = id_of(facts.tenant_name.substr(0, name_max));
    if (name.empty())
      name = "tenant";
    id = name;
    for (std::size_t number = 2; !taken_.insert(id).second; ++number)
      id = name + "-" + std::to_string(number);
    return id;
  }

private:
  std::map<std::string, std::string> ids_; ///< by directory id
  std::set<std::string> taken_;
};

} // namespace

std::vector<std::string> callback_uris(std::string_view listen) {
  std::vector<std::string> uris;
  for (const auto kind : {service::microsoft, service::google})
    if (auto uri = callback_uri(listen, kind); !uri.empty())
      uris.push_back(std::move(uri));
  return uris;
}

std::string id_of(std::string_view name) {
  std::string id;
  for (const char c : ascii_lower(name))
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
      id += c;
    else if (!id.empty() && id.back() != '-')
      id += '-';
  while (id.ends_with('-'))
    id.pop_back();
  return id;
}

std::string gateway_config(std::span<const provider_facts> providers, const gateway_config_options& options) {
  auto text = head(options);
  tenant_ids ids;
  std::map<std::string, std::size_t> providers_of; ///< of each tenant, so far
  std::string blocks;
  std::size_t accounts = 0;
  for (const auto& facts : providers) {
    const auto& tenant = ids.of(facts);
    const auto number = ++providers_of[tenant];
    if (number == 1)
      text += "[[tenant]]\n" + setting("id", tenant) + setting("name", facts.tenant_name);
    const auto provider = "app-" + std::to_string(number);
    blocks += provider_block(tenant, provider, facts, options);
    for (std::size_t i = 0; i < facts.delegates.size(); ++i) {
      const auto& delegate = facts.delegates[i];
      const auto grant = provider + "-" + id_of(delegate.upn.substr(0, delegate.upn.find('@')));
      blocks += grant_block(tenant, provider, grant, delegate, facts.kind);
      for (const auto& mailbox : delegate.mailboxes)
        if (accounts++ < options.accounts_max)
          blocks += account_block(tenant, provider, grant, delegate, mailbox, facts, options);
    }
  }
  return text + blocks;
}

} // namespace postroom::sim
