#include "actors/outbox/parts.hpp"

#include "actors/bridge.hpp"
#include "actors/outbox/attempt.hpp"
#include "actors/outbox/view.hpp"
#include "base/crypto.hpp"
#include "storage/directory.hpp"
#include "storage/keys.hpp"

/// What applications ask of an outbox: to take a mail in, to change one.
namespace postroom::outbox {
namespace {

using records::OutboxMail;

/// The record of the key, which expires.
std::vector<storage::operation> remember_key(const queue_context& of, const submit_mail& wish, const std::string& mail,
                                             wall_time now) {
  const auto key = storage::keys::idempotency(of.tenant, wish.idempotency_key);
  records::IdempotentAnswer answer;
  answer.set_digest(wish.request_digest);
  answer.set_object(mail);
  answer.set_created_ms(to_ms(now));
  records::Expiry expiry;
  expiry.set_space(static_cast<std::uint32_t>(key.space));
  expiry.set_key(key.key);
  const auto at = to_ms(now) + std::chrono::milliseconds{limits::idempotency_life}.count();
  return {storage::put_of(key, answer, of.fence.shard, revision{0}),
          storage::put_of(storage::keys::expiry(at, key.space, key.key), expiry, of.fence.shard)};
}

void end_keyed(self_pointer self) {
  auto& waiting = self->state.keyed;
  waiting.pop_front();
  if (!waiting.empty())
    read_key(self);
}

void accept(self_pointer self, submission what) {
  auto& s = self->state;
  auto& mail = *what.wish.mail;
  auto full = s.queue->refuse(mail.size());
  if (!full && s.committing.size() >= limits::outbox_submissions_open_max)
    full = fail(errc::busy, "too many mails of this account wait to be stored");
  if (full) {
    what.promise.deliver(to_caf(*full));
    if (!what.wish.idempotency_key.empty())
      end_keyed(self);
    return;
  }
  const auto now = s.world->time.now();
  mail.set_created_ms(to_ms(now));
  add_turn(mail, what.wish.hold ? "held" : "accepted", {}, now);
  mail.set_state(what.wish.hold ? OutboxMail::HELD : OutboxMail::QUEUED);
  const auto key = what.wish.idempotency_key;
  auto batch = s.queue->accept(mail, what.wish.body, [&](const OutboxMail& named) {
    return key.empty() ? std::vector<storage::operation>{}
                       : remember_key({s.task->tenant, s.task->account, s.world->owned.fence_of(s.task->account.str())},
                                      what.wish, named.id(), now);
  });
  const auto number = s.next_number++;
  s.committing.emplace(number, what.promise);
  send_commit(self, std::move(batch), [number, mail = what.wish.mail, keyed = !key.empty()](self_pointer me) {
    auto& st = me->state;
    st.world->metrics.outbox.accepted();
    count_moved(me, nullptr, *mail);
    st.committing.extract(number).mapped().deliver(mail_answer{mail, false});
    if (keyed)
      end_keyed(me);
  });
  go_on(self);
}

/// A mail's state after `action`, or why it cannot be done.
result<void> apply_action(OutboxMail& mail, mail_action action, wall_time now) {
  const auto refuse = [&](std::string why) {
    return fail(errc::conflict, "mail '" + mail.id() + "' cannot be changed so: " + std::move(why));
  };
  switch (action) {
  case mail_action::cancel:
    if (is_final(mail))
      return refuse("it is finished already");
    mail.set_state(OutboxMail::CANCELLED);
    break;
  case mail_action::hold:
    if (!is_pending(mail))
      return refuse("it does not wait to be sent");
    mail.set_state(OutboxMail::HELD);
    break;
  case mail_action::release:
    if (mail.state() != OutboxMail::HELD)
      return refuse("it is not held");
    mail.set_state(OutboxMail::QUEUED);
    break;
  case mail_action::requeue:
    if (mail.state() != OutboxMail::FAILED && mail.state() != OutboxMail::CANCELLED &&
        mail.state() != OutboxMail::DEFERRED)
      return refuse("only a failed, cancelled or deferred one can be queued again");
    if (mail.blob().empty())
      return fail(errc::body_gone, "the body of mail '" + mail.id() + "' is no longer stored");
    for (auto& each : *mail.mutable_recipients())
      if (each.state() == records::Recipient::REJECTED)
        each.set_state(records::Recipient::WAITING);
    mail.set_state(OutboxMail::QUEUED);
    mail.clear_failing_class();
    mail.clear_failing_since_ms();
    break;
  }
  mail.set_next_try_ms(0);
  constexpr std::string_view outcomes[] = {"cancelled", "held", "released", "requeued"};
  add_turn(mail, outcomes[static_cast<std::size_t>(action)], {}, now);
  return {};
}

void next_change(self_pointer self);

void end_change(self_pointer self) {
  self->state.changes.pop_front();
  if (!self->state.changes.empty())
    next_change(self);
}

void refuse_change(self_pointer self, const error& why) {
  self->state.changes.front().promise.deliver(to_caf(why));
  end_change(self);
}

mail_read read_mail(const storage::snapshot& view, const storage::record_key& counts, const storage::record_key& mail) {
  mail_read answer;
  const auto counted = view.get(counts);
  auto got = view.get(mail);
  if (!counted || !got) {
    answer.failed = counted ? got.error() : counted.error();
    return answer;
  }
  if (*counted)
    answer.seen = (*counted)->rev;
  if (!*got)
    return answer;
  auto decoded = storage::decode<OutboxMail>(std::move(**got));
  if (!decoded)
    answer.failed = decoded.error();
  else
    answer.mail = std::make_shared<OutboxMail>(std::move(decoded->value));
  return answer;
}

void next_change(self_pointer self) {
  auto& s = self->state;
  const outbox_actor me{self};
  const auto counts = storage::keys::outbox(s.task->tenant, s.task->account);
  const auto mail = storage::keys::outbox_mail(s.task->tenant, s.task->account, seq_of_id(s.changes.front().wish.mail));
  s.world->store.with_snapshot(
      [me, counts, mail](const storage::snapshot& view) { tell(me, read_mail(view, counts, mail)); });
}

/// The request and the mail that a key stands for, if it was used.
result<key_read> find_key(const storage::snapshot& view, const storage::record_key& key, const tenant_id& tenant,
                          const account_id& account) {
  key_read answer;
  auto got = view.get(key);
  if (!got)
    return got.error();
  if (!*got)
    return answer;
  auto known = storage::decode<records::IdempotentAnswer>(std::move(**got));
  if (!known)
    return known.error();
  answer.known = std::make_shared<records::IdempotentAnswer>(std::move(known->value));
  auto mail = view.get(storage::keys::outbox_mail(tenant, account, seq_of_id(answer.known->object())));
  if (!mail)
    return mail.error();
  if (*mail) {
    auto decoded = storage::decode<OutboxMail>(std::move(**mail));
    if (!decoded)
      return decoded.error();
    answer.mail = std::make_shared<OutboxMail>(std::move(decoded->value));
  }
  return answer;
}

} // namespace

void read_key(self_pointer self) {
  auto& s = self->state;
  const outbox_actor me{self};
  const auto key = storage::keys::idempotency(s.task->tenant, s.keyed.front().wish.idempotency_key);
  const auto account = s.task->account;
  s.world->store.with_snapshot([me, key, tenant = s.task->tenant, account](const storage::snapshot& view) {
    key_read answer;
    const auto known = find_key(view, key, tenant, account);
    if (!known)
      answer.failed = known.error();
    else
      answer = *known;
    tell(me, std::move(answer));
  });
}

/// Whether a request can be worked on now; if not it was refused, or is kept for later.
template <class Request>
bool is_ready_for(self_pointer self, Request& what) {
  auto& s = self->state;
  if (s.stopping)
    what.promise.deliver(to_caf(fail(errc::busy, "the account is being started anew; repeat the request")));
  else if (!s.queue)
    s.early.emplace_back(std::move(what));
  return !s.stopping && s.queue;
}

void take_in(self_pointer self, submission what) {
  auto& s = self->state;
  if (!is_ready_for(self, what))
    return;
  if (what.wish.idempotency_key.empty()) {
    accept(self, std::move(what));
    return;
  }
  if (s.keyed.size() >= limits::outbox_submissions_open_max) {
    what.promise.deliver(to_caf(fail(errc::busy, "too many mails of this account wait to be stored")));
    return;
  }
  // One after the other: a key that comes twice at once must find the first stored.
  s.keyed.push_back(std::move(what));
  if (s.keyed.size() == 1)
    read_key(self);
}

void on_key_read(self_pointer self, const key_read& read) {
  auto& s = self->state;
  if (!read.failed && !read.known) {
    accept(self, s.keyed.front());
    return;
  }
  auto& promise = s.keyed.front().promise;
  if (read.failed)
    promise.deliver(to_caf(*read.failed));
  else if (read.known->digest() != s.keyed.front().wish.request_digest)
    promise.deliver(to_caf(fail(errc::key_reused, "this Idempotency-Key was used for another request")));
  else if (!read.mail)
    promise.deliver(to_caf(fail(errc::not_found, "the mail accepted under this Idempotency-Key is forgotten")));
  else
    promise.deliver(mail_answer{read.mail, true});
  end_keyed(self);
}

void take_in(self_pointer self, change what) {
  auto& s = self->state;
  if (!is_ready_for(self, what))
    return;
  if (s.changes.size() >= limits::outbox_submissions_open_max) {
    what.promise.deliver(to_caf(fail(errc::busy, "too many changes of this account's mails wait")));
    return;
  }
  s.changes.push_back(std::move(what));
  if (s.changes.size() == 1)
    next_change(self);
}

void on_mail_read(self_pointer self, const mail_read& read) {
  auto& s = self->state;
  if (!read.failed && s.queue->is_outdated(read.seen)) { // what it became since must not be written over
    next_change(self);
    return;
  }
  const auto& wish = s.changes.front().wish;
  if (read.failed || !read.mail || read.mail->id() != wish.mail) {
    refuse_change(self,
                  read.failed.value_or(fail(errc::not_found, "there is no mail '" + wish.mail + "' in the outbox")));
    return;
  }
  // An account that is switched off leaves a doubt open: nobody decides it meanwhile.
  const bool open = s.queue->counts().in_flight() == read.mail->seq();
  if (open || s.machine->head_seq() == read.mail->seq()) {
    if (open || !s.machine->may_withdraw()) {
      refuse_change(self, fail(errc::conflict, "mail '" + wish.mail +
                                                   "' is being sent at this moment, or it is not known "
                                                   "yet whether it was"));
      return;
    }
    carry_out(self, s.machine->withdraw(s.world->time.now()));
  }
  auto after = std::make_shared<OutboxMail>(*read.mail);
  const auto now = s.world->time.now();
  if (const auto done = apply_action(*after, wish.action, now); !done) {
    refuse_change(self, done.error());
    go_on(self);
    return;
  }
  auto batch = s.queue->settle(*after, *read.mail, now, {});
  send_commit(self, std::move(batch), [before = read.mail, after](self_pointer me) {
    count_moved(me, before.get(), *after);
    me->state.changes.front().promise.deliver(mail_answer{after, false});
    end_change(me);
    go_on(me);
  });
}

} // namespace postroom::outbox
