#include "sim/smtp/session.hpp"

#include "sim/smtp/refusals.hpp"

#include <algorithm>
#include <utility>

/// The commands of smtp_session that carry a mail.
namespace postroom::sim {

// -- The envelope ----------------------------------------------------------------------------------------------------

void smtp_session::do_mail(std::string_view arguments) {
  if (has_sender_)
    return refuse(smtp_reply::sender_again);
  auto [path, fault] = parse_mail_arguments(arguments);
  if (fault == path_fault::parameter)
    return refuse(smtp_reply::bad_parameter);
  if (fault != path_fault::none)
    return refuse(smtp_reply::bad_sender);
  spoken_for_ = path.address;
  if (const auto refusal = refuse_sender(services_, user_, path))
    return refuse(*refusal);
  has_sender_ = true;
  chunk_refused_ = false;
  from_ = std::move(path);
  body_.expect(from_.size);
  say(smtp_reply::sender_ok);
}

void smtp_session::do_rcpt(std::string_view arguments) {
  if (!has_sender_ || in_chunks_ || chunk_refused_)
    return refuse(smtp_reply::need_sender);
  auto [path, fault] = parse_rcpt_arguments(arguments, from_.utf8);
  if (fault == path_fault::parameter)
    return refuse(smtp_reply::bad_parameter);
  if (fault != path_fault::none)
    return refuse(smtp_reply::bad_recipient);
  if (recipients_.size() >= recipients_max_of(services_.face, services_.limits.smtp_recipients_per_mail))
    return say(smtp_reply::too_many_recipients);
  recipients_.push_back(std::move(path));
  say(smtp_reply::recipient_ok);
}

// -- The mail --------------------------------------------------------------------------------------------------------

void smtp_session::do_data(std::string_view) {
  if (!has_sender_ || in_chunks_ || chunk_refused_)
    return refuse(smtp_reply::need_sender);
  if (recipients_.empty())
    return refuse(smtp_reply::need_recipient);
  if (from_.body == body_kind::binary)
    return refuse(smtp_reply::need_bdat);
  dots_ = {};
  expected_ = expected::data;
  say(smtp_reply::start_mail);
}

bool smtp_session::take_data() {
  input_.erase(0, dots_.take(input_, body_));
  if (!dots_.ended())
    return false;
  expected_ = expected::command;
  finish_mail();
  return true;
}

void smtp_session::do_bdat(std::string_view arguments) {
  const auto size = parse_chunk_arguments(arguments);
  if (!size) // where the next command begins is unknown from here on
    return end(smtp_reply::bad_arguments);
  // Its octets come whatever we say to it.
  chunk_ = *size;
  // After a refused chunk all are refused until the client begins anew (RFC 3030 §2).
  chunk_refused_ = (has_sender_ && chunk_refused_) || recipients_.empty();
  body_.expect(std::max(from_.size, chunk_.octets));
  in_chunks_ = !chunk_refused_;
  expected_ = expected::chunk;
}

bool smtp_session::take_chunk() {
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(chunk_.octets, input_.size()));
  if (!chunk_refused_)
    body_.add(std::string_view{input_}.substr(0, count));
  input_.erase(0, count);
  chunk_.octets -= count;
  if (chunk_.octets > 0)
    return false;
  expected_ = expected::command;
  if (chunk_refused_)
    refuse(smtp_reply::need_recipient);
  else if (chunk_.last)
    finish_mail();
  else
    say(smtp_reply::chunk_ok);
  return true;
}

void smtp_session::finish_mail() {
  held_mail held;
  const auto octets = body_.octets();
  const bool too_large = body_.too_large();
  held.mail = {user_, std::move(from_), std::move(recipients_), body_.take()};
  forget_mail();
  held.entry = entry_for(services_, held.mail);
  if (too_large) {
    held.entry.octets = octets;
    held.entry.sha256.clear();
    return refuse_mail(std::move(held.entry), smtp_reply::too_large);
  }
  if (const auto refusal = sim::refuse_mail(services_, held.mail, seat_))
    return refuse_mail(std::move(held.entry), *refusal);
  if (services_.face != service::microsoft)
    return take(std::move(held));
  const auto now = services_.time.ticks();
  const auto when = services_.usage.book_mail(user_, services_.limits.smtp_mails_per_minute, now);
  if (!when)
    return refuse_mail(std::move(held.entry), smtp_reply::too_fast);
  if (*when <= now)
    return take(std::move(held));
  wakes_at_ = *when;
  held_ = std::move(held);
  stage_ = stage::waiting;
}

void smtp_session::refuse_mail(submitted_entry entry, smtp_reply reply) {
  ++services_.stats.mails_refused;
  entry.answer = text_of(reply);
  services_.journal.add(std::move(entry));
  refuse(reply);
}

void smtp_session::take(held_mail held) {
  const bool doubt = find_fault(services_, fault_kind::smtp_doubt,
                                {user_, held.mail.from.address, author_of(held.mail.raw)}) != nullptr;
  accept_mail(services_, std::move(held.mail), held.entry);
  held.entry.taken = true;
  if (!doubt)
    held.entry.answer = taken_text(services_.face, held.entry.message_id, {id_, services_.time.now()});
  const auto answer = held.entry.answer;
  services_.journal.add(std::move(held.entry));
  if (doubt)
    return cut();
  say(answer);
}

void smtp_session::forget_mail() {
  from_ = {};
  recipients_ = {};
  (void)body_.take();
  has_sender_ = in_chunks_ = chunk_refused_ = false;
}

} // namespace postroom::sim
