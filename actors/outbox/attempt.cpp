#include "actors/outbox/attempt.hpp"

#include "actors/outbox/retry_plan.hpp"
#include "base/limits.hpp"
#include "protocol/mime/utf8_text.hpp"

#include <algorithm>

namespace postroom::outbox {
namespace {

using records::OutboxMail;
using records::Recipient;
using smtp::failure_class;

/// Whatever a server says must not make a record that cannot be read back.
std::string cut(std::string_view words) {
  return mime::clean_line(words, limits::outbox_words_bytes_max);
}

records::OutboxTurn& push_turn(OutboxMail& mail, std::string_view outcome, std::string_view words, wall_time now) {
  if (mail.history_size() >= static_cast<int>(limits::outbox_turns_max))
    mail.mutable_history()->DeleteSubrange(static_cast<int>(limits::outbox_turns_max) / 4, 1);
  auto& turn = *mail.add_history();
  turn.set_time_ms(to_ms(now));
  turn.set_outcome(std::string{outcome});
  turn.set_reply(cut(words));
  return turn;
}

/// The one refusal that says nothing of who is refused (RFC 5321 §4.5.3.1.10).
constexpr std::string_view too_many_recipients = "smtp.too_many_recipients";

bool permanent(failure_class klass) {
  return klass == failure_class::message_rejected || klass == failure_class::too_large ||
         klass == failure_class::not_supported || klass == failure_class::recipient_rejected;
}

void reject_waiting(OutboxMail& mail, const std::string& words) {
  for (auto& each : *mail.mutable_recipients())
    if (each.state() == Recipient::WAITING) {
      each.set_state(Recipient::REJECTED);
      each.set_reply(cut(words));
    }
}

/// What was said of recipients one by one.
struct said_of_each {
  std::optional<failure_class> deferred; ///< the class of those that are to be tried again; nothing: there are none
  std::chrono::seconds not_before{0};    ///< likewise
  bool only_too_many = true;             ///< they were more than the server takes at once, and nothing else is wrong
  bool some_served = false;
};

/// Notes what was said of each recipient.
said_of_each note_recipients(OutboxMail& mail, const attempt_end& end) {
  said_of_each out;
  for (std::size_t i = 0; i < end.tried.size(); ++i) {
    auto& recipient = *mail.mutable_recipients(static_cast<int>(end.tried[i]));
    if (i >= end.answers.size() || end.answers[i].positive()) {
      if (!end.failure) {
        recipient.set_state(Recipient::ACCEPTED);
        recipient.clear_reply();
        out.some_served = true;
      }
      continue;
    }
    const auto& known = smtp::case_of(smtp::phase::recipient, end.answers[i]);
    const auto klass = smtp::classify(smtp::phase::recipient, end.answers[i]);
    recipient.set_reply(cut(to_string(end.answers[i])));
    if (permanent(klass)) {
      recipient.set_state(Recipient::REJECTED);
      continue;
    }
    out.deferred = klass;
    out.not_before = std::max(out.not_before, known.not_before);
    out.only_too_many = out.only_too_many && known.key == too_many_recipients;
  }
  return out;
}

void forget_failing(OutboxMail& mail) {
  mail.clear_failing_class();
  mail.clear_failing_since_ms();
  mail.clear_failing_times();
}

void settle_final(OutboxMail& mail) {
  const bool all =
      std::ranges::all_of(mail.recipients(), [](const Recipient& r) { return r.state() == Recipient::ACCEPTED; });
  mail.set_state(all ? OutboxMail::SENT : OutboxMail::FAILED);
  mail.set_next_try_ms(0);
  if (all)
    forget_failing(mail);
}

/// The server serves some at a time, and has just done so: each attempt brings the mail nearer to its end.
void settle_going_on(OutboxMail& mail) {
  mail.set_state(OutboxMail::QUEUED);
  mail.set_next_try_ms(0);
  forget_failing(mail);
}

/// Why recipients are left unserved.
struct reason {
  failure_class klass{};
  std::chrono::milliseconds not_before{0};
  std::string words;
};

/// Still unserved recipients: when to try again, or that nobody will.
void settle_waiting(OutboxMail& mail, const reason& why, wall_time now, double chance) {
  const std::string name{to_string(why.klass)};
  if (mail.failing_class() != name) {
    forget_failing(mail);
    mail.set_failing_class(name);
    mail.set_failing_since_ms(to_ms(now));
  }
  mail.set_failing_times(mail.failing_times() + 1);
  const failing so_far{why.klass, mail.failing_times(), std::chrono::milliseconds{to_ms(now) - mail.failing_since_ms()},
                       std::chrono::milliseconds{to_ms(now) - mail.created_ms()}};
  const auto delay = next_attempt(so_far, chance);
  if (delay) {
    mail.set_state(OutboxMail::DEFERRED);
    mail.set_next_try_ms(to_ms(now) + std::max(*delay, why.not_before).count());
    return;
  }
  const auto words = permanent(why.klass) ? why.words : "given up: " + why.words;
  reject_waiting(mail, words);
  settle_final(mail);
}

} // namespace

std::vector<std::uint32_t> waiting_recipients(const OutboxMail& of) {
  std::vector<std::uint32_t> out;
  for (int i = 0; i < of.recipients_size(); ++i)
    if (of.recipients(i).state() == Recipient::WAITING)
      out.push_back(static_cast<std::uint32_t>(i));
  return out;
}

smtp::envelope envelope_of(const OutboxMail& of) {
  smtp::envelope out;
  out.mail_from = of.mail_from();
  for (const auto index : waiting_recipients(of))
    out.recipients.push_back(of.recipients(static_cast<int>(index)).address());
  out.size = of.size();
  out.eight_bit = of.eight_bit();
  out.utf8 = of.utf8();
  out.envelope_id = of.id();
  out.chunked = of.chunks() > 1;
  return out;
}

void note_attempt(OutboxMail& mail, const attempt_end& end, wall_time now, double chance) {
  mail.set_updated_ms(to_ms(now));
  if (end.counts)
    mail.set_attempts(mail.attempts() + 1);
  const auto said = note_recipients(mail, end);
  // What is said of single recipients is noted already: the others of them may still be served.
  if (end.failure && permanent(*end.failure) && *end.failure != failure_class::recipient_rejected)
    reject_waiting(mail, end.words);
  if (!end.server_message_id.empty())
    mail.set_server_message_id(end.server_message_id);
  const bool by_recipient = !end.failure || *end.failure == failure_class::recipient_rejected;
  const bool by_deferred = by_recipient && said.deferred;
  auto failure = by_deferred ? said.deferred : end.failure;
  auto words = end.words;
  if (!end.failure && failure) // not what the server said to those who got it
    words = to_string(*std::ranges::find_if_not(end.answers, [](const auto& each) { return each.positive(); }));
  if (waiting_recipients(mail).empty())
    settle_final(mail);
  else if (said.some_served && said.only_too_many)
    settle_going_on(mail);
  else
    settle_waiting(
        mail,
        {failure.value_or(failure_class::message_deferred), by_deferred ? said.not_before : end.not_before, words}, now,
        chance);
  if (!failure && mail.state() == OutboxMail::FAILED)
    failure = failure_class::recipient_rejected;
  if (mail.state() == OutboxMail::FAILED && failure)
    mail.set_failing_class(std::string{to_string(*failure)});
  const std::string_view outcome = mail.state() == OutboxMail::SENT     ? "sent"
                                   : mail.state() == OutboxMail::FAILED ? "failed"
                                                                        : "deferred";
  auto& turn = push_turn(mail, outcome, words, now);
  turn.set_host(end.host);
  turn.set_where(std::string{to_string(end.where)});
  if (failure)
    turn.set_failure_class(std::string{to_string(*failure)});
}

void add_turn(OutboxMail& mail, std::string_view outcome, std::string words, wall_time now) {
  mail.set_updated_ms(to_ms(now));
  push_turn(mail, outcome, words, now);
}

void note_doubt(OutboxMail& mail, std::string words, wall_time now) {
  mail.set_attempts(mail.attempts() + 1);
  add_turn(mail, "in_doubt", std::move(words), now);
}

void note_found(OutboxMail& mail, const std::vector<std::uint32_t>& served, const std::string& folder, wall_time now) {
  for (const auto index : served)
    if (static_cast<int>(index) < mail.recipients_size()) {
      mail.mutable_recipients(static_cast<int>(index))->set_state(Recipient::ACCEPTED);
      mail.mutable_recipients(static_cast<int>(index))->clear_reply();
    }
  if (waiting_recipients(mail).empty()) {
    settle_final(mail);
  } else {
    mail.set_state(OutboxMail::QUEUED);
    mail.set_next_try_ms(0);
  }
  add_turn(mail, "found_in_sent", "the server keeps a copy in " + folder, now);
}

void note_undecided(OutboxMail& mail, bool resend, std::string words, wall_time now, double chance) {
  const auto resends = std::ranges::count(mail.history(), "resend", [](const auto& turn) { return turn.outcome(); });
  std::optional<std::chrono::milliseconds> delay;
  if (resend && resends < resends_max)
    delay = next_attempt({failure_class::server_unavailable,
                          std::max<std::uint32_t>(mail.attempts(), 1),
                          {},
                          std::chrono::milliseconds{to_ms(now) - mail.created_ms()}},
                         chance);
  mail.set_state(delay ? OutboxMail::QUEUED : OutboxMail::HELD);
  mail.set_next_try_ms(delay ? to_ms(now) + delay->count() : 0);
  add_turn(mail, delay ? "resend" : "held", std::move(words), now);
}

bool in_doubt(const OutboxMail& mail) {
  return mail.history_size() > 0 && mail.history(mail.history_size() - 1).outcome() == "in_doubt";
}

bool is_final(const OutboxMail& mail) {
  return mail.state() == OutboxMail::SENT || mail.state() == OutboxMail::FAILED ||
         mail.state() == OutboxMail::CANCELLED;
}

bool is_pending(const OutboxMail& mail) {
  return mail.state() == OutboxMail::QUEUED || mail.state() == OutboxMail::DEFERRED;
}

} // namespace postroom::outbox
