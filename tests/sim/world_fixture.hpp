#pragma once

#include "sim/control/servers.hpp"
#include "sim/world.hpp"
#include "tests/sim/identity/test_keys.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace postroom::sim {

/// A scenario without TLS, hence without files.
inline scenario small_scenario() {
  scenario plan;
  plan.tls = false;
  plan.tenants.front().mailboxes = 4;
  return plan;
}

/// Servers that only note what is done to them.
class noted_servers final : public servers {
public:
  void drop(const chooser& whose) override { dropped = chosen(whose); }
  void expire(const chooser& whose) override { expired = chosen(whose); }
  void set_outage(bool out) override { outage = out; }
  stand_in_stats count() override { return counted; }

  std::vector<std::string> sessions; ///< who is signed in
  std::vector<std::string> dropped, expired;
  bool outage = false;
  stand_in_stats counted;

private:
  std::vector<std::string> chosen(const chooser& whose) const {
    std::vector<std::string> names;
    for (const auto& each : sessions)
      if (whose(each))
        names.push_back(each);
    return names;
  }
};

/// A world on a clock that stands still, without sockets.
class world_test : public testing::Test {
protected:
  world_test() {
    make([](scenario&) {});
  }

  void make(const std::function<void(scenario&)>& change) {
    auto plan = small_scenario();
    change(plan);
    auto made = world::make(plan, ports, time, test_keys());
    ASSERT_TRUE(made) << to_string(made.error());
    world_ = std::move(*made);
  }
  world& it() { return *world_; }
  std::span<const sim::mail> inbox(std::string_view address) { return it().mail.find(address)->inbox().mails(); }

  const served_ports ports{.identity = 1,
                           .imap = 2,
                           .smtp = 3,
                           .generic_imap = 4,
                           .generic_smtp = 5,
                           .gmail_imap = 6,
                           .gmail_smtp = 7,
                           .control = 8};
  manual_clock time{wall_time{std::chrono::sys_days{std::chrono::year{2026} / 11 / 24}}};
  std::unique_ptr<world> world_;
};

} // namespace postroom::sim
