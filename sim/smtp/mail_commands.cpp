#include "sim/smtp/session.hpp"

#include <algorithm>

/// The commands of smtp_session that carry a mail.
namespace postroom::sim {

// -- The envelope ----------------------------------------------------------------------------------------------------

void smtp_session::do_mail(std::string_view arguments) {
  if (has_sender_)
    return refuse("503 5.5.2 Sender already specified");
  const auto [path, fault] = parse_mail_arguments(arguments);
  if (fault == path_fault::parameter)
    return refuse("501 5.5.4 Unrecognized parameter");
  if (fault != path_fault::none)
    return refuse("501 5.1.7 Invalid address");
  if (path.size > services_.mail_bytes_max)
    return refuse("552 5.3.4 Message size exceeds fixed maximum message size");
  has_sender_ = true;
  mail_from_ = path.address;
  body_kind_ = path.body;
  utf8_ = path.utf8;
  say("250 2.1.0 Sender OK");
}

void smtp_session::do_rcpt(std::string_view arguments) {
  if (!has_sender_ || in_chunks_)
    return refuse("503 5.5.2 Need mail command");
  const auto [path, fault] = parse_rcpt_arguments(arguments);
  if (fault == path_fault::parameter)
    return refuse("501 5.5.4 Unrecognized parameter");
  if (fault != path_fault::none || (path.utf8 && !utf8_))
    return refuse("501 5.1.3 Invalid address");
  if (recipients_.size() >= services_.recipients_max)
    return say("452 4.5.3 Too many recipients");
  recipients_.push_back(path.address);
  say("250 2.1.5 Recipient OK");
}

// -- The mail --------------------------------------------------------------------------------------------------------

void smtp_session::do_data(std::string_view) {
  if (!has_sender_ || in_chunks_)
    return refuse("503 5.5.2 Need mail command");
  if (recipients_.empty())
    return refuse("503 5.5.2 Need rcpt command");
  if (body_kind_ == body_kind::binary)
    return refuse("503 5.5.2 BINARYMIME needs BDAT");
  dots_ = {};
  expected_ = expected::data;
  say("354 Start mail input; end with <CRLF>.<CRLF>");
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
    return end("501 5.5.4 Invalid arguments");
  // Its octets come whatever we say to it.
  chunk_ = *size;
  chunk_refused_ = recipients_.empty();
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
    refuse("503 5.5.2 Need rcpt command");
  else if (chunk_.last)
    finish_mail();
  else
    say("250 2.6.0 CHUNK received OK");
  return true;
}

void smtp_session::finish_mail() {
  if (body_.too_large()) {
    ++services_.stats.mails_refused;
    refuse("552 5.3.4 Message size exceeds fixed maximum message size");
    return forget_mail();
  }
  const auto taken = take_mail(services_, {user_, mail_from_, recipients_, body_.take()});
  forget_mail();
  if (taken)
    return say("250 2.0.0 OK " + *taken + " " + hostname_mark());
  ++services_.stats.mails_refused;
  if (taken.error().code == errc::forbidden)
    refuse("554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed to process "
           "message due to a permanent exception with message Cannot submit message. " +
           hostname_mark());
  else if (taken.error().detail == "no From")
    refuse("550 5.7.512 Access denied, message must be RFC 5322 section 3.6.2 compliant");
  else
    refuse("550 5.6.11 Invalid characters");
}

void smtp_session::forget_mail() {
  mail_from_.clear();
  recipients_.clear();
  (void)body_.take();
  body_kind_ = body_kind::seven_bit;
  has_sender_ = utf8_ = in_chunks_ = false;
}

} // namespace postroom::sim
