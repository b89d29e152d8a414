#include "api/sign_in/pending.hpp"

#include "actors/bridge.hpp"
#include "actors/sign_in_failure.hpp"
#include "api/store_calls.hpp"
#include "base/crypto.hpp"
#include "base/log.hpp"
#include "storage/record_scan.hpp"
#include "storage/secrets.hpp"

namespace postroom::api::sign_in {
namespace {

std::string hash_of(std::string_view text) {
  return std::string{as_view(sha256(text))};
}

/// The part before the dot; empty when there is none.
std::string id_in(std::string_view state) {
  const auto dot = state.find('.');
  const auto id = state.substr(0, dot == std::string_view::npos ? 0 : dot);
  return is_valid_id(id) ? std::string{id} : std::string{};
}

storage::record_key expiry_of(const records::SignIn& what) {
  const auto key = storage::key_of(what);
  return storage::keys::expiry(what.expires_ms(), key.space, key.key);
}

struct open_counts {
  std::size_t of_tenant = 0;
  std::size_t of_all = 0;
};

result<open_counts> count_open(const storage::snapshot& view, const std::string& tenant, std::int64_t now_ms) {
  open_counts out;
  const auto read = storage::for_each<records::SignIn>(view, storage::space::sign_in, {}, [&](const auto& each) {
    const bool open = each.value.expires_ms() > now_ms;
    out.of_all += open ? 1 : 0;
    out.of_tenant += open && each.value.tenant() == tenant ? 1 : 0;
  });
  if (!read)
    return read.error();
  return out;
}

/// Two at once may both be the last one: the bound is against a flood, not for bookkeeping.
awaitable<result<void>> check_room(const services& world, std::string tenant) {
  const auto now_ms = world.time.now().time_since_epoch().count();
  std::function<result<open_counts>(const storage::snapshot&)> work =
      [tenant = std::move(tenant), now_ms](const storage::snapshot& view) { return count_open(view, tenant, now_ms); };
  const auto open = co_await on_snapshot(world.store, std::move(work));
  if (!open)
    co_return open.error();
  if (open->of_tenant >= open_of_tenant_max || open->of_all >= open_max)
    co_return fail(errc::busy,
                   "too many sign-ins are open; each ends after " + std::to_string(life.count()) + " minutes");
  co_return result<void>{};
}

result<records::SignIn> record_of(const services& world, const plan_sign_in& wish, const std::string& grant,
                                  const sign_in_plan& plan) {
  const auto now = world.time.now();
  records::SignIn made;
  made.set_id(id_in(plan.state));
  if (made.id().empty())
    return fail(errc::internal, "the state of a sign-in has no id");
  made.set_tenant(wish.tenant.str());
  made.set_provider(wish.provider.str());
  made.set_grant(grant);
  made.set_delegate(wish.delegate);
  made.set_state_hash(hash_of(plan.state));
  made.set_nonce(plan.nonce);
  made.set_redirect_uri(plan.redirect_uri);
  made.set_authorize_url(plan.authorize_url);
  made.set_purpose(wish.what == plan_sign_in::purpose::sign_in ? "sign_in" : "admin_consent");
  made.set_created_ms(now.time_since_epoch().count());
  made.set_expires_ms((now + life).time_since_epoch().count());
  made.set_wanted_scope(plan.wanted_scope);
  if (auto sealed = storage::seal_code_verifier(world.keys, made, plan.code_verifier); !sealed)
    return sealed.error();
  return made;
}

/// Of the failure that was appended at `seq`; 0: none was.
void tell_growth(const services& world, const records::SignIn& what, std::uint64_t seq) {
  if (seq == 0)
    return;
  world.metrics.probes().mailbox.event("provider.sign_in_failed");
  tell(world.events, log_grew{tenant_id{what.tenant()}, seq});
}

} // namespace

awaitable<result<records::SignIn>> begin(const services& world, plan_sign_in wish, std::string grant,
                                         sign_in_plan plan) {
  const auto room = co_await check_room(world, wish.tenant.str());
  if (!room)
    co_return room.error();
  auto made = record_of(world, wish, grant, plan);
  if (!made)
    co_return made.error();
  const auto key = storage::key_of(*made);
  records::Expiry expiry;
  expiry.set_space(static_cast<std::uint32_t>(key.space));
  expiry.set_key(key.key);
  std::vector<storage::operation> changes;
  changes.emplace_back(storage::put_of(key, *made, {}, revision{0}));
  changes.emplace_back(storage::put_of(expiry_of(*made), expiry));
  const auto done = co_await apply(world.store, std::move(changes));
  if (!done)
    co_return done.error();
  co_return std::move(*made);
}

awaitable<result<std::optional<pending>>> find(const services& world, std::string id) {
  if (!is_valid_id(id))
    co_return std::optional<pending>{};
  auto asked = fetch<records::SignIn>(world.store, storage::keys::sign_in(id));
  co_return co_await std::move(asked);
}

awaitable<result<std::optional<pending>>> find_by_state(const services& world, std::string state) {
  auto asked = find(world, id_in(state));
  auto found = co_await std::move(asked);
  if (found && *found && !constant_time_equal((*found)->value.state_hash(), hash_of(state)))
    co_return std::optional<pending>{};
  co_return found;
}

awaitable<result<void>> bind(const services& world, pending what, std::string cookie) {
  what.value.set_cookie_hash(hash_of(cookie));
  std::vector<storage::operation> changes;
  changes.emplace_back(storage::put_config(what.value, what.rev));
  auto asked = apply(world.store, std::move(changes));
  co_return co_await std::move(asked);
}

bool is_bound_to(const records::SignIn& what, std::string_view cookie) {
  return !what.cookie_hash().empty() && constant_time_equal(what.cookie_hash(), hash_of(cookie));
}

awaitable<result<void>> consume(const services& world, pending what, std::optional<error> why) {
  std::vector<storage::operation> changes;
  changes.emplace_back(storage::erase{storage::key_of(what.value), what.rev});
  changes.emplace_back(storage::erase{expiry_of(what.value), {}});
  if (why)
    changes.emplace_back(sign_in_failure_event(what.value, *why, world.time.now()));
  auto asked = apply_appending(world.store, std::move(changes));
  const auto done = co_await std::move(asked);
  if (!done)
    co_return done.error();
  tell_growth(world, what.value, *done);
  co_return result<void>{};
}

awaitable<void> announce_failure(const services& world, records::SignIn what, error why) {
  std::vector<storage::operation> changes;
  changes.emplace_back(sign_in_failure_event(what, why, world.time.now()));
  auto asked = apply_appending(world.store, std::move(changes));
  const auto done = co_await std::move(asked);
  if (done)
    tell_growth(world, what, *done);
  else
    log::error("api.sign_in_failure_not_told",
               {{"tenant", what.tenant()}, {"provider", what.provider()}, {"why", to_string(done.error())}});
}

} // namespace postroom::api::sign_in
