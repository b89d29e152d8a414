#include "actors/doctor/probes/smtp_ear.hpp"

namespace postroom::doctor {
namespace {

/// Connects, greets, goes on with TLS, and leaves without a login.
void look_at_smtp(self_pointer self) {
  auto& s = self->state;
  auto target = s.sending.target;
  target.session.method = smtp::login_method::none;
  s.seen.smtp.emplace();
  const auto host = target.host;
  const auto port = target.port;
  smtp_ear::reactions then;
  then.secured = [](state& to, const net::tls_facts& by) { to.seen.smtp->tls = by; };
  then.ready = [host, port](state& to) {
    tell_tried(to, host, port, true);
    to.seen.smtp->arrived = true;
    to.seen.smtp->secured = to.known.smtp.tls;
    finish(to);
  };
  then.closed = [host, port](state& to, const error& why, smtp::phase, const std::optional<smtp::reply>&) {
    tell_tried(to, host, port, !never_arrived(why.code));
    give_up(to, why);
  };
  s.smtp = s.world->smtp.open(std::move(target), std::make_shared<smtp_ear>(reporter{self}, std::move(then)));
}

} // namespace

void reach_smtp(self_pointer self) {
  const want_connection wish{self->state.known.smtp.host, self->state.known.smtp.port};
  ask_within<ack>(self, self->state.world->admission, permit_limit, wish,
                  [](self_pointer me, const ack&) { look_at_smtp(me); });
}

} // namespace postroom::doctor
