#include "api/lint.hpp"
#include "api/objects.hpp"
#include "api/provider_credentials.hpp"
#include "api/warnings.hpp"

#include <algorithm>
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
    const auto before = co_await fetch<record>(world.store, key(tenant_id{of.tenant()}, of.id()));
    if (!before)
      co_return before.error();
    co_return take_credentials(world, of, input, *before ? &(*before)->value : nullptr);
  }

  static awaitable<result<void>> may_remove(const services& world, const record& of, operations&) {
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

  static awaitable<boost::json::array> show(const services& world, const tenant_id&,
                                            std::vector<storage::versioned<record>> found) {
    boost::json::array out;
    for (const auto& each : found) {
      auto shown = describe(kind, each.value, each.rev);
      add_credentials(shown, each.value);
      shown["warnings"] = warnings_json(lint_provider(world, each.value));
      out.push_back(std::move(shown));
    }
    co_return out;
  }
};

/// An update that leaves the old secret and certificate in force beside the new ones.
struct keeping_resource : provider_resource {
  static awaitable<result<problems>> complete(const services& world, record& of, const object_input& input,
                                              operations& conditions) {
    auto done = co_await provider_resource::complete(world, of, input, conditions);
    if (!done || !done->empty())
      co_return done;
    const auto before = co_await fetch<record>(world.store, key(tenant_id{of.tenant()}, of.id()));
    if (!before)
      co_return before.error();
    if (*before)
      if (const auto kept = keep_replaced(world, of, input, (*before)->value); !kept)
        co_return kept.error();
    co_return done;
  }
};

/// The texts of `required` and nothing else but `optional`; takes `keep_previous` out, which is no field.
problems take_update(json_fields& fields, std::initializer_list<std::string_view> required,
                     std::initializer_list<std::string_view> optional, bool& keep) {
  problems wrong;
  if (const auto found = fields.extract("keep_previous")) {
    const auto* flag = std::get_if<bool>(&found.mapped());
    if (!flag)
      wrong.push_back({"keep_previous", "must be true or false"});
    keep = !flag || *flag;
  }
  for (const auto& [name, value] : fields)
    if (std::ranges::find(required, name) == required.end() && std::ranges::find(optional, name) == optional.end())
      wrong.push_back({name, "is not a field here"});
  for (const auto name : required) {
    const auto given = fields.find(std::string{name});
    if (given == fields.end() || !std::holds_alternative<std::string>(given->second))
      wrong.push_back({std::string{name}, "is required"});
  }
  return wrong;
}

awaitable<response> update(const services& world, request& what, json_fields fields, bool keep) {
  // What is new is right whatever else was changed: the revision is optional here.
  if (what.if_match.empty())
    what.if_match = "*";
  if (keep)
    co_return co_await change_fields<keeping_resource>(world, what, std::move(fields));
  co_return co_await change_fields<provider_resource>(world, what, std::move(fields));
}

/// "Update Client Secret".
awaitable<response> update_client_secret(const services& world, request& what) {
  auto fields = body_of(what);
  if (!fields)
    co_return refuse(fields.error());
  bool keep = true;
  if (auto wrong = take_update(*fields, {"client_secret"}, {"client_secret_expires"}, keep); !wrong.empty())
    co_return refuse(invalid(std::move(wrong)));
  // The old secret's end says nothing about the new one.
  fields->try_emplace("client_secret_expires", nullptr);
  co_return co_await update(world, what, std::move(*fields), keep);
}

awaitable<response> update_certificate(const services& world, request& what) {
  auto fields = body_of(what);
  if (!fields)
    co_return refuse(fields.error());
  bool keep = true;
  if (auto wrong = take_update(*fields, {"certificate", "certificate_key"}, {}, keep); !wrong.empty())
    co_return refuse(invalid(std::move(wrong)));
  co_return co_await update(world, what, std::move(*fields), keep);
}

constexpr std::array routes{
    route{method::get, "/v1/providers", access::read, list_objects<provider_resource>},
    route{method::post, "/v1/providers", access::admin, create_object<provider_resource>, true, true},
    route{method::get, "/v1/providers/{provider}", access::read, get_object<provider_resource>},
    route{method::patch, "/v1/providers/{provider}", access::admin, change_object<provider_resource>, true, true},
    route{method::delete_, "/v1/providers/{provider}", access::admin, remove_object<provider_resource>},
    route{method::post, "/v1/providers/{provider}/client-secret", access::admin, update_client_secret, true, true},
    route{method::post, "/v1/providers/{provider}/certificate", access::admin, update_certificate, true, true},
};

} // namespace

std::span<const route> provider_routes() {
  return routes;
}

} // namespace postroom::api
