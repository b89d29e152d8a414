#include "actors/mailbox/machine.hpp"
#include "protocol/imap/folder_name.hpp"

#include <algorithm>
#include <utility>

/// How a machine comes to a session: a token, a place in the row, the link – and, from one session, to the next.
namespace postroom::mailbox {
namespace {

using namespace std::chrono_literals;

constexpr auto renewal_retry = 30s;
/// A session that was busy when its successor could have begun.
constexpr auto move_retry = 1s;

} // namespace

void machine::on_token(const event::token_ready& token) {
  const bool moves = std::exchange(move_, move::none) == move::token_asked;
  if (moves && !at_rest()) {
    reconnect_at_ = now_ + move_retry;
    return;
  }
  if (moves)
    drop_link();
  if (moves || step_ == step::token) {
    plan_token_renewal(token);
    enter(step::connecting);
    emit(effect::open_link{});
    // It goes out as soon as the login is done, without waiting for us.
    const auto folder = imap::encode_folder_name(config_.folder);
    send(imap::select_command{folder ? *folder : config_.folder, true});
    return;
  }
  if (step_ == step::stopped || step_ == step::waiting)
    return;
  plan_move(token);
  if (step_ == step::idling)
    enter(step::idling); // sets the timer anew
}

/// With a new token at hand during a session: over to it at a random moment of what the old one has left.
void machine::plan_move(const event::token_ready& token) {
  const auto left = token_expires_ - now_;
  if (token.expires <= token_expires_) {
    renew_token_at_ = now_ + std::max<std::chrono::milliseconds>(left / 2, 1s);
    return;
  }
  const auto margin = std::clamp<std::chrono::milliseconds>(left / 10, 1s, 2min);
  const auto room = std::max<std::chrono::milliseconds>(left - margin, 0ms);
  reconnect_at_ =
      now_ + std::chrono::milliseconds{static_cast<std::int64_t>(chance() * static_cast<double>(room.count()))};
}

void machine::plan_token_renewal(const event::token_ready& token) {
  token_expires_ = token.expires;
  reconnect_at_.reset();
  const auto life = std::max<std::chrono::milliseconds>(token.expires - now_, 0ms);
  renew_token_at_ = token.expires - std::clamp<std::chrono::milliseconds>(life / 5, 1s, 5min);
  if (token.renewed) {
    // As soon as it can be there: the more of the old token's life is left, the wider the mailboxes spread.
    const auto grace = 2s + std::chrono::milliseconds{static_cast<std::int64_t>(chance() * 3000)};
    renew_token_at_ = std::min(*renew_token_at_, std::max(*token.renewed, now_) + grace);
  }
}

void machine::on_permitted() {
  if (step_ == step::permit)
    enter(step::token);
  else if (move_ == move::permit_asked)
    move_ = move::token_asked;
  else
    return;
  emit(effect::ask_token{std::exchange(fresh_token_, false)});
}

void machine::on_ask_failed(const event::ask_failed& failure) {
  const bool asked_from_session = (failure.what == asked::token && step_ != step::token) ||
                                  (failure.what == asked::permit && step_ != step::permit);
  if (!asked_from_session) {
    fail_over(failure.why);
    return;
  }
  // A renewal that fails while the session lives is no reason to end it: the server will, if at all.
  move_ = move::none;
  renew_token_at_ = now_ + renewal_retry;
  if (step_ == step::idling)
    enter(step::idling); // sets the timer anew
}

/// Nothing is under way that a new session would not know of.
bool machine::at_rest() const {
  return step_ == step::idle_wanted || step_ == step::idling;
}

} // namespace postroom::mailbox
