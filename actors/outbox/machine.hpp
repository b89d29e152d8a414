#pragma once

#include "actors/outbox/attempt.hpp"
#include "actors/sending/identity_limits.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "protocol/smtp/client_session.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace postroom::outbox {

/// What the machine needs to know of its account.
struct settings {
  bool sent_copy = false;                ///< the server keeps a copy of what is sent, so a doubt can be decided
  bool resend = true;                    ///< what nobody can decide is sent again; else held
  std::chrono::seconds sent_search{120}; ///< how long after the doubt the copy may still come
};

/// The mail to be sent next.
struct head_mail {
  std::uint64_t seq = 0;
  smtp::envelope envelope;
  std::vector<std::uint32_t> recipients; ///< indexes of those in the envelope
  wall_time next_try{};
  bool one_piece = true; ///< its body is a single chunk
};

// -- Events: what happened -------------------------------------------------------------------------------------------

namespace event {
/// The lowest waiting mail is another one than before.
struct head {
  head_mail what;
};
/// At the start: this mail was in flight when the last process ended.
struct was_in_flight {
  head_mail what;
  std::vector<std::uint32_t> served; ///< recipients that the server had accepted
  wall_time since{};
  bool noted = false; ///< the doubt is in its history already
};
struct slot_granted {};
struct permitted {};
struct token_ready {};
/// What was asked for is not to be had: no token, or the identity must not be used now.
struct denied {
  smtp::failure_class klass{};
  std::string words;
};
/// The sending limits allow the mail. Others wait for the connection: give it back after a few mails.
struct allowed {
  bool others_wait = false;
  sending::allowance counted{}; ///< against the day's limit: what is not served of it is given back
};
struct link_ready {
  smtp::server_info info;
};
struct envelope_answered {
  smtp::envelope_outcome outcome;
};
struct body_wanted {};
struct body_fed {
  bool last = false;
};
/// The body cannot be read from the store.
struct body_failed {
  error why;
};
struct message_done {
  smtp::phase where{};
  smtp::reply answer;
};
struct link_closed {
  error why;
  smtp::phase where{};
  std::optional<smtp::reply> last;
};
struct marked {};
struct settled {};
struct noted {};
struct searched {
  bool found = false;
  bool failed = false; ///< nothing is known: the folder could not be looked at
  std::string words;   ///< where it was found, or why not looked at
};
struct timer {
  std::uint32_t epoch = 0;
};
/// Configuration or sign-in changed: what waits for somebody to act may be tried at once.
struct retry_now {};
struct stop {};
} // namespace event

using event_type =
    std::variant<event::head, event::was_in_flight, event::slot_granted, event::permitted, event::token_ready,
                 event::denied, event::allowed, event::link_ready, event::envelope_answered, event::body_wanted,
                 event::body_fed, event::body_failed, event::message_done, event::link_closed, event::marked,
                 event::settled, event::noted, event::searched, event::timer, event::retry_now, event::stop>;

// -- Effects: what is to be done, in order ---------------------------------------------------------------------------

namespace effect {
struct ask_slot {};
struct return_slot {};
struct ask_permit {};
struct ask_token {
  bool refresh = false;
};
struct open_link {};
struct close_link {
  bool politely = true;
};
struct ask_allowance {
  std::size_t recipients = 0;
};
/// Recipients that were counted but did not get the mail.
struct return_allowance {
  sending::allowance unused;
};
struct begin {
  smtp::envelope what;
};
struct begin_body {};
/// Hand the link the next piece of the body.
struct feed {};
struct end_body {};
/// Store that the mail's last octet is about to leave.
struct mark {
  std::vector<std::uint32_t> recipients;
  std::string host;
};
/// Store how the attempt ended.
struct settle_attempt {
  attempt_end end;
};
/// Store that nobody knows whether it was sent.
struct settle_doubt {
  std::string words;
};
struct settle_found {
  std::vector<std::uint32_t> served;
  std::string folder;
};
struct settle_undecided {
  bool resend = true;
  std::string words;
};
struct search_sent {};
/// What the server thinks of the identity.
struct report {
  sending::verdict verdict;
};
struct set_timer {
  std::chrono::milliseconds delay{};
  std::uint32_t epoch = 0;
};
struct ended {};
} // namespace effect

using effect_type =
    std::variant<effect::ask_slot, effect::return_slot, effect::ask_permit, effect::ask_token, effect::open_link,
                 effect::close_link, effect::ask_allowance, effect::return_allowance, effect::begin, effect::begin_body,
                 effect::feed, effect::end_body, effect::mark, effect::settle_attempt, effect::settle_doubt,
                 effect::settle_found, effect::settle_undecided, effect::search_sent, effect::report, effect::set_timer,
                 effect::ended>;

/// Decides how an account's mails leave, one after the other. Owned by one actor; pure: time comes in, effects go out
/// and must be carried out in order.
///
///   resting → slot → permit → token → connecting → allowance → envelope → body → verdict → settling → resting …
///
/// After `end_body` the server may have the mail whatever happens: an end without a verdict is a doubt, which only the
/// copy in Sent decides. Before it, it cannot have it. What a mail's failure means for the mail is decided in
/// attempt.hpp.
class machine {
public:
  explicit machine(settings config) : config_(config) {}

  [[nodiscard]] std::vector<effect_type> on(event_type what, wall_time now);

  /// Whether the head may still be taken back: nothing of it can have been sent. Then on() `withdraw` lets it go.
  [[nodiscard]] bool may_withdraw() const;
  /// Lets the head go, as far as it got.
  [[nodiscard]] std::vector<effect_type> withdraw(wall_time now);
  /// Waits for a mail, or for the next attempt: a new head may be told.
  [[nodiscard]] bool wants_head() const { return step_ == step::resting || step_ == step::waiting; }
  [[nodiscard]] bool resting() const { return step_ == step::resting; }
  [[nodiscard]] std::uint64_t head_seq() const { return head_ ? head_->seq : 0; }
  /// Where the bad news about the identity ends for good: the connection is let go when there is nothing to send.
  [[nodiscard]] std::vector<effect_type> let_go();

private:
  enum class step : std::uint8_t {
    resting,    ///< no mail to send
    waiting,    ///< for the next attempt
    slot,       ///< for one of the identity's connections
    permit,     ///< for admission to the host
    token,      ///< for an access token
    connecting, ///< until logged in
    allowance,  ///< for the sending limits
    envelope,   ///< MAIL and RCPT
    opening,    ///< DATA
    body,       ///< being fed
    verdict,    ///< the final dot is sent
    settling,   ///< storing what became of it
    doubting,   ///< storing that nobody knows
    searching,  ///< in Sent
    stopped,
  };
  enum class link : std::uint8_t { none, opening, fresh, used };

  void on_event(event::head& e);
  void on_event(event::was_in_flight& e);
  void on_event(event::slot_granted& e);
  void on_event(event::permitted& e);
  void on_event(event::token_ready& e);
  void on_event(event::denied& e);
  void on_event(event::allowed& e);
  void on_event(event::link_ready& e);
  void on_event(event::envelope_answered& e);
  void on_event(event::body_wanted& e);
  void on_event(event::body_fed& e);
  void on_event(event::body_failed& e);
  void on_event(event::message_done& e);
  void on_event(event::link_closed& e);
  void on_event(event::marked& e);
  void on_event(event::settled& e);
  void on_event(event::noted& e);
  void on_event(event::searched& e);
  void on_event(event::timer& e);
  void on_event(event::retry_now& e);
  void on_event(event::stop& e);

  void start_attempt();
  void ask_allowance();
  void mark();
  void maybe_end_body();
  void settle(attempt_end end);
  void fail(smtp::failure_class klass, smtp::phase where, std::string words);
  void refused(smtp::phase where, const smtp::reply& answer);
  void return_unused(std::size_t served);
  void closed_before_verdict(const event::link_closed& e);
  void doubt(std::string words);
  void undecided(std::string words);
  void drop_link(bool politely);
  void wait_until(wall_time when);
  void start_timer(std::chrono::milliseconds delay);
  void stop();
  [[nodiscard]] attempt_end attempt(smtp::phase where, std::string words) const;
  void emit(effect_type what) { effects_.push_back(std::move(what)); }

  settings config_;
  std::optional<head_mail> head_;
  std::vector<std::uint32_t> served_; ///< recipients accepted in the attempt at hand
  std::vector<smtp::reply> answers_;  ///< to each recipient named in it
  sending::allowance counted_;        ///< for it, and not yet settled
  std::string host_;
  std::vector<effect_type> effects_;
  wall_time now_{};
  wall_time doubt_since_{};
  std::uint32_t timer_epoch_ = 0;
  std::uint32_t sent_in_turn_ = 0; ///< mails over this connection since others began to wait for it
  step step_ = step::resting;
  link link_ = link::none;
  bool slot_ = false;
  bool fed_ = false;
  bool marked_ = false;
  bool marking_ = false;
  bool others_wait_ = false;
  bool refused_once_ = false; ///< the login with the last token
  bool stopping_ = false;
};

} // namespace postroom::outbox
