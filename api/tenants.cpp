#include "api/objects.hpp"
#include "storage/record_scan.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace postroom::api {
namespace {

/// Erased by the commit that removes their tenant; a few operations beside them are left room.
constexpr std::size_t tokens_max = limits::batch_ops_max - 16;

result<bool> is_in_use(const storage::snapshot& view, const tenant_id& id) {
  for (const auto& prefix : {storage::keys::providers(id), storage::keys::grants(id), storage::keys::accounts(id)}) {
    const auto found = view.scan(storage::space::config, storage::prefix_range(prefix), 1);
    if (!found)
      return found.error();
    if (!found->empty())
      return true;
  }
  return false;
}

result<operations> removal_of_tokens(const storage::snapshot& view, const tenant_id& id) {
  operations out;
  const auto read = storage::for_each<records::ApiToken>(view, storage::space::token, {}, [&](const auto& each) {
    if (each.value.tenant() == id.str() && out.size() <= tokens_max)
      out.emplace_back(storage::erase{{storage::space::token, each.key}, {}});
  });
  if (!read)
    return read.error();
  if (out.size() > tokens_max)
    return fail(errc::conflict, "the tenant has more than " + std::to_string(tokens_max) + " tokens; remove some");
  return out;
}

struct tenant_resource {
  using record = records::Tenant;
  static constexpr auto kind = storage::object_kind::tenant;
  static constexpr auto change = config_changed::kind::tenant;

  static record fresh(const request&) { return {}; }
  static storage::record_key key(const tenant_id&, const std::string& id) {
    return storage::keys::tenant(tenant_id{id});
  }
  static std::string prefix(const tenant_id&) { return storage::keys::tenants(); }

  static awaitable<result<problems>> complete(const services&, record& of, const object_input&, operations&) {
    co_return storage::validate(of);
  }

  /// Its tokens go with it.
  static awaitable<result<void>> may_remove(const services& world, const record& of, operations& changes) {
    std::function<result<operations>(const storage::snapshot&)> look = [id = tenant_id{of.id()}](const auto& view) {
      const auto used = is_in_use(view, id);
      if (!used)
        return result<operations>{used.error()};
      if (*used)
        return result<operations>{
            fail(errc::conflict, "the tenant still has accounts, grants or providers; remove them first")};
      return removal_of_tokens(view, id);
    };
    auto tokens = co_await on_snapshot(world.store, std::move(look));
    if (!tokens)
      co_return tokens.error();
    std::ranges::move(*tokens, std::back_inserter(changes));
    co_return result<void>{};
  }

  static awaitable<boost::json::array> show(const services&, const tenant_id&,
                                            std::vector<storage::versioned<record>> found) {
    boost::json::array out;
    for (const auto& each : found)
      out.push_back(describe(kind, each.value, each.rev));
    co_return out;
  }
};

problem other_tenant(const request& what) {
  return {fail(errc::forbidden, "the token is for the tenant " + what.token_tenant.str())};
}

awaitable<response> list_tenants(const services& world, request& what) {
  if (what.token_tenant.empty())
    co_return co_await list_objects<tenant_resource>(world, what);
  // A bound token sees its own tenant only.
  const auto wish = page_of(what);
  if (!wish)
    co_return refuse(wish.error());
  auto own = co_await fetch<records::Tenant>(world.store, storage::keys::tenant(what.token_tenant));
  if (!own)
    co_return refuse(own.error());
  std::vector<storage::versioned<records::Tenant>> found;
  if (*own && what.token_tenant.str() > wish->after)
    found.push_back(std::move(**own));
  boost::json::object page;
  page["items"] = co_await tenant_resource::show(world, what.token_tenant, std::move(found));
  page["next"] = nullptr;
  co_return answer_json(boost::json::serialize(page));
}

awaitable<response> get_tenant(const services& world, request& what) {
  if (!what.token_tenant.empty() && what.token_tenant.str() != what.param("tenant"))
    co_return refuse(other_tenant(what));
  co_return co_await get_object<tenant_resource>(world, what);
}

/// Tenants are made and removed by who may see them all.
template <handler Deed>
awaitable<response> for_operators(const services& world, request& what) {
  if (!what.token_tenant.empty())
    co_return refuse(other_tenant(what));
  co_return co_await Deed(world, what);
}

constexpr std::array routes{
    route{method::get, "/v1/tenants", access::read, list_tenants, false},
    route{method::post, "/v1/tenants", access::admin, for_operators<create_object<tenant_resource>>, false, true},
    route{method::get, "/v1/tenants/{tenant}", access::read, get_tenant, false},
    route{method::patch, "/v1/tenants/{tenant}", access::admin, for_operators<change_object<tenant_resource>>, false,
          true},
    route{method::delete_, "/v1/tenants/{tenant}", access::admin, for_operators<remove_object<tenant_resource>>, false},
};

} // namespace

std::span<const route> tenant_routes() {
  return routes;
}

} // namespace postroom::api
