#include "actors/mailbox/machine.hpp"
#include "actors/mailbox/refusal.hpp"
#include "protocol/imap/uid_set.hpp"

#include <algorithm>

/// How a machine brings its folder into step: list, fetch against credit, commit range by range.
namespace postroom::mailbox {
namespace {

using namespace std::chrono_literals;

/// A message whose fetch failed this often, over this time, is set aside: servers have trouble for minutes and then
/// refuse good mail, too; and what stands behind the message must not wait for hours.
constexpr std::uint8_t fetch_failures_max = 3;
constexpr auto fetch_patience = 10min;
/// Ranges asked for ahead: one on the wire while the other is parsed and committed.
constexpr std::size_t ranges_ahead = 2;

const std::vector<std::string> list_items{"UID", "FLAGS", "INTERNALDATE", "RFC822.SIZE"};
const std::vector<std::string> fetch_items{"UID", "FLAGS", "INTERNALDATE", "BODY.PEEK[]"};

/// A range has few enough UIDs for one set.
imap::uid_set_text to_set(const fetch_range& range) {
  std::vector<message_uid> uids;
  for (const auto uid : range.uids)
    uids.push_back({uid});
  return imap::to_uid_sets(uids).front();
}

} // namespace

void machine::begin_sync(std::uint32_t uid_next) {
  plan_.begin(position_.last_uid.value, uid_next);
  listing_ = false;
  stale_ = false;
  enter(step::syncing);
  drive_sync();
}

void machine::drive_sync() {
  if (step_ != step::syncing || listing_)
    return;
  while (!credit_asked_ && ranges_.size() < ranges_ahead) {
    auto range = plan_.next_range();
    if (!range)
      break;
    const bool suspicious =
        std::any_of(range->uids.begin(), range->uids.end(), [&](auto uid) { return suspects_.contains(uid); });
    if (suspicious && range->uids.size() > 1) {
      plan_.split(*range);
      continue;
    }
    range_in_flight next;
    if (suspicious && suspects_[range->first()].given_up) {
      next.credited = next.fetched = next.refused = true;
      next.range = std::move(*range);
      ranges_.push_back(std::move(next));
      commit_ready();
      continue;
    }
    next.range = std::move(*range);
    credit_asked_ = true;
    emit(effect::ask_credit{
        std::max<std::uint64_t>(next.range.bytes, next.range.uids.size() * limits::mail_credit_bytes_min)});
    ranges_.push_back(std::move(next));
  }
  if (!ranges_.empty() || credit_asked_)
    return;
  if (const auto window = plan_.next_window()) {
    listing_ = true;
    send(imap::uid_fetch_command{imap::to_uid_set({window->first, window->open_end ? imap::uid_star : window->last}),
                                 list_items});
    return;
  }
  if (std::exchange(stale_, false)) {
    plan_.look_again();
    drive_sync();
    return;
  }
  last_confirmed_ = now_;
  suspects_.clear(); // whoever is left was expunged
  failures_.worked();
  last_error_.reset();
  if (!position_.caught_up || position_.remap_until.value != 0) {
    position_.caught_up = true;
    position_.remap_until = {};
    position_.last_uid.value = std::max(position_.last_uid.value, plan_.listed_up_to());
    enter(step::anchoring);
    emit(effect::commit_position{position_});
    return;
  }
  enter_idle();
}

void machine::on_list_done(event::command_done& done) {
  listing_ = false;
  if (done.outcome.kind != imap::status_kind::ok) {
    fail_over(refusal_of(done.outcome, "UID FETCH (listing)", errc::command_refused));
    return;
  }
  auto listed = std::exchange(early_listed_, {});
  listed.insert(listed.end(), done.listed.begin(), done.listed.end());
  plan_.listed(std::move(listed));
  drive_sync();
}

void machine::on_fetch_done(const event::command_done& done) {
  for (auto uid : done.fetched)
    if (auto* range = range_of(uid))
      ++range->expected;
  const auto it = std::find_if(ranges_.begin(), ranges_.end(), [](auto& r) { return r.credited && !r.fetched; });
  if (it == ranges_.end())
    return;
  if (done.outcome.kind != imap::status_kind::ok) {
    it->failure = refusal_of(done.outcome, "UID FETCH", errc::command_refused);
    // Which message it was about is not said: the range's messages are fetched one by one. Where the words are about
    // the session or the mailbox, it was about none.
    if (it->failure->code == errc::command_refused)
      suspect(it->range.uids);
  }
  for (const auto uid : done.withheld)
    note_withheld(uid, *it);
  it->fetched = true;
  commit_ready();
}

void machine::suspect(const std::vector<std::uint32_t>& uids) {
  for (const auto uid : uids) {
    auto& each = suspects_.try_emplace(uid, suspicion{ticks_}).first->second;
    each.failures = std::min<std::uint8_t>(each.failures + 1, fetch_failures_max);
    each.given_up = each.failures == fetch_failures_max && ticks_ - each.since >= fetch_patience;
  }
}

/// RFC 3501 §7.4.2 lets a body be NIL; that is no empty mail. Whether it was expunged the next listing tells.
void machine::note_withheld(std::uint32_t uid, range_in_flight& asked_for) {
  auto* known = range_of(uid);
  suspect(known ? std::vector{uid} : asked_for.range.uids);
  (known ? *known : asked_for).failure = fail(errc::command_refused, "UID FETCH: the server sends NIL for a message");
}

machine::range_in_flight* machine::range_of(std::uint32_t uid) {
  const auto it = std::find_if(ranges_.begin(), ranges_.end(),
                               [&](auto& r) { return uid >= r.range.first() && uid <= r.range.last(); });
  return it == ranges_.end() ? nullptr : &*it;
}

void machine::on_credited() {
  credit_asked_ = false;
  const auto next = std::find_if(ranges_.begin(), ranges_.end(), [](auto& r) { return !r.credited; });
  if (next == ranges_.end()) {
    emit(effect::return_credit{true});
    return;
  }
  next->credited = true;
  send(imap::uid_fetch_command{to_set(next->range), fetch_items});
  drive_sync();
}

void machine::on_parsed(std::uint32_t uid) {
  if (auto* range = range_of(uid))
    ++range->parsed;
  commit_ready();
}

void machine::commit_ready() {
  if (ranges_.empty())
    return;
  auto& front = ranges_.front();
  if (const auto failure = front.failure) {
    fail_over(*failure);
    return;
  }
  if (front.committing || !front.fetched || front.parsed < front.expected)
    return;
  front.committing = true;
  position_.last_uid = message_uid{front.range.last()};
  effect::commit_range commit{front.range.first(), front.range.last(), position_, {}};
  if (front.refused)
    commit.unfetchable = front.range.uids;
  emit(std::move(commit));
}

void machine::on_committed() {
  if (step_ == step::anchoring) {
    if (position_.caught_up && position_.remap_until.value == 0 && plan_.complete() && plan_.listed_up_to() > 0)
      enter_idle();
    else
      begin_sync(uid_next_);
    return;
  }
  if (ranges_.empty() || !ranges_.front().committing)
    return;
  for (auto uid : ranges_.front().range.uids)
    suspects_.erase(uid);
  const bool had_credit = !ranges_.front().refused;
  ranges_.erase(ranges_.begin());
  if (had_credit) {
    failures_.worked(); // mail comes: what is refused beside it needs no long waits
    emit(effect::return_credit{});
  }
  commit_ready();
  drive_sync();
}

void machine::on_commit_failed(const event::commit_failed& failure) {
  if (failure.how == storage::outcome::fenced) {
    stop();
    return;
  }
  position_known_ = false; // what is stored decides, not what we believe
  fail_over(failure.why);
}

} // namespace postroom::mailbox
