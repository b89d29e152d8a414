#include "base/limits.hpp"
#include "tests/api/support/outbox_api.hpp"

#include <gmock/gmock.h>

namespace postroom::api::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

using outbox_raw_api = outbox_api;

const std::string head = "From: Support <support@contoso.example>\r\n"
                         "To: Bea <bea@example.org>, carl@example.org\r\n"
                         "Cc: dora@example.org\r\n"
                         "Bcc: emil@example.org,\r\n frieda@example.org\r\n"
                         "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n"
                         "Message-ID: <own@application>\r\n";

TEST_F(outbox_raw_api, takes_recipients_from_the_header_and_hides_the_blind_ones) {
  const auto accepted = submit_raw(head + "\r\nHello\r\n.\r\nBcc: this is text\r\n");
  ASSERT_EQ(accepted.status, 202U) << accepted.body;
  EXPECT_THAT(envelope_of(accepted), ElementsAre("bea@example.org", "carl@example.org", "dora@example.org",
                                                 "emil@example.org", "frieda@example.org"));
  const auto octets = octets_of(accepted);
  EXPECT_THAT(octets, Not(HasSubstr("emil@")));
  EXPECT_THAT(octets, Not(HasSubstr("frieda@")));
  EXPECT_THAT(octets, HasSubstr("\r\n\r\nHello\r\n.\r\nBcc: this is text\r\n"));
  const auto shown = accepted.json();
  EXPECT_EQ(shown.at("subject"), "Grüße");
  EXPECT_NE(shown.at("message_id"), "own@application");
  EXPECT_EQ(shown.at("message_id").as_string(), message_of(accepted).message_id);
  EXPECT_THAT(octets, HasSubstr("X-Original-Message-ID: <own@application>"));
  EXPECT_EQ(shown.at("size").to_number<std::size_t>(), octets.size());
  EXPECT_EQ(accepted.header("location"), outbox + "/" + std::string{shown.at("id").as_string()});
}

TEST_F(outbox_raw_api, takes_its_media_type_in_any_spelling) {
  EXPECT_EQ(submit_raw(head + "\r\nx", {{"Content-Type", "Message/RFC822; charset=us-ascii"}}).status, 202U);
}

TEST_F(outbox_raw_api, refuses_a_sender_who_is_not_the_account) {
  const auto refused = submit_raw("From: boss@contoso.example\r\nTo: bea@example.org\r\n\r\nx");
  EXPECT_EQ(refused.status, 403U);
  EXPECT_EQ(code_of(refused), "forbidden");
  EXPECT_TRUE(complains(refused, "from"));
  for (const auto* from :
       {"", "From: \r\n", "From: nobody\r\n", "From: support@contoso.example, boss@contoso.example\r\n",
        "From: support@contoso.example\r\nFrom: boss@contoso.example\r\n"}) {
    const auto unclear = submit_raw(std::string{from} + "To: bea@example.org\r\n\r\nx");
    EXPECT_EQ(unclear.status, 400U) << from << unclear.body;
  }
  EXPECT_EQ(count(storage::space::outbox), 0U);
}

TEST_F(outbox_raw_api, refuses_what_is_no_mail_or_for_nobody) {
  const std::string from = "From: support@contoso.example\r\n";
  for (const auto& wrong :
       {std::string{}, std::string{"\r\n\r\n"}, std::string{"hello"}, from + "no field\r\n\r\nx", from + "\r\nx",
        from + "To: undisclosed-recipients:;\r\n\r\nx", from + "To: \"\r\n\r\nx", from + "To: nobody\r\n\r\nx",
        head + "\r\na" + std::string{"\0", 1}, from + "To: a@b.example\r\nX: \xff\r\n\r\nx"}) {
    const auto refused = submit_raw(wrong);
    EXPECT_EQ(refused.status, 400U) << wrong << refused.body;
    EXPECT_EQ(code_of(refused), "invalid_argument");
  }
  std::string many = from;
  for (int i = 0; i < 11; ++i) {
    many += "To: ";
    for (int j = 0; j < 100; ++j)
      many += (j > 0 ? ",\r\n r" : "r") + std::to_string(i * 100 + j) + "@example.org";
    many += "\r\n";
  }
  const auto refused = submit_raw(many + "\r\nx");
  EXPECT_TRUE(refused.status == 400U || refused.status == 413U) << refused.body;
}

TEST_F(outbox_raw_api, keeps_a_record_readable_whatever_the_subject_holds) {
  std::string subject = "Subject: x";
  for (int i = 0; i < 200; ++i)
    subject += "\r\n " + [] {
      std::string line;
      while (line.size() < 90)
        line += "€ü";
      return line;
    }();
  const auto accepted = submit_raw("From: support@contoso.example\r\nTo: b@example.org\r\n" + subject + "\r\n\r\nx");
  ASSERT_EQ(accepted.status, 202U) << accepted.body;
  const auto again = writer->get(accepted.header("location"));
  EXPECT_EQ(again.status, 200U) << again.body;
  EXPECT_EQ(again.json().at("subject"), accepted.json().at("subject"));
}

TEST_F(outbox_raw_api, keeps_large_mails_in_pieces) {
  std::string body;
  for (int i = 0; body.size() < 3 * limits::mib; ++i)
    body += "line " + std::to_string(i) + "\r\n";
  const auto accepted = submit_raw(head + "\r\n" + body);
  ASSERT_EQ(accepted.status, 202U) << accepted.body;
  EXPECT_GT(record_of(accepted).chunks(), 3U);
  const auto octets = octets_of(accepted);
  EXPECT_TRUE(octets.ends_with("\r\n\r\n" + body));
  EXPECT_EQ(collect(), 0U) << "all of it is referenced";
}

TEST_F(outbox_raw_api, leaves_a_refused_mail_to_the_collector) {
  const auto refused =
      submit_raw("From: boss@contoso.example\r\nTo: b@example.org\r\n\r\n" + std::string(100, 'x') + [] {
        std::string lines;
        while (lines.size() < 3 * limits::mib)
          lines += "\r\n" + std::string(70, 'y');
        return lines;
      }());
  EXPECT_EQ(refused.status, 403U);
  EXPECT_EQ(count(storage::space::outbox), 0U);
  EXPECT_EQ(collect(), 1U) << "what was staged is referenced or was lost";
  EXPECT_EQ(writer->get("/healthz").status, 200U);
}

} // namespace
} // namespace postroom::api::test
