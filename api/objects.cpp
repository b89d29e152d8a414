#include "api/objects.hpp"

#include "base/encoding.hpp"

#include <charconv>

namespace postroom::api {
namespace {

/// 96 random bits: 16 characters.
constexpr std::size_t id_random_bytes = 12;

bool is_json(std::string_view content_type) {
  const auto type = content_type.substr(0, content_type.find(';'));
  const auto end = type.find_last_not_of(" \t");
  const auto bare = type.substr(0, end == std::string_view::npos ? 0 : end + 1);
  return bare == "application/json" || bare == "application/merge-patch+json";
}

} // namespace

boost::system::result<std::optional<revision>, problem> expected_revision(const request& of) {
  const std::string_view text = of.if_match;
  if (text.empty())
    return problem{fail(errc::invalid_argument, "send If-Match with the ETag of the object you have read"), 428};
  if (text == "*")
    return std::optional<revision>{};
  std::uint64_t value = 0;
  if (text.size() > 2 && text.front() == '"' && text.back() == '"') {
    const auto* end = text.data() + text.size() - 1;
    const auto [stop, failed] = std::from_chars(text.data() + 1, end, value);
    if (failed == std::errc{} && stop == end)
      return std::optional{revision{value}};
  }
  return not_this_revision();
}

std::string etag_of(revision rev) {
  return '"' + std::to_string(rev.value) + '"';
}

problem not_this_revision() {
  return {fail(errc::conflict, "the object is no longer the one of If-Match"), 412};
}

problem is_declared(storage::object_kind kind, const std::string& id) {
  return {fail(errc::conflict, "the " + std::string{to_string(kind)} + " '" + id +
                                   "' is declared in the configuration file; change it there and restart")};
}

boost::system::result<json_fields, problem> body_of(const request& of) {
  if (!is_json(of.content_type))
    return problem{fail(errc::invalid_argument, "send the body as Content-Type: application/json"), 415};
  return read_json_object(of.body);
}

std::string draw_id(storage::object_kind kind) {
  return std::string{to_string(kind).substr(0, 3)} + "_" + base64url_encode(random_string(id_random_bytes));
}

awaitable<result<void>> require_tenant(const services& world, const tenant_id& tenant, operations& conditions) {
  const auto found = co_await fetch_existing<records::Tenant>(world.store, storage::keys::tenant(tenant),
                                                              "tenant '" + tenant.str() + "'");
  if (!found)
    co_return found.error();
  conditions.emplace_back(storage::assert_revision{storage::keys::tenant(tenant), found->rev});
  co_return result<void>{};
}

void announce_change(const services& world, const request& by, config_changed::kind what, const tenant_id& tenant,
                     const std::string& id, std::string_view deed) {
  log::info("api.object_changed",
            {{"request", by.id}, {"tenant", tenant.str()}, {"id", id}, {"path", by.path}, {"deed", deed}});
  tell(world.gateway, config_changed{what, tenant, id});
}

result<page_wish> page_of(const request& of, std::size_t limit_default, std::size_t limit_max) {
  if (const auto known = only_parameters(of, {"limit", "after"}); !known)
    return known.error();
  const auto limit = number_of(of, "limit", limit_default, 1, limit_max);
  if (!limit)
    return limit.error();
  page_wish wish{static_cast<std::size_t>(*limit), {}};
  if (const auto after = of.query.find("after"); after != of.query.end()) {
    if (!is_valid_id(after->second))
      return fail(errc::invalid_argument, "the parameter after is not a cursor of this list");
    wish.after = after->second;
  }
  return wish;
}

} // namespace postroom::api
