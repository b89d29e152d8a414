#include "sim/mail/bounce_queue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postroom::sim {
namespace {

using namespace std::chrono_literals;

class bounce_queue_test : public testing::Test {
protected:
  std::span<const mail> inbox() { return mails.find("support@contoso.test")->inbox().mails(); }

  manual_clock time;
  directory mails;
  journal records{100};
  stand_in_stats stats;
  bounce_queue queue{mails, records, stats, time};
  mailbox& support = mails.add("support@contoso.test");
};

TEST_F(bounce_queue_test, delivers_in_the_order_of_their_time) {
  queue.add("support@contoso.test", "Subject: late\r\n\r\n", time.ticks() + 60s);
  queue.add("Support@Contoso.test", "Subject: soon\r\nMessage-ID: <b@x>\r\n\r\n", time.ticks() + 2s);
  time.advance(1999ms);
  EXPECT_EQ(queue.deliver_due(time.ticks()), 0U);
  time.advance(1ms);
  EXPECT_EQ(queue.deliver_due(time.ticks()), 1U);
  ASSERT_EQ(inbox().size(), 1U);
  EXPECT_EQ(*inbox()[0].raw, "Subject: soon\r\nMessage-ID: <b@x>\r\n\r\n");
  EXPECT_EQ(inbox()[0].received, time.now());
  EXPECT_EQ(queue.waiting(), 1U);
  time.advance(60s);
  EXPECT_EQ(queue.deliver_due(time.ticks()), 1U);
  EXPECT_EQ(stats.mails_delivered, 2U);
}

TEST_F(bounce_queue_test, records_what_it_delivers) {
  queue.add("support@contoso.test", "Message-ID: <b@x>\r\n\r\n", time.ticks());
  queue.deliver_due(time.ticks());
  const auto told = records.delivered(0, 10);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].mailbox, "support@contoso.test");
  EXPECT_EQ(told[0].folder, "INBOX");
  EXPECT_EQ(told[0].uid, 1U);
  EXPECT_EQ(told[0].message_id, "<b@x>");
  EXPECT_EQ(told[0].octets, 21U);
  EXPECT_EQ(told[0].origin, mail_origin::bounce);
  EXPECT_EQ(told[0].sha256.size(), 64U);
}

TEST_F(bounce_queue_test, drops_what_has_nowhere_to_go) {
  queue.add("nobody@contoso.test", "x", time.ticks());
  queue.add("support@contoso.test", "x", time.ticks());
  support.settings.licensed = false;
  EXPECT_EQ(queue.deliver_due(time.ticks()), 2U);
  EXPECT_TRUE(inbox().empty());
  EXPECT_TRUE(records.delivered(0, 10).empty());
}

TEST_F(bounce_queue_test, loses_nothing_when_too_many_wait) {
  for (std::size_t i = 0; i < bounce_queue::waiting_max + 3; ++i)
    queue.add("support@contoso.test", "x", time.ticks() + 1h);
  EXPECT_EQ(queue.waiting(), bounce_queue::waiting_max);
  EXPECT_EQ(inbox().size(), 3U);
}

TEST_F(bounce_queue_test, bounds_their_octets_too) {
  const std::string large(bounce_queue::waiting_bytes_max / 2 + 1, 'x');
  queue.add("support@contoso.test", large, time.ticks() + 1h);
  queue.add("support@contoso.test", large, time.ticks() + 2h);
  EXPECT_EQ(queue.waiting(), 1U);
  EXPECT_EQ(inbox().size(), 1U);
}

} // namespace
} // namespace postroom::sim
