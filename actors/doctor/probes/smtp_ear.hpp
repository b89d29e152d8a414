#pragma once

#include "actors/doctor/probes/probes.hpp"

#include <optional>
#include <utility>

namespace postroom::doctor {

/// Brings what an SMTP link sees into the actor. Lives on the link's io thread; shared with the link.
class smtp_ear final : public net::smtp_link_listener {
public:
  /// What to do then; each may be empty. They run in the actor.
  struct reactions {
    std::function<void(state&, const net::tls_facts&)> secured;
    std::function<void(state&)> ready;
    std::function<void(state&, const smtp::envelope_outcome&)> envelope;
    std::function<void(state&)> body_wanted;
    std::function<void(state&, smtp::phase, const smtp::reply&)> done;
    std::function<void(state&)> reset;
    std::function<void(state&, const error&, smtp::phase, const std::optional<smtp::reply>&)> closed;
  };
  smtp_ear(reporter report, reactions then) : report_(std::move(report)), then_(std::move(then)) {}

  void on_secured(const net::tls_session& by) override {
    if (then_.secured)
      report_([secured = then_.secured, facts = by.facts()](state& s) { secured(s, facts); });
  }
  void on_ready(const smtp::server_info&) override {
    if (then_.ready)
      report_(then_.ready);
  }
  void on_envelope(const smtp::envelope_outcome& outcome) override {
    if (then_.envelope)
      report_([envelope = then_.envelope, outcome](state& s) { envelope(s, outcome); });
  }
  void on_body_wanted() override {
    if (then_.body_wanted)
      report_(then_.body_wanted);
  }
  void on_message_done(smtp::phase where, const smtp::reply& answer) override {
    if (then_.done)
      report_([done = then_.done, where, answer](state& s) { done(s, where, answer); });
  }
  void on_reset() override {
    if (then_.reset)
      report_(then_.reset);
  }
  void on_closed(const error& why, smtp::phase where, const std::optional<smtp::reply>& last) override {
    if (then_.closed)
      report_([closed = then_.closed, why, where, last](state& s) { closed(s, why, where, last); });
  }

private:
  reporter report_;
  reactions then_;
};

} // namespace postroom::doctor
