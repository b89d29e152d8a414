#include "sim/control/control_api.hpp"
#include "sim/control/json_fields.hpp"

#include <array>
#include <boost/json/object.hpp>

namespace postroom::sim {
namespace {

namespace http = boost::beast::http;
namespace json = boost::json;

constexpr std::int64_t year_s = 366 * 86'400;

json::object user_json(const user& who) {
  return {{"upn", who.upn},
          {"address", who.address()},
          {"name", who.name},
          {"object_id", who.object_id},
          {"password", who.password.expose()},
          {"enabled", who.enabled},
          {"locked", who.locked},
          {"mfa_required", who.mfa_required},
          {"mfa_enrolled", who.mfa_enrolled},
          {"administrator", who.administrator}};
}

user* find_user(const control_call& call) {
  auto* const tenant = call.world.people.tenant_of(call.names[0]);
  return tenant ? tenant->find_user(call.names[0]) : nullptr;
}

/// Everywhere: of what the user granted, and in browsers.
void sign_out(world& world, user& who) {
  who.sessions_valid_from = world.time.now();
  world.grants.revoke(who.upn);
}

http_response no_user(const control_call& call) {
  return refusal(fail(errc::not_found, "there is no user " + call.names[0]));
}

http_response post_user(const control_call& call) {
  std::string upn, client_id, address;
  json_fields fields{call.request.body()};
  fields.read("upn", upn);
  fields.read("client_id", client_id);
  fields.read("address", address);
  if (auto fine = fields.done(); !fine)
    return refusal(fine.error());
  auto& world = call.world;
  const auto made = add_user(world.plan, world.who, world.services, world.mail, upn, client_id, address);
  if (!made)
    return refusal(made.error());
  auto answer = user_json(*call.world.people.tenant_of(upn)->find_user(upn));
  answer["refresh_token"] = made->expose();
  return json_answer(answer, http::status::created);
}

http_response get_user(const control_call& call) {
  const auto* const found = find_user(call);
  return found ? json_answer(user_json(*found)) : no_user(call);
}

http_response patch_user(const control_call& call) {
  auto* const found = find_user(call);
  if (!found)
    return no_user(call);
  auto changed = *found;
  std::string password = changed.password.expose();
  bool signed_out = false;
  json_fields fields{call.request.body()};
  fields.read("enabled", changed.enabled);
  fields.read("locked", changed.locked);
  fields.read("mfa_required", changed.mfa_required);
  fields.read("mfa_enrolled", changed.mfa_enrolled);
  fields.read("administrator", changed.administrator);
  fields.read("name", changed.name);
  fields.read("password", password);
  fields.read("sign_out", signed_out);
  if (auto fine = fields.done(); !fine)
    return refusal(fine.error());
  // At Google's a new password ends what was granted for mail; the clients that Entra trusts with a secret keep it.
  const bool ends_grants =
      call.world.people.tenant_of(found->upn)->kind == service::google && password != found->password.expose();
  changed.password = secret<>{std::move(password)};
  if (changed.mfa_required && !found->mfa_required)
    changed.last_mfa = {}; // a new policy asks everybody once
  *found = std::move(changed);
  if (signed_out)
    sign_out(call.world, *found);
  else if (ends_grants)
    call.world.grants.revoke(found->upn);
  return json_answer(user_json(*found));
}

json::object policies_json(const tenant_policies& policies) {
  return {{"users_may_consent", policies.users_may_consent},
          {"device_code_allowed", policies.device_code_allowed},
          {"security_defaults", policies.security_defaults},
          {"smtp_auth_disabled", policies.smtp_auth_disabled},
          {"sign_in_frequency_s", policies.sign_in_frequency.count()},
          {"access_token_life_s", policies.access_token_life.count()}};
}

http_response patch_policies(const control_call& call) {
  auto* const found = call.world.people.find_tenant(call.names[0]);
  if (!found)
    return refusal(fail(errc::not_found, "there is no tenant " + call.names[0]));
  auto policies = found->policies;
  std::int64_t frequency = policies.sign_in_frequency.count(), life = policies.access_token_life.count();
  json_fields fields{call.request.body()};
  fields.read("users_may_consent", policies.users_may_consent);
  fields.read("device_code_allowed", policies.device_code_allowed);
  fields.read("security_defaults", policies.security_defaults);
  fields.read("smtp_auth_disabled", policies.smtp_auth_disabled);
  fields.read("sign_in_frequency_s", frequency, 0, year_s);
  fields.read("access_token_life_s", life, 0, year_s);
  if (auto fine = fields.done(); !fine)
    return refusal(fine.error());
  policies.sign_in_frequency = std::chrono::seconds{frequency};
  policies.access_token_life = std::chrono::seconds{life};
  found->policies = policies;
  return json_answer(policies_json(policies));
}

constexpr std::array<control_route, 4> people_table{
    {{http::verb::post, "/v1/users", "a further user with a mailbox: upn, address, client_id (to sign in to)",
      post_user},
     {http::verb::get, "/v1/users/{}", "a user, with the password", get_user},
     {http::verb::patch, "/v1/users/{}",
      "enabled, locked, mfa_required, mfa_enrolled, administrator, name, password, sign_out", patch_user},
     {http::verb::patch, "/v1/tenants/{}/policies",
      "users_may_consent, device_code_allowed, security_defaults, smtp_auth_disabled, sign_in_frequency_s, "
      "access_token_life_s",
      patch_policies}}};

} // namespace

std::span<const control_route> people_routes() {
  return people_table;
}

} // namespace postroom::sim
