#include "api/attachment_names.hpp"
#include "api/body_intake.hpp"
#include "api/object_json.hpp"
#include "api/objects.hpp"
#include "api/outbox_requests.hpp"
#include "base/limits.hpp"
#include "protocol/mime/utf8_text.hpp"
#include "storage/record_scan.hpp"

#include <algorithm>
#include <array>

namespace postroom::api {
namespace {

boost::json::object upload_json(const records::Upload& of) {
  return {{"id", of.id()},
          {"filename", of.filename()},
          {"content_type", of.content_type()},
          {"size", of.size()},
          {"created", time_json(of.created_ms())},
          {"expires", time_json(of.expires_ms())}};
}

/// Reads the whole body into the store.
awaitable<result<void>> take_body(request& what, body_intake& into) {
  while (true) {
    const auto piece = co_await what.incoming->next();
    if (!piece)
      co_return piece.error();
    if (!*piece)
      break;
    into.add(**piece);
    const auto kept = co_await into.flush();
    if (!kept)
      co_return kept.error();
  }
  co_return co_await into.finish();
}

/// Such a name could be attached to no mail.
std::optional<problem> check_filename(const request& what) {
  const auto named = what.query.find("filename");
  if (named == what.query.end())
    return {};
  const auto& name = named->second;
  const bool control = std::ranges::any_of(name, [](char c) { return (c >= 0 && c < ' ') || c == 127; });
  if (name.size() <= limits::mime_word_bytes_max && mime::is_valid_utf8(name) && !control)
    return {};
  return invalid({{"filename", "must be UTF-8 of at most " + std::to_string(limits::mime_word_bytes_max) +
                                   " bytes without control characters"}});
}

struct kept {
  std::size_t uploads = 0;
  std::uint64_t bytes = 0;
};

result<kept> count_kept(const storage::snapshot& view, const tenant_id& tenant, std::int64_t now_ms) {
  kept out;
  const auto prefix = storage::keys::upload(tenant, {});
  const auto read = storage::for_each<records::Upload>(view, prefix.space, prefix.key, [&](const auto& each) {
    const bool stays = each.value.expires_ms() > now_ms;
    out.uploads += stays ? 1 : 0;
    out.bytes += stays ? each.value.size() : 0;
  });
  if (!read)
    return read.error();
  return out;
}

/// Some at once may all be the last one: the bound is against a flood, not for bookkeeping.
awaitable<result<void>> check_room(const services& world, const request& what) {
  const auto now_ms = world.time.now().time_since_epoch().count();
  std::function<result<kept>(const storage::snapshot&)> look =
      [tenant = what.tenant, now_ms](const storage::snapshot& view) { return count_kept(view, tenant, now_ms); };
  const auto all = co_await on_snapshot(world.store, std::move(look));
  if (!all)
    co_return all.error();
  if (all->uploads >= what.server->uploads_max || all->bytes >= what.server->uploads_bytes_max)
    co_return fail(errc::busy, "the tenant keeps " + std::to_string(all->uploads) + " uploads of " +
                                   std::to_string(all->bytes) +
                                   " bytes: remove those whose mails were accepted, or "
                                   "wait until they expire");
  co_return result<void>{};
}

/// Without parameters: a mail's writer takes none.
std::string type_of(const request& what) {
  auto type = what.content_type.substr(0, what.content_type.find(';'));
  type.erase(type.find_last_not_of(" \t") + 1);
  return safe_content_type(type);
}

records::Upload record_of(const request& what, const body_intake& body, wall_time now) {
  records::Upload made;
  made.set_id("up_" + hex_encode(random_string(12)));
  made.set_tenant(what.tenant.str());
  if (const auto named = what.query.find("filename"); named != what.query.end())
    made.set_filename(named->second);
  made.set_content_type(type_of(what));
  made.set_size(body.bytes());
  made.set_blob(body.blob().bytes.data(), body.blob().bytes.size());
  made.set_chunks(body.chunks());
  made.set_created_ms(now.time_since_epoch().count());
  made.set_expires_ms((now + limits::upload_life).time_since_epoch().count());
  return made;
}

awaitable<response> create_upload(const services& world, request& what) {
  if (const auto known = only_parameters(what, {"filename"}); !known)
    co_return refuse(known.error());
  if (auto wrong = check_filename(what))
    co_return refuse(std::move(*wrong));
  operations changes;
  const auto exists = co_await require_tenant(world, what.tenant, changes);
  if (!exists)
    co_return refuse(exists.error());
  const auto room = co_await check_room(world, what);
  if (!room)
    co_return refuse(room.error());
  body_intake body{world.store};
  const auto taken = co_await take_body(what, body);
  if (!taken)
    co_return refuse(taken.error());
  const auto record = record_of(what, body, world.time.now());
  storage::reference_body reference{body.blob(), body.chunks(), {}};
  if (const auto small = body.take_small())
    reference.inline_chunk = *small;
  const auto key = storage::keys::upload(what.tenant, record.id());
  records::Expiry expiry;
  expiry.set_space(static_cast<std::uint32_t>(key.space));
  expiry.set_key(key.key);
  expiry.set_blob(record.blob());
  changes.emplace_back(std::move(reference));
  changes.emplace_back(storage::put_of(key, record, {}, revision{0}));
  changes.emplace_back(storage::put_of(storage::keys::expiry(record.expires_ms(), key.space, key.key), expiry));
  const auto done = co_await apply(world.store, std::move(changes));
  if (!done)
    co_return refuse(done.error());
  auto out = answer_json(boost::json::serialize(upload_json(record)), 201);
  out.headers.emplace_back("Location", location_of(what, record.id()));
  co_return out;
}

awaitable<response> get_upload(const services& world, request& what) {
  const auto found = co_await find_upload(world, what.tenant, what.param("upload"));
  if (!found)
    co_return refuse(found.error());
  co_return answer_json(boost::json::serialize(upload_json(*found)));
}

awaitable<response> remove_upload(const services& world, request& what) {
  const auto found = co_await find_upload(world, what.tenant, what.param("upload"));
  if (!found)
    co_return refuse(found.error());
  const auto key = storage::keys::upload(what.tenant, found->id());
  storage::release_body body;
  std::ranges::copy(found->blob(), body.blob.bytes.begin());
  operations changes;
  changes.emplace_back(storage::erase{key, {}});
  changes.emplace_back(body);
  changes.emplace_back(storage::erase{storage::keys::expiry(found->expires_ms(), key.space, key.key), {}});
  const auto done = co_await apply(world.store, std::move(changes));
  if (!done)
    co_return refuse(done.error());
  response out;
  out.status = 204;
  co_return out;
}

constexpr std::array routes{
    route{method::post, "/v1/uploads", access::write, create_upload, true, false, limits::upload_bytes_max},
    route{method::get, "/v1/uploads/{upload}", access::read, get_upload},
    route{method::delete_, "/v1/uploads/{upload}", access::write, remove_upload},
};

} // namespace

awaitable<result<records::Upload>> find_upload(const services& world, tenant_id tenant, std::string id) {
  auto found = co_await fetch_existing<records::Upload>(world.store, storage::keys::upload(tenant, id),
                                                        "upload '" + id + "'; uploads expire after 24 hours");
  if (!found)
    co_return found.error();
  if (found->value.expires_ms() <= world.time.now().time_since_epoch().count())
    co_return fail(errc::not_found, "upload '" + id + "' has expired");
  co_return std::move(found->value);
}

std::span<const route> upload_routes() {
  return routes;
}

} // namespace postroom::api
