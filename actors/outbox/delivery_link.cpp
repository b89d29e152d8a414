#include "actors/outbox/delivery_link.hpp"

#include "actors/bridge.hpp"

namespace postroom::outbox {

void delivery_link::tell_owner(event_type what) {
  tell(owner_, input{attempt_, std::make_shared<event_type>(std::move(what))});
}

void delivery_link::on_ready(const smtp::server_info& info) {
  tell_owner(event::link_ready{info});
}

void delivery_link::on_envelope(const smtp::envelope_outcome& outcome) {
  tell_owner(event::envelope_answered{outcome});
}

void delivery_link::on_body_wanted() {
  tell_owner(event::body_wanted{});
}

void delivery_link::on_message_done(smtp::phase where, const smtp::reply& answer) {
  tell_owner(event::message_done{where, answer});
}

void delivery_link::on_reset() {
}

void delivery_link::on_closed(const error& why, smtp::phase where, const std::optional<smtp::reply>& last) {
  tell_owner(event::link_closed{why, where, last});
}

} // namespace postroom::outbox
