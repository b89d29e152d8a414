#include "api/objects.hpp"

#include "storage/secrets.hpp"

#include <array>

namespace postroom::api {
namespace {

struct provider_resource {
  using record = records::Provider;
  static constexpr auto kind = storage::object_kind::provider;
  static constexpr auto change = config_changed::kind::provider;

  static record fresh(const request& what) {
    record made;
    made.set_tenant(what.tenant.str());
    return made;
  }
  static storage::record_key key(const tenant_id& tenant, const std::string& id) {
    return storage::keys::provider(tenant, provider_id{id});
  }
  static std::string prefix(const tenant_id& tenant) { return storage::keys::providers(tenant); }

  static awaitable<result<problems>> complete(const services& world, record& of, const object_input& input,
                                              operations&) {
    storage::set_defaults(of);
    const auto given = input.secrets.find("client_secret");
    const bool has_secret = given == input.secrets.end() ? !of.client_secret().empty() : !given->second.empty();
    auto wrong = storage::validate(of, has_secret);
    if (given != input.secrets.end() && wrong.empty())
      if (const auto sealed = storage::seal_client_secret(world.keys, of, given->second); !sealed)
        co_return sealed.error();
    co_return wrong;
  }

  static awaitable<result<void>> may_remove(const services& world, const record& of) {
    const tenant_id tenant{of.tenant()};
    std::function<bool(const records::Account&)> account_uses = [id = of.id()](const auto& each) {
      return each.provider() == id;
    };
    const auto account =
        co_await find_user<records::Account>(world, storage::keys::accounts(tenant), std::move(account_uses));
    if (!account)
      co_return account.error();
    if (*account)
      co_return fail(errc::conflict, "the account '" + **account + "' uses this provider");
    std::function<bool(const records::Grant&)> grant_uses = [id = of.id()](const auto& each) {
      return each.provider() == id;
    };
    const auto grant = co_await find_user<records::Grant>(world, storage::keys::grants(tenant), std::move(grant_uses));
    if (!grant)
      co_return grant.error();
    if (*grant)
      co_return fail(errc::conflict, "the grant '" + **grant + "' belongs to this provider");
    co_return result<void>{};
  }

  static awaitable<boost::json::array> show(const services&, const tenant_id&,
                                            std::vector<storage::versioned<record>> found) {
    boost::json::array out;
    for (const auto& each : found) {
      auto shown = describe(kind, each.value, each.rev);
      shown["has_client_secret"] = !each.value.client_secret().empty();
      out.push_back(std::move(shown));
    }
    co_return out;
  }
};

/// "Update Client Secret": the value and when it ends, nothing else.
std::vector<storage::field_problem> check_secret_fields(const json_fields& fields) {
  std::vector<storage::field_problem> wrong;
  for (const auto& [name, value] : fields)
    if (name != "client_secret" && name != "client_secret_expires")
      wrong.push_back({name, "is not a field here"});
  const auto given = fields.find("client_secret");
  if (given == fields.end() || !std::holds_alternative<std::string>(given->second))
    wrong.push_back({"client_secret", "is required"});
  return wrong;
}

awaitable<response> update_client_secret(const services& world, request& what) {
  auto fields = body_of(what);
  if (!fields)
    co_return refuse(fields.error());
  if (auto wrong = check_secret_fields(*fields); !wrong.empty())
    co_return refuse(invalid(std::move(wrong)));
  // The old secret's end says nothing about the new one.
  fields->try_emplace("client_secret_expires", nullptr);
  // The new secret is right whatever else was changed: the revision is optional here.
  if (what.if_match.empty())
    what.if_match = "*";
  co_return co_await change_fields<provider_resource>(world, what, std::move(*fields));
}

constexpr std::array routes{
    route{method::get, "/v1/providers", access::read, list_objects<provider_resource>},
    route{method::post, "/v1/providers", access::admin, create_object<provider_resource>, true, true},
    route{method::get, "/v1/providers/{provider}", access::read, get_object<provider_resource>},
    route{method::patch, "/v1/providers/{provider}", access::admin, change_object<provider_resource>, true, true},
    route{method::delete_, "/v1/providers/{provider}", access::admin, remove_object<provider_resource>},
    route{method::post, "/v1/providers/{provider}/client-secret", access::admin, update_client_secret, true, true},
};

} // namespace

std::span<const route> provider_routes() {
  return routes;
}

} // namespace postroom::api
