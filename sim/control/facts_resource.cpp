#include "sim/control/control_api.hpp"

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace postroom::sim {
namespace {

namespace http = boost::beast::http;
namespace json = boost::json;

json::object delegate_json(const delegate_facts& delegate) {
  return {{"upn", delegate.upn},
          {"password", delegate.password.expose()},
          {"refresh_token", delegate.refresh_token.expose()},
          {"mailboxes", json::array(delegate.mailboxes.begin(), delegate.mailboxes.end())}};
}

json::object provider_json(const world& world, const provider_facts& facts) {
  json::array delegates;
  for (const auto& each : facts.delegates)
    delegates.push_back(delegate_json(each));
  json::object provider{{"tenant_name", facts.tenant_name},
                        {"tenant_id", facts.tenant_id},
                        {"service", to_string(facts.kind)},
                        {"application_name", facts.application_name},
                        {"client_id", facts.client_id},
                        {"client_secret", facts.client_secret.expose()},
                        {"token_url", facts.token_url},
                        {"discovery_url", facts.discovery_url},
                        {"revocation_url", facts.revocation_url},
                        {"graph_url", facts.graph_url},
                        {"upn_domain", facts.upn_domain},
                        {"imap_host", "localhost"},
                        {"imap_port", facts.imap_port},
                        {"imap_security", world.plan.tls ? "tls" : "none"},
                        {"smtp_host", "localhost"},
                        {"smtp_port", facts.smtp_port},
                        {"smtp_security", world.plan.tls ? "starttls" : "none"},
                        {"delegates", std::move(delegates)}};
  const auto* const tenant = world.people.find_tenant(facts.tenant_id);
  if (const auto* const administrator = tenant ? tenant->find_user("admin@" + tenant->domains.back()) : nullptr)
    provider["administrator"] =
        json::object{{"upn", administrator->upn}, {"password", administrator->password.expose()}};
  if (tenant)
    provider["domains"] = json::array(tenant->domains.begin(), tenant->domains.end());
  return provider;
}

http_response get_facts(const control_call& call) {
  const auto& world = call.world;
  const auto& ports = world.ports;
  json::array providers;
  for (const auto& each : world.who.providers)
    providers.push_back(provider_json(world, each));
  return json_answer(json::object{{"identity_url", world.services.base_url},
                                  {"ca_file", ca_file_of(world.plan).string()},
                                  {"mfa_code", user::mfa_code},
                                  {"seed", world.plan.seed},
                                  {"access_token_life_s", world.plan.access_token_life.count()},
                                  {"ports", json::object{{"identity", ports.identity},
                                                         {"imap", ports.imap},
                                                         {"smtp", ports.smtp},
                                                         {"generic_imap", ports.generic_imap},
                                                         {"generic_smtp", ports.generic_smtp},
                                                         {"gmail_imap", ports.gmail_imap},
                                                         {"gmail_smtp", ports.gmail_smtp},
                                                         {"control", ports.control}}},
                                  {"providers", std::move(providers)},
                                  {"mailboxes", json::array(world.who.mailboxes.begin(), world.who.mailboxes.end())}});
}

constexpr std::array<control_route, 1> facts_table{
    {{http::verb::get, "/v1/facts", "providers with their secrets, delegates and mailboxes; ports", get_facts}}};

} // namespace

std::span<const control_route> facts_routes() {
  return facts_table;
}

} // namespace postroom::sim
