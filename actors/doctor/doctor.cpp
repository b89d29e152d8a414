#include "actors/doctor/doctor.hpp"

#include "actors/doctor/findings.hpp"
#include "actors/doctor/plan.hpp"
#include "actors/doctor/probes/probes.hpp"
#include "actors/provider/platform.hpp"
#include "actors/supervision.hpp"
#include "actors/tenant/tenant_config.hpp"
#include "base/limits.hpp"
#include "base/log.hpp"

#include <algorithm>

namespace postroom::doctor {
namespace {

bool reads_over_graph(const std::vector<oauth2::purpose>& purposes) {
  return std::ranges::find(purposes, oauth2::purpose::graph_read) != purposes.end();
}

/// What the identity platform is to give, by configuration. What cannot be told stays empty.
void learn_permissions(facts& f) {
  const auto where = provider::endpoints_of(*f.provider, {}, nullptr);
  f.discovery = f.uses_password() ? std::string{} : provider::discovery_url_of(*f.provider);
  if (!where || f.uses_password())
    return;
  if (auto scope = provider::token_scope_of(*f.provider, *where, oauth2::resource::mail, false))
    f.wanted_scope = std::move(*scope);
  const auto purposes = oauth2::parse_purposes(f.provider->purposes());
  if (!purposes)
    return;
  f.wanted_roles = oauth2::roles_of(*purposes, oauth2::resource::mail);
  if (reads_over_graph(*purposes))
    f.graph_root = where->graph;
}

/// How mailbox and outbox would connect; the first reason why they cannot.
std::optional<error> learn_servers(state& s) {
  auto& f = s.known;
  auto reading = tenant::assign(f.account, *f.provider, s.world->keys);
  if (!reading)
    return reading.error();
  auto sending = tenant::assign_outbox(f.account, *f.provider, s.world->keys, s.world->sent_search);
  if (!sending)
    return sending.error();
  s.reading = std::move(*reading);
  s.sending = std::move(*sending);
  const auto& imap = s.reading.target;
  const auto& smtp = s.sending.target;
  f.imap = {imap.host, imap.port, imap.session.security != imap::transport_security::plain};
  f.smtp = {smtp.host, smtp.port, smtp.session.security != smtp::transport_security::plain};
  f.mailbox_user = imap.session.user;
  f.other_user = s.reading.other_users.empty() ? std::string{} : s.reading.other_users.front();
  f.folder = s.reading.config.folder;
  return {};
}

void learn(state& s, const diagnose_account& wish) {
  auto& f = s.known;
  f.account = s.who->account;
  f.provider = s.who->provider;
  f.provider_runs = s.who->tokens != nullptr;
  f.provider_state = s.who->provider_state;
  f.mailbox = s.who->mailbox;
  f.ladder_allowed = s.who->ladder_allowed;
  f.send_test_to = wish.send_test_to;
  f.now = s.world->time.now();
  if (!f.provider)
    return;
  f.unusable = learn_servers(s);
  learn_permissions(f);
}

void begin(self_pointer self, probe what) {
  switch (what) {
  case probe::grant:
    return look_for_grant(self);
  case probe::imap_server:
    return reach_imap(self);
  case probe::smtp_server:
    return reach_smtp(self);
  case probe::clock:
    return ask_clock(self);
  case probe::token:
  case probe::fresh_token:
  case probe::graph_token:
    return ask_token(self, what);
  case probe::login:
  case probe::login_again:
  case probe::login_other:
  case probe::delegate_login:
    return log_in(self, what);
  case probe::graph_mailbox:
    return ask_graph(self);
  case probe::submission:
    return try_submission(self);
  }
}

/// Politely: the server shall not think ill of us.
void close_links(state& s) {
  if (s.imap)
    s.imap->close();
  if (s.smtp)
    s.smtp->close();
  s.imap.reset();
  s.smtp.reset();
}

void answer(self_pointer self) {
  auto& s = self->state;
  ++s.number;
  close_links(s);
  auto found = conclude(s.known, s.seen);
  log::info("doctor.answered",
            {{"tenant", s.known.account.tenant()}, {"account", s.known.account.id()}, {"summary", found.summary}});
  s.promise.deliver(std::move(found));
  self->quit();
}

/// One probe after the other; each that ends at once makes room for the next.
void go_on(self_pointer self) {
  auto& s = self->state;
  do {
    close_links(s);
    ++s.number;
    s.probe_done = false;
    s.current = next_probe(s.known, s.seen);
    if (!s.current)
      return answer(self);
    self->delayed_send(self, probe_limit, time_up{s.number});
    begin(self, *s.current);
  } while (s.probe_done);
}

caf::result<diagnosis> on_question(self_pointer self, const diagnose_account& wish) {
  auto& s = self->state;
  if (s.promise.pending())
    return to_caf(fail(errc::busy, "this doctor looks into an account already"));
  auto promise = self->make_response_promise<diagnosis>();
  s.promise = promise;
  learn(s, wish);
  self->delayed_send(self, limits::diagnosis_deadline, time_up{0});
  go_on(self);
  return promise;
}

void on_time_up(self_pointer self, const time_up& which) {
  auto& s = self->state;
  if (!s.promise.pending())
    return;
  if (which.number == 0) {
    s.seen.out_of_time = true;
    return answer(self);
  }
  if (which.number != s.number)
    return;
  give_up(s, fail(errc::timeout, "no answer in " + std::to_string(probe_limit.count()) + " s"));
  go_on_if_done(self);
}

} // namespace

void go_on_if_done(self_pointer self) {
  if (self->state.probe_done)
    go_on(self);
}

doctor_self::behavior_type doctor(self_pointer self, std::shared_ptr<const patient> who, const ports* world) {
  guard(self, "doctor");
  self->state.who = std::move(who);
  self->state.world = world;
  return {
      [self](const diagnose_account& wish) { return on_question(self, wish); },
      [self](const observed& what) {
        if (what.number != self->state.number)
          return;
        what.note(self->state);
        go_on_if_done(self);
      },
      [self](const time_up& which) { on_time_up(self, which); },
  };
}

} // namespace postroom::doctor
