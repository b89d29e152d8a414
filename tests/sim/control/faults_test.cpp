#include "sim/control/faults.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <set>

namespace postroom::sim {
namespace {

using namespace std::chrono_literals;

std::string address(int number) {
  return "box-" + std::to_string(number) + "@contoso.test";
}

class fault_desk_test : public testing::Test {
protected:
  std::uint64_t add(fault what) {
    const auto id = desk.add(std::move(what));
    EXPECT_TRUE(id) << to_string(id.error());
    return id ? *id : 0;
  }
  errc refused(fault what) {
    const auto id = desk.add(std::move(what));
    return id ? errc::internal : id.error().code;
  }
  bool holds(fault_kind kind, std::string_view name) { return desk.find(kind, name) != nullptr; }

  manual_clock time;
  directory mail;
  fault_desk desk{7, time, mail};
};

TEST(fault_kind_test, has_a_name_for_each_kind_and_back) {
  for (std::size_t i = 0; i < fault_kinds; ++i) {
    const auto kind = static_cast<fault_kind>(i);
    EXPECT_FALSE(to_string(kind).empty());
    EXPECT_EQ(parse_fault_kind(to_string(kind)), kind);
  }
  EXPECT_EQ(to_string(fault_kind::outage), "outage");
  EXPECT_EQ(to_string(fault_kind::session_expired), "session_expired");
  EXPECT_EQ(to_string(fault_kind::smtp_doubt), "smtp_doubt");
  EXPECT_EQ(to_string(fault_kind::token_down), "token_down");
  EXPECT_EQ(parse_fault_kind("Outage"), std::nullopt);
  EXPECT_EQ(parse_fault_kind(""), std::nullopt);
}

TEST(fault_kind_test, knows_which_happen_once) {
  std::set<std::string_view> once;
  for (std::size_t i = 0; i < fault_kinds; ++i)
    if (is_momentary(static_cast<fault_kind>(i)))
      once.insert(to_string(static_cast<fault_kind>(i)));
  EXPECT_THAT(once, testing::UnorderedElementsAre("rotate_keys", "drop", "session_expired", "uidvalidity",
                                                  "mass_delete", "revoke"));
}

TEST_F(fault_desk_test, holds_in_its_window_only) {
  add({.kind = fault_kind::stall, .at = 2s, .lasts = 3s});
  EXPECT_FALSE(holds(fault_kind::stall, "a@b.test"));
  time.advance(1999ms);
  EXPECT_FALSE(holds(fault_kind::stall, "a@b.test"));
  time.advance(1ms);
  EXPECT_TRUE(holds(fault_kind::stall, "a@b.test"));
  EXPECT_FALSE(holds(fault_kind::cut, "a@b.test"));
  time.advance(2999ms);
  EXPECT_TRUE(holds(fault_kind::stall, "a@b.test"));
  time.advance(1ms);
  EXPECT_FALSE(holds(fault_kind::stall, "a@b.test"));
  EXPECT_EQ(desk.all().size(), 1U) << "past ones stay until they are cleared away";
}

TEST_F(fault_desk_test, holds_until_it_is_taken_away) {
  const auto id = add({.kind = fault_kind::slow, .amount = 100});
  time.advance(24h * 365);
  ASSERT_TRUE(holds(fault_kind::slow, "a@b.test"));
  EXPECT_EQ(desk.find(fault_kind::slow, "a@b.test")->amount, 100);
  EXPECT_TRUE(desk.remove(id));
  EXPECT_FALSE(desk.remove(id));
  EXPECT_FALSE(holds(fault_kind::slow, "a@b.test"));
}

TEST_F(fault_desk_test, chooses_by_name_and_domain_in_any_case) {
  add({.kind = fault_kind::refuse, .names = {"Support@Contoso.test", "*@fabrikam.test", "client-id"}});
  EXPECT_TRUE(holds(fault_kind::refuse, "support@contoso.TEST"));
  EXPECT_TRUE(holds(fault_kind::refuse, "anyone@Fabrikam.test"));
  EXPECT_TRUE(holds(fault_kind::refuse, "client-id"));
  EXPECT_FALSE(holds(fault_kind::refuse, "sales@contoso.test"));
  EXPECT_FALSE(holds(fault_kind::refuse, "anyone@sub.fabrikam.test"));
  EXPECT_FALSE(holds(fault_kind::refuse, ""));
}

TEST_F(fault_desk_test, draws_the_share_and_always_the_same_ones) {
  add({.kind = fault_kind::stall, .share = 0.3});
  fault_desk again{7, time, mail}, other_seed{8, time, mail};
  ASSERT_TRUE(again.add({.kind = fault_kind::stall, .share = 0.3}));
  ASSERT_TRUE(other_seed.add({.kind = fault_kind::stall, .share = 0.3}));
  int chosen = 0, different = 0;
  for (int i = 0; i < 10'000; ++i) {
    const bool is = holds(fault_kind::stall, address(i));
    chosen += is;
    EXPECT_EQ(is, again.find(fault_kind::stall, address(i)) != nullptr);
    different += is != (other_seed.find(fault_kind::stall, address(i)) != nullptr);
  }
  EXPECT_NEAR(chosen, 3'000, 150);
  EXPECT_NEAR(different, 4'200, 300);
}

TEST_F(fault_desk_test, chooses_who_has_two_names_by_either_and_draws_once) {
  constexpr int many = 1000;
  for (int i = 0; i < many; ++i) {
    mail.add(address(i));
    ASSERT_TRUE(mail.identify(address(i), "u" + std::to_string(i) + "@contoso.local", {}));
  }
  add({.kind = fault_kind::stall, .names = {"U7@contoso.local"}});
  add({.kind = fault_kind::revoke, .names = {address(7)}});
  add({.kind = fault_kind::cut, .names = {"*@contoso.local"}});
  EXPECT_TRUE(holds(fault_kind::stall, address(7)));
  EXPECT_TRUE(holds(fault_kind::cut, address(8)));
  EXPECT_FALSE(holds(fault_kind::stall, address(8)));
  EXPECT_TRUE(desk.chosen(desk.all()[1], "u7@contoso.local"));
  add({.kind = fault_kind::slow, .share = 0.5, .amount = 1});
  int struck = 0;
  for (int i = 0; i < many; ++i) {
    const bool is = holds(fault_kind::slow, address(i));
    EXPECT_EQ(holds(fault_kind::slow, "u" + std::to_string(i) + "@contoso.local"), is);
    struck += is;
  }
  EXPECT_NEAR(struck, many / 2, 50);
}

TEST_F(fault_desk_test, draws_anew_for_each_fault) {
  add({.kind = fault_kind::stall, .share = 0.5});
  add({.kind = fault_kind::cut, .share = 0.5});
  int both = 0;
  for (int i = 0; i < 10'000; ++i)
    both += holds(fault_kind::stall, address(i)) && holds(fault_kind::cut, address(i));
  EXPECT_NEAR(both, 2'500, 250);
}

TEST_F(fault_desk_test, chooses_nobody_of_a_share_of_nothing) {
  add({.kind = fault_kind::stall, .share = 0});
  for (int i = 0; i < 100; ++i)
    EXPECT_FALSE(holds(fault_kind::stall, address(i)));
}

TEST_F(fault_desk_test, chooses_nobody_for_what_hits_all) {
  add({.kind = fault_kind::outage, .share = 0.01, .names = {"support@contoso.test"}});
  EXPECT_TRUE(holds(fault_kind::outage, ""));
}

TEST_F(fault_desk_test, gives_momentary_ones_out_once) {
  const auto id = add({.kind = fault_kind::drop, .at = 1s, .share = 0.5});
  add({.kind = fault_kind::stall});
  EXPECT_TRUE(desk.take_due().empty());
  time.advance(1500ms);
  EXPECT_FALSE(holds(fault_kind::drop, "a@b.test")) << "they do not last";
  const auto due = desk.take_due();
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due.front().id, id);
  EXPECT_TRUE(desk.take_due().empty());
  EXPECT_TRUE(desk.all().front().done);
  int chosen = 0;
  for (int i = 0; i < 1'000; ++i)
    chosen += desk.chosen(due.front(), address(i));
  EXPECT_NEAR(chosen, 500, 60);
}

TEST_F(fault_desk_test, refuses_what_makes_no_sense) {
  EXPECT_EQ(refused({.kind = fault_kind::stall, .share = 1.01}), errc::invalid_argument);
  EXPECT_EQ(refused({.kind = fault_kind::stall, .share = -0.1}), errc::invalid_argument);
  EXPECT_EQ(refused({.kind = fault_kind::stall, .share = std::numeric_limits<double>::quiet_NaN()}),
            errc::invalid_argument);
  EXPECT_EQ(refused({.kind = fault_kind::stall, .at = -1ms}), errc::invalid_argument);
  EXPECT_EQ(refused({.kind = fault_kind::stall, .lasts = -1ms}), errc::invalid_argument);
  EXPECT_EQ(refused({.kind = fault_kind::stall, .lasts = std::chrono::milliseconds::max()}), errc::invalid_argument);
  EXPECT_EQ(refused({.kind = fault_kind::stall, .amount = 1}), errc::invalid_argument);
  EXPECT_EQ(refused({.kind = fault_kind::slow}), errc::invalid_argument);
  EXPECT_EQ(refused({.kind = fault_kind::mass_delete, .amount = 101}), errc::invalid_argument);
  EXPECT_EQ(refused({.kind = fault_kind::throttle, .amount = -1}), errc::invalid_argument);
  EXPECT_EQ(refused({.kind = fault_kind::token_error}), errc::invalid_argument);
  EXPECT_EQ(refused({.kind = static_cast<fault_kind>(fault_kinds)}), errc::invalid_argument);
  EXPECT_TRUE(desk.all().empty());
  add({.kind = fault_kind::clock_skew, .amount = -300});
}

TEST_F(fault_desk_test, takes_a_thousand_and_no_more) {
  for (std::size_t i = 0; i < fault_desk::faults_max; ++i)
    add({.kind = fault_kind::stall});
  EXPECT_EQ(refused({.kind = fault_kind::stall}), errc::invalid_argument);
  desk.clear();
  EXPECT_FALSE(holds(fault_kind::stall, "a@b.test"));
  EXPECT_EQ(add({.kind = fault_kind::stall}), fault_desk::faults_max + 1) << "no id comes twice";
}

} // namespace
} // namespace postroom::sim
