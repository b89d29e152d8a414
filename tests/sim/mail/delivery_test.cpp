#include "sim/mail/delivery.hpp"

#include "sim/mail/mail_date.hpp"

#include <gtest/gtest.h>

namespace postroom::sim {
namespace {

TEST(delivery, reads_message_ids_that_make_sense) {
  EXPECT_EQ(message_id_of("Subject: x\r\nmessage-id:\r\n <a@b>\r\n\r\n"), "<a@b>");
  EXPECT_EQ(message_id_of("Message-ID: <a@\r\n b>\r\n\r\n"), "<a@b>") << "folded";
  EXPECT_EQ(message_id_of("Subject: x\r\n\r\nMessage-ID: <a@b>\r\n"), "") << "in the text";
  EXPECT_EQ(message_id_of("Message-ID: a@b\r\n\r\n"), "");
  EXPECT_EQ(message_id_of("Message-ID: <a@b> <c@d>\r\n\r\n"), "");
  EXPECT_EQ(message_id_of("Message-ID: <>\r\n\r\n"), "");
  EXPECT_EQ(message_id_of("Message-ID: <" + std::string(600, 'a') + "@b>\r\n\r\n"), "");
}

TEST(delivery, puts_a_mail_into_the_inbox_and_the_journal) {
  mailbox into{"anna@contoso.test"};
  journal records{10};
  const auto sealed = seal("Message-ID: <a@b>\r\n\r\nabc");
  EXPECT_EQ(deliver(into, sealed, wall_time{}, mail_origin::submitted, records), 1U);
  EXPECT_EQ(deliver(into, sealed, wall_time{}, mail_origin::posted, records), 2U);
  EXPECT_EQ(into.inbox().mails()[0].raw, into.inbox().mails()[1].raw) << "its octets are there once";
  const auto told = records.delivered(0, 10);
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[1].mailbox, "anna@contoso.test");
  EXPECT_EQ(told[1].uid, 2U);
  EXPECT_EQ(told[1].uid_validity, into.inbox().uid_validity());
  EXPECT_EQ(told[1].octets, 24U);
  EXPECT_EQ(told[1].origin, mail_origin::posted);
}

TEST(delivery, digests_in_hex) {
  EXPECT_EQ(digest_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad") << "FIPS 180-2";
}

TEST(mail_date, is_written_as_in_header_fields) {
  using namespace std::chrono_literals;
  const wall_time day{std::chrono::sys_days{std::chrono::year{2026} / 11 / 24}};
  EXPECT_EQ(mail_date_text(day + 2h + 9min + 11s + 999ms), "Tue, 24 Nov 2026 02:09:11 +0000");
  EXPECT_EQ(mail_date_text(day + 13 * 24h), "Mon, 07 Dec 2026 00:00:00 +0000");
}

} // namespace
} // namespace postroom::sim
