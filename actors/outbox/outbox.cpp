#include "actors/outbox/outbox.hpp"

#include "actors/admission/arrival.hpp"
#include "actors/bridge.hpp"
#include "actors/outbox/attempt.hpp"
#include "actors/outbox/parts.hpp"
#include "actors/supervision.hpp"
#include "storage/directory.hpp"
#include "storage/keys.hpp"

namespace postroom::outbox {
namespace {

using namespace std::chrono_literals;
using records::OutboxMail;

constexpr auto commit_limit = 2min;
/// How long the end waits for the verdict on the mail whose last octet has left.
constexpr auto verdict_wait = 8s;
constexpr auto tick = 5s;
/// A connection with nothing to carry is let go: the identity has few.
constexpr auto link_idle = 15s;

template <class T>
result<std::shared_ptr<T>> read_one(const storage::snapshot& view, const storage::record_key& key, revision& rev) {
  auto got = view.get(key);
  if (!got)
    return got.error();
  if (!*got)
    return std::shared_ptr<T>{};
  auto decoded = storage::decode<T>(std::move(**got));
  if (!decoded)
    return decoded.error();
  rev = decoded->rev;
  return std::make_shared<T>(std::move(decoded->value));
}

queue_read read_queue(const storage::snapshot& view, const tenant_id& tenant, const account_id& account) {
  queue_read out;
  auto counts = read_one<records::Outbox>(view, storage::keys::outbox(tenant, account), out.rev);
  if (!counts) {
    out.failed = counts.error();
    return out;
  }
  out.counts = *counts;
  if (!out.counts || out.counts->in_flight() == 0)
    return out;
  revision ignored;
  auto mail = read_one<OutboxMail>(view, storage::keys::outbox_mail(tenant, account, out.counts->in_flight()), ignored);
  if (!mail)
    out.failed = mail.error();
  else
    out.in_flight = *mail;
  return out;
}

void start_reading(self_pointer self) {
  auto& s = self->state;
  const outbox_actor me{self};
  s.world->store.with_snapshot([me, tenant = s.task->tenant, account = s.task->account](const storage::snapshot& view) {
    tell(me, read_queue(view, tenant, account));
  });
}

/// A mail was in flight when the last process ended: what became of it comes before all else.
void resume_doubt(self_pointer self, const queue_read& read) {
  auto& s = self->state;
  const auto& counts = *read.counts;
  s.current = {read.in_flight, {}};
  event::was_in_flight e;
  e.what = {read.in_flight->seq(), envelope_of(*read.in_flight), waiting_recipients(*read.in_flight), {}, true};
  e.served.assign(counts.in_flight_recipients().begin(), counts.in_flight_recipients().end());
  e.since = wall_time{std::chrono::milliseconds{counts.in_flight_since_ms()}};
  e.noted = in_doubt(*read.in_flight);
  feed(self, std::move(e));
}

void on_queue(self_pointer self, const queue_read& read) {
  auto& s = self->state;
  if (read.failed) {
    give_up(self, *read.failed);
    return;
  }
  const queue_context context{s.task->tenant, s.task->account, s.world->owned.fence_of(s.task->account.str())};
  s.queue.emplace(context, read.counts ? *read.counts : records::Outbox{}, read.rev);
  for (auto& each : std::exchange(s.early, {}))
    std::visit([self](auto& what) { take_in(self, std::move(what)); }, each);
  if (read.in_flight && s.task->sends)
    resume_doubt(self, read);
  go_on(self);
}

void on_page(self_pointer self, const page_read& read) {
  auto& s = self->state;
  s.reading = false;
  if (read.failed) {
    give_up(self, *read.failed);
    return;
  }
  s.queue->page_read(std::move(*read.mails), read.last, read.asked_at, read.seen);
  go_on(self);
}

void on_chunk(self_pointer self, const chunk_read& read) {
  auto& s = self->state;
  if (read.attempt != s.attempt)
    return;
  if (read.failed) {
    feed(self, event::body_failed{*read.failed});
    return;
  }
  if (s.link)
    s.link->body(std::move(*read.octets));
  feed(self, event::body_fed{s.next_chunk >= s.current.record->chunks()});
}

/// Shows how the connection stands; admission hears what became of each attempt, or it would take a server that is back
/// for one that nobody reaches.
void note_link(self_pointer self, const event_type& what) {
  const auto& s = self->state;
  const auto* closed = std::get_if<event::link_closed>(&what);
  if (!closed && !std::holds_alternative<event::link_ready>(what))
    return;
  if (s.link_shown == "connecting")
    tell(s.world->admission,
         connection_tried{s.task->target.host, s.task->target.port, !closed || !never_arrived(closed->why.code)});
  show_link(self, closed ? std::string_view{} : "ready");
}

void on_input(self_pointer self, const input& in) {
  if (in.attempt != self->state.attempt)
    return;
  note_link(self, *in.what);
  if (auto* seen = std::get_if<event::searched>(in.what.get()); seen && search_goes_on(self, *seen))
    return;
  feed(self, std::move(*in.what));
}

bool has_work(const state& s) {
  return !s.queue || !s.committing.empty() || !s.changes.empty() || !s.keyed.empty() || !s.machine->resting() ||
         (s.task->sends && !s.queue->empty());
}

void on_tick(self_pointer self) {
  auto& s = self->state;
  self->delayed_send(self, tick, idle_tick{});
  if (has_work(s))
    return;
  const auto idle = s.world->time.ticks() - s.last_work;
  if (idle >= link_idle)
    carry_out(self, s.machine->let_go());
  if (idle >= limits::outbox_idle)
    self->send(s.task->supervisor, may_retire{s.task->account, s.requests});
}

void on_exit(self_pointer self, caf::exit_msg& exit) {
  auto& s = self->state;
  if (std::exchange(s.stopping, true) || exit.reason == caf::exit_reason::kill) {
    self->quit(exit.reason);
    return;
  }
  carry_out(self, s.machine->on(event::stop{}, s.world->time.now()));
  self->delayed_send(self, verdict_wait, retire{});
}

} // namespace

page_read read_page(const storage::snapshot& view, const tenant_id& tenant, const account_id& account,
                    std::uint64_t from, std::uint64_t asked_at) {
  page_read out{std::make_shared<std::vector<OutboxMail>>(), false, asked_at, {}, {}};
  if (const auto counts = read_one<records::Outbox>(view, storage::keys::outbox(tenant, account), out.seen); !counts) {
    out.failed = counts.error();
    return out;
  }
  auto range = storage::prefix_range(storage::keys::outbox_pendings(tenant, account));
  range.first = storage::keys::outbox_pending(tenant, account, from).key;
  auto pending = view.scan(storage::space::outbox, range, limits::outbox_window);
  if (!pending) {
    out.failed = pending.error();
    return out;
  }
  out.last = pending->size() < limits::outbox_window;
  for (const auto& each : *pending) {
    revision ignored;
    auto mail = read_one<OutboxMail>(
        view, storage::keys::outbox_mail(tenant, account, storage::keys::seq_of_outbox(each.key)), ignored);
    if (!mail || !*mail) {
      out.failed = mail ? fail(errc::store_corrupt, "a waiting mail has no record") : mail.error();
      return out;
    }
    out.mails->push_back(std::move(**mail));
  }
  return out;
}

void send_commit(self_pointer self, storage::batch batch, std::function<void(self_pointer)> done) {
  auto shared = std::make_shared<storage::batch>(std::move(batch));
  self->request(self->state.world->archive, commit_limit, commit_request{std::move(shared)})
      .then(
          [self, done = std::move(done)](const commit_answer& answer) {
            const auto& result = *answer.result;
            if (result.outcome == storage::outcome::committed) {
              done(self);
              quit_if_done(self);
              return;
            }
            give_up(self, result.error.value_or(
                              fail(errc::conflict, "commit: " + std::string{storage::to_string(result.outcome)})));
          },
          [self](const caf::error& e) { give_up(self, from_caf(e)); });
}

void quit_if_done(self_pointer self) {
  const auto& s = self->state;
  if (s.ended && s.committing.empty() && s.changes.empty() && s.keyed.empty() && s.early.empty())
    self->quit(caf::exit_reason::user_shutdown);
}

void give_up(self_pointer self, const error& why) {
  auto& s = self->state;
  log::error("outbox.given_up", {{"tenant", s.task->tenant.str()},
                                 {"account", s.task->account.str()},
                                 {"code", to_string(why.code)},
                                 {"detail", why.detail}});
  // What was asked for did not happen, or nobody can tell: either way it was not acknowledged.
  for (auto& [number, promise] : s.committing)
    promise.deliver(to_caf(why));
  for (auto& each : s.changes)
    each.promise.deliver(to_caf(why));
  for (auto& each : s.keyed)
    if (each.promise.pending())
      each.promise.deliver(to_caf(why));
  for (auto& each : s.early)
    std::visit([&](auto& what) { what.promise.deliver(to_caf(why)); }, each);
  show_link(self, {});
  s.stopping = true;
  self->quit(to_caf(why));
}

outbox_actor::behavior_type outbox(self_pointer self, std::shared_ptr<const assignment> task, const ports* world) {
  guard(self, state::name, [self] { show_link(self, {}); });
  auto& s = self->state;
  s.task = std::move(task);
  s.world = world;
  s.machine.emplace(s.task->config);
  s.random.seed(static_cast<unsigned>(std::hash<std::string>{}(s.task->account.str())));
  s.last_work = world->time.ticks();
  self->set_exit_handler([self](caf::scheduled_actor*, caf::exit_msg& exit) { on_exit(self, exit); });
  start_reading(self);
  self->delayed_send(self, tick, idle_tick{});
  return {
      [self](const submit_mail& wish) -> caf::result<mail_answer> {
        auto promise = self->make_response_promise<mail_answer>();
        ++self->state.requests;
        self->state.last_work = self->state.world->time.ticks();
        take_in(self, submission{wish, promise});
        return promise;
      },
      [self](const change_mail& wish) -> caf::result<mail_answer> {
        auto promise = self->make_response_promise<mail_answer>();
        ++self->state.requests;
        self->state.last_work = self->state.world->time.ticks();
        take_in(self, change{wish, promise});
        return promise;
      },
      [self](const retire&) { self->quit(caf::exit_reason::user_shutdown); },
      [self](const try_again&) { feed(self, event::retry_now{}); },
      [self](const slot_wanted&) {
        self->state.others_wait = true;
        go_on(self);
      },
      [self](const input& in) { on_input(self, in); },
      [self](const queue_read& read) { on_queue(self, read); },
      [self](const page_read& read) { on_page(self, read); },
      [self](const chunk_read& read) { on_chunk(self, read); },
      [self](const mail_read& read) { on_mail_read(self, read); },
      [self](const key_read& read) { on_key_read(self, read); },
      [self](const timer_rang& rang) { feed(self, event::timer{rang.epoch}); },
      [self](const idle_tick&) { on_tick(self); },
  };
}

} // namespace postroom::outbox
