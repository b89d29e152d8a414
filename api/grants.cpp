#include "api/objects.hpp"

#include "base/crypto.hpp"
#include "storage/secrets.hpp"

#include <array>

namespace postroom::api {
namespace {

/// The secret a body brings: the refresh token, or the password of a grant of that kind. Null when none is given.
const secret<>* secret_in(const object_input& input, problems& wrong, const records::Grant& of) {
  const auto token = input.secrets.find("refresh_token");
  const auto password = input.secrets.find("password");
  if (token != input.secrets.end() && of.kind() == "password")
    wrong.push_back({"refresh_token", "has no meaning for the kind password"});
  if (password != input.secrets.end() && of.kind() != "password")
    wrong.push_back({"password", "has a meaning for the kind password only"});
  if (password != input.secrets.end())
    return &password->second;
  return token == input.secrets.end() ? nullptr : &token->second;
}

struct grant_resource {
  using record = records::Grant;
  static constexpr auto kind = storage::object_kind::grant;
  static constexpr auto change = config_changed::kind::grant;

  static record fresh(const request& what) {
    record made;
    made.set_tenant(what.tenant.str());
    return made;
  }
  static storage::record_key key(const tenant_id& tenant, const std::string& id) {
    return storage::keys::grant(tenant, grant_id{id});
  }
  static std::string prefix(const tenant_id& tenant) { return storage::keys::grants(tenant); }

  static awaitable<result<problems>> complete(const services& world, record& of, const object_input& input,
                                              operations& conditions) {
    storage::set_defaults(of);
    problems wrong;
    const auto* given = secret_in(input, wrong, of);
    if (!given)
      if (const auto dropped = co_await drop_foreign_secret(world, of); !dropped)
        co_return dropped.error();
    const bool has_secret = given ? !given->empty() : !of.refresh_token().empty();
    for (auto& each : storage::validate(of, has_secret))
      wrong.push_back(std::move(each));
    const auto provider_key = storage::keys::provider(tenant_id{of.tenant()}, provider_id{of.provider()});
    const auto provider = co_await fetch<records::Provider>(world.store, provider_key);
    if (!provider)
      co_return provider.error();
    for (auto& each : storage::check_references(of, *provider ? &(*provider)->value : nullptr))
      wrong.push_back(std::move(each));
    if (!wrong.empty())
      co_return wrong;
    conditions.emplace_back(storage::assert_revision{provider_key, (*provider)->rev});
    if (given)
      if (const auto taken = take_secret(world, of, *given); !taken)
        co_return taken.error();
    co_return wrong;
  }

  /// What one provider gave is never sent to another, nor a token as a password: such a change needs a new secret.
  static awaitable<result<void>> drop_foreign_secret(const services& world, record& of) {
    if (of.refresh_token().empty() && of.access_token().empty())
      co_return result<void>{};
    const auto before = co_await fetch<record>(world.store, key(tenant_id{of.tenant()}, of.id()));
    if (!before)
      co_return before.error();
    if (*before && ((*before)->value.kind() != of.kind() || (*before)->value.provider() != of.provider())) {
      of.clear_refresh_token();
      forget_tokens(of);
    }
    co_return result<void>{};
  }

  static void forget_tokens(record& of) {
    of.clear_access_token();
    of.clear_access_token_expires_ms();
    of.clear_granted_scope();
    of.clear_refreshed_ms();
    of.clear_imported_fingerprint();
    of.clear_resources();
    of.clear_revoked_ms();
    of.clear_consented_scope();
    forget_person(of);
  }
  /// Whose token it is that was carried over, nobody has told.
  static void forget_person(records::Grant& of) {
    of.clear_directory_id();
    of.clear_object_id();
    of.clear_upn();
    of.clear_display_name();
    of.clear_signed_in_ms();
  }

  /// A new sign-in: what the old one left behind is void.
  static result<void> take_secret(const services& world, record& of, const secret<>& given) {
    forget_tokens(of);
    // Only of tokens: the hash of a password would help to guess it.
    if (of.kind() == "refresh_token")
      of.set_imported_fingerprint(std::string{as_view(sha256(given.expose()))});
    return storage::seal_refresh_token(world.keys, of, given);
  }

  static awaitable<result<void>> may_remove(const services& world, const record& of, operations&) {
    std::function<bool(const records::Account&)> uses = [id = of.id()](const auto& each) { return each.grant() == id; };
    const auto account =
        co_await find_user<records::Account>(world, storage::keys::accounts(tenant_id{of.tenant()}), std::move(uses));
    if (!account)
      co_return account.error();
    if (*account)
      co_return fail(errc::conflict, "the account '" + **account + "' uses this grant");
    co_return result<void>{};
  }

  static awaitable<boost::json::array> show(const services&, const tenant_id&,
                                            std::vector<storage::versioned<record>> found) {
    boost::json::array out;
    for (const auto& each : found) {
      auto shown = describe(kind, each.value, each.rev);
      const bool password = each.value.kind() == "password";
      shown["has_refresh_token"] = !password && !each.value.refresh_token().empty();
      shown["has_password"] = password && !each.value.refresh_token().empty();
      shown["has_access_token"] = !each.value.access_token().empty();
      shown["access_token_expires"] = time_json(each.value.access_token_expires_ms());
      shown["granted_scope"] = each.value.granted_scope();
      shown["refreshed"] = time_json(each.value.refreshed_ms());
      shown["upn"] = each.value.upn();
      shown["display_name"] = each.value.display_name();
      shown["directory_id"] = each.value.directory_id();
      shown["signed_in"] = time_json(each.value.signed_in_ms());
      shown["consented_scope"] = each.value.consented_scope();
      shown["revoked"] = time_json(each.value.revoked_ms());
      out.push_back(std::move(shown));
    }
    co_return out;
  }
};

constexpr std::array routes{
    route{method::get, "/v1/grants", access::read, list_objects<grant_resource>},
    route{method::post, "/v1/grants", access::admin, create_object<grant_resource>, true, true},
    route{method::get, "/v1/grants/{grant}", access::read, get_object<grant_resource>},
    route{method::patch, "/v1/grants/{grant}", access::admin, change_object<grant_resource>, true, true},
    route{method::delete_, "/v1/grants/{grant}", access::admin, remove_object<grant_resource>},
};

} // namespace

std::span<const route> grant_routes() {
  return routes;
}

} // namespace postroom::api
