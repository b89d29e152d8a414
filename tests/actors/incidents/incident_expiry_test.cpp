#include "actors/incidents/expiry_watch.hpp"
#include "tests/actors/incidents/book_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postroom::incidents {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using testing::ElementsAre;

const error secret_has_expired{errc::app_misconfigured, "invalid_client (AADSTS7000222)", "AADSTS7000222"};

class incident_expiry : public book_fixture {
protected:
  const wall_time end_ = time.now() + days{100};

  bool look(incident_book& at) {
    return carry_out(at, provider, at.expires(provider, "client_secret", end_, time.now()));
  }
  bool look() { return look(book); }
  void go_to(std::chrono::milliseconds before_end) {
    time.advance(std::chrono::duration_cast<std::chrono::milliseconds>(end_ - before_end - time.now()));
  }
  std::vector<std::int64_t> days_told() {
    std::vector<std::int64_t> out;
    for (const auto& each : events())
      out.push_back(boost::json::parse(each.data()).at("days_left").to_number<std::int64_t>());
    return out;
  }
};

TEST_F(incident_expiry, is_told_at_each_threshold_once) {
  for (int hour = 0; hour < 24 * 110; ++hour) {
    (void)look();
    time.advance(1h);
  }
  EXPECT_THAT(days_told(), ElementsAre(30, 14, 7, 1, 0));
  std::vector<std::string> ids;
  for (const auto& each : events())
    ids.push_back(each.id());
  const auto stem = "provider.azure.client_secret." + std::to_string(end_.time_since_epoch().count());
  EXPECT_THAT(ids,
              ElementsAre(stem + ".30_days", stem + ".14_days", stem + ".7_days", stem + ".1_days", stem + ".expired"));
}

TEST_F(incident_expiry, is_told_when_one_looks_only_when_one_should) {
  while (const auto in = look_again_in(end_, time.now())) {
    (void)look();
    time.advance(*in);
  }
  (void)look();
  EXPECT_THAT(days_told(), ElementsAre(30, 14, 7, 1, 0));
}

TEST_F(incident_expiry, says_what_ends_when_and_what_helps) {
  go_to(days{13} + 1h);
  ASSERT_TRUE(look());
  EXPECT_EQ(events().back().type(), "provider.secret_expiring");
  EXPECT_EQ(events().back().subject(), "provider/azure");
  EXPECT_EQ(last("what"), "client_secret");
  EXPECT_EQ(last("expires"), to_rfc3339(end_));
  EXPECT_EQ(last("days_left"), "14");
  EXPECT_EQ(last("provider"), "azure");
  EXPECT_EQ(last("accounts_count"), "2");
  EXPECT_FALSE(last("remedy").empty());
  EXPECT_FALSE(last("who_acts").empty());
}

TEST_F(incident_expiry, is_told_of_grants) {
  ASSERT_TRUE(carry_out(grant, book.expires(grant, "refresh_token", time.now() + days{20}, time.now())));
  EXPECT_EQ(events().back().type(), "grant.expiring");
  EXPECT_EQ(last("delegate"), "andrea@contoso.com");
}

TEST_F(incident_expiry, is_over_for_a_grant_that_works_again) {
  ASSERT_TRUE(carry_out(grant, book.expires(grant, "refresh_token", time.now() + days{20}, time.now())));
  const auto over = book.recovered(grant, time.now());
  ASSERT_TRUE(over);
  EXPECT_EQ(over->event_type, "");
  ASSERT_TRUE(carry_out(grant, over));
  EXPECT_FALSE(restarted().recovered(grant, time.now()));
  // With a fault it is the fault's event.
  const error locked{errc::blocked_by_policy, {}, "AADSTS53003"};
  ASSERT_TRUE(carry_out(grant, book.failed(grant, locked, time.now())));
  ASSERT_TRUE(carry_out(grant, book.expires(grant, "refresh_token", time.now() + days{20}, time.now())));
  ASSERT_TRUE(carry_out(grant, book.recovered(grant, time.now())));
  EXPECT_EQ(events().back().type(), "account.auth_recovered");
  EXPECT_EQ(events().size(), 4U);
  EXPECT_FALSE(restarted().forget(grant));
}

TEST_F(incident_expiry, is_told_once_of_thresholds_that_passed_without_us) {
  go_to(days{25});
  ASSERT_TRUE(look());
  go_to(days{3});
  auto later = restarted();
  ASSERT_TRUE(look(later));
  EXPECT_FALSE(look(later));
  EXPECT_THAT(days_told(), ElementsAre(25, 3));
  go_to(-days{50});
  later = restarted();
  ASSERT_TRUE(look(later));
  EXPECT_FALSE(look(later));
  EXPECT_THAT(days_told(), ElementsAre(25, 3, 0));
}

TEST_F(incident_expiry, is_not_told_again_after_a_restart) {
  go_to(days{14});
  ASSERT_TRUE(look());
  auto later = restarted();
  EXPECT_FALSE(look(later));
}

TEST_F(incident_expiry, is_not_told_again_when_the_clock_goes_back) {
  go_to(days{6});
  ASSERT_TRUE(look());
  for (const auto back : {days{20}, days{29}, days{60}}) {
    EXPECT_FALSE(book.expires(provider, "client_secret", end_, end_ - back));
  }
  EXPECT_FALSE(look());
  go_to(1h);
  EXPECT_TRUE(look());
}

TEST_F(incident_expiry, begins_anew_for_another_end) {
  go_to(days{6});
  ASSERT_TRUE(look());
  const auto other = end_ + days{5};
  ASSERT_TRUE(carry_out(provider, book.expires(provider, "client_secret", other, time.now())));
  EXPECT_THAT(days_told(), ElementsAre(6, 11));
}

TEST_F(incident_expiry, is_over_without_an_event_when_the_end_was_moved_away) {
  go_to(days{6});
  ASSERT_TRUE(look());
  for (const auto other : {end_ + days{365}, wall_time::max()}) {
    const auto over = book.expires(provider, "client_secret", other, time.now());
    ASSERT_TRUE(over);
    EXPECT_EQ(over->event_type, "");
    EXPECT_EQ(over->operations.size(), 1U);
    EXPECT_FALSE(book.committed(provider, false));
  }
  ASSERT_TRUE(carry_out(provider, book.expires(provider, "client_secret", end_ + days{365}, time.now())));
  EXPECT_FALSE(book.expires(provider, "client_secret", end_ + days{365}, time.now()));
  auto later = restarted();
  EXPECT_FALSE(later.expires(provider, "client_secret", end_ + days{365}, time.now()));
  EXPECT_EQ(events().size(), 1U);
}

TEST_F(incident_expiry, is_nothing_for_what_never_ends) {
  EXPECT_FALSE(book.expires(provider, "client_secret", wall_time::max(), time.now()));
  EXPECT_FALSE(book.forget(provider));
}

TEST_F(incident_expiry, is_told_again_when_the_commit_was_refused) {
  go_to(days{6});
  ASSERT_TRUE(book.expires(provider, "client_secret", end_, time.now()));
  EXPECT_FALSE(book.expires(provider, "client_secret", end_, time.now())); // under way
  EXPECT_FALSE(book.committed(provider, false));
  EXPECT_TRUE(look());
  EXPECT_EQ(events().size(), 1U);
}

TEST_F(incident_expiry, lets_one_of_two_writers_win) {
  go_to(days{6});
  auto other = restarted();
  const auto ours = book.expires(provider, "client_secret", end_, time.now());
  const auto theirs = other.expires(provider, "client_secret", end_, time.now());
  EXPECT_TRUE(carry_out(provider, ours));
  EXPECT_FALSE(carry_out(other, provider, theirs));
  EXPECT_EQ(events().size(), 1U);
}

TEST_F(incident_expiry, stands_beside_a_fault_and_beside_others) {
  go_to(days{6});
  ASSERT_TRUE(look());
  EXPECT_EQ(book.find(provider), nullptr);
  ASSERT_TRUE(carry_out(provider, book.expires(provider, "certificate", end_ - days{3}, time.now())));
  ASSERT_TRUE(carry_out(provider, book.failed(provider, secret_has_expired, time.now())));
  ASSERT_TRUE(carry_out(provider, book.recovered(provider, time.now())));
  auto later = restarted();
  EXPECT_FALSE(look(later));
  EXPECT_FALSE(later.expires(provider, "certificate", end_ - days{3}, time.now()));
  EXPECT_EQ(events().size(), 4U);
}

} // namespace
} // namespace postroom::incidents
