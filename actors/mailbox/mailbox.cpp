#include "actors/mailbox/mailbox.hpp"

#include "actors/bridge.hpp"
#include "actors/mailbox/inbound_link.hpp"
#include "actors/supervision.hpp"
#include "protocol/knowledge/entry.hpp"
#include "storage/directory.hpp"
#include "storage/keys.hpp"

namespace postroom::mailbox {
namespace {

using namespace std::chrono_literals;
using self_pointer = mailbox_actor::stateful_pointer<state>;

/// Credit may take long when many wait; the requester keeps its place.
constexpr auto queue_limit = 10min;
/// Commits wait for the disk, tokens for a platform, and both for those before them. Whoever takes longer is stuck.
constexpr auto answer_limit = 2min;
/// Values in one commit: large mails with much text are committed in several steps.
constexpr std::size_t commit_bytes = 4 * limits::mib;

void carry_out(self_pointer self, std::vector<effect_type> effects);

state& mine(self_pointer self) {
  return self->state;
}

void feed(self_pointer self, event_type what) {
  auto& s = mine(self);
  carry_out(self, s.machine->on(std::move(what), s.world->time.ticks(), s.world->time.now()));
}

/// Sees to it that an alarm rings at the earliest deadline.
void arm(self_pointer self) {
  auto& s = mine(self);
  const auto next = s.waiting.alarm(s.world->time.ticks());
  if (!next || (s.alarm && *s.alarm <= *next))
    return;
  s.alarm = *next;
  self->delayed_send(self, std::max<mono_time::duration>(*next - s.world->time.ticks(), 1ms), timer_rang{*next});
}

/// Asks another actor; the answer counts only for the attempt that asked, and until the deadline.
template <class Answer, class Actor, class Question, class Then>
void ask_for(self_pointer self, asked what, const Actor& whom, Question question, Then then) {
  auto& s = mine(self);
  const auto attempt = s.attempt;
  const auto number = s.waiting.await(attempt, what, s.world->time.ticks() + answer_limit);
  arm(self);
  self->request(whom, kept_by_the_asker, std::move(question))
      .then(
          [self, attempt, number, then](const Answer& answer) {
            if (mine(self).waiting.answered(number) && mine(self).attempt == attempt)
              then(self, answer);
          },
          [self, attempt, number, what](const caf::error& e) {
            if (mine(self).waiting.answered(number) && mine(self).attempt == attempt)
              feed(self, event::ask_failed{from_caf(e), what});
          });
}

void perform(self_pointer self, const effect::load_position&) {
  auto& s = mine(self);
  auto key = storage::keys::cursor(s.context.tenant, s.context.account, s.context.folder);
  const mailbox_actor me{self};
  storage::get<records::Cursor>(s.world->store, std::move(key), [me, attempt = s.attempt, task = s.task](auto got) {
    position_read answer;
    answer.attempt = attempt;
    if (!got) {
      answer.failed = got.error();
    } else if (*got) {
      answer.where = from_record((*got)->value);
      answer.kin = kinship_of((*got)->value, task->names);
      answer.rev = (*got)->rev;
    }
    tell(me, std::move(answer));
  });
}

void perform(self_pointer self, const effect::ask_permit&) {
  auto& s = mine(self);
  // The place of an attempt that is over is as good as another: two of them would cost the row a turn.
  if (std::exchange(s.place, s.attempt))
    return;
  self->request(s.world->admission, until_its_turn, want_connection{s.task->target.host, s.task->target.port})
      .then(
          [self](const ack&) {
            mine(self).place.reset();
            feed(self, event::permitted{});
          },
          [self](const caf::error& e) {
            if (std::exchange(mine(self).place, std::nullopt) == mine(self).attempt)
              feed(self, event::ask_failed{from_caf(e), asked::permit});
          });
}

void perform(self_pointer self, const effect::ask_token& e) {
  auto& s = mine(self);
  ask_for<access_token>(self, asked::token, s.task->provider, want_access_token{s.task->grant, e.refresh},
                        [](self_pointer me, const access_token& token) {
                          mine(me).token = token.value;
                          feed(me, event::token_ready{token.expires, token.renewed});
                          mine(me).token = {}; // a session at rest needs none
                        });
}

void perform(self_pointer self, const effect::open_link&) {
  auto& s = mine(self);
  auto target = s.task->target;
  if (s.user > 0)
    target.session.user = s.task->other_users[s.user - 1];
  target.session.token_or_password = std::exchange(s.token, {});
  inbound_context context{s.context.tenant, s.context.account, s.context.folder, s.generation};
  auto listener = std::make_shared<inbound_link>(mailbox_actor{self}, s.attempt, std::move(context), s.world->store,
                                                 s.world->parser);
  s.link = s.world->dialer.open(std::move(target), std::move(listener));
}

void perform(self_pointer self, const effect::tell_tried& e) {
  auto& s = mine(self);
  tell(s.world->admission, connection_tried{s.task->target.host, s.task->target.port, e.arrived});
}

void perform(self_pointer self, effect::submit& e) {
  auto& s = mine(self);
  *s.generation = s.machine->where().generation;
  if (s.link)
    s.link->submit(std::move(e.commands));
}

void perform(self_pointer self, const effect::end_idle&) {
  if (mine(self).link)
    mine(self).link->end_idle();
}

void perform(self_pointer self, const effect::close_link&) {
  auto& s = mine(self);
  ++s.attempt;
  s.parsed.clear();
  s.committing.reset();
  if (s.link) {
    s.link->close();
    s.link.reset();
  }
}

void perform(self_pointer self, const effect::ask_credit& e) {
  auto& s = mine(self);
  const auto attempt = s.attempt;
  self->request(s.world->admission, queue_limit, want_credit{e.bytes})
      .then(
          [self, attempt](const credit& granted) {
            auto& st = mine(self);
            if (st.attempt != attempt) {
              tell(st.world->admission, return_credit{granted});
              return;
            }
            st.credits.push_back(granted);
            feed(self, event::credited{});
          },
          [self, attempt](const caf::error& e) {
            if (mine(self).attempt == attempt)
              feed(self, event::ask_failed{from_caf(e), asked::credit});
          });
}

void perform(self_pointer self, const effect::return_credit& e) {
  auto& s = mine(self);
  while (!s.credits.empty()) {
    tell(s.world->admission, return_credit{s.credits.front()});
    s.credits.erase(s.credits.begin());
    if (!e.all)
      return;
  }
}

void send_commit(self_pointer self, storage::batch batch, bool patient, std::function<void(self_pointer)> done) {
  auto& s = mine(self);
  auto shared = std::make_shared<storage::batch>(std::move(batch));
  ask_for<commit_answer>(self, asked::commit, s.world->archive, commit_request{std::move(shared), patient},
                         [done](self_pointer me, const commit_answer& answer) {
                           const auto& result = *answer.result;
                           if (result.outcome == storage::outcome::committed) {
                             ++mine(me).cursor_revision.value;
                             done(me);
                             return;
                           }
                           auto why = result.error.value_or(
                               fail(errc::conflict, "commit: " + std::string{storage::to_string(result.outcome)}));
                           feed(me, event::commit_failed{result.outcome, std::move(why)});
                         });
}

void perform(self_pointer self, const effect::commit_position& e) {
  auto& s = mine(self);
  commit_builder builder{s.context, e.next.validity, s.cursor_revision, s.world->time.now()};
  send_commit(self, builder.finish(e.next), true, [](self_pointer me) { feed(me, event::committed{}); });
}

void count_committed(self_pointer self, const std::vector<wall_time>& arrivals, std::size_t skipped,
                     std::size_t quarantined) {
  auto& s = mine(self);
  auto& metrics = s.world->metrics.mailbox;
  const auto now = s.world->time.now();
  for (std::size_t i = 0; i < quarantined; ++i) {
    metrics.message(metrics::message_outcome::quarantined);
    metrics.event("message.quarantined");
  }
  for (std::size_t i = quarantined; i < arrivals.size(); ++i) {
    metrics.message(metrics::message_outcome::stored);
    metrics.event("message.received");
  }
  for (std::size_t i = 0; i < skipped; ++i)
    metrics.message(metrics::message_outcome::skipped);
  // While catching up, the age of mail says nothing about us.
  if (s.machine->in_step())
    for (const auto arrival : arrivals)
      metrics.announced(now - arrival);
  s.announced += arrivals.size() - std::min(quarantined, arrivals.size());
  s.quarantined += quarantined;
}

account_status status_of(self_pointer self) {
  auto& s = mine(self);
  account_status out;
  out.account = s.context.account;
  out.tenant = s.context.tenant;
  out.state = s.machine->state();
  out.since = s.since;
  out.in_step = s.machine->in_step();
  out.announced = s.announced;
  out.quarantined = s.quarantined;
  out.last_uid = s.machine->where().last_uid.value;
  out.last_confirmed = s.machine->last_confirmed();
  out.next_try = s.machine->next_try();
  out.last_error = s.machine->last_error();
  if (s.user > 0)
    out.login_name = s.task->other_users[s.user - 1];
  return out;
}

/// What killed the parser is quarantined now, and remembered there.
void forget_suspects(self_pointer self, uid_validity validity, const std::vector<message_uid>& set_aside) {
  auto& s = mine(self);
  mime::message_facts facts;
  facts.account = s.context.account;
  facts.folder = s.context.folder;
  facts.uid_validity = validity;
  for (const auto uid : set_aside) {
    facts.uid = uid;
    s.world->parser.forget(facts);
  }
}

/// Commits the next part of the range at hand, and so on until all of it is stored.
void commit_part(self_pointer self, std::shared_ptr<const std::set<std::uint32_t>> known) {
  auto& s = mine(self);
  auto& range = *s.committing;
  const auto now = s.world->time.now();
  commit_builder builder{s.context, range.next.validity, s.cursor_revision, now};
  auto where = range.next;
  std::vector<wall_time> arrivals;
  std::vector<message_uid> set_aside;
  std::size_t skipped = 0;
  for (auto uid : range.unfetchable)
    builder.add_unfetchable(message_uid{uid}, where.generation);
  range.unfetchable.clear();
  auto it = s.parsed.lower_bound(range.first);
  while (it != s.parsed.end() && it->first <= range.last && builder.bytes() < commit_bytes) {
    const auto& mail = *it->second;
    if (std::holds_alternative<parsing::quarantined>(mail.outcome))
      set_aside.push_back(mail.uid);
    // Dates are compared only for what was there before we looked: they are the server's, to the second.
    const bool was_there = it->first <= where.remap_until.value;
    const bool old = known->contains(it->first) || (was_there && mail.received < where.announce_since);
    if (old) {
      builder.add_known(mail);
      ++skipped;
    } else {
      builder.add(mail);
      arrivals.push_back(mail.received);
    }
    it = s.parsed.erase(it);
  }
  const bool rest = it != s.parsed.end() && it->first <= range.last;
  if (rest)
    where.last_uid = message_uid{it->first - 1};
  const auto quarantined = builder.quarantined();
  auto batch = builder.finish(where);
  send_commit(self, std::move(batch), false, [=, validity = where.validity](self_pointer me) {
    count_committed(me, arrivals, skipped, quarantined);
    forget_suspects(me, validity, set_aside);
    if (rest) {
      commit_part(me, known);
      return;
    }
    mine(me).committing.reset();
    feed(me, event::committed{});
    tell(mine(me).task->supervisor, status_of(me)); // how far it is, in the midst of a long catch-up
  });
}

/// After a change of UIDVALIDITY: asks the store which mails of the range are known by their fingerprint.
void compare_range(self_pointer self) {
  auto& s = mine(self);
  std::vector<std::pair<std::uint32_t, storage::record_key>> wanted;
  for (auto it = s.parsed.lower_bound(s.committing->first); it != s.parsed.end() && it->first <= s.committing->last;
       ++it) {
    const auto* facts = std::get_if<parsing::parsed_facts>(&it->second->outcome);
    if (facts && it->first <= s.committing->next.remap_until.value)
      wanted.emplace_back(it->first,
                          storage::keys::by_fingerprint(
                              s.context.tenant, s.context.account,
                              {reinterpret_cast<const char*>(facts->fingerprint.data()), facts->fingerprint.size()}));
  }
  const mailbox_actor me{self};
  s.world->store.with_snapshot([me, attempt = s.attempt, wanted = std::move(wanted)](const storage::snapshot& view) {
    range_compared answer{attempt, {}, {}};
    for (const auto& [uid, key] : wanted) {
      const auto got = view.get(key);
      if (!got)
        answer.failed = got.error();
      else if (*got)
        answer.known.insert(uid);
    }
    tell(me, std::move(answer));
  });
}

void perform(self_pointer self, const effect::commit_range& e) {
  auto& s = mine(self);
  s.committing = e;
  if (e.next.remap_until.value >= e.first)
    compare_range(self);
  else
    commit_part(self, std::make_shared<const std::set<std::uint32_t>>());
}

void perform(self_pointer self, const effect::set_timer& e) {
  auto& s = mine(self);
  s.waiting.set_timer(e.epoch, s.world->time.ticks() + e.delay);
  arm(self);
}

void on_alarm(self_pointer self, const timer_rang& rang) {
  auto& s = mine(self);
  if (s.alarm != rang.at)
    return; // an earlier one took its place
  s.alarm.reset();
  const auto due = s.waiting.take_due(s.world->time.ticks());
  if (due.timer)
    feed(self, event::timer{*due.timer});
  for (const auto& each : due.unanswered)
    if (each.attempt == s.attempt)
      feed(self, event::ask_failed{fail(errc::timeout, "an actor did not answer in time"), each.what});
  arm(self);
}

/// Steps of a login, bounded by deadlines of seconds: whoever asks for one account gets them, lists do not wait for it.
bool passes_quickly(mailbox_state s) {
  return s == mailbox_state::connecting || s == mailbox_state::authenticating || s == mailbox_state::selecting;
}

/// The login name of a mailbox may differ from its address, and no server says so.
void try_next_name(state& s, errc why) {
  if (why == errc::auth_rejected || why == errc::mailbox_not_connected)
    s.user = static_cast<std::uint8_t>((s.user + 1U) % (s.task->other_users.size() + 1));
}

void complain(self_pointer self, const error& why) {
  auto& s = mine(self);
  s.world->metrics.mailbox.failed(why.code);
  const auto known = knowledge::explain(why);
  log::warning("mailbox.waiting", {{"tenant", s.context.tenant.str()},
                                   {"account", s.context.account.str()},
                                   {"state", to_string(s.shown)},
                                   {"code", to_string(why.code)},
                                   {"detail", why.detail},
                                   {"cause", why.cause},
                                   {"who_acts", to_string(known.who)},
                                   {"remedy", known.remedy}});
}

void perform(self_pointer self, const effect::report&) {
  auto& s = mine(self);
  const auto now = s.machine->state();
  const auto& why = s.machine->last_error();
  if (now == s.shown) {
    // It waits as before, but for another reason, or is no longer in step: whoever repairs that wakes it up.
    if (now != mailbox_state::waiting)
      return;
    tell(s.task->supervisor, status_of(self));
    if (why)
      complain(self, *why);
    return;
  }
  s.world->metrics.mailbox.moved(to_string(s.shown), to_string(now));
  s.shown = now;
  s.since = s.world->time.now();
  // Of its end the supervisor learns by itself, and then perhaps runs another one already.
  if (!passes_quickly(now) && now != mailbox_state::inactive)
    tell(s.task->supervisor, status_of(self));
  if (why && now == mailbox_state::waiting)
    try_next_name(s, why->code);
  if (why && (now == mailbox_state::waiting || now == mailbox_state::degraded))
    complain(self, *why);
  else
    log::debug("mailbox.state", {{"account", s.context.account.str()}, {"state", to_string(now)}});
}

/// A mailbox that is gone is in no state at all.
void leave_metrics(self_pointer self) {
  auto& s = mine(self);
  s.world->metrics.mailbox.moved(to_string(s.shown), {});
}

void perform(self_pointer self, const effect::ended&) {
  leave_metrics(self);
  self->quit(caf::exit_reason::user_shutdown);
}

void carry_out(self_pointer self, std::vector<effect_type> effects) {
  for (auto& each : effects)
    std::visit([self](auto& e) { perform(self, e); }, each);
}

void on_body(self_pointer self, const body_stored& stored) {
  auto& s = mine(self);
  if (stored.attempt != s.attempt)
    return;
  if (stored.failed)
    feed(self, event::parse_failed{*stored.failed});
  else if (auto queued = s.world->parser.submit(std::move(*stored.job)); !queued)
    feed(self, event::parse_failed{queued.error()});
}

void on_mail(self_pointer self, const mail_ready& ready) {
  auto& s = mine(self);
  if (ready.attempt != s.attempt)
    return;
  if (const auto* why = std::get_if<error>(&ready.mail->outcome)) {
    feed(self, event::parse_failed{*why});
    return;
  }
  s.parsed[ready.mail->uid.value] = ready.mail;
  feed(self, event::mail_parsed{ready.mail->uid.value});
}

} // namespace

mailbox_actor::behavior_type mailbox(self_pointer self, std::shared_ptr<const assignment> task, const ports* world) {
  guard(self, state::name, [self] { leave_metrics(self); });
  auto& s = mine(self);
  s.task = std::move(task);
  s.world = world;
  s.user = s.task->first_user;
  const auto& config = s.task->config;
  s.context = {config.tenant, config.account, config.folder, s.task->list, world->owned.fence_of(config.account.str()),
               s.task->names};
  s.generation = std::make_shared<std::atomic<std::uint32_t>>(0);
  s.machine.emplace(config, static_cast<unsigned>(std::hash<std::string>{}(config.account.str())));
  s.since = world->time.now();
  world->metrics.mailbox.moved({}, to_string(s.shown));
  self->set_exit_handler([self](caf::scheduled_actor*, caf::exit_msg& exit) {
    feed(self, event::stop{});
    self->quit(std::move(exit.reason));
  });
  feed(self, event::started{});
  return {
      [self](const ask_status&) { return status_of(self); },
      [self](const input& in) {
        if (in.attempt == mine(self).attempt)
          feed(self, std::move(*in.what));
      },
      [self](const position_read& read) {
        if (read.attempt != mine(self).attempt)
          return;
        mine(self).cursor_revision = read.rev;
        if (read.failed)
          feed(self, event::ask_failed{*read.failed, asked::position});
        else
          feed(self, event::position_loaded{read.where, read.kin});
      },
      [self](const body_stored& stored) { on_body(self, stored); },
      [self](const mail_ready& ready) { on_mail(self, ready); },
      [self](const range_compared& compared) {
        if (compared.attempt != mine(self).attempt || !mine(self).committing)
          return;
        if (compared.failed)
          feed(self, event::parse_failed{*compared.failed});
        else
          commit_part(self, std::make_shared<const std::set<std::uint32_t>>(compared.known));
      },
      [self](const timer_rang& rang) { on_alarm(self, rang); },
  };
}

} // namespace postroom::mailbox
