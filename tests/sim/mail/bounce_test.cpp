#include "sim/mail/bounce.hpp"

#include "protocol/mime/byte_source.hpp"
#include "protocol/mime/parse_message.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postroom::sim {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string original = "From: Support <support@contoso.test>\r\nTo: nobody@contoso.test\r\n"
                             "Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\nMessage-ID: <m1@contoso.test>\r\n"
                             "Content-Type: text/plain\r\n\r\nthe text\r\n";

bounce_facts unknown_recipient() {
  bounce_facts facts;
  facts.host = "EUR01.stand-in.test";
  facts.to = "support@contoso.test";
  facts.message_id = "<b1@stand-in.test>";
  facts.envelope_id = "job-17";
  facts.arrived = wall_time{std::chrono::sys_days{std::chrono::year{2026} / 11 / 24}};
  facts.now = facts.arrived + std::chrono::seconds{2};
  facts.recipients = {{"nobody@contoso.test", "rfc822;nobody@contoso.test", "5.1.10",
                       "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", ""}};
  return facts;
}

/// The text between the boundary lines, beginning with each part's header.
std::vector<std::string> parts_of(const std::string& raw) {
  const auto quote = raw.find("boundary=\"") + 10;
  const auto mark = "--" + raw.substr(quote, raw.find('"', quote) - quote);
  std::vector<std::string> parts;
  for (auto at = raw.find("\r\n" + mark) + 2; raw.substr(at + mark.size(), 2) == "\r\n";) {
    const auto begin = at + mark.size() + 2;
    at = raw.find("\r\n" + mark, begin) + 2;
    parts.push_back(raw.substr(begin, at - 2 - begin));
  }
  return parts;
}

TEST(bounce, tells_the_machine_whom_it_has_not_reached_and_why) {
  const auto parts = parts_of(write_bounce(unknown_recipient(), original));
  ASSERT_EQ(parts.size(), 3U);
  EXPECT_EQ(parts[1], "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; EUR01.stand-in.test\r\n"
                      "Original-Envelope-Id: job-17\r\nArrival-Date: Tue, 24 Nov 2026 00:00:00 +0000\r\n\r\n"
                      "Original-Recipient: rfc822;nobody@contoso.test\r\nFinal-Recipient: rfc822; nobody@contoso.test"
                      "\r\nAction: failed\r\nStatus: 5.1.10\r\nDiagnostic-Code: smtp; 550 5.1.10 "
                      "RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup\r\n");
  EXPECT_EQ(parts[2], "Content-Type: message/rfc822\r\n\r\n" + original);
}

TEST(bounce, tells_people_in_microsofts_words) {
  const auto raw = write_bounce(unknown_recipient(), original);
  EXPECT_THAT(raw, StartsWith("Return-Path: <>\r\nFrom: Microsoft Outlook <MicrosoftExchange"));
  EXPECT_THAT(parts_of(raw).at(0), AllOf(HasSubstr("Your message to nobody@contoso.test couldn't be delivered.\r\n"),
                                         HasSubstr("nobody wasn't found at contoso.test.\r\n")));
}

TEST(bounce, is_understood_as_one_that_answers_the_mail) {
  for (const auto voice : {service::microsoft, service::google, service::generic}) {
    auto facts = unknown_recipient();
    facts.voice = voice;
    auto raw = write_bounce(facts, original);
    mime::memory_source source{raw};
    const auto parsed = mime::parse_message(source).value();
    EXPECT_EQ(mime::to_string(parsed.automatic), "bounce") << to_string(voice);
    EXPECT_THAT(parsed.defects, ElementsAre()) << to_string(voice);
    EXPECT_EQ(parsed.in_reply_to, "m1@contoso.test");
    EXPECT_THAT(parsed.references, ElementsAre("m1@contoso.test"));
    EXPECT_EQ(parsed.message_id, "b1@stand-in.test");
    if (voice == service::microsoft) {
      EXPECT_EQ(parsed.subject, "Undeliverable: Gr\xC3\xBC\xC3\x9F"
                                "e");
    }
  }
}

TEST(bounce, can_be_a_delay_which_is_no_failure) {
  auto facts = unknown_recipient();
  facts.delayed = true;
  facts.recipients = {{"delayed@example.test", "", "4.4.7", "400 4.4.7 Message delayed", "mx.example.test"}};
  const auto raw = write_bounce(facts, original);
  EXPECT_THAT(raw, HasSubstr("Subject: Delivery delayed: "));
  EXPECT_THAT(
      parts_of(raw).at(1),
      AllOf(HasSubstr("\r\nFinal-Recipient: rfc822; delayed@example.test\r\nAction: delayed\r\nStatus: 4.4.7\r\n"
                      "Remote-MTA: dns; mx.example.test\r\n"),
            EndsWith("Last-Attempt-Date: Tue, 24 Nov 2026 00:00:02 +0000\r\n"
                     "Will-Retry-Until: Wed, 25 Nov 2026 00:00:00 +0000\r\n"),
            Not(HasSubstr("failed"))));
}

TEST(bounce, has_a_block_for_each_recipient) {
  auto facts = unknown_recipient();
  facts.recipients.push_back({"full@example.test", "", "5.2.2", "552 5.2.2 Mailbox full", "mx.example.test"});
  facts.recipients.push_back({"g\xC3\xBC@example.test", "", "5.7.1", "550 5.7.1 no", ""});
  const auto parts = parts_of(write_bounce(facts, original));
  EXPECT_THAT(parts.at(1), AllOf(StartsWith("Content-Type: message/global-delivery-status\r\n"),
                                 HasSubstr("\r\n\r\nFinal-Recipient: "
                                           "rfc822; full@"),
                                 HasSubstr("\r\n\r\nFinal-Recipient: utf-8; g\xC3\xBC@example.test\r\n")))
      << "RFC 6533";
  EXPECT_THAT(parts.at(0), AllOf(HasSubstr("charset=utf-8"), HasSubstr("mailbox of full at example.test is full")));
}

TEST(bounce, returns_the_header_alone_when_asked_and_for_large_mails) {
  auto facts = unknown_recipient();
  const auto header = original.substr(0, original.find("the text"));
  const auto large = original + std::string(returned_mail_bytes_max, 'x') + "\r\n";
  EXPECT_EQ(parts_of(write_bounce(facts, large)).at(2), "Content-Type: text/rfc822-headers\r\n\r\n" + header);
  facts.headers_only = true;
  EXPECT_EQ(parts_of(write_bounce(facts, original)).at(2), "Content-Type: text/rfc822-headers\r\n\r\n" + header);
  std::string endless;
  while (endless.size() < 2 * returned_header_bytes_max)
    endless += "X-Trace: " + std::string(500, 'y') + "\r\n";
  const auto cut = parts_of(write_bounce(facts, endless)).at(2);
  EXPECT_LT(cut.size(), returned_header_bytes_max + 100);
  EXPECT_THAT(cut, EndsWith("y\r\n")) << "at the end of a line";
}

TEST(bounce, shortens_long_subjects_between_words) {
  std::string subject;
  while (subject.size() < 5000)
    subject += "word ";
  const auto raw = write_bounce(unknown_recipient(), "Subject: " + subject + "\r\n\r\n");
  const auto begin = raw.find("Subject: ");
  const auto line = raw.substr(begin, raw.find("\r\n", begin) - begin);
  EXPECT_LT(line.size(), 400U);
  EXPECT_THAT(line, EndsWith("word"));
  EXPECT_THAT(raw, Not(HasSubstr("In-Reply-To"))) << "it has no Message-ID";
}

} // namespace
} // namespace postroom::sim
