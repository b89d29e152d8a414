#include "actors/doctor/probes/imap_ear.hpp"
#include "protocol/imap/failure_table.hpp"
#include "protocol/imap/folder_name.hpp"

namespace postroom::doctor {
namespace {

std::optional<seen_login>& login_of(evidence& in, probe what) {
  switch (what) {
  case probe::login_again:
    return in.login_again;
  case probe::login_other:
    return in.login_other;
  case probe::delegate_login:
    return in.delegate_login;
  default:
    return in.login;
  }
}

std::string user_for(const state& s, probe what) {
  if (what == probe::login_other)
    return s.known.other_user;
  return what == probe::delegate_login ? delegate_of(s.known, s.seen) : s.known.mailbox_user;
}

/// A server that goes on with TLS, or refuses it, tells so only now where TLS comes by STARTTLS.
void note_tls(state& s, const std::optional<error>& why) {
  if (!s.seen.imap || s.known.imap.host.empty())
    return;
  if (why && why->code == errc::tls_failed)
    s.seen.imap->failed = why;
  else if (!why || why->code == errc::auth_rejected || why->code == errc::mailbox_not_connected)
    s.seen.imap->secured = s.known.imap.tls;
}

/// Reads nothing of the delegate's own mailbox: NAMESPACE only tells whether it is connected.
imap::command first_command(const state& s, probe what) {
  if (what == probe::delegate_login)
    return imap::namespace_command{};
  const auto folder = imap::encode_folder_name(s.known.folder);
  return imap::select_command{folder ? *folder : s.known.folder, true};
}

void note_command(state& s, probe what, const imap::command_outcome& outcome, std::uint32_t exists) {
  auto& seen = *login_of(s.seen, what);
  if (outcome.kind == imap::status_kind::ok) {
    seen.opened = true;
    seen.messages = exists;
    return finish(s);
  }
  // Exchange tells only now that the mailbox is not connected; others, that they are asked too much.
  imap::status_response said;
  said.kind = outcome.kind;
  said.code = outcome.code;
  said.text = outcome.text;
  if (const auto* known = imap::classify_failure(imap::failure_phase::command, said)) {
    seen.failed = imap::to_error(*known, outcome.text);
  } else {
    seen.folder_refused = what != probe::delegate_login;
    seen.failed = error{errc::folder_unavailable, outcome.text, "imap.folder_missing"};
  }
  finish(s);
}

void open(self_pointer self, probe what) {
  auto& s = self->state;
  auto target = s.reading.target;
  target.session.user = user_for(s, what);
  target.session.token_or_password = s.token;
  if (what == probe::delegate_login)
    target.session.id.clear();
  auto& seen = login_of(s.seen, what).emplace();
  seen.user = target.session.user;
  const auto host = target.host;
  const auto port = target.port;
  imap_ear::reactions then;
  then.secured = [](state& to, const net::tls_facts& by) {
    if (to.seen.imap) // with STARTTLS nobody has come so far before
      to.seen.imap->tls = by;
  };
  then.connected = [host, port](state& to) { tell_tried(to, host, port, true); };
  then.ready = [what](state& to) {
    login_of(to.seen, what)->logged_in = true;
    note_tls(to, {});
    if (to.imap)
      to.imap->submit({first_command(to, what)});
  };
  then.done = [what](state& to, const imap::command_outcome& outcome, std::uint32_t exists) {
    note_command(to, what, outcome, exists);
  };
  then.closed = [host, port](state& to, const error& why) {
    tell_tried(to, host, port, !never_arrived(why.code));
    note_tls(to, why);
    give_up(to, why);
  };
  s.imap = s.world->dialer.open(std::move(target), std::make_shared<imap_ear>(reporter{self}, std::move(then)));
}

} // namespace

void log_in(self_pointer self, probe what) {
  const want_connection wish{self->state.known.imap.host, self->state.known.imap.port};
  ask_within<ack>(self, self->state.world->admission, permit_limit, wish,
                  [what](self_pointer me, const ack&) { open(me, what); });
}

} // namespace postroom::doctor
