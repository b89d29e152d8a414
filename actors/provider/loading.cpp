#include "actors/provider/parts.hpp"
#include "base/ascii.hpp"
#include "protocol/oauth2/refresh_plan.hpp"
#include "storage/record_scan.hpp"
#include "storage/secrets.hpp"

#include <utility>

/// The grants as they are stored.
namespace postroom::provider {
namespace {

using namespace std::chrono_literals;

constexpr auto load_retry = 2s;
constexpr std::string_view delegate_prefix = "by-delegate:";
constexpr std::string_view owner_prefix = "by-owner:";

/// The grants of one provider; on a storage thread.
result<std::vector<stored_grant>> grants_of(const storage::snapshot& view, const tenant_id& tenant,
                                            const std::string& provider) {
  std::vector<stored_grant> found;
  auto read = storage::for_each<records::Grant>(view, storage::space::config, storage::keys::grants(tenant),
                                                [&](storage::versioned<records::Grant> each) {
                                                  if (each.value.provider() == provider)
                                                    found.push_back({std::move(each.value), each.rev});
                                                });
  if (!read)
    return read.error();
  return found;
}

/// A token of an earlier process, if it is good for a login yet.
void restore(self_pointer self, grant_entry& entry, token_resource what, const result<secret<>>& token,
             std::int64_t expires_ms) {
  const wall_time expires{std::chrono::milliseconds{expires_ms}};
  if (token && !token->empty() && expires - self->state.world->time.now() > oauth2::token_remaining_min)
    adopt(self, entry, what, *token, expires, {}, true);
}

void restore_tokens(self_pointer self, grant_entry& entry) {
  const auto& keys = self->state.world->keys;
  const auto& record = entry.stored.record;
  restore(self, entry, token_resource::mail, storage::open_access_token(keys, record),
          record.access_token_expires_ms());
  for (const auto& each : record.resources())
    restore(self, entry, token_resource::graph, storage::open_resource_token(keys, record, each.resource()),
            each.expires_ms());
  if (record.revoked_ms() != 0)
    entry.mail.tokens.postpone(given_up(record), {});
}

/// Answers whether it is news.
bool take_over(self_pointer self, grant_entry& entry, const stored_grant& stored, grant_entry* known) {
  // What we wrote ourselves is no news; anything else forgets tokens and refusals.
  if (known && known->stored.rev == stored.rev) {
    entry = std::move(*known);
    return false;
  }
  entry.stored = stored;
  if (known) {
    entry.asking = known->asking; // its answer still comes; whether it is of use, is seen then
    if (known->unstored && !is_another_sign_in(stored.record, known->unstored->asked))
      entry.unstored = known->unstored;
    entry.failing_since = known->failing_since;
    entry.mail.waiting = std::move(known->mail.waiting);
    entry.mail.due = !entry.mail.waiting.empty() || entry.unstored;
    if (known->graph) {
      auto& graph = entry.of(token_resource::graph);
      graph.waiting = std::move(known->graph->waiting);
      graph.due = !graph.waiting.empty();
    }
  }
  restore_tokens(self, entry);
  if (stored.record.revoked_ms() == 0)
    keep_alive(self, entry);
  return true;
}

} // namespace

error given_up(const records::Grant& grant) {
  return fail(errc::grant_dead,
              "the grant was given up at " + to_rfc3339(wall_time{std::chrono::milliseconds{grant.revoked_ms()}}));
}

std::string login_of(const records::Grant& grant) {
  return grant.upn().empty() ? grant.delegate() : grant.upn();
}

grant_entry* find_grant(state& s, const std::string& id) {
  std::string key = id;
  if (id.starts_with(delegate_prefix)) {
    const auto named = s.by_delegate.find(ascii_lower(id.substr(delegate_prefix.size())));
    if (named == s.by_delegate.end())
      return nullptr;
    key = named->second;
  } else if (id.starts_with(owner_prefix)) {
    auto named = s.by_delegate.find(ascii_lower(id.substr(owner_prefix.size())));
    // The application's grant is nobody's.
    if (named == s.by_delegate.end())
      named = s.by_delegate.find("");
    if (named == s.by_delegate.end())
      return nullptr;
    key = named->second;
  }
  const auto found = s.grants.find(key);
  return found == s.grants.end() ? nullptr : &found->second;
}

error no_grant(const state& s, const std::string& id) {
  std::string who = "grant '" + id + "'";
  if (id.starts_with(owner_prefix))
    who = "'" + id.substr(owner_prefix.size()) + "' or the application";
  else if (id.starts_with(delegate_prefix))
    who = "delegate '" + id.substr(delegate_prefix.size()) + "'";
  return fail(errc::grant_dead, "provider '" + s.config->id() + "' has no sign-in for " + who);
}

void read_grants(self_pointer self) {
  auto& s = self->state;
  const provider_self me{self};
  s.world->store.with_snapshot(
      [me, tenant = tenant_id{s.config->tenant()}, id = s.config->id()](const storage::snapshot& view) {
        grants_read answer;
        auto found = grants_of(view, tenant, id);
        if (found)
          answer.grants = std::make_shared<const std::vector<stored_grant>>(std::move(*found));
        else
          answer.failed = found.error();
        tell(me, std::move(answer));
      });
}

void on_grants(self_pointer self, const grants_read& read) {
  auto& s = self->state;
  if (read.failed) {
    log::error("provider.grants_not_read", {{"provider", s.config->id()}, {"detail", read.failed->detail}});
    self->delayed_send(self, load_retry, load_again{});
    return;
  }
  auto known = std::exchange(s.grants, {});
  s.by_delegate.clear();
  std::vector<std::string> news;
  for (const auto& stored : *read.grants) {
    const auto& id = stored.record.id();
    const auto before = known.find(id);
    const auto shown = before == known.end() ? std::string_view{} : before->second.shown;
    auto& entry = s.grants[id];
    if (take_over(self, entry, stored, before == known.end() ? nullptr : &before->second))
      news.push_back(id);
    entry.shown = shown;
    show_grant(self, entry);
    known.erase(id);
    s.by_delegate[ascii_lower(stored.record.delegate())] = id;
    if (!stored.record.upn().empty())
      s.by_delegate.try_emplace(ascii_lower(stored.record.upn()), id);
  }
  for (auto& [id, gone] : known) {
    settle(gone.mail, no_grant(s, id));
    if (gone.graph)
      settle(*gone.graph, no_grant(s, id));
    s.calendar.forget(id);
    leave_metrics(self, gone);
    tell_tenant(self, {s.config->id(), id, gone.stored.record.delegate(), {}, false, {}, true});
  }
  s.loaded = true;
  // The timers of the others run on.
  for (const auto& id : news) {
    plan_refresh(self, id, token_resource::mail);
    start_next(self, s.grants.at(id));
  }
  for (auto& [wish, promise] : std::exchange(s.early, {}))
    want(self, wish, std::move(promise));
}

} // namespace postroom::provider
