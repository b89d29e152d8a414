#include "sim/scenario.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace postroom::sim {
namespace {

using namespace std::chrono_literals;

bool is_fine(const std::function<void(scenario&)>& change) {
  scenario plan;
  plan.tls = false;
  change(plan);
  const auto checked = check_scenario(plan);
  EXPECT_TRUE(checked || checked.error().code == errc::invalid_argument);
  return checked.has_value();
}

TEST(scenario_test, takes_what_can_be) {
  EXPECT_TRUE(is_fine([](scenario&) {}));
  EXPECT_TRUE(is_fine([](scenario& plan) { plan.tenants.front().mailboxes = 100'000; }));
  EXPECT_TRUE(is_fine([](scenario& plan) { plan.tenants.front().upn_domain = "contoso.local"; }));
  EXPECT_TRUE(is_fine([](scenario& plan) {
    plan.tenants.push_back({"Fabrikam", "fabrikam.test", service::google, 1, 1, 5, {}});
    plan.tls = true;
    plan.directory = "somewhere";
  }));
}

TEST(scenario_test, refuses_what_cannot) {
  EXPECT_FALSE(is_fine([](scenario& plan) { plan.tenants.clear(); }));
  EXPECT_FALSE(is_fine([](scenario& plan) { plan.tenants.push_back(plan.tenants.front()); })) << "a domain twice";
  EXPECT_FALSE(is_fine([](scenario& plan) { plan.tenants.front().domain = "two words"; }));
  EXPECT_FALSE(is_fine([](scenario& plan) { plan.tenants.front().domain.clear(); }));
  EXPECT_FALSE(is_fine([](scenario& plan) { plan.tenants.front().providers = 0; }));
  EXPECT_FALSE(is_fine([](scenario& plan) { plan.tenants.front().delegates = 0; }));
  EXPECT_FALSE(is_fine([](scenario& plan) {
    plan.tenants.front().providers = 10'000;
    plan.tenants.front().delegates = SIZE_MAX / 2;
  }));
  EXPECT_FALSE(is_fine([](scenario& plan) { plan.tenants.front().mailboxes = 0; }));
  EXPECT_FALSE(is_fine([](scenario& plan) { plan.tenants.front().upn_domain = "two words"; }));
  EXPECT_FALSE(is_fine([](scenario& plan) { plan.tenants.front().upn_domain = "Contoso.test"; })) << "a domain twice";
  EXPECT_FALSE(is_fine([](scenario& plan) {
    plan.tenants.front().kind = service::google;
    plan.tenants.front().upn_domain = "contoso.local";
  }));
  EXPECT_FALSE(is_fine([](scenario& plan) { plan.tenants.front().mailboxes = 100'001; }));
  EXPECT_FALSE(is_fine([](scenario& plan) { plan.access_token_life = 0s; }));
  EXPECT_FALSE(is_fine([](scenario& plan) { plan.mail.per_second = -1; }));
  EXPECT_FALSE(is_fine([](scenario& plan) { plan.mail.initial_each = 1'000'000; }));
  EXPECT_FALSE(is_fine([](scenario& plan) { plan.tls = true; })) << "no directory";
}

TEST(scenario_test, finds_ports_and_anchor) {
  const served_ports ports{
      .imap = 1, .smtp = 2, .generic_imap = 3, .generic_smtp = 4, .gmail_imap = 5, .gmail_smtp = 6};
  EXPECT_EQ(imap_port_of(ports, service::microsoft), 1);
  EXPECT_EQ(smtp_port_of(ports, service::microsoft), 2);
  EXPECT_EQ(imap_port_of(ports, service::generic), 3);
  EXPECT_EQ(smtp_port_of(ports, service::generic), 4);
  EXPECT_EQ(imap_port_of(ports, service::google), 5);
  EXPECT_EQ(smtp_port_of(ports, service::google), 6);
  scenario plan;
  plan.directory = "/tls";
  EXPECT_EQ(ca_file_of(plan), "/tls/ca.pem");
  plan.tls = false;
  EXPECT_TRUE(ca_file_of(plan).empty());
}

} // namespace
} // namespace postroom::sim
