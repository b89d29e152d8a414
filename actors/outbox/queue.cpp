#include "actors/outbox/queue.hpp"

#include "actors/outbox/attempt.hpp"
#include "base/crypto.hpp"
#include "storage/directory.hpp"
#include "storage/keys.hpp"

#include <algorithm>

namespace postroom::outbox {
namespace {

using records::OutboxMail;

constexpr std::int64_t hour_ms = 60 * 60 * 1000;

std::uint32_t accepted_in(const OutboxMail& mail) {
  return static_cast<std::uint32_t>(std::ranges::count(mail.recipients(), records::Recipient::ACCEPTED,
                                                       [](const auto& each) { return each.state(); }));
}

} // namespace

blob_id blob_of(const OutboxMail& mail) {
  blob_id id;
  if (mail.blob().size() == id.bytes.size())
    std::ranges::copy(mail.blob(), id.bytes.begin());
  return id;
}

queue::queue(queue_context context, records::Outbox stored, revision rev)
    : context_(std::move(context)), counts_(std::move(stored)), rev_(rev) {
  counts_.set_tenant(context_.tenant.str());
  counts_.set_account(context_.account.str());
  more_behind_ = !empty();
}

std::optional<error> queue::refuse(std::uint64_t bytes) const {
  if (counts_.queued() + counts_.deferred() + counts_.held() >= limits::outbox_mails_max)
    return fail(errc::busy,
                "the outbox of this account is full: " + std::to_string(limits::outbox_mails_max) + " mails wait");
  if (counts_.bytes() + bytes > limits::outbox_bytes_max)
    return fail(errc::busy, "the outbox of this account is full: its mails hold more than 16 GiB");
  return {};
}

storage::batch queue::begin() {
  storage::batch out;
  out.id = random_id128<batch_id>();
  out.relies_on.push_back(context_.fence);
  return out;
}

void queue::finish(storage::batch& into) {
  into.operations.emplace_back(
      storage::put_of(storage::keys::outbox(context_.tenant, context_.account), counts_, context_.fence.shard, rev_));
  ++rev_.value;
}

void queue::put_mail(storage::batch& into, const OutboxMail& mail) {
  into.operations.emplace_back(storage::put_of(
      storage::keys::outbox_mail(context_.tenant, context_.account, mail.seq()), mail, context_.fence.shard));
}

void queue::count(const OutboxMail& mail, int by, OutboxMail::State state) {
  const auto add = [by](std::uint64_t n) { return by > 0 ? n + 1 : n - std::min<std::uint64_t>(n, 1); };
  switch (state) {
  case OutboxMail::QUEUED:
    counts_.set_queued(add(counts_.queued()));
    break;
  case OutboxMail::DEFERRED:
    counts_.set_deferred(add(counts_.deferred()));
    break;
  case OutboxMail::HELD:
    counts_.set_held(add(counts_.held()));
    break;
  case OutboxMail::SENT:
    counts_.set_sent(add(counts_.sent()));
    return;
  case OutboxMail::FAILED:
    counts_.set_failed(add(counts_.failed()));
    return;
  default:
    counts_.set_cancelled(add(counts_.cancelled()));
    return;
  }
  counts_.set_bytes(by > 0 ? counts_.bytes() + mail.size() : counts_.bytes() - std::min(counts_.bytes(), mail.size()));
}

storage::batch queue::accept(OutboxMail& mail, std::shared_ptr<const std::string> body,
                             const std::function<std::vector<storage::operation>(const OutboxMail&)>& more) {
  auto out = begin();
  counts_.set_last_seq(counts_.last_seq() + 1);
  mail.set_seq(counts_.last_seq());
  mail.set_id("m" + std::to_string(mail.seq()) + "-" + hex_encode(random_string(6)));
  mail.set_tenant(context_.tenant.str());
  mail.set_account(context_.account.str());
  storage::reference_body reference{blob_of(mail), mail.chunks(), {}};
  if (body)
    reference.inline_chunk = *body;
  out.operations.emplace_back(std::move(reference));
  put_mail(out, mail);
  if (is_pending(mail)) {
    out.operations.emplace_back(storage::put{
        storage::keys::outbox_pending(context_.tenant, context_.account, mail.seq()), {}, context_.fence.shard, {}});
    if (empty())
      counts_.set_first_pending(mail.seq());
    enter_window(mail, std::move(body));
  }
  count(mail, 1, mail.state());
  std::ranges::move(more(mail), std::back_inserter(out.operations));
  finish(out);
  return out;
}

storage::batch queue::mark_in_flight(const OutboxMail& mail, const std::vector<std::uint32_t>& recipients,
                                     const std::string& host, wall_time now) {
  auto out = begin();
  counts_.set_in_flight(mail.seq());
  counts_.set_in_flight_since_ms(to_ms(now));
  counts_.mutable_in_flight_recipients()->Assign(recipients.begin(), recipients.end());
  counts_.set_in_flight_host(host);
  finish(out);
  return out;
}

storage::batch queue::note(const OutboxMail& mail) {
  auto out = begin();
  put_mail(out, mail);
  finish(out);
  return out;
}

storage::batch queue::settle(const OutboxMail& mail, const OutboxMail& before, wall_time now,
                             std::vector<std::string> events) {
  auto out = begin();
  count(before, -1, before.state());
  count(mail, 1, mail.state());
  if (counts_.in_flight() == mail.seq())
    land(accepted_in(mail) - std::min(accepted_in(before), accepted_in(mail)), now);
  auto pending = storage::keys::outbox_pending(context_.tenant, context_.account, mail.seq());
  if (is_pending(mail) && !is_pending(before))
    out.operations.emplace_back(storage::put{std::move(pending), {}, context_.fence.shard, {}});
  else if (!is_pending(mail) && is_pending(before))
    out.operations.emplace_back(storage::erase{std::move(pending), {}});
  if (is_final(before))
    out.operations.emplace_back(storage::erase{expiry_key(before), {}});
  // It may have expired since it was read: then its body is gone, and this is a conflict.
  if (is_final(before) && !is_final(mail))
    out.operations.emplace_back(storage::reference_body{blob_of(mail), mail.chunks(), {}});
  put_mail(out, is_final(mail) ? put_away(out, mail) : mail);
  for (auto& event : events)
    out.operations.emplace_back(storage::append{storage::keys::stream_of(context_.tenant), std::move(event)});
  leave_window(mail.seq());
  if (is_pending(mail)) {
    enter_window(mail, {});
    counts_.set_first_pending(std::min(counts_.first_pending(), mail.seq()));
  }
  finish(out);
  settled_ = rev_;
  return out;
}

storage::record_key queue::expiry_key(const OutboxMail& of) const {
  const auto key = storage::keys::outbox_mail(context_.tenant, context_.account, of.seq());
  return storage::keys::expiry(of.updated_ms() + std::chrono::milliseconds{limits::outbox_kept}.count(), key.space,
                               key.key);
}

/// A finished mail is forgotten in time; the body of a sent one at once. The record to be stored.
OutboxMail queue::put_away(storage::batch& into, const OutboxMail& mail) {
  auto stored = mail;
  const auto key = storage::keys::outbox_mail(context_.tenant, context_.account, mail.seq());
  records::Expiry expiry;
  expiry.set_space(static_cast<std::uint32_t>(key.space));
  expiry.set_key(key.key);
  if (mail.state() == OutboxMail::SENT && !mail.blob().empty()) {
    into.operations.emplace_back(storage::release_body{blob_of(mail)});
    stored.clear_blob();
  }
  expiry.set_blob(stored.blob());
  into.operations.emplace_back(storage::put_of(expiry_key(mail), expiry, context_.fence.shard));
  return stored;
}

/// The fate of the mail in flight is known. What was served counts for the identity's daily limit, by the hour.
void queue::land(std::uint32_t served_now, wall_time now) {
  const auto hour = to_ms(now) / hour_ms;
  auto& served = *counts_.mutable_served_by_hour();
  for (auto it = served.begin(); it != served.end();)
    it = it->first <= hour - 25 ? served.erase(it) : std::next(it);
  if (served_now != 0)
    served[hour] += served_now;
  counts_.set_in_flight(0);
  counts_.set_in_flight_since_ms(0);
  counts_.clear_in_flight_recipients();
  counts_.clear_in_flight_host();
}

void queue::enter_window(const OutboxMail& mail, std::shared_ptr<const std::string> body) {
  const auto behind =
      std::ranges::find_if(window_, [&](const waiting_mail& w) { return w.record->seq() > mail.seq(); });
  const bool at_end = behind == window_.end();
  if (at_end && (more_behind_ || window_.size() >= limits::outbox_window)) {
    more_behind_ = true;
    joined_behind_ = true;
    return;
  }
  if (body && (body->size() > limits::outbox_body_cached_bytes || window_.size() >= limits::outbox_bodies_cached))
    body.reset();
  window_.insert(behind, {std::make_shared<const OutboxMail>(mail), std::move(body)});
  ++version_;
  if (window_.size() > limits::outbox_window + 1) {
    window_.pop_back();
    more_behind_ = true;
  }
}

void queue::leave_window(std::uint64_t seq) {
  const auto found = std::ranges::find_if(window_, [&](const waiting_mail& w) { return w.record->seq() == seq; });
  ++version_;
  if (found == window_.end())
    return;
  window_.erase(found);
  // Where to look next: behind all that was here, or from the first that is left.
  if (seq >= counts_.first_pending() && (window_.empty() || window_.front().record->seq() > seq))
    counts_.set_first_pending(window_.empty() ? seq + 1 : window_.front().record->seq());
}

void queue::page_read(std::vector<OutboxMail> mails, bool last, std::uint64_t asked_at, revision seen) {
  if (asked_at != version_ || is_outdated(seen))
    return;
  for (auto& each : mails)
    window_.push_back({std::make_shared<const OutboxMail>(std::move(each)), {}});
  more_behind_ = !last || joined_behind_;
  joined_behind_ = false;
  if (!window_.empty())
    counts_.set_first_pending(window_.front().record->seq());
}

} // namespace postroom::outbox
