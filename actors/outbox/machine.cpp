#include "actors/outbox/machine.hpp"

#include <algorithm>

namespace postroom::outbox {
namespace {

using namespace std::chrono_literals;
using smtp::failure_class;

/// Looks into Sent: often at first, since most copies come at once.
constexpr auto search_again = 2s;
constexpr auto search_failed_again = 10s;
/// When Sent cannot be looked at for so long, a person must decide.
constexpr auto search_horizon = 24h;
/// Mails sent in one turn while others wait for the connection.
constexpr std::uint32_t mails_in_turn = 10;

/// What an end of the connection means for the mail that it interrupted.
failure_class class_of(const event::link_closed& e) {
  if (e.last)
    return smtp::classify(e.where, *e.last);
  switch (e.why.code) {
  case errc::protocol_violation:
  case errc::too_large:
    return failure_class::protocol;
  case errc::auth_rejected:
    return failure_class::auth_rejected;
  case errc::throttled:
    return failure_class::throttled;
  default:
    return failure_class::server_unavailable;
  }
}

/// Says something about the identity or the server, not about the mail.
bool concerns_identity(failure_class klass) {
  switch (klass) {
  case failure_class::server_unavailable:
  case failure_class::throttled:
  case failure_class::quota_exhausted:
  case failure_class::auth_unavailable:
  case failure_class::auth_rejected:
  case failure_class::auth_disabled:
    return true;
  default:
    return false;
  }
}

struct refused_so {
  failure_class klass = failure_class::protocol;
  std::chrono::seconds not_before{0};
};

refused_so known_of(smtp::phase where, const smtp::reply& answer) {
  return {smtp::classify(where, answer), smtp::case_of(where, answer).not_before};
}

/// When every recipient was refused: what concerns them all comes first, then what passes, then the last word.
refused_so known_of(const std::vector<smtp::reply>& refusals) {
  refused_so out;
  for (const auto& each : refusals) {
    const auto one = known_of(smtp::phase::recipient, each);
    if (concerns_identity(one.klass))
      return one;
    if (out.klass != failure_class::recipient_deferred)
      out = one;
  }
  return out;
}

} // namespace

std::vector<effect_type> machine::on(event_type what, wall_time now) {
  now_ = now;
  effects_.clear();
  if (step_ != step::stopped)
    std::visit([this](auto& e) { on_event(e); }, what);
  return std::exchange(effects_, {});
}

bool machine::may_withdraw() const {
  return step_ <= step::opening || (step_ == step::body && !marking_);
}

std::vector<effect_type> machine::withdraw(wall_time now) {
  now_ = now;
  effects_.clear();
  if (step_ >= step::envelope)
    drop_link(false); // in the midst of a mail there is no orderly way out
  return_unused(0);
  // What is asked for is still on its way: the answer finds nobody waiting for it.
  head_.reset();
  ++timer_epoch_;
  if (step_ == step::waiting || step_ >= step::allowance)
    step_ = step::resting;
  return std::exchange(effects_, {});
}

std::vector<effect_type> machine::let_go() {
  effects_.clear();
  drop_link(true);
  return std::exchange(effects_, {});
}

void machine::on_event(event::head& e) {
  if (!wants_head())
    return;
  head_ = std::move(e.what);
  if (head_->next_try > now_)
    wait_until(head_->next_try);
  else
    start_attempt();
}

void machine::start_attempt() {
  return_unused(0); // it begins anew
  served_.clear();
  answers_.clear();
  host_.clear();
  fed_ = marked_ = marking_ = false;
  if (link_ == link::fresh || link_ == link::used) {
    ask_allowance();
  } else if (slot_) {
    step_ = step::permit;
    emit(effect::ask_permit{});
  } else {
    step_ = step::slot;
    emit(effect::ask_slot{});
  }
}

void machine::on_event(event::was_in_flight& e) {
  head_ = std::move(e.what);
  served_ = std::move(e.served);
  doubt_since_ = e.since;
  if (e.noted) {
    event::noted go_on;
    step_ = step::doubting;
    on_event(go_on);
  } else {
    doubt("the gateway ended while the server had the mail but had not answered");
  }
}

void machine::on_event(event::slot_granted&) {
  slot_ = true;
  if (step_ != step::slot)
    return;
  if (!head_) {
    step_ = step::resting;
    drop_link(true);
    return;
  }
  step_ = step::permit;
  emit(effect::ask_permit{});
}

void machine::on_event(event::permitted&) {
  if (step_ != step::permit)
    return;
  step_ = step::token;
  emit(effect::ask_token{refused_once_});
}

void machine::on_event(event::token_ready&) {
  if (step_ != step::token)
    return;
  step_ = step::connecting;
  link_ = link::opening;
  emit(effect::open_link{});
}

void machine::on_event(event::denied& e) {
  if (step_ == step::searching) { // no token to look into Sent with
    event::searched unknown{false, true, std::move(e.words)};
    on_event(unknown);
    return;
  }
  if (step_ != step::slot && step_ != step::permit && step_ != step::token && step_ != step::allowance)
    return;
  if (!head_) {
    step_ = step::resting;
    drop_link(true);
    return;
  }
  drop_link(true);
  auto end = attempt(smtp::phase::login, std::move(e.words));
  end.failure = e.klass;
  end.counts = false;
  settle(std::move(end));
}

void machine::on_event(event::link_ready& e) {
  if (step_ != step::connecting)
    return;
  link_ = link::fresh;
  refused_once_ = false;
  sent_in_turn_ = 0;
  host_ = e.info.greeted_as;
  emit(effect::report{});
  if (!head_) {
    step_ = step::resting;
    return;
  }
  ask_allowance();
}

void machine::ask_allowance() {
  step_ = step::allowance;
  emit(effect::ask_allowance{head_->recipients.size()});
}

void machine::on_event(event::allowed& e) {
  if (step_ != step::allowance) { // for a mail that was taken back
    if (e.counted.recipients != 0)
      emit(effect::return_allowance{e.counted});
    return;
  }
  counted_ = e.counted;
  others_wait_ = e.others_wait;
  if (link_ == link::none || link_ == link::opening) { // it ended while we waited
    start_attempt();
    return;
  }
  step_ = step::envelope;
  emit(effect::begin{head_->envelope});
}

void machine::on_event(event::envelope_answered& e) {
  if (step_ != step::envelope)
    return;
  link_ = link::used;
  const auto& outcome = e.outcome;
  if (outcome.refused) {
    fail(*outcome.refused, smtp::phase::sender,
         "the server cannot carry this mail: " + std::string{smtp::meaning(*outcome.refused)});
    return;
  }
  if (outcome.sender && !outcome.sender->positive()) {
    refused(smtp::phase::sender, *outcome.sender);
    return;
  }
  answers_ = outcome.recipients;
  for (std::size_t i = 0; i < answers_.size() && i < head_->recipients.size(); ++i)
    if (answers_[i].positive())
      served_.push_back(head_->recipients[i]);
  if (!served_.empty()) {
    step_ = step::opening;
    emit(effect::begin_body{});
    return;
  }
  auto end = attempt(smtp::phase::recipient, answers_.empty() ? std::string{} : to_string(answers_.back()));
  const auto known = known_of(answers_);
  end.failure = known.klass;
  end.not_before = known.not_before;
  settle(std::move(end));
}

void machine::on_event(event::body_wanted&) {
  if (step_ == step::opening) {
    step_ = step::body;
    // The store needs as long for the mark as the network for the body: together.
    if (head_->one_piece)
      mark();
  }
  if (step_ == step::body && !fed_)
    emit(effect::feed{});
}

void machine::on_event(event::body_fed& e) {
  if (step_ != step::body || !e.last)
    return;
  fed_ = true;
  mark();
  maybe_end_body();
}

void machine::mark() {
  if (std::exchange(marking_, true))
    return;
  emit(effect::mark{served_, host_});
}

void machine::on_event(event::marked&) {
  marked_ = true;
  maybe_end_body();
}

void machine::maybe_end_body() {
  if (step_ != step::body || !fed_ || !marked_)
    return;
  step_ = step::verdict;
  emit(effect::end_body{});
}

void machine::on_event(event::body_failed& e) {
  if (step_ != step::body)
    return;
  drop_link(false);
  fail(e.why.code == errc::body_gone ? failure_class::message_rejected : failure_class::message_deferred,
       smtp::phase::data, "our copy of the mail cannot be read: " + to_string(e.why));
}

void machine::on_event(event::message_done& e) {
  if (step_ != step::opening && step_ != step::body && step_ != step::verdict)
    return;
  ++sent_in_turn_;
  if (!e.answer.positive() || step_ != step::verdict) {
    refused(e.where, e.answer);
    return;
  }
  emit(effect::report{{.failure = {}, .not_before = {}, .mail_taken = true}});
  auto end = attempt(e.where, to_string(e.answer));
  if (const auto id = smtp::message_id_in(e.answer))
    end.server_message_id = *id;
  settle(std::move(end));
}

void machine::on_event(event::link_closed& e) {
  const bool used = link_ == link::used;
  link_ = link::none;
  switch (step_) {
  case step::connecting:
    closed_before_verdict(e);
    break;
  case step::envelope:
    // The envelope itself was at fault, before a word of it was said: no attempt can help.
    if (!e.last && e.why.code == errc::invalid_argument) {
      drop_link(true);
      fail(failure_class::message_rejected, e.where, to_string(e.why));
      break;
    }
    // An old connection that ended while nobody looked is nobody's failure.
    if (used && !e.last) {
      start_attempt();
      break;
    }
    closed_before_verdict(e);
    break;
  case step::opening:
  case step::body:
    closed_before_verdict(e);
    break;
  case step::verdict:
    if (e.last && e.where == smtp::phase::message) {
      refused(e.where, *e.last);
    } else {
      doubt_since_ = now_; // the verdict may have been awaited longer than a copy is
      doubt(to_string(e.why));
    }
    break;
  case step::resting:
  case step::waiting:
    drop_link(true);
    break;
  default:
    break;
  }
}

void machine::closed_before_verdict(const event::link_closed& e) {
  const auto klass = class_of(e);
  drop_link(true);
  if (!head_) {
    step_ = step::resting;
    return;
  }
  if (klass == failure_class::auth_rejected && step_ == step::connecting && !refused_once_) {
    // The token may have been revoked or its permissions changed: once with a new one.
    refused_once_ = true;
    start_attempt();
    return;
  }
  refused_once_ = false;
  if (e.last)
    refused(e.where, *e.last);
  else
    fail(klass, e.where, to_string(e.why));
}

attempt_end machine::attempt(smtp::phase where, std::string words) const {
  attempt_end end;
  end.host = host_;
  end.where = where;
  end.words = std::move(words);
  end.tried = head_->recipients;
  end.answers = answers_;
  return end;
}

void machine::fail(failure_class klass, smtp::phase where, std::string words) {
  auto end = attempt(where, std::move(words));
  end.failure = klass;
  settle(std::move(end));
}

void machine::refused(smtp::phase where, const smtp::reply& answer) {
  const auto known = known_of(where, answer);
  auto end = attempt(where, to_string(answer));
  end.failure = known.klass;
  end.not_before = known.not_before;
  settle(std::move(end));
}

/// The day's limit counts who got the mail; `served`: of the attempt at hand.
void machine::return_unused(std::size_t served) {
  auto unused = std::exchange(counted_, {});
  unused.recipients -= static_cast<std::uint32_t>(std::min<std::size_t>(served, unused.recipients));
  if (unused.recipients != 0)
    emit(effect::return_allowance{unused});
}

void machine::settle(attempt_end end) {
  return_unused(end.failure ? 0 : served_.size());
  if (end.failure && end.counts && concerns_identity(*end.failure))
    emit(effect::report{{.failure = end.failure, .not_before = end.not_before, .mail_taken = false}});
  // A server that throttles or is going away is left alone until the next attempt.
  if (end.failure && concerns_identity(*end.failure))
    drop_link(true);
  if (end.failure == failure_class::protocol)
    drop_link(false);
  step_ = step::settling;
  emit(effect::settle_attempt{std::move(end)});
}

void machine::on_event(event::settled&) {
  if (step_ != step::settling)
    return;
  step_ = step::resting;
  head_.reset();
  if (stopping_) {
    stop();
    return;
  }
  const bool turn_over = others_wait_ && sent_in_turn_ >= mails_in_turn;
  if (turn_over || link_ == link::none)
    drop_link(true);
}

void machine::doubt(std::string words) {
  return_unused(served_.size()); // of these nobody knows: they stay counted
  drop_link(true);
  step_ = step::doubting;
  emit(effect::settle_doubt{std::move(words)});
}

void machine::on_event(event::noted&) {
  if (step_ != step::doubting)
    return;
  if (stopping_) {
    stop();
    return;
  }
  if (!config_.sent_copy) {
    undecided("the connection ended before the server answered, and it keeps no copy that could tell");
    return;
  }
  step_ = step::searching;
  emit(effect::search_sent{});
}

void machine::on_event(event::searched& e) {
  if (step_ != step::searching)
    return;
  if (e.found) {
    step_ = step::settling;
    emit(effect::settle_found{served_, e.words});
    return;
  }
  const auto waited = now_ - doubt_since_;
  if (!e.failed && waited >= config_.sent_search) {
    undecided("no copy came into Sent within " + std::to_string(config_.sent_search.count()) + " s");
    return;
  }
  if (e.failed && waited >= search_horizon) {
    step_ = step::settling;
    emit(effect::settle_undecided{false, "Sent could not be looked at for a day: " + e.words});
    return;
  }
  start_timer(e.failed ? search_failed_again : search_again);
}

void machine::undecided(std::string words) {
  step_ = step::settling;
  emit(effect::settle_undecided{config_.resend, std::move(words)});
}

void machine::on_event(event::timer& e) {
  if (e.epoch != timer_epoch_)
    return;
  if (step_ == step::waiting && head_) {
    start_attempt();
  } else if (step_ == step::searching) {
    emit(effect::search_sent{});
  }
}

void machine::on_event(event::retry_now&) {
  if (step_ != step::waiting || !head_)
    return;
  ++timer_epoch_;
  start_attempt();
}

void machine::wait_until(wall_time when) {
  step_ = step::waiting;
  // An idle connection is not worth its slot meanwhile.
  drop_link(true);
  start_timer(when - now_);
}

void machine::start_timer(std::chrono::milliseconds delay) {
  emit(effect::set_timer{delay, ++timer_epoch_});
}

void machine::drop_link(bool politely) {
  if (link_ != link::none) {
    emit(effect::close_link{politely});
    link_ = link::none;
  }
  if (std::exchange(slot_, false))
    emit(effect::return_slot{});
}

void machine::on_event(event::stop&) {
  stopping_ = true;
  // The verdict is worth waiting for: without it there is a doubt.
  // Once the mail is marked as about to leave, an end would leave a doubt where there need be none.
  const bool nearly =
      step_ == step::verdict || step_ == step::settling || step_ == step::doubting || (step_ == step::body && marking_);
  if (!nearly)
    stop();
}

void machine::stop() {
  return_unused(0);
  drop_link(step_ < step::envelope);
  step_ = step::stopped;
  emit(effect::ended{});
}

} // namespace postroom::outbox
