#pragma once

#include "actors/bridge.hpp"
#include "api/object_json.hpp"
#include "api/router.hpp"
#include "api/store_calls.hpp"
#include "base/limits.hpp"
#include "base/log.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

/// List, get, create, change and remove for every kind of configuration object. What differs between the kinds is a
/// `Resource`: a struct with
///
///     using record = records::X;
///     static constexpr storage::object_kind kind;  static constexpr config_changed::kind change;
///     static record fresh(const request&);                                 // a new object before its fields are set
///     static storage::record_key key(const tenant_id&, const std::string& id);
///     static std::string prefix(const tenant_id&);
///     static awaitable<result<problems>> complete(const services&, record&, const object_input&, operations&);
///         // defaults, validation, references (asserted in the commit), sealing of secrets
///     static awaitable<result<void>> may_remove(const services&, const record&, operations&);
///         // why not, else what must hold or go with it in the same commit
///     static awaitable<boost::json::array> show(const services&, const tenant_id&, std::vector<versioned<record>>);
namespace postroom::api {

using problems = std::vector<storage::field_problem>;
using operations = std::vector<storage::operation>;

/// The revision in `If-Match`; nothing for `*`. Its absence is 428, any other form 412.
[[nodiscard]] boost::system::result<std::optional<revision>, problem> expected_revision(const request& of);
[[nodiscard]] std::string etag_of(revision rev);
[[nodiscard]] problem not_this_revision();
[[nodiscard]] problem is_declared(storage::object_kind kind, const std::string& id);
/// A body as fields, checked for its content type.
[[nodiscard]] boost::system::result<json_fields, problem> body_of(const request& of);
/// `acc_…`: an id for who does not want to choose one.
[[nodiscard]] std::string draw_id(storage::object_kind kind);
/// The tenant exists and still does when the change commits.
[[nodiscard]] awaitable<result<void>> require_tenant(const services& world, const tenant_id& tenant,
                                                     operations& conditions);
/// Notes the change and tells the gateway.
void announce_change(const services& world, const request& by, config_changed::kind what, const tenant_id& tenant,
                     const std::string& id, std::string_view deed);

struct page_wish {
  std::size_t limit;
  std::string after;
};
[[nodiscard]] result<page_wish> page_of(const request& of, std::size_t limit_default = 100,
                                        std::size_t limit_max = limits::page_items_max);

template <class Record>
std::string id_of(const Record& of) {
  return of.id();
}
template <class Record>
tenant_id tenant_of(const Record& of) {
  if constexpr (requires { of.tenant(); })
    return tenant_id{of.tenant()};
  else
    return tenant_id{of.id()};
}

template <class Resource>
awaitable<response> show_one(const services& world, const request& what,
                             storage::versioned<typename Resource::record> found, unsigned status) {
  const auto rev = found.rev;
  std::vector<storage::versioned<typename Resource::record>> one;
  one.push_back(std::move(found));
  auto shown = co_await Resource::show(world, what.tenant, std::move(one));
  auto out = answer_json(boost::json::serialize(shown.at(0)), status);
  out.headers.emplace_back("ETag", etag_of(rev));
  co_return out;
}

template <class Resource>
awaitable<response> list_objects(const services& world, request& what) {
  const auto wish = page_of(what);
  if (!wish)
    co_return refuse(wish.error());
  const auto prefix = Resource::prefix(what.tenant);
  const std::string after = wish->after.empty() ? std::string{} : prefix + wish->after;
  auto found = co_await fetch_page<typename Resource::record>(world.store, storage::space::config, prefix, after,
                                                              wish->limit + 1);
  if (!found)
    co_return refuse(found.error());
  boost::json::object page;
  page["next"] = nullptr;
  if (found->size() > wish->limit) {
    found->pop_back();
    page["next"] = id_of(found->back().value);
  }
  page["items"] = co_await Resource::show(world, what.tenant, std::move(*found));
  co_return answer_json(boost::json::serialize(page));
}

template <class Resource>
awaitable<result<storage::versioned<typename Resource::record>>> find_object(const services& world,
                                                                             const request& what) {
  const std::string noun{to_string(Resource::kind)};
  const auto id = what.param(noun);
  return fetch_existing<typename Resource::record>(world.store, Resource::key(what.tenant, id), noun + " '" + id + "'");
}

template <class Resource>
awaitable<response> get_object(const services& world, request& what) {
  auto found = co_await find_object<Resource>(world, what);
  if (!found)
    co_return refuse(found.error());
  co_return co_await show_one<Resource>(world, what, std::move(*found), 200);
}

/// Completes, checks and commits `record`, which is new (`expected` 0) or stands at `expected`.
template <class Resource>
awaitable<boost::system::result<storage::versioned<typename Resource::record>, problem>>
store_object(const services& world, typename Resource::record record, const json_fields& fields, revision expected,
             operations conditions) {
  const auto input = take_fields(Resource::kind, fields, record);
  if (!input.problems.empty())
    co_return invalid(input.problems);
  if (record.id().empty())
    record.set_id(draw_id(Resource::kind));
  const auto now_ms = world.time.now().time_since_epoch().count();
  if (expected.value == 0)
    record.set_created_ms(now_ms);
  record.set_updated_ms(now_ms);
  const auto wrong = co_await Resource::complete(world, record, input, conditions);
  if (!wrong)
    co_return problem{wrong.error()};
  if (!wrong->empty())
    co_return invalid(*wrong);
  auto key = Resource::key(tenant_of(record), record.id());
  conditions.emplace_back(storage::put_of(key, record, {}, expected));
  const auto done = co_await apply(world.store, std::move(conditions));
  if (!done)
    co_return problem{done.error()};
  co_return storage::versioned<typename Resource::record>{
      std::move(record), revision{expected.value + 1}, {}, std::move(key.key)};
}

template <class Resource>
awaitable<response> create_object(const services& world, request& what) {
  const auto fields = body_of(what);
  if (!fields)
    co_return refuse(fields.error());
  operations conditions;
  if constexpr (Resource::kind != storage::object_kind::tenant) {
    const auto known = co_await require_tenant(world, what.tenant, conditions);
    if (!known)
      co_return refuse(known.error());
  }
  auto made =
      co_await store_object<Resource>(world, Resource::fresh(what), *fields, revision{0}, std::move(conditions));
  if (!made) {
    auto why = made.error();
    if (why.what.code == errc::conflict)
      why.what.detail = "there is already one with this id, or what it refers to was changed in between";
    co_return refuse(std::move(why));
  }
  const auto id = id_of(made->value);
  announce_change(world, what, Resource::change, tenant_of(made->value), id, "created");
  auto out = co_await show_one<Resource>(world, what, std::move(*made), 201);
  out.headers.emplace_back("Location", location_of(what, id));
  co_return out;
}

/// The object of the path, at the revision the caller knows, and free to be changed.
template <class Resource>
awaitable<boost::system::result<storage::versioned<typename Resource::record>, problem>>
find_for_change(const services& world, const request& what) {
  const auto expected = expected_revision(what);
  if (!expected)
    co_return expected.error();
  auto found = co_await find_object<Resource>(world, what);
  if (!found)
    co_return problem{found.error()};
  if (*expected && **expected != found->rev)
    co_return not_this_revision();
  if (found->value.declared())
    co_return is_declared(Resource::kind, found->value.id());
  co_return std::move(*found);
}

template <class Resource>
awaitable<response> change_fields(const services& world, request& what, json_fields fields) {
  auto found = co_await find_for_change<Resource>(world, what);
  if (!found)
    co_return refuse(found.error());
  auto made = co_await store_object<Resource>(world, std::move(found->value), fields, found->rev, {});
  if (!made)
    co_return refuse(made.error().what.code == errc::conflict ? not_this_revision() : made.error());
  announce_change(world, what, Resource::change, tenant_of(made->value), id_of(made->value), "changed");
  co_return co_await show_one<Resource>(world, what, std::move(*made), 200);
}

template <class Resource>
awaitable<response> change_object(const services& world, request& what) {
  auto fields = body_of(what);
  if (!fields)
    co_return refuse(fields.error());
  co_return co_await change_fields<Resource>(world, what, std::move(*fields));
}

/// What a conflict of a removal means: another revision, or that something depends on the object by now.
template <class Resource>
awaitable<problem> why_not_removed(const services& world, const request& what,
                                   const storage::versioned<typename Resource::record>& known) {
  const auto now = co_await find_object<Resource>(world, what);
  if (!now && now.error().code != errc::not_found)
    co_return problem{now.error()};
  if (!now || now->rev != known.rev)
    co_return not_this_revision();
  operations unused;
  const auto free = co_await Resource::may_remove(world, now->value, unused);
  if (!free)
    co_return problem{free.error()};
  co_return problem{fail(errc::conflict, "what depends on it was changed in between: try again")};
}

template <class Resource>
awaitable<response> remove_object(const services& world, request& what) {
  auto found = co_await find_for_change<Resource>(world, what);
  if (!found)
    co_return refuse(found.error());
  operations changes;
  const auto free = co_await Resource::may_remove(world, found->value, changes);
  if (!free)
    co_return refuse(free.error());
  changes.emplace_back(storage::erase{Resource::key(tenant_of(found->value), found->value.id()), found->rev});
  const auto done = co_await apply(world.store, std::move(changes));
  if (!done && done.error().code == errc::conflict)
    co_return refuse(co_await why_not_removed<Resource>(world, what, *found));
  if (!done)
    co_return refuse(done.error());
  announce_change(world, what, Resource::change, tenant_of(found->value), id_of(found->value), "removed");
  response out;
  out.status = 204;
  co_return out;
}

/// Whether any record under `prefix` satisfies `wanted`; for refusing to remove what is in use. Answers its id.
template <class Record>
awaitable<result<std::optional<std::string>>> find_user(const services& world, std::string prefix,
                                                        std::function<bool(const Record&)> wanted) {
  std::string after;
  while (true) {
    const auto page =
        co_await fetch_page<Record>(world.store, storage::space::config, prefix, after, limits::page_items_max);
    if (!page)
      co_return page.error();
    for (const auto& each : *page)
      if (wanted(each.value))
        co_return std::optional{each.value.id()};
    if (page->size() < limits::page_items_max)
      co_return std::optional<std::string>{};
    after = page->back().key;
  }
}

} // namespace postroom::api
