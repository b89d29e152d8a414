#pragma once

#include "actors/doctor/probes/probes.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace postroom::doctor {

/// Brings what an IMAP link sees into the actor. Lives on the link's io thread; shared with the link.
class imap_ear final : public net::imap_link_listener {
public:
  /// What to do then; each may be empty. They run in the actor.
  struct reactions {
    std::function<void(state&, const net::tls_facts&)> secured;
    std::function<void(state&)> connected;
    std::function<void(state&)> ready;
    std::function<void(state&, const imap::command_outcome&, std::uint32_t exists)> done;
    std::function<void(state&, const error&)> closed;
  };
  imap_ear(reporter report, reactions then) : report_(std::move(report)), then_(std::move(then)) {}

  void on_secured(const net::tls_session& by) override {
    if (then_.secured)
      report_([secured = then_.secured, facts = by.facts()](state& s) { secured(s, facts); });
  }
  void on_connected() override {
    if (then_.connected)
      report_(then_.connected);
  }
  void on_ready(const imap::session_info&) override {
    if (then_.ready)
      report_(then_.ready);
  }
  void on_command_done(const imap::command_outcome& outcome) override {
    if (then_.done)
      report_([done = then_.done, outcome, exists = exists_](state& s) { done(s, outcome, exists); });
  }
  void on_data(const imap::response& data) override {
    if (const auto* told = std::get_if<imap::exists_data>(&data))
      exists_ = told->count;
  }
  void on_body_chunk(std::uint32_t, std::string) override {}
  void on_message(net::fetched_message) override {}
  void on_idling() override {}
  void on_closed(const error& why) override {
    if (then_.closed)
      report_([closed = then_.closed, why](state& s) { closed(s, why); });
  }

private:
  reporter report_;
  reactions then_;
  std::uint32_t exists_ = 0;
};

} // namespace postroom::doctor
