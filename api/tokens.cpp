#include "api/objects.hpp"

#include <array>

namespace postroom::api {
namespace {

/// The first of the token's tenant in id order costs a walk over all tokens; there are few.
constexpr std::size_t tokens_scanned_max = 10'000;

boost::json::object token_json(const records::ApiToken& of) {
  boost::json::array scopes;
  for (const auto& each : of.scopes())
    scopes.emplace_back(each);
  return {{"id", of.id()},
          {"note", of.note()},
          {"tenant", of.tenant().empty() ? boost::json::value{} : boost::json::value(of.tenant())},
          {"scopes", std::move(scopes)},
          {"created", time_json(of.created_ms())},
          {"expires", time_json(of.expires_ms())}};
}

bool may_see(const request& what, const records::ApiToken& token) {
  return what.token_tenant.empty() || what.token_tenant.str() == token.tenant();
}

awaitable<response> list_tokens(const services& world, request& what) {
  const auto wish = page_of(what);
  if (!wish)
    co_return refuse(wish.error());
  boost::json::array items;
  boost::json::value next;
  std::string after = wish->after;
  for (std::size_t seen = 0; seen < tokens_scanned_max; seen += limits::page_items_max) {
    const auto found =
        co_await fetch_page<records::ApiToken>(world.store, storage::space::token, {}, after, limits::page_items_max);
    if (!found)
      co_return refuse(found.error());
    for (const auto& each : *found) {
      if (!may_see(what, each.value))
        continue;
      if (items.size() == wish->limit) {
        next = items.back().at("id");
        break;
      }
      items.push_back(token_json(each.value));
    }
    if (!next.is_null() || found->size() < limits::page_items_max)
      break;
    after = found->back().key;
  }
  boost::json::object page{{"items", std::move(items)}, {"next", std::move(next)}};
  co_return answer_json(boost::json::serialize(page));
}

std::optional<std::string> take_scopes(const json_value& from, token_wish& into) {
  const auto* names = std::get_if<std::vector<std::string>>(&from);
  if (!names || names->empty())
    return "must be a list of read, write, admin";
  for (const auto& name : *names) {
    const auto each = parse_scope(name);
    if (!each)
      return "must be a list of read, write, admin";
    into.scopes.push_back(*each);
  }
  return {};
}

std::optional<std::string> take_expiry(const json_value& from, wall_time now, token_wish& into) {
  if (std::holds_alternative<std::nullptr_t>(from))
    return {};
  const auto* text = std::get_if<std::string>(&from);
  const auto at = text ? storage::parse_rfc3339(*text) : std::nullopt;
  if (!at || *at <= now)
    return "must be a time to come, like 2026-11-24T02:09:11Z";
  into.expires_ms = at->time_since_epoch().count();
  return {};
}

std::optional<std::string> take_text(const json_value& from, std::string& into) {
  const auto* text = std::get_if<std::string>(&from);
  if (!text)
    return "must be a text";
  into = *text;
  return {};
}

boost::system::result<token_wish, problem> read_wish(const json_fields& fields, const request& what, wall_time now) {
  token_wish wish;
  std::string tenant = what.token_tenant.str();
  std::vector<storage::field_problem> wrong;
  for (const auto& [name, value] : fields) {
    std::optional<std::string> problem;
    if (name == "note")
      problem = take_text(value, wish.note);
    else if (name == "scopes")
      problem = take_scopes(value, wish);
    else if (name == "expires")
      problem = take_expiry(value, now, wish);
    else if (name == "tenant")
      problem = std::holds_alternative<std::nullptr_t>(value) ? std::nullopt : take_text(value, tenant);
    else
      problem = "is not a field of a token";
    if (problem)
      wrong.push_back({name, std::move(*problem)});
  }
  if (!fields.contains("scopes"))
    wrong.push_back({"scopes", "is required"});
  if (!wrong.empty())
    return invalid(std::move(wrong));
  if (!what.token_tenant.empty() && tenant != what.token_tenant.str())
    return problem{fail(errc::forbidden, "the token is for the tenant " + what.token_tenant.str())};
  wish.tenant = tenant_id{tenant};
  return wish;
}

awaitable<response> make_token(const services& world, request& what) {
  const auto fields = body_of(what);
  if (!fields)
    co_return refuse(fields.error());
  const auto now = world.time.now();
  const auto wish = read_wish(*fields, what, now);
  if (!wish)
    co_return refuse(wish.error());
  const auto made = draw_token(*wish, now);
  if (!made)
    co_return refuse(made.error());
  operations changes;
  if (!wish->tenant.empty()) {
    const auto known = co_await require_tenant(world, wish->tenant, changes);
    if (!known)
      co_return refuse(known.error());
  }
  changes.emplace_back(storage::put_config(made->record, revision{0}));
  const auto done = co_await apply(world.store, std::move(changes));
  if (!done)
    co_return refuse(done.error());
  log::info("api.token_created", {{"request", what.id}, {"token", made->id.str()}, {"tenant", wish->tenant.str()}});
  auto shown = token_json(made->record);
  // The one place where it is shown, and the only time.
  shown["token"] = made->plain.expose();
  co_return answer_json(boost::json::serialize(shown), 201);
}

awaitable<response> remove_token(const services& world, request& what) {
  const token_id id{what.param("token")};
  const auto found =
      co_await fetch_existing<records::ApiToken>(world.store, storage::keys::api_token(id), "token '" + id.str() + "'");
  if (!found)
    co_return refuse(found.error());
  if (!may_see(what, found->value))
    co_return refuse(fail(errc::not_found, "there is no token '" + id.str() + "'"));
  operations changes;
  changes.emplace_back(storage::erase{storage::keys::api_token(id), {}});
  const auto done = co_await apply(world.store, std::move(changes));
  if (!done)
    co_return refuse(done.error());
  log::info("api.token_removed", {{"request", what.id}, {"token", id.str()}});
  response out;
  out.status = 204;
  co_return out;
}

constexpr std::array routes{
    route{method::get, "/v1/tokens", access::admin, list_tokens, false},
    route{method::post, "/v1/tokens", access::admin, make_token, false, true},
    route{method::delete_, "/v1/tokens/{token}", access::admin, remove_token, false},
};

} // namespace

std::span<const route> token_routes() {
  return routes;
}

} // namespace postroom::api
