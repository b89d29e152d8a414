#include "actors/provider/idle_policy.hpp"
#include "actors/provider/parts.hpp"
#include "actors/provider/questions.hpp"
#include "actors/provider/refresh_window.hpp"
#include "protocol/knowledge/entry.hpp"
#include "protocol/oauth2/refresh_plan.hpp"
#include "storage/directory.hpp"
#include "storage/secrets.hpp"

#include <algorithm>
#include <utility>

/// Access tokens: who gets one, when it is replaced, and what is stored first.
namespace postroom::provider {
namespace {

using namespace std::chrono_literals;

/// Passwords do not expire; the mailbox plans with something.
constexpr auto password_life = std::chrono::hours{24 * 365};
constexpr token_resource resources[] = {token_resource::mail, token_resource::graph};

std::string planned_as(const std::string& grant, token_resource what) {
  return what == token_resource::mail ? grant : grant + '#' + std::string{to_string(what)};
}

oauth2::resource resource_of(token_resource what) {
  return what == token_resource::mail ? oauth2::resource::mail : oauth2::resource::graph;
}

void deliver_password(const state& s, const records::Grant& record, token_promise& promise) {
  auto password = storage::open_refresh_token(s.world->keys, record);
  if (password)
    promise.deliver(access_token{std::move(*password), record.delegate(), s.world->time.now() + password_life});
  else
    promise.deliver(to_caf(password.error()));
}

void settle(resource_entry& entry) {
  entry.due = false; // who asked meanwhile is served, too
  for (auto& promise : std::exchange(entry.waiting, {}))
    promise.deliver(entry.tokens.hand_out());
}

void on_no_token(self_pointer self, grant_entry& entry, token_resource what, const error& why,
                 std::string_view outcome) {
  auto& s = self->state;
  s.world->metrics.token.refreshed(s.config->service(), outcome);
  const auto known = knowledge::explain(why);
  log::warning("provider.refresh_failed", {{"tenant", s.config->tenant()},
                                           {"provider", s.config->id()},
                                           {"grant", entry.stored.record.id()},
                                           {"delegate", entry.stored.record.delegate()},
                                           {"resource", to_string(what)},
                                           {"code", to_string(why.code)},
                                           {"cause", why.cause},
                                           {"detail", why.detail},
                                           {"who_acts", to_string(known.who)},
                                           {"remedy", known.remedy}});
  note_failure(self, entry, why);
  plan_refresh(self, entry.stored.record.id(), what);
  settle(entry.of(what), why);
}

/// The record with what the platform gave, sealed.
result<records::Grant> with_answer(const state& s, records::Grant record, const received_tokens& what) {
  const auto& answer = what.answer;
  const auto expires_ms = to_ms(what.at + answer.expires_in);
  if (answer.refresh_token)
    if (auto sealed = storage::seal_refresh_token(s.world->keys, record, *answer.refresh_token); !sealed)
      return sealed.error();
  record.set_refreshed_ms(to_ms(what.at));
  if (what.resource == token_resource::mail) {
    if (auto sealed = storage::seal_access_token(s.world->keys, record, answer.access_token); !sealed)
      return sealed.error();
    record.set_access_token_expires_ms(expires_ms);
    record.set_granted_scope(answer.scope);
    return record;
  }
  const auto name = to_string(what.resource);
  if (auto sealed = storage::seal_resource_token(s.world->keys, record, name, answer.access_token); !sealed)
    return sealed.error();
  for (auto& each : *record.mutable_resources())
    if (each.resource() == name) {
      each.set_expires_ms(expires_ms);
      each.set_scope(answer.scope);
    }
  return record;
}

/// What was asked for is of no use any more: whoever waits needs another answer.
void ask_anew(self_pointer self, grant_entry& entry, token_resource what) {
  auto& resource = entry.of(what);
  resource.due = !resource.waiting.empty();
  start_next(self, entry);
}

void on_not_stored(self_pointer self, grant_entry& entry, const std::shared_ptr<const received_tokens>& what,
                   const error& why) {
  auto& resource = entry.of(what->resource);
  entry.unstored = what;
  resource.tokens.unreachable(why, self->state.world->time.ticks(), chance(self));
  plan_refresh(self, what->asked.id(), what->resource);
  settle(resource, why);
  read_grants(self);
}

void on_stored(self_pointer self, const stored_grant& stored, const std::shared_ptr<const received_tokens>& what,
               const result<void>& done) {
  auto& s = self->state;
  const auto found = s.grants.find(what->asked.id());
  if (found == s.grants.end())
    return;
  auto& entry = found->second;
  entry.asking = false;
  const bool late = std::exchange(entry.unstored, {}) != nullptr;
  if (!done) {
    on_not_stored(self, entry, what, done.error());
    return;
  }
  const auto expires = what->at + what->answer.expires_in;
  // Somebody else has written since; or the store took longer than the token lives.
  const bool is_old = entry.stored.rev.value > stored.rev.value;
  if (!is_old)
    entry.stored = stored;
  if (is_old || (late && expires <= s.world->time.now())) {
    ask_anew(self, entry, what->resource);
    return;
  }
  auto& resource = entry.of(what->resource);
  const bool first = !resource.tokens.has_token();
  adopt(self, entry, what->resource, what->answer.access_token, expires, what->answer.refresh_in, first);
  s.world->metrics.token.refreshed(s.config->service(), "ok");
  note_success(self, entry);
  plan_refresh(self, what->asked.id(), what->resource);
  settle(resource);
  start_next(self, entry);
}

/// Stores what the platform gave before anybody uses it (invariant 5).
void store_tokens(self_pointer self, grant_entry& entry, const std::shared_ptr<const received_tokens>& what) {
  auto record = with_answer(self->state, entry.stored.record, *what);
  if (!record) {
    entry.asking = false;
    settle(entry.of(what->resource), record.error());
    return;
  }
  entry.asking = true;
  const auto before = entry.stored.rev;
  std::vector<storage::operation> change{storage::put_config(*record, before)};
  commit(self, std::move(change), record->id(),
         [self, stored = stored_grant{*record, revision{before.value + 1}}, what](const result<void>& done) {
           on_stored(self, stored, what, done);
         });
}

void on_exchange(self_pointer self, const records::Grant& asked, token_resource what, exchange& outcome) {
  auto& s = self->state;
  const auto found = s.grants.find(asked.id());
  if (found == s.grants.end())
    return;
  auto& entry = found->second;
  entry.asking = false;
  if (is_another_sign_in(entry.stored.record, asked)) {
    ask_anew(self, entry, what);
    return;
  }
  if (auto* answer = std::get_if<oauth2::token_answer>(&outcome)) {
    store_tokens(
        self, entry,
        std::make_shared<const received_tokens>(received_tokens{asked, what, std::move(*answer), s.world->time.now()}));
    return;
  }
  auto& tokens = entry.of(what).tokens;
  const auto now = s.world->time.ticks();
  if (const auto* failure = std::get_if<oauth2::token_failure>(&outcome)) {
    tokens.refused(*failure, now, chance(self));
    on_no_token(self, entry, what, *tokens.refusal(), oauth2::to_string(failure->kind));
  } else {
    tokens.unreachable(std::get<error>(outcome), now, chance(self));
    on_no_token(self, entry, what, *tokens.refusal(), "unreachable");
  }
  start_next(self, entry);
}

void ask(self_pointer self, grant_entry& entry, token_resource what) {
  entry.asking = true;
  const auto id = entry.stored.record.id();
  const auto ask_at = [self, id, what](const result<oauth2::endpoints>& where) {
    const auto found = self->state.grants.find(id);
    if (found == self->state.grants.end())
      return;
    const auto& record = found->second.stored.record;
    exchange failed;
    if (!where) {
      self->state.breaker.unreachable();
      failed = where.error();
      on_exchange(self, records::Grant{record}, what, failed);
      return;
    }
    auto make = [self, where = *where, record, what](const oauth2::client_identity& who) {
      return token_question(*self->state.config, where, who, record, resource_of(what), self->state.world->keys);
    };
    ask_token_endpoint(self, where->token, std::move(make),
                       [self, asked = record, what](exchange& outcome) { on_exchange(self, asked, what, outcome); });
  };
  // The great platforms' endpoints are known; asking for them first would make a fault of one page a fault of all.
  if (const auto now = endpoints_now(self->state, entry.stored.record.directory_id()))
    ask_at(now);
  else
    with_endpoints(self, entry.stored.record.directory_id(), ask_at);
}

/// The store refused what came last; once it has it, whoever waits for another resource is served. False: it is of no
/// use any more.
bool store_again(self_pointer self, grant_entry& entry, token_resource wanted) {
  const auto kept = entry.unstored;
  if (!kept)
    return false;
  if (is_another_sign_in(entry.stored.record, kept->asked)) {
    entry.unstored.reset();
    return false;
  }
  if (kept->resource != wanted)
    entry.of(wanted).due = true;
  store_tokens(self, entry, kept);
  return true;
}

/// The application itself does not work at present: nobody is asked, and everybody comes back later.
void refuse_all(self_pointer self, grant_entry& entry, token_resource what) {
  auto& s = self->state;
  auto& resource = entry.of(what);
  const auto id = entry.stored.record.id();
  const auto again = s.breaker.retry_at().value_or(s.world->time.ticks() + app_breaker::probe_limit);
  const auto window = recovery_window_of(again, resource.tokens.usable_until());
  resource.tokens.plan_anew(s.calendar.plan(planned_as(id, what), window.earliest, window.latest, chance(self)));
  plan_refresh(self, id, what);
  settle(resource, s.breaker.refusal().value_or(fail(errc::identity_unavailable, "the application is being tried")));
}

/// How long a grant that nobody uses may be left alone from now.
std::chrono::milliseconds idle_delay(self_pointer self, const grant_entry& entry) {
  const auto now_ms = self->state.world->time.now().time_since_epoch().count();
  return idle_refresh_in(std::chrono::milliseconds{now_ms - entry.stored.record.refreshed_ms()}, chance(self));
}

} // namespace

bool is_another_sign_in(const records::Grant& now, const records::Grant& asked) {
  return now.refresh_token() != asked.refresh_token() || now.revoked_ms() != asked.revoked_ms();
}

void keep_alive(self_pointer self, grant_entry& entry) {
  if (entry.mail.tokens.has_token() || entry.stored.record.kind() != "refresh_token")
    return;
  // Those long overdue come one after the other.
  const auto delay = std::max<std::chrono::milliseconds>(
      idle_delay(self, entry), std::chrono::milliseconds{static_cast<std::int64_t>(chance(self) * 3'600'000)});
  entry.mail.tokens.plan_anew(self->state.world->time.ticks() + delay);
}

void settle(resource_entry& entry, const error& why) {
  entry.due = false;
  for (auto& promise : std::exchange(entry.waiting, {}))
    promise.deliver(to_caf(why));
}

void adopt(self_pointer self, grant_entry& entry, token_resource what, secret<> token, wall_time expires,
           std::optional<std::chrono::seconds> refresh_in, bool first) {
  auto& s = self->state;
  const auto now = s.world->time.ticks();
  const auto life = std::chrono::duration_cast<std::chrono::seconds>(expires - s.world->time.now());
  const auto window = refresh_window_of({now, life, refresh_in}, first);
  const auto& record = entry.stored.record;
  const auto at = s.calendar.plan(planned_as(record.id(), what), window.earliest, window.latest, chance(self));
  entry.of(what).tokens.adopt({std::move(token), login_of(record), expires, {}}, life, now, at);
}

void plan_refresh(self_pointer self, const std::string& id, token_resource what) {
  auto& s = self->state;
  auto& resource = s.grants.at(id).of(what);
  const auto at = resource.tokens.refresh_at();
  if (!at)
    return;
  const auto delay = std::max<mono_time::duration>(*at - s.world->time.ticks(), 100ms);
  self->delayed_send(self, delay, refresh_due{id, what, ++resource.timer_number});
}

void start_next(self_pointer self, grant_entry& entry) {
  auto& s = self->state;
  for (const auto what : resources) {
    if (entry.asking)
      return;
    if ((what == token_resource::graph && !entry.graph) || !std::exchange(entry.of(what).due, false))
      continue;
    if (entry.stored.record.revoked_ms() != 0) {
      settle(entry.of(what), given_up(entry.stored.record));
      continue;
    }
    if (store_again(self, entry, what))
      return;
    if (s.breaker.may_ask(s.world->time.ticks()) == app_breaker::advice::refuse)
      refuse_all(self, entry, what);
    else
      ask(self, entry, what);
  }
}

void want(self_pointer self, const want_access_token& wish, token_promise promise) {
  auto& s = self->state;
  auto* entry = find_grant(s, wish.grant.str());
  if (!entry) {
    promise.deliver(to_caf(no_grant(s, wish.grant.str())));
    return;
  }
  if (entry->stored.record.kind() == "password") {
    deliver_password(s, entry->stored.record, promise);
    return;
  }
  auto& resource = entry->of(wish.resource);
  switch (resource.tokens.decide(s.world->time.ticks(), wish.refresh)) {
  case grant_tokens::advice::hand_out:
    promise.deliver(resource.tokens.hand_out());
    return;
  case grant_tokens::advice::refuse:
    promise.deliver(to_caf(*resource.tokens.refusal()));
    return;
  case grant_tokens::advice::refresh:
    resource.waiting.push_back(std::move(promise));
    resource.due = true;
    start_next(self, *entry);
    return;
  }
}

void on_refresh_due(self_pointer self, const refresh_due& due) {
  auto& s = self->state;
  const auto found = s.grants.find(due.grant);
  if (found == s.grants.end())
    return;
  auto& entry = found->second;
  auto& resource = entry.of(due.resource);
  if (resource.timer_number != due.number)
    return;
  // Nobody ever asked for the present token: the grant is only kept alive.
  const bool unused = !resource.tokens.handed_out() && !resource.tokens.refusal();
  if (const auto later = idle_delay(self, entry); unused && later > 0ms) {
    resource.tokens.plan_anew(s.world->time.ticks() + later);
    plan_refresh(self, due.grant, due.resource);
    return;
  }
  resource.due = true;
  start_next(self, entry);
}

} // namespace postroom::provider
