#include "actors/outbox/parts.hpp"

#include "actors/bridge.hpp"
#include "actors/outbox/attempt.hpp"
#include "actors/outbox/delivery_link.hpp"
#include "actors/outbox/sent_search.hpp"
#include "actors/outbox/view.hpp"
#include "actors/sending/sending.hpp"
#include "base/ascii.hpp"
#include "base/log.hpp"
#include "storage/directory.hpp"
#include "storage/keys.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>

/// Carries out what the machine decides.
namespace postroom::outbox {
namespace {

using namespace std::chrono_literals;
using records::OutboxMail;

/// The token service asks the platform at most twice.
constexpr auto token_limit = 60s;
/// A place in the row for a connection, and a mail's turn: others go before, and each takes its time.
constexpr std::chrono::milliseconds turn_limit = 24h;

smtp::failure_class class_of(errc code) {
  switch (code) {
  case errc::app_misconfigured:
  case errc::grant_dead:
  case errc::user_action_required:
  case errc::blocked_by_policy:
  case errc::not_found:
    return smtp::failure_class::auth_rejected;
  default:
    return smtp::failure_class::auth_unavailable;
  }
}

void feed_denied(self_pointer self, const caf::error& e) {
  const auto why = from_caf(e);
  feed(self, event::denied{class_of(why.code), to_string(why)});
}

template <class Answer, class Actor, class Limit, class Question, class Then>
void ask_for(self_pointer self, const Actor& whom, Limit limit, Question question, Then then) {
  const auto attempt = self->state.attempt;
  self->request(whom, limit, std::move(question))
      .then(
          [self, attempt, then](const Answer& answer) {
            if (self->state.attempt == attempt)
              then(self, answer);
          },
          [self, attempt](const caf::error& e) {
            if (self->state.attempt == attempt)
              feed_denied(self, e);
          });
}

void ask_token(self_pointer self, bool refresh, std::function<void(self_pointer, const access_token&)> then) {
  auto& s = self->state;
  ask_for<access_token>(self, s.task->provider, token_limit, want_access_token{s.task->grant, refresh},
                        [then](self_pointer me, const access_token& token) { then(me, token); });
}

/// Who logs in, and so whose limits count, is told by the token: since the last, another delegate may have signed in.
void learn_identity(self_pointer self, const std::string& delegate) {
  auto& s = self->state;
  auto user = s.task->authenticates_as_delegate && !delegate.empty() ? delegate : s.task->shared_user;
  if (!s.identity.empty() && user == s.user)
    return;
  s.user = std::move(user);
  s.identity = sending::identity_name(s.task->tenant, s.task->provider_name, s.user);
  identity_served served{s.identity, s.task->account.str(), {}};
  for (const auto& [hour, count] : s.queue->counts().served_by_hour())
    served.by_hour[hour] = count;
  tell(s.world->sending, std::move(served));
}

event_type to_event(const sending_answer& answer, event_type granted) {
  if (answer.refused)
    return event::denied{answer.refused->klass, answer.refused->words};
  return granted;
}

void ask_slot(self_pointer self) {
  auto& s = self->state;
  ask_for<sending_answer>(self, s.world->sending, turn_limit, want_smtp_slot{s.identity, s.task->rules},
                          [](self_pointer me, const sending_answer& answer) {
                            me->state.others_wait = answer.others_wait;
                            feed(me, to_event(answer, event::slot_granted{}));
                          });
}

void perform(self_pointer self, effect::ask_slot&) {
  ask_token(self, false, [](self_pointer me, const access_token& token) {
    learn_identity(me, token.delegate);
    ask_slot(me);
  });
}

void perform(self_pointer self, effect::return_slot&) {
  self->state.others_wait = false;
  self->send(self->state.world->sending, return_smtp_slot{self->state.identity});
}

void perform(self_pointer self, effect::ask_permit&) {
  auto& s = self->state;
  ask_for<ack>(self, s.world->admission, until_its_turn, want_connection{s.task->target.host, s.task->target.port},
               [](self_pointer me, const ack&) { feed(me, event::permitted{}); });
}

void perform(self_pointer self, effect::ask_token& e) {
  ask_token(self, e.refresh, [](self_pointer me, const access_token& token) {
    me->state.token = token.value;
    feed(me, event::token_ready{});
  });
}

void perform(self_pointer self, effect::open_link&) {
  auto& s = self->state;
  ++s.attempt; // a link that closed by itself did not count as one: what was read for it must not go over this one
  auto target = s.task->target;
  target.session.user = s.user;
  target.session.token_or_password = std::exchange(s.token, {});
  show_link(self, "connecting");
  s.link = s.world->smtp.open(std::move(target), std::make_shared<delivery_link>(outbox_actor{self}, s.attempt));
}

void perform(self_pointer self, effect::close_link& e) {
  auto& s = self->state;
  ++s.attempt;
  show_link(self, {});
  if (s.link && e.politely)
    s.link->close();
  s.link.reset();
}

void give_back(self_pointer self, const sending::allowance& unused) {
  if (unused.recipients != 0)
    tell(self->state.world->sending, allowance_unused{self->state.identity, unused});
}

void perform(self_pointer self, effect::ask_allowance& e) {
  auto& s = self->state;
  if (s.task->rules == sending::identity_rules{}) { // nothing to share
    feed(self, event::allowed{});
    return;
  }
  want_allowance wish{s.identity, static_cast<std::uint32_t>(e.recipients)};
  self->request(s.world->sending, turn_limit, wish)
      .then(
          [self, attempt = s.attempt, seq = s.machine->head_seq()](const sending_answer& answer) {
            auto& st = self->state;
            if (st.attempt == attempt && st.machine->head_seq() == seq)
              feed(self, to_event(answer, event::allowed{answer.others_wait || st.others_wait, answer.counted}));
            else // for a mail that was taken back, or a connection that is gone
              give_back(self, answer.counted);
          },
          [self, attempt = s.attempt](const caf::error& e) {
            if (self->state.attempt == attempt)
              feed_denied(self, e);
          });
}

void perform(self_pointer self, effect::return_allowance& e) {
  give_back(self, e.unused);
}

void perform(self_pointer self, effect::begin& e) {
  show_link(self, "sending");
  self->state.next_chunk = 0;
  if (self->state.link)
    self->state.link->begin(std::move(e.what));
}

void perform(self_pointer self, effect::begin_body&) {
  if (self->state.link)
    self->state.link->begin_body();
}

void perform(self_pointer self, effect::feed&) {
  auto& s = self->state;
  if (s.current.body) {
    if (s.link)
      s.link->body(*s.current.body);
    feed(self, event::body_fed{true});
    return;
  }
  const outbox_actor me{self};
  s.world->store.read_chunk(blob_of(*s.current.record), s.next_chunk++,
                            [me, attempt = s.attempt](result<std::optional<std::string>> got) {
                              chunk_read answer{attempt, {}, {}};
                              if (!got)
                                answer.failed = got.error();
                              else if (!*got)
                                answer.failed = fail(errc::body_gone, "a piece of the body is no longer stored");
                              else
                                answer.octets = std::make_shared<std::string>(std::move(**got));
                              tell(me, std::move(answer));
                            });
}

void perform(self_pointer self, effect::end_body&) {
  if (self->state.link)
    self->state.link->end_body();
}

void perform(self_pointer self, effect::mark& e) {
  auto& s = self->state;
  send_commit(self, s.queue->mark_in_flight(*s.current.record, e.recipients, e.host, s.world->time.now()),
              [](self_pointer me) { feed(me, event::marked{}); });
}

/// The type of the event that tells of the change; empty: none does.
std::string_view told_by(const OutboxMail& before, const OutboxMail& after) {
  if (after.state() == OutboxMail::SENT)
    return "outbox.sent";
  if (after.state() == OutboxMail::FAILED)
    return "outbox.failed";
  if (after.state() == OutboxMail::HELD)
    return "outbox.held";
  // One for each reason, not for each attempt.
  const bool told = before.state() == OutboxMail::DEFERRED && before.failing_class() == after.failing_class();
  return after.state() == OutboxMail::DEFERRED && !told ? "outbox.deferred" : std::string_view{};
}

/// An entry for the tenant's log. `change`: a number that no other change of the mail has.
std::string event_of(const OutboxMail& mail, std::string_view type, std::uint64_t change, wall_time now) {
  records::Event event;
  // A full history stays as long as it is.
  const auto turns = static_cast<std::size_t>(mail.history_size());
  const auto turn = turns < limits::outbox_turns_max ? std::to_string(turns) : 'c' + std::to_string(change);
  event.set_id(mail.account() + "." + mail.id() + "." + turn + "." + std::string{type.substr(type.find('.') + 1)});
  event.set_type(std::string{type});
  event.set_source("/tenants/" + mail.tenant() + "/accounts/" + mail.account());
  event.set_subject(mail.id());
  event.set_time_ms(now.time_since_epoch().count());
  event.set_data(boost::json::serialize(describe(mail)));
  return event.SerializeAsString();
}

/// Stores the mail at hand as it stands now, and tells the machine.
void settle(self_pointer self, std::shared_ptr<OutboxMail> after) {
  auto& s = self->state;
  const auto before = s.current.record;
  const auto now = s.world->time.now();
  const auto type = told_by(*before, *after);
  std::vector<std::string> events;
  if (!type.empty())
    events.push_back(event_of(*after, type, s.queue->changes_so_far(), now));
  auto batch = s.queue->settle(*after, *before, now, std::move(events));
  send_commit(self, std::move(batch), [before, after, type](self_pointer me) {
    count_moved(me, before.get(), *after);
    if (!type.empty())
      me->state.world->metrics.mailbox.event(type);
    if (me->state.link_shown == "sending")
      show_link(me, "ready");
    feed(me, event::settled{});
  });
}

std::string_view outcome_of(const attempt_end& end) {
  if (!end.failure)
    return "sent";
  switch (*end.failure) {
  case smtp::failure_class::server_unavailable:
  case smtp::failure_class::protocol:
    return "lost";
  case smtp::failure_class::recipient_rejected:
  case smtp::failure_class::message_rejected:
  case smtp::failure_class::too_large:
  case smtp::failure_class::not_supported:
    return "refused";
  default:
    return "deferred";
  }
}

void perform(self_pointer self, effect::settle_attempt& e) {
  auto& s = self->state;
  auto after = std::make_shared<OutboxMail>(*s.current.record);
  const auto chance = std::uniform_real_distribution<double>{}(s.random);
  note_attempt(*after, e.end, s.world->time.now(), chance);
  auto& metrics = s.world->metrics.outbox;
  if (e.end.counts)
    metrics.attempted(outcome_of(e.end));
  if (e.end.failure) {
    metrics.failed(to_string(*e.end.failure));
    const auto& known = case_of(*e.end.failure, e.end.words);
    log::warning("outbox.not_sent", {{"tenant", s.task->tenant.str()},
                                     {"account", s.task->account.str()},
                                     {"mail", after->id()},
                                     {"state", state_of(*after, 0)},
                                     {"class", to_string(*e.end.failure)},
                                     {"where", to_string(e.end.where)},
                                     {"detail", e.end.words},
                                     {"cause", known.key},
                                     {"who_acts", to_string(known.who)},
                                     {"remedy", known.remedy}});
  }
  settle(self, std::move(after));
}

void perform(self_pointer self, effect::settle_doubt& e) {
  auto& s = self->state;
  auto after = std::make_shared<OutboxMail>(*s.current.record);
  note_doubt(*after, std::move(e.words), s.world->time.now());
  s.world->metrics.outbox.attempted("in_doubt");
  log::warning("outbox.in_doubt",
               {{"tenant", s.task->tenant.str()}, {"account", s.task->account.str()}, {"mail", after->id()}});
  auto batch = s.queue->note(*after);
  s.current.record = std::move(after);
  send_commit(self, std::move(batch), [](self_pointer me) { feed(me, event::noted{}); });
}

void perform(self_pointer self, effect::settle_found& e) {
  auto& s = self->state;
  auto after = std::make_shared<OutboxMail>(*s.current.record);
  note_found(*after, e.served, e.folder, s.world->time.now());
  s.world->metrics.outbox.doubt_resolved("found");
  settle(self, std::move(after));
}

void perform(self_pointer self, effect::settle_undecided& e) {
  auto& s = self->state;
  auto after = std::make_shared<OutboxMail>(*s.current.record);
  const auto chance = std::uniform_real_distribution<double>{}(s.random);
  note_undecided(*after, e.resend, std::move(e.words), s.world->time.now(), chance);
  s.world->metrics.outbox.doubt_resolved(is_pending(*after) ? "resent" : "held");
  settle(self, std::move(after));
}

void search_with(self_pointer self, const access_token& token) {
  auto& s = self->state;
  if (s.search_users.empty())
    return;
  auto target = s.task->sent_target;
  target.session.user = s.search_users.back();
  target.session.token_or_password = token.value;
  auto tried = [gate = s.world->admission, host = target.host, port = target.port](bool arrived) {
    tell(gate, connection_tried{host, port, arrived});
  };
  auto ear = std::make_shared<sent_search>(outbox_actor{self}, s.attempt, s.current.record->message_id(), tried);
  s.search = s.world->dialer.open(std::move(target), ear);
  ear->attach(s.search);
}

void open_search(self_pointer self) {
  const auto& s = self->state;
  const want_connection wish{s.task->sent_target.host, s.task->sent_target.port};
  ask_for<ack>(self, s.world->admission, until_its_turn, wish,
               [](self_pointer me, const ack&) { ask_token(me, false, search_with); });
}

/// First the identity's own Sent, where servers keep what it submitted, then the shared mailbox's.
void perform(self_pointer self, effect::search_sent&) {
  auto& s = self->state;
  ++s.attempt;
  s.search_failed.clear();
  s.search_users = {s.task->shared_user};
  if (s.user.empty()) {
    // After a restart the token tells who we are.
    ask_token(self, false, [](self_pointer me, const access_token& token) {
      learn_identity(me, token.delegate);
      if (me->state.user != me->state.task->shared_user)
        me->state.search_users.push_back(me->state.user);
      open_search(me);
    });
    return;
  }
  if (s.user != s.task->shared_user)
    s.search_users.push_back(s.user);
  open_search(self);
}

void perform(self_pointer self, effect::report& e) {
  tell(self->state.world->sending, identity_report{self->state.identity, e.verdict});
}

void perform(self_pointer self, effect::set_timer& e) {
  self->delayed_send(self, e.delay, timer_rang{e.epoch});
}

void perform(self_pointer self, effect::ended&) {
  self->state.ended = true;
  quit_if_done(self);
}

} // namespace

void count_moved(self_pointer self, const OutboxMail* before, const OutboxMail& after) {
  auto& metrics = self->state.world->metrics;
  metrics.outbox.moved(before ? state_of(*before, 0) : std::string_view{}, state_of(after, 0));
  if (!is_final(after))
    return;
  metrics.outbox.finished(state_of(after, 0));
  if (after.state() == OutboxMail::SENT)
    metrics.outbox.delivered(std::chrono::milliseconds{after.updated_ms() - after.created_ms()});
}

void show_link(self_pointer self, std::string_view as) {
  auto& s = self->state;
  s.world->metrics.outbox.connection_moved(s.link_shown, as);
  s.link_shown = as;
}

void carry_out(self_pointer self, std::vector<effect_type> effects) {
  for (auto& each : effects)
    std::visit([self](auto& e) { perform(self, e); }, each);
}

void feed(self_pointer self, event_type what) {
  auto& s = self->state;
  s.last_work = s.world->time.ticks();
  carry_out(self, s.machine->on(std::move(what), s.world->time.now()));
  go_on(self);
}

/// Another mailbox's Sent is still to be looked at, unless it is known already.
bool search_goes_on(self_pointer self, event::searched& seen) {
  auto& s = self->state;
  s.search.reset();
  if (s.search_users.empty())
    return false;
  s.search_users.pop_back();
  if (seen.failed)
    s.search_failed = seen.words;
  if (seen.found || s.search_users.empty()) {
    if (!seen.found && !s.search_failed.empty())
      seen = {false, true, s.search_failed};
    return false;
  }
  open_search(self);
  return true;
}

void go_on(self_pointer self) {
  auto& s = self->state;
  if (!s.queue || !s.task->sends || s.stopping || !s.machine->wants_head())
    return;
  if (const auto* head = s.queue->head()) {
    const auto& mail = *head->record;
    const bool same = s.machine->head_seq() == mail.seq() && s.current.record == head->record;
    if (same && !s.machine->resting())
      return;
    s.current = *head;
    head_mail next{mail.seq(), envelope_of(mail), waiting_recipients(mail),
                   wall_time{std::chrono::milliseconds{mail.next_try_ms()}}, mail.chunks() <= 1};
    carry_out(self, s.machine->on(event::head{std::move(next)}, s.world->time.now()));
    return;
  }
  if (!s.queue->wants_page()) {
    // Nothing to carry: whoever waits for the connection shall have it.
    if (s.others_wait && s.machine->resting())
      carry_out(self, s.machine->let_go());
    return;
  }
  if (std::exchange(s.reading, true))
    return;
  const outbox_actor me{self};
  const auto asked_at = s.queue->window_version();
  s.world->store.with_snapshot([me, asked_at, tenant = s.task->tenant, account = s.task->account,
                                from = s.queue->page_from()](const storage::snapshot& view) {
    tell(me, read_page(view, tenant, account, from, asked_at));
  });
}

} // namespace postroom::outbox
