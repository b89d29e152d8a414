#include "protocol/smtp/mail_dialogue.hpp"

#include "base/limits.hpp"
#include "base/utf8.hpp"
#include "protocol/smtp/commands.hpp"
#include "protocol/smtp/login_dialogue.hpp"

#include <algorithm>
#include <utility>

namespace postroom::smtp {

namespace {

constexpr std::string_view quit_line = "QUIT\r\n";

ending violation(reply answer) {
  auto detail = "an answer that does not fit: " + to_string(answer);
  return {fail(errc::protocol_violation, std::move(detail)), std::move(answer)};
}

/// Neither yes nor no.
bool says_nothing(const reply& answer) {
  return answer.code >= 300 && answer.code < 400;
}

} // namespace

// -- what the owner does ---------------------------------------------------------------------------------------------

result<void> mail_dialogue::begin(const envelope& what) {
  if (quitting_ || stage_ == stage::over)
    return fail(errc::cancelled, "the session is over");
  if (stage_ != stage::idle)
    return fail(errc::conflict, "a mail is under way");
  if (auto sayable = check_envelope(what); !sayable)
    return sayable;
  if (const auto refused = unfit_for(what, server_)) {
    listener_.on_envelope({.refused = refused});
    return {};
  }
  envelope_ = what;
  stage_ = stage::envelope;
  if (awaited_.empty())
    start();
  else
    pending_ = true;
  return {};
}

void mail_dialogue::start() {
  pending_ = false;
  next_recipient_ = 0;
  outcome_ = {};
  send(mail_command(envelope_, server_), awaited::mail);
  if (server_.pipelining)
    send_recipients();
}

void mail_dialogue::send_recipients() {
  const std::size_t most = server_.pipelining ? limits::smtp_pipeline_commands_max : 1;
  if (awaited_.size() > most / 2)
    return; // a few at once, lest each answer draws a packet of its own
  while (next_recipient_ < envelope_.recipients.size() && awaited_.size() < most)
    send(rcpt_command(envelope_.recipients[next_recipient_++]), awaited::rcpt);
}

void mail_dialogue::begin_body() {
  if (stage_ != stage::decided || quitting_)
    return;
  // Without pipelining each chunk would cost a round trip; and who offers CHUNKING offers that, too.
  chunked_ = envelope_.chunked && server_.chunking && server_.pipelining;
  envelope_ = {};
  if (!chunked_) {
    writer_ = {};
    stage_ = stage::data;
    send("DATA\r\n", awaited::data);
    return;
  }
  line_ends_ = true;
  last_octet_ = '\n';
  stage_ = stage::body;
  listener_.on_body_wanted();
}

void mail_dialogue::body(std::string octets) {
  if (stage_ != stage::body || octets.empty())
    return;
  if (!chunked_) {
    out_.append(writer_.write(std::move(octets)));
    return;
  }
  const char before = octets.size() > 1 ? octets[octets.size() - 2] : last_octet_;
  last_octet_ = octets.back();
  line_ends_ = before == '\r' && last_octet_ == '\n';
  send("BDAT " + std::to_string(octets.size()) + "\r\n", awaited::chunk);
  out_.append(std::move(octets));
}

void mail_dialogue::end_body() {
  if (stage_ != stage::body)
    return;
  stage_ = stage::verdict;
  if (!chunked_) {
    send(writer_.finish(), awaited::verdict);
    return;
  }
  const std::string_view tail = line_ends_ ? "" : (last_octet_ == '\r' ? "\n" : "\r\n");
  send("BDAT " + std::to_string(tail.size()) + " LAST\r\n" + std::string{tail}, awaited::verdict);
}

void mail_dialogue::reset() {
  if (quitting_ || (stage_ != stage::idle && stage_ != stage::envelope && stage_ != stage::decided))
    return;
  forget_answers();
  pending_ = false;
  envelope_ = {};
  stage_ = stage::resetting;
  send("RSET\r\n", awaited::told_reset);
}

bool mail_dialogue::quit() {
  // Inside the mail the word would be part of it.
  if (stage_ == stage::data || stage_ == stage::body || stage_ == stage::over)
    return false;
  if (quitting_)
    return true;
  quitting_ = true;
  pending_ = false;
  if (stage_ != stage::verdict)
    forget_answers();
  send(std::string{quit_line}, awaited::quit);
  return true;
}

// -- what the server says --------------------------------------------------------------------------------------------

std::optional<ending> mail_dialogue::on_reply(reply answer) {
  if (awaited_.empty())
    return on_unawaited(std::move(answer));
  const auto what = awaited_.front();
  awaited_.pop_front();
  switch (what) {
  case awaited::nobody:
    if (says_nothing(answer))
      return violation(std::move(answer));
    skipped();
    return {};
  case awaited::silent_reset:
    if (!answer.positive())
      return violation(std::move(answer));
    skipped();
    return {};
  case awaited::told_reset:
    if (!answer.positive())
      return violation(std::move(answer));
    stage_ = stage::idle;
    listener_.on_reset();
    return {};
  case awaited::mail:
    return on_sender(std::move(answer));
  case awaited::rcpt:
    return on_recipient(std::move(answer));
  case awaited::data:
    return on_data(std::move(answer));
  case awaited::chunk:
    return on_chunk(std::move(answer));
  case awaited::verdict:
    return on_verdict(std::move(answer));
  case awaited::quit:
    break;
  }
  return ending{fail(errc::cancelled, "closed by us"), std::move(answer)};
}

/// Exchange says `451 4.7.0 Timeout waiting for client input` before it hangs up; and a server may refuse a mail before
/// it has all of it. Then there is no way to end the mail without sending it.
std::optional<ending> mail_dialogue::on_unawaited(reply answer) {
  if (answer.positive() || says_nothing(answer))
    return violation(std::move(answer));
  ending end{{ending_code(where(), answer), to_string(answer), case_of(where(), answer).key}, answer};
  if (stage_ == stage::body) {
    stage_ = stage::over;
    listener_.on_message_done(phase::message, answer);
  }
  return end;
}

std::optional<ending> mail_dialogue::on_sender(reply answer) {
  if (says_nothing(answer))
    return violation(std::move(answer));
  const bool accepted = answer.positive();
  outcome_.sender = std::move(answer);
  if (accepted) {
    send_recipients();
    return {};
  }
  // What was sent ahead is answered by 503, or accepted by a server that does not count well.
  if (!awaited_.empty()) {
    forget_answers();
    clear_transaction();
  }
  tell_envelope();
  return {};
}

std::optional<ending> mail_dialogue::on_recipient(reply answer) {
  if (says_nothing(answer))
    return violation(std::move(answer));
  answer.text.resize(utf8_prefix(answer.text, limits::smtp_recipient_text_bytes_max).size());
  answer.text.shrink_to_fit();
  outcome_.recipients.push_back(std::move(answer));
  if (outcome_.recipients.size() < envelope_.recipients.size()) {
    send_recipients();
    return {};
  }
  if (!outcome_.any_accepted())
    clear_transaction();
  tell_envelope();
  return {};
}

void mail_dialogue::tell_envelope() {
  stage_ = outcome_.any_accepted() ? stage::decided : stage::idle;
  envelope_.recipients = {};
  const auto told = std::exchange(outcome_, {});
  listener_.on_envelope(told);
}

std::optional<ending> mail_dialogue::on_data(reply answer) {
  if (answer.code == 354) {
    stage_ = stage::body;
    listener_.on_body_wanted();
    return {};
  }
  if (answer.positive() || says_nothing(answer))
    return violation(std::move(answer));
  stage_ = stage::idle;
  clear_transaction();
  listener_.on_message_done(phase::data, answer);
  return {};
}

std::optional<ending> mail_dialogue::on_chunk(reply answer) {
  if (says_nothing(answer))
    return violation(std::move(answer));
  if (answer.positive())
    return {};
  // The chunks sent ahead are refused as well, and only RSET ends the transaction (RFC 3030 §2).
  forget_answers();
  stage_ = stage::idle;
  clear_transaction();
  listener_.on_message_done(phase::message, answer);
  return {};
}

std::optional<ending> mail_dialogue::on_verdict(reply answer) {
  if (says_nothing(answer))
    return violation(std::move(answer));
  if (chunked_ && !answer.positive())
    return on_chunk(std::move(answer));
  // Nobody can take a mail whose end he has not seen.
  const bool early = out_.bytes() > (quitting_ ? quit_line.size() : 0);
  if (early && answer.positive())
    return violation(std::move(answer));
  if (early) {
    stage_ = stage::body;
    awaited_.clear();
    return on_unawaited(std::move(answer));
  }
  stage_ = stage::idle;
  listener_.on_message_done(phase::message, answer);
  return {};
}

// -- the row of answers ----------------------------------------------------------------------------------------------

void mail_dialogue::send(std::string line, awaited answer) {
  out_.append(std::move(line));
  awaited_.push_back(answer);
}

/// Of what is still awaited nobody wants to know; a QUIT stays one.
void mail_dialogue::forget_answers() {
  for (auto& what : awaited_)
    if (what != awaited::quit && what != awaited::silent_reset)
      what = awaited::nobody;
}

void mail_dialogue::clear_transaction() {
  if (!quitting_)
    send("RSET\r\n", awaited::silent_reset);
}

void mail_dialogue::skipped() {
  if (awaited_.empty() && pending_)
    start();
}

waiting_for mail_dialogue::waits_for() const {
  if (awaited_.empty())
    return waiting_for::nothing;
  switch (awaited_.front()) {
  case awaited::data:
    return waiting_for::data;
  case awaited::chunk:
  case awaited::verdict:
    return waiting_for::verdict;
  default:
    return waiting_for::envelope;
  }
}

phase mail_dialogue::where() const {
  switch (stage_) {
  case stage::envelope:
    return outcome_.sender ? phase::recipient : phase::sender;
  case stage::data:
    return phase::data;
  case stage::decided:
    return phase::recipient;
  case stage::body:
  case stage::verdict:
  case stage::over:
    return phase::message;
  case stage::idle:
  case stage::resetting:
    break;
  }
  return phase::sender;
}

} // namespace postroom::smtp
