#pragma once

#include "actors/outbox/interface.hpp"
#include "net/smtp_link.hpp"

#include <cstdint>

namespace postroom::outbox {

/// The ear of one connection: tells its outbox what the link sees. Lives on the link's io thread; shared with the link.
class delivery_link final : public net::smtp_link_listener {
public:
  delivery_link(outbox_actor owner, std::uint32_t attempt) : owner_(std::move(owner)), attempt_(attempt) {}

  void on_ready(const smtp::server_info& info) override;
  void on_envelope(const smtp::envelope_outcome& outcome) override;
  void on_body_wanted() override;
  void on_message_done(smtp::phase where, const smtp::reply& answer) override;
  void on_reset() override;
  void on_closed(const error& why, smtp::phase where, const std::optional<smtp::reply>& last) override;

private:
  void tell_owner(event_type what);

  outbox_actor owner_;
  std::uint32_t attempt_;
};

} // namespace postroom::outbox
