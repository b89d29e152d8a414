#include "actors/mailbox/machine.hpp"

#include "actors/mailbox/refusal.hpp"
#include "protocol/imap/failure_table.hpp"
#include "protocol/imap/uid_set.hpp"

#include <algorithm>

namespace postroom::mailbox {
namespace {

using namespace std::chrono_literals;

/// A session that lived this long wipes out earlier failures.
constexpr auto stable_after = 5min;
/// Where the identity side or an administrator must act, asking more often helps nobody.
constexpr auto slow_retry = 5min;
constexpr auto throttle_delay_max = 10min;

template <class... Fs>
struct overloaded : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
overloaded(Fs...) -> overloaded<Fs...>;

std::string to_imap_date(wall_time t) {
  static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(t)};
  return std::to_string(static_cast<unsigned>(date.day())) + '-' + months[static_cast<unsigned>(date.month()) - 1] +
         '-' + std::to_string(static_cast<int>(date.year()));
}

} // namespace

machine::machine(settings config, unsigned seed) : config_(std::move(config)), random_(seed) {
}

std::vector<effect_type> machine::on(event_type what, mono_time ticks, wall_time now) {
  ticks_ = ticks;
  now_ = now;
  effects_.clear();
  if (step_ == step::stopped)
    return {};
  std::visit(overloaded{
                 [&](event::started&) { on_started(); },
                 [&](event::position_loaded& e) { on_position(e); },
                 [&](event::permitted&) { on_permitted(); },
                 [&](event::token_ready& e) { on_token(e); },
                 [&](event::ask_failed& e) { on_ask_failed(e); },
                 [&](event::connected&) { on_connected(); },
                 [&](event::command_done& e) { on_command_done(e); },
                 [&](event::idling&) { on_idling(); },
                 [&](event::folder_changed&) { on_folder_changed(); },
                 [&](event::link_closed& e) { on_closed(e.why); },
                 [&](event::credited&) { on_credited(); },
                 [&](event::mail_parsed& e) { on_parsed(e.uid); },
                 [&](event::parse_failed& e) { fail_over(e.why); },
                 [&](event::committed&) { on_committed(); },
                 [&](event::commit_failed& e) { on_commit_failed(e); },
                 [&](event::timer& e) { on_timer(e.epoch); },
                 [&](event::stop&) { stop(); },
             },
             what);
  return std::move(effects_);
}

void machine::on_started() {
  if (step_ == step::created)
    connect();
}

void machine::connect() {
  next_try_.reset();
  if (!position_known_) {
    enter(step::loading);
    emit(effect::load_position{});
    return;
  }
  enter(step::permit);
  emit(effect::ask_permit{});
}

void machine::on_connected() {
  if (step_ != step::connecting)
    return;
  emit(effect::tell_tried{true});
  enter(step::logging_in);
}

void machine::on_idling() {
  if (step_ != step::idle_wanted)
    return;
  idle_until_ = ticks_ + config_.idle_renewal;
  enter(step::idling);
  if (std::exchange(stale_, false))
    leave_idle();
}

void machine::on_folder_changed() {
  if (step_ == step::idling)
    leave_idle();
  else
    stale_ = true;
}

void machine::stop() {
  in_step_ = false;
  give_up_link();
  enter(step::stopped);
  emit(effect::ended{});
}

void machine::on_position(const event::position_loaded& loaded) {
  if (step_ != step::loading)
    return;
  position_ = loaded.where.value_or(position{});
  position_known_ = true;
  kin_ = loaded.kin;
  if (kin_ == kinship::other)
    forget_position();
  connect();
}

/// It was another mailbox's, whose UIDs come again.
void machine::forget_position() {
  position fresh;
  fresh.generation = position_.generation + 1;
  position_ = fresh;
}

void machine::on_command_done(event::command_done& done) {
  if (idle_ticket_ != 0 && done.outcome.id == idle_ticket_) {
    on_idle_done(done);
    return;
  }
  switch (step_) {
  case step::logging_in:
    on_selected(done);
    break;
  case step::searching:
    on_search_done(done);
    break;
  case step::syncing:
    if (listing_)
      on_list_done(done);
    else
      on_fetch_done(done);
    break;
  default:
    break; // a LOGOUT's answer or one of a link already given up
  }
}

void machine::on_selected(const event::command_done& done) {
  ready_since_ = ticks_;
  refused_once_ = false;
  if (done.outcome.kind != imap::status_kind::ok) {
    fail_over(refusal_of(done.outcome, config_.folder, errc::folder_unavailable));
    return;
  }
  // RFC 9051 §2.3.1.1: without UIDVALIDITY the server has no stable UIDs; we treat them as valid for ever and rely on
  // the listing, since announcing a folder again and again would be worse.
  const auto validity = done.validity.value_or(uid_validity{1});
  uid_next_ = done.uid_next.value_or(0);
  // UIDs never go back under one validity (RFC 9051 §2.3.1.1): where they do, it is another folder or another mailbox,
  // whose server gave it the same number by chance. Exchange's are small.
  const bool continues = position_.validity == validity && (uid_next_ == 0 || uid_next_ > position_.last_uid.value);
  const auto kin = std::exchange(kin_, kinship::same);
  if (kin == kinship::renamed && !continues && position_.validity != uid_validity{})
    forget_position();
  if (position_.validity == uid_validity{})
    first_sight(validity);
  else if (!continues || kin == kinship::moved)
    remap(validity, uid_next_);
  else
    begin_sync(uid_next_);
}

void machine::first_sight(uid_validity validity) {
  position_.validity = validity;
  if (config_.policy == catch_up_policy::all) {
    anchor(message_uid{0}, {});
  } else if (config_.policy == catch_up_policy::only_new && uid_next_ > 0) {
    position_.caught_up = true; // of what was there before nothing is wanted
    anchor(message_uid{uid_next_ - 1}, now_);
  } else if (uid_next_ > 0) {
    search_from_ = 1;
    search_since();
  } else {
    enter(step::searching);
    send(imap::uid_search_command{"UID *"});
  }
}

/// Only the first hit counts; it is looked for window by window, since all hits of a large folder fit into no answer.
void machine::search_since() {
  if (search_from_ >= uid_next_) {
    position_.remap_until = message_uid{uid_next_ - 1};
    anchor(position_.remap_until, config_.since);
    return;
  }
  const auto last = search_from_ + std::min(uid_next_ - search_from_, limits::search_window_uids) - 1;
  enter(step::searching);
  send(imap::uid_search_command{"UID " + imap::to_uid_set({search_from_, last}).text + " SINCE " +
                                to_imap_date(config_.since)});
  search_from_ = last + 1;
}

void machine::on_search_done(const event::command_done& done) {
  if (done.outcome.kind != imap::status_kind::ok) {
    fail_over(refusal_of(done.outcome, "UID SEARCH", errc::command_refused));
    return;
  }
  const auto& found = done.found;
  if (uid_next_ == 0) { // the server does not predict it: the search was for the highest
    const auto highest = std::max_element(found.begin(), found.end());
    uid_next_ = (highest != found.end() ? *highest : 0) + 1;
    first_sight(position_.validity);
  } else if (found.empty()) {
    search_since();
  } else {
    // SINCE works on days in the server's zone; older mail of that day is left out by `announce_since`.
    position_.remap_until = message_uid{uid_next_ - 1};
    anchor(message_uid{*std::min_element(found.begin(), found.end()) - 1}, config_.since);
  }
}

void machine::anchor(message_uid last_uid, wall_time announce_since) {
  position_.last_uid = last_uid;
  position_.announce_since = announce_since;
  suspects_.clear(); // the numbers may be of other messages now
  enter(step::anchoring);
  emit(effect::commit_position{position_});
}

void machine::remap(uid_validity validity, std::uint32_t uid_next) {
  position_.validity = validity;
  ++position_.generation;
  position_.remap_until = message_uid{uid_next > 0 ? uid_next - 1 : 0xffff'ffff};
  anchor(message_uid{0}, position_.announce_since);
}

void machine::enter_idle() {
  enter(step::idle_wanted);
  in_step_ = true; // after entering, whose report compares the states before and after
  send(imap::idle_command{});
  idle_ticket_ = last_ticket_;
}

/// The look at the folder follows DONE on the wire, so that new mail does not wait for another round trip.
void machine::leave_idle() {
  emit(effect::end_idle{});
  begin_sync(0);
}

void machine::on_idle_done(event::command_done& done) {
  idle_ticket_ = 0;
  if (step_ == step::syncing) {
    early_listed_ = std::move(done.listed);
    return;
  }
  if (done.outcome.kind != imap::status_kind::ok) {
    fail_over(refusal_of(done.outcome, "IDLE", errc::command_refused));
    return;
  }
  // IDLE is a hint, not a guarantee: each time it ends, look whether something was missed.
  begin_sync(0);
}

void machine::on_timer(std::uint32_t epoch) {
  if (epoch != timer_epoch_)
    return;
  if (step_ == step::waiting) {
    connect();
    return;
  }
  if (step_ != step::idling)
    return;
  if (reconnect_at_ && *reconnect_at_ <= now_) {
    // The session goes on until there is a place and a token for the next.
    reconnect_at_.reset();
    move_ = move::permit_asked;
    emit(effect::ask_permit{});
    enter(step::idling);
  } else if (renew_token_at_ && *renew_token_at_ <= now_) {
    renew_token_at_.reset();
    emit(effect::ask_token{false});
    enter(step::idling);
  } else {
    leave_idle();
  }
}

void machine::on_closed(const error& why) {
  if (step_ == step::waiting || step_ == step::stopped)
    return;
  const bool broke_off = why.code == errc::connection_lost || why.code == errc::timeout ||
                         why.code == errc::protocol_violation || why.code == errc::too_large;
  const auto reading = std::find_if(ranges_.begin(), ranges_.end(), [](auto& r) { return r.credited && !r.fetched; });
  if (step_ == step::connecting && (broke_off || why.code == errc::connect_failed || why.code == errc::dns_failed))
    emit(effect::tell_tried{false});
  if (broke_off && reading != ranges_.end())
    suspect(reading->range.uids);
  fail_over(why);
}

void machine::give_up_link() {
  drop_link();
  // A position that was on its way to the store may or may not be there.
  position_known_ = false;
}

void machine::drop_link() {
  ++timer_epoch_;
  ranges_.clear();
  listing_ = false;
  credit_asked_ = false;
  idle_ticket_ = 0;
  early_listed_ = {};
  move_ = move::none;
  emit(effect::return_credit{true});
  emit(effect::close_link{});
}

void machine::fail_over(const error& why) {
  if (ready_since_ != mono_time{} && ticks_ - ready_since_ >= stable_after)
    failures_.worked();
  ready_since_ = {};
  give_up_link();
  if (why.code == errc::session_expired) {
    in_step_ = false; // the row before the server may be long
    fresh_token_ = true;
    wait_for(std::chrono::milliseconds{static_cast<std::int64_t>(chance() * 1000)});
    return;
  }
  const auto before = state();
  const bool news = in_step_ || !last_error_ || last_error_->code != why.code || last_error_->cause != why.cause;
  last_error_ = why;
  in_step_ = false;
  auto delay = failures_.failed(chance());
  if (why.code == errc::auth_rejected && !std::exchange(refused_once_, true)) {
    fresh_token_ = true; // the token may have been revoked: one new one is worth a try at once
    delay = 100ms;
  } else if (why.code == errc::throttled) {
    const auto told = imap::suggested_backoff(why.detail).value_or(1min);
    delay = std::clamp<std::chrono::milliseconds>(told, 1s, throttle_delay_max);
  } else if (why.code == errc::grant_dead || why.code == errc::user_action_required ||
             why.code == errc::blocked_by_policy || why.code == errc::app_misconfigured) {
    delay = slow_retry;
  }
  wait_for(delay);
  if (news && state() == before)
    emit(effect::report{}); // enter() tells of changes of the state only, and it waited for a token before
}

void machine::wait_for(std::chrono::milliseconds delay) {
  enter(step::waiting);
  next_try_ = now_ + delay;
  start_timer(delay);
}

void machine::start_timer(std::chrono::milliseconds delay) {
  emit(effect::set_timer{std::max(delay, 1ms), ++timer_epoch_});
}

void machine::send(imap::command what) {
  effect::submit out;
  out.commands.push_back(std::move(what));
  ++last_ticket_;
  emit(std::move(out));
}

void machine::enter(step next) {
  const auto before = state();
  step_ = next;
  if (next == step::connecting)
    last_ticket_ = 0;
  if (next == step::idling) {
    auto delay = std::chrono::ceil<std::chrono::milliseconds>(idle_until_ - ticks_);
    for (const auto& at : {renew_token_at_, reconnect_at_})
      if (at)
        delay = std::min<std::chrono::milliseconds>(delay, *at - now_);
    start_timer(delay);
  }
  if (state() != before)
    emit(effect::report{});
}

double machine::chance() {
  return std::uniform_real_distribution<double>{0.0, 1.0}(random_);
}

mailbox_state machine::state() const {
  switch (step_) {
  case step::connecting:
    return mailbox_state::connecting;
  case step::logging_in:
    return mailbox_state::authenticating;
  case step::searching:
  case step::anchoring:
    return in_step_ ? mailbox_state::idle : mailbox_state::selecting;
  case step::syncing:
    return in_step_ ? mailbox_state::idle : mailbox_state::catching_up;
  case step::idle_wanted:
  case step::idling:
    return mailbox_state::idle;
  case step::waiting:
    return failures_.parked() ? mailbox_state::degraded : mailbox_state::waiting;
  case step::stopped:
    return mailbox_state::inactive;
  default:
    return mailbox_state::waiting;
  }
}

} // namespace postroom::mailbox
