#include "actors/provider/parts.hpp"
#include "actors/provider/questions.hpp"
#include "base/crypto.hpp"
#include "protocol/oauth2/revocation.hpp"
#include "storage/directory.hpp"
#include "storage/secrets.hpp"

#include <utility>

/// How the provider and its grants stand, for those who look and those who must act.
namespace postroom::provider {
namespace {

using namespace std::chrono_literals;

/// Unused refresh tokens die: at Entra after 90 days, at Google after six months.
constexpr auto life_unused = 24h * 90;
constexpr auto life_unused_at_google = 24h * 180;

std::optional<wall_time> wall(const state& s, std::optional<mono_time> at) {
  if (!at)
    return {};
  return s.world->time.now() + std::chrono::duration_cast<std::chrono::milliseconds>(*at - s.world->time.ticks());
}

std::optional<wall_time> dies(const state& s, const records::Grant& grant) {
  if (grant.kind() != "refresh_token" || grant.refreshed_ms() == 0)
    return {};
  const auto life = s.config->service() == "google" ? life_unused_at_google : life_unused;
  return wall_time{std::chrono::milliseconds{grant.refreshed_ms()}} + life;
}

grant_status status_of(const state& s, const std::string& id, const grant_entry& entry) {
  const auto& tokens = entry.mail.tokens;
  grant_status out;
  out.grant = id;
  out.delegate = entry.stored.record.delegate();
  out.failure = tokens.refusal();
  out.failing_since = entry.failing_since;
  out.next_try = wall(s, tokens.retry_at());
  out.token_expires = tokens.expires();
  out.refresh_planned = tokens.refusal() ? std::nullopt : wall(s, tokens.refresh_at());
  out.in_use = tokens.handed_out();
  return out;
}

/// A fault that somebody must hear of; the others pass by themselves.
bool is_incident(errc code) {
  return code == errc::grant_dead || code == errc::user_action_required || code == errc::blocked_by_policy;
}

/// What is left to do where the platform has no endpoint for it.
std::string revocation_remedy(const records::Provider& provider, const records::Grant& grant) {
  if (provider.service() != "microsoft_azure")
    return "The platform has no endpoint for it; the person can remove the application from the account's pages.";
  const auto who = login_of(grant);
  return "Entra has no endpoint for it. An administrator ends all sessions of the person: Entra admin center > Users "
         "> " +
         who + " > Revoke sessions, or Revoke-MgUserSignInSession -UserId " + who;
}

void forget_tokens(records::Grant& of, wall_time now) {
  of.clear_refresh_token();
  of.clear_access_token();
  of.clear_access_token_expires_ms();
  of.clear_resources();
  of.set_revoked_ms(now.time_since_epoch().count());
  of.set_updated_ms(now.time_since_epoch().count());
}

/// First here, so that nothing uses it any more; whatever the platform says, it is given up.
void give_up(self_pointer self, const std::string& id, bool at_platform,
             caf::typed_response_promise<grant_revoked> promise) {
  auto& s = self->state;
  const auto found = s.grants.find(id);
  if (found == s.grants.end()) {
    promise.deliver(to_caf(fail(errc::not_found, "grant '" + id + "'")));
    return;
  }
  auto record = found->second.stored.record;
  forget_tokens(record, s.world->time.now());
  grant_revoked answer{at_platform, at_platform ? std::string{} : revocation_remedy(*s.config, record)};
  std::vector<storage::operation> change{storage::put_config(record, found->second.stored.rev)};
  commit(self, std::move(change), id, [self, record, answer, promise](const result<void>& done) mutable {
    read_grants(self);
    if (!done) {
      promise.deliver(to_caf(done.error()));
      return;
    }
    auto why = fail(errc::grant_dead, "the grant was given up by an administrator of Postroom");
    tell_tenant(self, {record.provider(), record.id(), record.delegate(), std::move(why), true, {}});
    promise.deliver(answer);
  });
}

} // namespace

void tell_tenant(self_pointer self, report what) {
  tell(self->state.supervisor, std::move(what));
}

void show_grant(self_pointer self, grant_entry& entry) {
  const std::string_view now = entry.stored.record.revoked_ms() != 0 ? "revoked"
                               : entry.failing_since                 ? "failing"
                                                                     : "ok";
  if (now != entry.shown)
    self->state.world->metrics.token.grant_moved(std::exchange(entry.shown, now), now);
}

void leave_metrics(self_pointer self, const grant_entry& gone) {
  if (!gone.shown.empty())
    self->state.world->metrics.token.grant_moved(gone.shown, {});
}

void leave_metrics(self_pointer self) {
  auto& s = self->state;
  for (const auto& [id, entry] : s.grants)
    leave_metrics(self, entry);
  if (s.breaker.open())
    s.world->metrics.token.breaker_closed();
}

void note_success(self_pointer self, grant_entry& entry) {
  auto& s = self->state;
  // The first success is told, too: the fault may have been met by an earlier process or actor.
  if (!std::exchange(s.told_well, true) || s.failing_since) {
    s.failing_since.reset();
    tell_tenant(self, {s.config->id(), {}, {}, {}, false, {}});
  }
  if (std::exchange(entry.told_well, true) && !entry.failing_since)
    return;
  entry.failing_since.reset();
  show_grant(self, entry);
  const auto& record = entry.stored.record;
  tell_tenant(self, {s.config->id(), record.id(), record.delegate(), {}, false, {}});
}

void note_failure(self_pointer self, grant_entry& entry, const error& why) {
  auto& s = self->state;
  const auto now = s.world->time.now();
  if (why.code == errc::app_misconfigured) {
    if (!s.failing_since)
      s.failing_since = now;
    tell_tenant(self, {s.config->id(), {}, {}, why, false, {}});
    return;
  }
  if (!entry.failing_since)
    entry.failing_since = now;
  show_grant(self, entry);
  const auto& record = entry.stored.record;
  if (is_incident(why.code))
    tell_tenant(self, {s.config->id(), record.id(), record.delegate(), why, false, dies(s, record)});
}

provider_status status_of(const state& s) {
  provider_status out;
  out.provider = s.config->id();
  out.failure = s.breaker.refusal();
  out.failing_since = s.failing_since;
  out.next_try = wall(s, s.breaker.retry_at());
  if (const auto used = s.credentials->in_use(); used != credential::none)
    out.secret_in_use = to_string(used);
  for (const auto& [id, entry] : s.grants)
    out.grants.push_back(status_of(s, id, entry));
  return out;
}

void revoke(self_pointer self, const revoke_grant& wish, caf::typed_response_promise<grant_revoked> promise) {
  auto& s = self->state;
  const auto found = s.grants.find(wish.grant.str());
  if (found == s.grants.end()) {
    promise.deliver(to_caf(fail(errc::not_found, "grant '" + wish.grant.str() + "' of this provider")));
    return;
  }
  const auto id = wish.grant.str();
  const auto where = endpoints_now(s, {});
  const auto token = storage::open_refresh_token(s.world->keys, found->second.stored.record);
  if (!where || where->revocation.empty() || !token || token->empty()) {
    give_up(self, id, false, std::move(promise));
    return;
  }
  const auto who = identity_with(*s.config, s.credentials->pick(s.world->time.now()), where->token, s.world->keys,
                                 s.world->time.now());
  auto question = who ? oauth2::make_revocation(where->revocation, *who, *token, random_uuid())
                      : result<oauth2::http_request>{who.error()};
  auto request =
      question ? outward(*s.config, std::move(*question), s.world->keys) : result<net::http_request>{question.error()};
  send(self, std::move(request), [self, id, promise](result<net::http_answer>& answer) {
    give_up(self, id, answer && answer->status == 200, promise);
  });
}

} // namespace postroom::provider
