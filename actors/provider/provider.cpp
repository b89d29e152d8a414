#include "actors/provider/provider.hpp"

#include "actors/bridge.hpp"
#include "actors/provider/token_question.hpp"
#include "actors/supervision.hpp"
#include "base/ascii.hpp"
#include "base/crypto.hpp"
#include "base/limits.hpp"
#include "storage/directory.hpp"
#include "storage/secrets.hpp"

#include <algorithm>

namespace postroom::provider {
namespace {

using namespace std::chrono_literals;
using self_pointer = provider_self::stateful_pointer<state>;

constexpr auto commit_limit = 2min;
constexpr auto load_retry = 2s;
/// Passwords do not expire; the mailbox plans with something.
constexpr auto password_life = std::chrono::hours{24 * 365};
constexpr std::string_view delegate_prefix = "by-delegate:";

double chance(self_pointer self) {
  return std::uniform_real_distribution<double>{}(self->state.random);
}

void read_grants(self_pointer self) {
  auto& s = self->state;
  const provider_self me{self};
  s.world->store.with_snapshot(
      [me, tenant = tenant_id{s.config->tenant()}, id = s.config->id()](const storage::snapshot& view) {
        grants_read answer;
        auto found = std::make_shared<std::vector<stored_grant>>();
        auto range = storage::prefix_range(storage::keys::grants(tenant));
        for (bool more = true; more && !answer.failed;) {
          auto page = view.scan(storage::space::config, range, limits::page_items_max);
          if (!page) {
            answer.failed = page.error();
            break;
          }
          more = page->size() == limits::page_items_max;
          if (more)
            range.first = page->back().key + '\0';
          auto decoded = storage::decode_all<records::Grant>(std::move(*page));
          if (!decoded) {
            answer.failed = decoded.error();
            break;
          }
          for (auto& each : *decoded)
            if (each.value.provider() == id)
              found->push_back({std::move(each.value), each.rev});
        }
        answer.grants = std::move(found);
        tell(me, std::move(answer));
      });
}

grant_entry* find_grant(state& s, const std::string& id) {
  std::string key = id;
  if (id.starts_with(delegate_prefix)) {
    const auto named = s.by_delegate.find(ascii_lower(id.substr(delegate_prefix.size())));
    if (named == s.by_delegate.end())
      return nullptr;
    key = named->second;
  }
  const auto found = s.grants.find(key);
  return found == s.grants.end() ? nullptr : &found->second;
}

error no_grant(const state& s, const std::string& id) {
  std::string who = "grant '" + id + "'";
  if (id == delegate_prefix)
    who = "an account without grant and delegate";
  else if (id.starts_with(delegate_prefix))
    who = "delegate '" + id.substr(delegate_prefix.size()) + "'";
  return fail(errc::grant_dead, "provider '" + s.config->id() + "' has no sign-in for " + who);
}

void settle(grant_entry& entry, const result<access_token>& with) {
  for (auto& promise : std::exchange(entry.waiting, {}))
    if (with)
      promise.deliver(*with);
    else
      promise.deliver(to_caf(with.error()));
}

void plan_refresh(self_pointer self, grant_entry& entry) {
  const auto at = entry.tokens.refresh_at();
  if (!at)
    return;
  const auto delay = std::max<mono_time::duration>(*at - self->state.world->time.ticks(), 100ms);
  self->delayed_send(self, delay, refresh_due{entry.stored.record.id(), ++entry.timer_number});
}

void ask_endpoint(self_pointer self, grant_entry& entry) {
  auto& s = self->state;
  auto question = token_question(*s.config, entry.stored.record, s.world->keys);
  if (!question) {
    entry.tokens.unreachable(question.error(), s.world->time.ticks(), chance(self));
    settle(entry, question.error());
    return;
  }
  entry.asking = true;
  net::http_request request;
  request.method = "POST";
  request.url = std::move(question->url);
  request.headers = std::move(question->headers);
  request.body = std::move(question->body);
  const provider_self me{self};
  s.world->http.send(
      std::move(request), s.config->ca_file(), [me, grant = entry.stored.record.id()](result<net::http_answer> answer) {
        tell(me, endpoint_answered{grant, std::make_shared<const result<net::http_answer>>(std::move(answer))});
      });
}

void want(self_pointer self, const want_access_token& wish, caf::typed_response_promise<access_token> promise) {
  auto& s = self->state;
  auto* entry = find_grant(s, wish.grant.str());
  if (!entry) {
    promise.deliver(to_caf(no_grant(s, wish.grant.str())));
    return;
  }
  const auto& record = entry->stored.record;
  if (record.kind() == "password") {
    auto password = storage::open_refresh_token(s.world->keys, record);
    if (password)
      promise.deliver(access_token{std::move(*password), record.delegate(), s.world->time.now() + password_life});
    else
      promise.deliver(to_caf(password.error()));
    return;
  }
  switch (entry->tokens.decide(s.world->time.ticks(), wish.refresh)) {
  case grant_tokens::advice::hand_out:
    promise.deliver(entry->tokens.token());
    return;
  case grant_tokens::advice::refuse:
    promise.deliver(to_caf(entry->tokens.refusal()));
    return;
  case grant_tokens::advice::refresh:
    entry->waiting.push_back(std::move(promise));
    if (!entry->asking)
      ask_endpoint(self, *entry);
    return;
  }
}

void on_grants(self_pointer self, const grants_read& read) {
  auto& s = self->state;
  if (read.failed) {
    log::error("provider.grants_not_read", {{"provider", s.config->id()}, {"detail", read.failed->detail}});
    self->delayed_send(self, load_retry, load_again{});
    return;
  }
  std::map<std::string, grant_entry, std::less<>> fresh;
  s.by_delegate.clear();
  for (const auto& stored : *read.grants) {
    const auto& id = stored.record.id();
    // What we wrote ourselves is no news; anything else forgets tokens and refusals.
    auto known = s.grants.extract(id);
    auto& entry = fresh[id];
    if (known && known.mapped().stored.rev == stored.rev) {
      entry = std::move(known.mapped());
    } else {
      if (known)
        entry.waiting = std::move(known.mapped().waiting);
      entry.stored = stored;
      if (auto token = storage::open_access_token(s.world->keys, stored.record); token && !token->empty())
        entry.tokens.restore({*token, stored.record.delegate(),
                              wall_time{std::chrono::milliseconds{stored.record.access_token_expires_ms()}}},
                             s.world->time.ticks(), s.world->time.now());
      plan_refresh(self, entry);
    }
    s.by_delegate[ascii_lower(stored.record.delegate())] = id;
  }
  for (auto& [id, gone] : s.grants)
    settle(gone, no_grant(s, id));
  s.grants = std::move(fresh);
  s.loaded = true;
  for (auto& [wish, promise] : std::exchange(s.early, {}))
    want(self, wish, std::move(promise));
}

/// Stores what the platform gave before anybody uses it (invariant 5).
void store_tokens(self_pointer self, grant_entry& entry, std::shared_ptr<oauth2::token_answer> answer) {
  auto& s = self->state;
  auto record = entry.stored.record;
  const auto now = s.world->time.now();
  result<void> sealed = storage::seal_access_token(s.world->keys, record, answer->access_token);
  if (sealed && answer->refresh_token)
    sealed = storage::seal_refresh_token(s.world->keys, record, *answer->refresh_token);
  if (!sealed) {
    entry.asking = false;
    settle(entry, sealed.error());
    return;
  }
  record.set_access_token_expires_ms((now + answer->expires_in).time_since_epoch().count());
  record.set_granted_scope(answer->scope);
  record.set_refreshed_ms(now.time_since_epoch().count());
  auto batch = std::make_shared<storage::batch>();
  batch->id = random_id128<batch_id>();
  batch->relies_on.push_back(s.world->owned.fence_of(record.id()));
  batch->operations.emplace_back(storage::put_config(record, entry.stored.rev));
  const auto id = record.id();
  self->request(s.world->archive, commit_limit, commit_request{batch})
      .then(
          [self, id, record, answer](const commit_answer& done) {
            auto& st = self->state;
            const auto found = st.grants.find(id);
            if (found == st.grants.end())
              return;
            auto& e = found->second;
            e.asking = false;
            if (done.result->outcome == storage::outcome::committed) {
              e.stored = {record, revision{e.stored.rev.value + 1}};
              e.tokens.answered(*answer, record.delegate(), st.world->time.ticks(), st.world->time.now(), chance(self));
              st.world->metrics.token.refreshed(st.config->service(), "ok");
              plan_refresh(self, e);
              settle(e, e.tokens.token());
              return;
            }
            settle(e, done.result->error.value_or(fail(errc::conflict, "the grant was changed during its refresh")));
            read_grants(self);
          },
          [self, id](const caf::error& e) {
            if (auto found = self->state.grants.find(id); found != self->state.grants.end()) {
              found->second.asking = false;
              settle(found->second, from_caf(e));
            }
            read_grants(self);
          });
}

void on_refused(self_pointer self, grant_entry& entry, const error& why, std::string_view outcome) {
  auto& s = self->state;
  entry.asking = false;
  s.world->metrics.token.refreshed(s.config->service(), outcome);
  log::warning("provider.refresh_failed", {{"tenant", s.config->tenant()},
                                           {"provider", s.config->id()},
                                           {"grant", entry.stored.record.id()},
                                           {"delegate", entry.stored.record.delegate()},
                                           {"code", to_string(why.code)},
                                           {"detail", why.detail},
                                           {"who_acts", to_string(who_acts(why.code))},
                                           {"remedy", remedy(why.code)}});
  plan_refresh(self, entry);
  settle(entry, why);
}

void on_endpoint(self_pointer self, const endpoint_answered& message) {
  auto& s = self->state;
  const auto found = s.grants.find(message.grant);
  if (found == s.grants.end())
    return;
  auto& entry = found->second;
  const auto& answer = *message.answer;
  const auto now = s.world->time.ticks();
  if (!answer) {
    entry.tokens.unreachable(answer.error(), now, chance(self));
    on_refused(self, entry, answer.error(), "unreachable");
    return;
  }
  const oauth2::http_answer view{answer->status, answer->header("retry-after"), answer->body.expose()};
  auto parsed = oauth2::parse_token_answer(view, s.world->time.now());
  if (const auto* failure = std::get_if<oauth2::token_failure>(&parsed)) {
    entry.tokens.refused(*failure, now, chance(self));
    on_refused(self, entry, entry.tokens.refusal(), oauth2::to_string(failure->kind));
    return;
  }
  store_tokens(self, entry, std::make_shared<oauth2::token_answer>(std::move(std::get<oauth2::token_answer>(parsed))));
}

} // namespace

provider_self::behavior_type provider(self_pointer self, std::shared_ptr<const records::Provider> config,
                                      const ports* world) {
  guard(self, state::name);
  self->state.random.seed(static_cast<unsigned>(std::hash<std::string>{}(config->id())));
  self->state.config = std::move(config);
  self->state.world = world;
  read_grants(self);
  return {
      [self](const want_access_token& wish) -> caf::result<access_token> {
        auto promise = self->make_response_promise<access_token>();
        if (self->state.loaded)
          want(self, wish, promise);
        else
          self->state.early.emplace_back(wish, promise);
        return promise;
      },
      [self](const config_changed&) {
        read_grants(self);
        return ack{};
      },
      [self](const grants_read& read) { on_grants(self, read); },
      [self](const endpoint_answered& answer) { on_endpoint(self, answer); },
      [self](const refresh_due& due) {
        const auto found = self->state.grants.find(due.grant);
        if (found == self->state.grants.end() || found->second.timer_number != due.number || found->second.asking)
          return;
        ask_endpoint(self, found->second);
      },
      [self](const load_again&) { read_grants(self); },
  };
}

} // namespace postroom::provider
