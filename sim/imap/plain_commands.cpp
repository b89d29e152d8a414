#include "sim/imap/session.hpp"

/// The commands of imap_session that need no mailbox, and ENABLE (RFC 3501 §6.1, RFC 2971, RFC 5161).
namespace postroom::sim {

void imap_session::do_capability(argument_reader&) {
  say("* CAPABILITY " + std::string{capabilities_of(services_.face, phase_ != phase::not_authenticated)});
  ok();
}

void imap_session::do_noop(argument_reader&) {
  if (services_.quirks.stray_continuations && services_.face == service::microsoft)
    say("+ ");
  ok();
}

void imap_session::do_logout(argument_reader&) {
  say("* BYE " + std::string{reply_text(services_.face, imap_reply::bye_logout)});
  ok();
  if (phase_ == phase::ended)
    return;
  phase_ = phase::ended;
  sink_.finish();
}

void imap_session::do_id(argument_reader&) {
  say("* ID " + std::string{id_of(services_.face)});
  ok();
}

void imap_session::do_enable(argument_reader& arguments) {
  const auto can = talents_of(services_.face);
  std::string enabled;
  while (!arguments.at_end()) {
    const auto name = upper_case(arguments.word().value_or(""));
    if (name == "CONDSTORE" && can.condstore) {
      condstore_ = true;
      enabled += " CONDSTORE";
    } else if (name == "QRESYNC" && can.qresync) {
      condstore_ = qresync_ = true;
      enabled += " QRESYNC";
    }
  }
  say("* ENABLED" + enabled);
  ok();
}

void imap_session::do_compress(argument_reader&) {
  refuse("NO Compression is not available (Failure)");
}

} // namespace postroom::sim
