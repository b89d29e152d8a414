#include "sim/tenant_spread.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postroom::sim {
namespace {

using testing::HasSubstr;

std::string refused(const tenant_spread& counts) {
  const auto tenants = spread_tenants(counts);
  EXPECT_FALSE(tenants);
  if (tenants)
    return {};
  EXPECT_EQ(tenants.error().code, errc::invalid_argument);
  return tenants.error().detail;
}

TEST(tenant_spread_test, is_one_customer_by_default) {
  const auto tenants = spread_tenants({});
  ASSERT_TRUE(tenants);
  ASSERT_EQ(tenants->size(), 1U);
  EXPECT_EQ(tenants->front().name, "Customer 1");
  EXPECT_EQ(tenants->front().domain, "customer-1.test");
  EXPECT_EQ(tenants->front().kind, service::microsoft);
  EXPECT_EQ(tenants->front().providers, 1U);
  EXPECT_EQ(tenants->front().delegates, 1U);
  EXPECT_EQ(tenants->front().mailboxes, 20U);
}

TEST(tenant_spread_test, gives_what_does_not_divide_to_the_first) {
  const auto tenants = spread_tenants({3, 7, 15, 20});
  ASSERT_TRUE(tenants);
  ASSERT_EQ(tenants->size(), 3U);
  const std::size_t providers[] = {3, 2, 2}, mailboxes[] = {7, 7, 6};
  for (std::size_t i = 0; i < 3; ++i) {
    const auto& each = (*tenants)[i];
    EXPECT_EQ(each.domain, "customer-" + std::to_string(i + 1) + ".test");
    EXPECT_EQ(each.providers, providers[i]);
    EXPECT_EQ(each.delegates, 2U);
    EXPECT_EQ(each.mailboxes, mailboxes[i]);
  }
}

TEST(tenant_spread_test, makes_scenarios_that_can_be) {
  for (const auto& counts : {tenant_spread{1, 1, 1, 1}, tenant_spread{100, 100, 100, 100},
                             tenant_spread{7, 20, 61, 10'000}, tenant_spread{1000, 1000, 1000, 100'000}}) {
    scenario plan;
    plan.tls = false;
    const auto tenants = spread_tenants(counts);
    ASSERT_TRUE(tenants);
    plan.tenants = *tenants;
    const auto fine = check_scenario(plan);
    EXPECT_TRUE(fine) << counts.tenants;
    std::size_t providers = 0, mailboxes = 0;
    for (const auto& each : plan.tenants) {
      providers += each.providers;
      mailboxes += each.mailboxes;
    }
    EXPECT_EQ(providers, counts.providers);
    EXPECT_EQ(mailboxes, counts.mailboxes);
  }
}

TEST(tenant_spread_test, leaves_nobody_with_nothing) {
  EXPECT_THAT(refused({0, 1, 1, 1}), HasSubstr("every tenant needs"));
  EXPECT_THAT(refused({2, 1, 2, 2}), HasSubstr("every tenant needs a provider"));
  EXPECT_THAT(refused({2, 2, 2, 1}), HasSubstr("and a mailbox"));
  EXPECT_THAT(refused({2, 3, 2, 2}), HasSubstr("every provider needs a grant"));
}

} // namespace
} // namespace postroom::sim
