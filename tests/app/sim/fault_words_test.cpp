#include "app/sim/scenario_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postroom::app {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

sim::fault fault_of(std::string_view text) {
  auto what = parse_fault(text);
  EXPECT_TRUE(what) << text << ": " << what.error().detail;
  return what ? *what : sim::fault{};
}

std::string problem_of(std::string_view text) {
  const auto what = parse_fault(text);
  EXPECT_FALSE(what) << "accepted: " << text;
  if (what)
    return {};
  EXPECT_EQ(what.error().code, errc::invalid_argument);
  return what.error().detail;
}

TEST(fault_words, may_be_a_kind_alone) {
  const auto what = fault_of("outage");
  EXPECT_EQ(what.kind, sim::fault_kind::outage);
  EXPECT_EQ(what.at, 0ms);
  EXPECT_EQ(what.lasts, 0ms);
  EXPECT_EQ(what.share, 1);
  EXPECT_EQ(what.amount, 0);
  EXPECT_THAT(what.names, IsEmpty());
}

TEST(fault_words, set_everything) {
  const auto what = fault_of("throttle,share=0.1,at=10s,for=2m,amount=30000,names=a@b.test;*@c.test");
  EXPECT_EQ(what.kind, sim::fault_kind::throttle);
  EXPECT_EQ(what.share, 0.1);
  EXPECT_EQ(what.at, 10s);
  EXPECT_EQ(what.lasts, 2min);
  EXPECT_EQ(what.amount, 30000);
  EXPECT_THAT(what.names, ElementsAre("a@b.test", "*@c.test"));
  EXPECT_EQ(fault_of("clock_skew,amount=-90").amount, -90);
}

TEST(fault_words, take_times_in_each_unit) {
  EXPECT_EQ(fault_of("drop,at=250ms").at, 250ms);
  EXPECT_EQ(fault_of("drop,at=0s").at, 0ms);
  EXPECT_EQ(fault_of("drop,at=10s").at, 10s);
  EXPECT_EQ(fault_of("drop,at=3m").at, 3min);
  EXPECT_EQ(fault_of("drop,at=8760h").at, 8760h);
  for (const auto* wrong : {"", "5", "s", "ms", "-1s", "1.5s", "1d", "1 s", "8761h", "99999999999999999999s"})
    EXPECT_THAT(problem_of("drop,at=" + std::string{wrong}), HasSubstr("'at=" + std::string{wrong} + "' is none of"));
  EXPECT_THAT(problem_of("stall,for=soon"), HasSubstr("'for=soon' is none of"));
}

TEST(fault_words, name_what_is_wrong) {
  EXPECT_THAT(problem_of(""), HasSubstr("no fault is called ''"));
  EXPECT_THAT(problem_of("earthquake,share=1"), HasSubstr("no fault is called 'earthquake'"));
  for (const auto* wrong : {"share", "share=", "share=half", "share=0,5", "amount=", "amount=1.5", "amount=1e3",
                            "amount=99999999999999999999", "names=", "names=a@b.test;;c@d.test", "name=a@b.test"}) {
    const std::string part = wrong;
    EXPECT_THAT(problem_of("throttle," + part), HasSubstr("' is none of share=0.1")) << part;
  }
  EXPECT_THAT(problem_of("throttle,share"), HasSubstr("'share' is none of"));
  EXPECT_THAT(problem_of("throttle,,share=1"), HasSubstr("'' is none of"));
}

TEST(fault_words, refuse_a_fault_that_cannot_be) {
  EXPECT_THAT(problem_of("refuse,share=1.5"), HasSubstr("refuse: a share is between 0 and 1"));
  EXPECT_THAT(problem_of("refuse,share=nan"), HasSubstr("refuse: a share"));
  EXPECT_THAT(problem_of("refuse,amount=1"), HasSubstr("refuse: takes no amount"));
  EXPECT_THAT(problem_of("mass_delete"), HasSubstr("mass_delete: the amount is between 1 and 100"));
}

} // namespace
} // namespace postroom::app
