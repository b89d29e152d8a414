#include "base/limits.hpp"
#include "tests/api/support/object_checks.hpp"
#include "tests/api/support/outbox_api.hpp"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

namespace postroom::api::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using addresses = std::vector<mime::address>;

class reply_api : public outbox_api {
protected:
  static boost::json::object answering(const std::string& id, bool all = false) {
    return {{"text", "Thank you"}, {"reply", {{"message", id}, {"all", all}}}};
  }
  mime::parsed_message answered(const std::string& id, bool all = false) {
    return message_of(submit(answering(id, all)));
  }
};

const std::string question = "From: Bea <bea@example.org>\r\n"
                             "To: Support <support@contoso.example>, Carl <carl@example.org>\r\n"
                             "Cc: Dora <dora@example.org>, BEA@example.org\r\n"
                             "Subject: Printer =?utf-8?q?br=C3=A4nnt?=\r\n"
                             "Message-ID: <q2@example.org>\r\n"
                             "In-Reply-To: <q1@example.org>\r\n"
                             "References: <q0@example.org> <q1@example.org>\r\n"
                             "\r\nHelp!\r\n";

TEST_F(reply_api, goes_to_the_author_within_the_thread) {
  receive("msg_1", question);
  const auto accepted = submit(answering("msg_1"));
  const auto mail = message_of(accepted);
  EXPECT_THAT(mail.to, ElementsAre(mime::address{"Bea", "bea@example.org"}));
  EXPECT_THAT(mail.cc, IsEmpty());
  EXPECT_EQ(mail.subject, "Re: Printer brännt");
  EXPECT_EQ(mail.in_reply_to, "q2@example.org");
  EXPECT_THAT(mail.references, ElementsAre("q0@example.org", "q1@example.org", "q2@example.org"));
  EXPECT_THAT(envelope_of(accepted), ElementsAre("bea@example.org"));
  EXPECT_EQ(accepted.json().at("in_reply_to"), "q2@example.org");
  EXPECT_THAT(mail.text, HasSubstr("Thank you"));
}

TEST_F(reply_api, goes_to_all_but_ourselves_and_to_each_once) {
  receive("msg_1", question);
  const auto mail = answered("msg_1", true);
  EXPECT_THAT(mail.to, ElementsAre(mime::address{"Bea", "bea@example.org"}));
  EXPECT_THAT(mail.cc,
              ElementsAre(mime::address{"Carl", "carl@example.org"}, mime::address{"Dora", "dora@example.org"}));
}

TEST_F(reply_api, goes_where_the_author_wants_answers) {
  receive("msg_1", "Reply-To: list@example.org\r\n" + question);
  EXPECT_THAT(answered("msg_1").to, ElementsAre(mime::address{"", "list@example.org"}));
}

TEST_F(reply_api, lets_the_application_say_otherwise) {
  receive("msg_1", question);
  auto wish = answering("msg_1", true);
  wish["to"] = "emil@example.org";
  wish["cc"] = "frieda@example.org";
  wish["subject"] = "Solved";
  const auto mail = message_of(submit(wish));
  EXPECT_THAT(mail.to, ElementsAre(mime::address{"", "emil@example.org"}));
  EXPECT_THAT(mail.cc, ElementsAre(mime::address{"", "frieda@example.org"}));
  EXPECT_EQ(mail.subject, "Solved");
  EXPECT_EQ(mail.in_reply_to, "q2@example.org");
}

TEST_F(reply_api, says_re_once) {
  for (const auto* subject : {"Re: Printer", "RE: Printer", "re:Printer"}) {
    const std::string id = "msg_" + std::to_string(std::hash<std::string_view>{}(subject));
    receive(id, "From: bea@example.org\r\nSubject: " + std::string{subject} + "\r\n\r\nx");
    EXPECT_EQ(answered(id).subject, subject);
  }
  receive("msg_none", "From: bea@example.org\r\n\r\nx");
  EXPECT_THAT(answered("msg_none").subject, testing::StartsWith("Re:"));
}

TEST_F(reply_api, begins_a_thread_where_there_was_none) {
  receive("msg_1", "From: bea@example.org\r\nMessage-ID: <q2@example.org>\r\nIn-Reply-To: <q1@example.org>\r\n\r\nx");
  EXPECT_THAT(answered("msg_1").references, ElementsAre("q1@example.org", "q2@example.org"));
  receive("msg_2", "From: bea@example.org\r\nMessage-ID: <q2@example.org>\r\n\r\nx");
  EXPECT_THAT(answered("msg_2").references, ElementsAre("q2@example.org"));
  receive("msg_3", "From: bea@example.org\r\n\r\nx");
  const auto mail = answered("msg_3");
  EXPECT_THAT(mail.references, IsEmpty());
  EXPECT_EQ(mail.in_reply_to, "");
}

TEST_F(reply_api, keeps_the_first_and_the_last_of_a_long_thread) {
  std::string raw = "From: bea@example.org\r\nMessage-ID: <last@example.org>\r\nReferences:";
  for (int i = 0; i < 80; ++i)
    raw += "\r\n <r" + std::to_string(i) + "@example.org>";
  receive("msg_1", raw + "\r\n\r\nx");
  const auto references = answered("msg_1").references;
  EXPECT_LE(references.size(), limits::mime_references_max);
  EXPECT_EQ(references.front(), "r0@example.org");
  EXPECT_EQ(references.back(), "last@example.org");
}

TEST_F(reply_api, can_answer_what_the_wild_sends) {
  // Ids that no mail of ours may hold: the answer loses its thread rather than the application its answer.
  receive("msg_1", "From: bea@example.org\r\nMessage-ID: <with blank @x>\r\nReferences: <caf\xc3\xa9@x>\r\n"
                   "Subject: " +
                       std::string(1300, 's') + "\r\n\r\nx");
  const auto accepted = submit(answering("msg_1"));
  EXPECT_EQ(accepted.status, 202U) << accepted.body;
  receive("msg_2",
          "From: bea@example.org\r\nSubject: tab\there\r\nMessage-ID: <" + std::string(600, 'i') + "@x>\r\n\r\nx");
  const auto second = submit(answering("msg_2"));
  EXPECT_EQ(second.status, 202U) << second.body;
}

TEST_F(reply_api, leaves_out_whom_nobody_can_reach) {
  receive("msg_1", "From: bea@example.org\r\nTo: undisclosed-recipients:;\r\n"
                   "Cc: <no-domain>, dora@example.org\r\n\r\nx");
  const auto accepted = submit(answering("msg_1", true));
  EXPECT_EQ(accepted.status, 202U) << accepted.body;
  EXPECT_THAT(envelope_of(accepted), ElementsAre("bea@example.org", "dora@example.org"));
}

TEST_F(reply_api, finds_no_message_that_is_not_the_accounts) {
  make_account("acme", "sales", "azure");
  receive("msg_1", question, "sales");
  for (const auto* field : {"reply", "forward"})
    for (const auto* id : {"msg_1", "msg_9"}) {
      const auto refused = submit(with(sample(), field, boost::json::object{{"message", id}}));
      EXPECT_EQ(refused.status, 404U) << refused.body;
      EXPECT_TRUE(complains(refused, std::string{field} + ".message")) << refused.body;
    }
}

TEST_F(reply_api, can_forward_a_message_as_it_was_received) {
  receive("msg_1", question);
  const auto accepted = submit({{"to", "emil@example.org"}, {"text", "Look"}, {"forward", {{"message", "msg_1"}}}});
  const auto mail = message_of(accepted);
  EXPECT_EQ(mail.subject, "Fwd: Printer brännt");
  EXPECT_EQ(mail.in_reply_to, "");
  ASSERT_EQ(mail.attachments.size(), 1U);
  EXPECT_EQ(mail.attachments[0].content_type, "message/rfc822");
  EXPECT_THAT(octets_of(accepted), HasSubstr(question));
  EXPECT_THAT(envelope_of(accepted), ElementsAre("emil@example.org"));
  const auto titled = submit({{"to", "emil@example.org"}, {"subject", "Look"}, {"forward", {{"message", "msg_1"}}}});
  EXPECT_EQ(message_of(titled).subject, "Look");
}

TEST_F(reply_api, forwards_after_the_files_of_the_application) {
  receive("msg_1", question);
  const auto file = upload("content", "a.txt", "text/plain");
  const auto mail = message_of(submit({{"to", "emil@example.org"},
                                       {"attachments", boost::json::array{boost::json::object{{"upload", file}}}},
                                       {"forward", {{"message", "msg_1"}}}}));
  ASSERT_EQ(mail.attachments.size(), 2U);
  EXPECT_EQ(mail.attachments[0].filename, "a.txt") << "the message is said to be the last";
  EXPECT_EQ(mail.attachments[1].content_type, "message/rfc822");
}

TEST_F(reply_api, names_the_attachment_that_is_wrong_beside_a_forward) {
  receive("msg_1", question);
  const auto file = upload("content", "a.txt", "text/plain");
  const auto refused =
      submit({{"to", "emil@example.org"},
              {"attachments", boost::json::array{boost::json::object{{"upload", file}, {"filename", "a/b"}}}},
              {"forward", {{"message", "msg_1"}}}});
  EXPECT_TRUE(complains(refused, "attachments[0].filename")) << refused.body;
}

TEST_F(reply_api, cannot_forward_what_is_gone) {
  receive("msg_1", question);
  const auto key = storage::keys::message(tenant_id{"acme"}, account_id{"support"}, message_id{"msg_1"});
  auto record = stored<records::Message>(key);
  blob_id blob;
  std::ranges::copy(record.blob(), blob.bytes.begin());
  commit({storage::release_body{blob}});
  const auto wish = boost::json::object{{"to", "emil@example.org"}, {"forward", {{"message", "msg_1"}}}};
  EXPECT_EQ(submit(wish).status, 410U);
  record.clear_blob();
  commit({storage::put_of(key, record)});
  const auto gone = submit(wish);
  EXPECT_EQ(gone.status, 410U);
  EXPECT_EQ(code_of(gone), "body_gone");
  EXPECT_EQ(submit(answering("msg_1")).status, 202U) << "an answer needs no body";
}

} // namespace
} // namespace postroom::api::test
