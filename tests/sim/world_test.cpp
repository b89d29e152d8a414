#include "sim/world.hpp"

#include "tests/sim/world_fixture.hpp"

namespace postroom::sim {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

const std::string raw = "Subject: hello\r\nMessage-ID: <1@example.test>\r\n\r\nbody\r\n";

std::vector<std::string> digests(const std::vector<delivered_mail>& mails) {
  std::vector<std::string> all;
  for (const auto& each : mails)
    all.push_back(each.mailbox + " " + each.sha256);
  return all;
}

TEST_F(world_test, begins_with_mails_that_are_in_the_journal) {
  for (const auto& address : it().who.mailboxes)
    EXPECT_EQ(inbox(address).size(), 3U);
  const auto first = it().records.delivered(0, 100);
  ASSERT_EQ(first.size(), 12U);
  EXPECT_EQ(first.front().mailbox, "support@contoso.test");
  EXPECT_EQ(first.front().folder, "INBOX");
  EXPECT_EQ(first.front().uid, 1U);
  EXPECT_EQ(first.front().octets, inbox("support@contoso.test").front().raw->size());
  EXPECT_LT(first.front().at, it().time.now());
  EXPECT_EQ(it().count().mails_delivered, 0U);
}

TEST_F(world_test, is_the_same_again_from_the_same_seed) {
  const auto plan = [](scenario& plan) { plan.mail.per_second = 10; };
  make(plan);
  time.advance(3s);
  EXPECT_FALSE(it().deliver_due(1'000));
  const auto before = digests(it().records.delivered(0, 1'000));
  EXPECT_EQ(before.size(), 12U + 30U);
  time.advance(-3s);
  make(plan);
  time.advance(3s);
  (void)it().deliver_generated("sales@contoso.test"); // which disturbs nothing
  while (it().deliver_due(7))
    ;
  auto again = digests(it().records.delivered(0, 1'000));
  again.erase(again.begin() + 12);
  EXPECT_EQ(again, before);
}

TEST_F(world_test, delivers_into_inboxes) {
  const auto uid = it().deliver("Support@contoso.test", seal(raw), mail_origin::posted);
  ASSERT_TRUE(uid);
  EXPECT_EQ(*uid, 4U);
  EXPECT_EQ(*inbox("support@contoso.test").back().raw, raw);
  const auto entry = it().records.delivered(12, 10);
  ASSERT_EQ(entry.size(), 1U);
  EXPECT_EQ(entry.front().message_id, "<1@example.test>");
  EXPECT_EQ(entry.front().sha256, digest_of(raw));
  EXPECT_EQ(entry.front().origin, mail_origin::posted);
  EXPECT_EQ(it().deliver("nobody@contoso.test", seal(raw), mail_origin::posted).error().code, errc::not_found);
  EXPECT_EQ(it().deliver_generated("nobody@contoso.test").error().code, errc::not_found);
  EXPECT_EQ(it().count().mails_delivered, 1U);
}

TEST_F(world_test, keeps_no_more_than_it_is_to) {
  make([](scenario& plan) { plan.mail.keep_each = 3; });
  ASSERT_TRUE(it().deliver("support@contoso.test", seal(raw), mail_origin::posted));
  ASSERT_EQ(inbox("support@contoso.test").size(), 3U);
  EXPECT_EQ(inbox("support@contoso.test").front().uid, 2U);
  EXPECT_EQ(inbox("support@contoso.test").back().uid, 4U);
}

TEST_F(world_test, counts_and_forgets_peaks) {
  it().connects.note(it().time.ticks());
  it().idles.begin("support@contoso.test", it().time.ticks());
  it().idles.end("support@contoso.test", it().time.ticks());
  time.advance(90s);
  auto counted = it().count();
  EXPECT_EQ(counted.connects, 1U);
  EXPECT_EQ(counted.connects_last_s, 0U);
  EXPECT_EQ(counted.connects_peak_per_s, 1U);
  EXPECT_EQ(counted.not_idle, 4U);
  EXPECT_EQ(counted.not_idle_longest_s, 90.0);
  EXPECT_GT(counted.cpu_s, 0);
  EXPECT_GT(counted.resident_bytes, 1'000'000U);
  it().reset_peaks();
  counted = it().count();
  EXPECT_EQ(counted.connects_peak_per_s, 0U);
  EXPECT_EQ(counted.not_idle_longest_s, 0.0);
}

TEST_F(world_test, refuses_faults_and_corpora_that_cannot_be) {
  auto plan = small_scenario();
  plan.faults.push_back({.kind = fault_kind::slow, .amount = -1});
  EXPECT_EQ(world::make(plan, ports, time, test_keys()).error().code, errc::invalid_argument);
  plan.faults.clear();
  plan.mail.corpus = "/nonexistent";
  EXPECT_EQ(world::make(plan, ports, time, test_keys()).error().code, errc::not_found);
}

} // namespace
} // namespace postroom::sim
