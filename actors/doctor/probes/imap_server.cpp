#include "actors/doctor/probes/imap_ear.hpp"

namespace postroom::doctor {
namespace {

/// Connects, and leaves before the login: it needs no token.
void look_at_imap(self_pointer self) {
  auto& s = self->state;
  auto target = s.reading.target;
  target.session.user.clear();
  target.session.token_or_password = {};
  s.seen.imap.emplace();
  const bool tls_at_once = target.session.security == imap::transport_security::tls;
  const auto host = target.host;
  const auto port = target.port;
  imap_ear::reactions then;
  then.secured = [](state& to, const net::tls_facts& by) { to.seen.imap->tls = by; };
  then.connected = [host, port, tls_at_once](state& to) {
    tell_tried(to, host, port, true);
    to.seen.imap->arrived = true;
    to.seen.imap->secured = tls_at_once;
    finish(to);
  };
  then.closed = [host, port](state& to, const error& why) {
    tell_tried(to, host, port, !never_arrived(why.code));
    give_up(to, why);
  };
  s.imap = s.world->dialer.open(std::move(target), std::make_shared<imap_ear>(reporter{self}, std::move(then)));
}

} // namespace

void reach_imap(self_pointer self) {
  const want_connection wish{self->state.known.imap.host, self->state.known.imap.port};
  ask_within<ack>(self, self->state.world->admission, permit_limit, wish,
                  [](self_pointer me, const ack&) { look_at_imap(me); });
}

} // namespace postroom::doctor
