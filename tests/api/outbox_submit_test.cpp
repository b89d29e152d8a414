#include "base/limits.hpp"
#include "tests/api/support/object_checks.hpp"
#include "tests/api/support/outbox_api.hpp"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

namespace postroom::api::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::Not;

using outbox_submit_api = outbox_api;

boost::json::object named(const std::string& name, const std::string& address) {
  return {{"name", name}, {"address", address}};
}

std::vector<std::string> addresses_of(const std::vector<mime::address>& list) {
  std::vector<std::string> out;
  for (const auto& each : list)
    out.push_back(each.address);
  return out;
}

TEST_F(outbox_submit_api, writes_every_field_of_the_document_into_the_mail) {
  const auto file = upload("one\r\ntwo", "notes.txt", "text/plain");
  boost::json::object attachment{{"upload", file},
                                 {"filename", "Größe.bin"},
                                 {"content_type", "application/x-thing"},
                                 {"inline", true},
                                 {"content_id", "logo@contoso"}};
  const auto accepted = submit({{"from", named("Help desk", "Support@contoso.example")},
                                {"reply_to", boost::json::array{"answers@contoso.example"}},
                                {"to", boost::json::array{named("Béa", "bea@example.org"), "carl@example.org"}},
                                {"cc", "dora@example.org"},
                                {"bcc", boost::json::array{"emil@example.org", "BEA@example.org"}},
                                {"subject", "Grüße – 你好"},
                                {"text", "Plain ü\n.dot"},
                                {"html", "<p>HTML ü <img src=\"cid:logo@contoso\"></p>"},
                                {"headers", {{"X-Ticket", "42"}}},
                                {"attachments", boost::json::array{attachment}},
                                {"reply", nullptr},
                                {"forward", nullptr},
                                {"hold", false}});
  ASSERT_EQ(accepted.status, 202U) << accepted.body;
  const auto mail = message_of(accepted);
  ASSERT_EQ(mail.from.size(), 1U);
  EXPECT_EQ(mail.from[0], (mime::address{"Help desk", "Support@contoso.example"}));
  EXPECT_THAT(addresses_of(mail.reply_to), ElementsAre("answers@contoso.example"));
  EXPECT_THAT(addresses_of(mail.to), ElementsAre("bea@example.org", "carl@example.org"));
  EXPECT_EQ(mail.to.at(0).name, "Béa");
  EXPECT_THAT(addresses_of(mail.cc), ElementsAre("dora@example.org"));
  EXPECT_TRUE(mail.bcc.empty());
  EXPECT_EQ(mail.subject, "Grüße – 你好");
  EXPECT_EQ(mail.date, time.now());
  EXPECT_THAT(mail.text, HasSubstr("Plain ü\n.dot"));
  EXPECT_THAT(mail.html, HasSubstr("HTML ü"));
  ASSERT_EQ(mail.attachments.size(), 1U);
  EXPECT_EQ(mail.attachments[0].filename, "Größe.bin");
  EXPECT_EQ(mail.attachments[0].content_type, "application/x-thing");
  EXPECT_EQ(mail.attachments[0].content_id, "logo@contoso");
  EXPECT_EQ(mail.attachments[0].disposition, mime::disposition::embedded);
  EXPECT_EQ(part_of(accepted, mail.attachments[0].part), "one\r\ntwo");
  const auto octets = octets_of(accepted);
  EXPECT_THAT(octets, HasSubstr("X-Ticket: 42\r\n"));
  EXPECT_THAT(octets, Not(HasSubstr("emil@"))) << "a blind copy must stay blind";
  EXPECT_THAT(envelope_of(accepted),
              ElementsAre("bea@example.org", "carl@example.org", "dora@example.org", "emil@example.org"))
      << "each once";
}

TEST_F(outbox_submit_api, answers_with_the_mail_and_where_it_is) {
  const auto accepted = submit(sample());
  ASSERT_EQ(accepted.status, 202U) << accepted.body;
  const auto shown = accepted.json();
  const std::string id{shown.at("id").as_string()};
  EXPECT_EQ(accepted.header("location"), outbox + "/" + id);
  EXPECT_EQ(accepted.header("idempotency-replayed"), "");
  EXPECT_EQ(shown.at("account"), "support");
  EXPECT_EQ(shown.at("state"), "queued");
  EXPECT_EQ(shown.at("from"), "support@contoso.example");
  EXPECT_EQ(shown.at("subject"), "Hello");
  EXPECT_EQ(shown.at("attempts"), 0);
  EXPECT_EQ(shown.at("in_doubt"), false);
  EXPECT_TRUE(shown.at("last_error").is_null());
  EXPECT_EQ(shown.at("recipients").at(0).at("address"), "bea@example.org");
  EXPECT_EQ(shown.at("recipients").at(0).at("state"), "waiting");
  EXPECT_EQ(shown.at("message_id").as_string(), message_of(accepted).message_id);
  EXPECT_EQ(shown.at("size").to_number<std::size_t>(), octets_of(accepted).size());
  EXPECT_EQ(writer->get(accepted.header("location")).json().at("id").as_string(), id);
}

TEST_F(outbox_submit_api, sends_as_the_account_when_nobody_is_named) {
  const auto accepted = submit(sample());
  EXPECT_THAT(message_of(accepted).from, ElementsAre(mime::address{"Support", "support@contoso.example"}));
  const auto unnamed = submit(with(sample(), "from", "support@contoso.example"));
  EXPECT_THAT(message_of(unnamed).from, ElementsAre(mime::address{"", "support@contoso.example"}));
}

TEST_F(outbox_submit_api, sends_as_an_account_whose_address_is_international) {
  ASSERT_EQ(writer->patch(account, {{"email", "büro@größe.example"}}, "*").status, 200U);
  const auto accepted = submit(sample());
  ASSERT_EQ(accepted.status, 202U) << accepted.body;
  EXPECT_TRUE(record_of(accepted).utf8());
}

TEST_F(outbox_submit_api, sends_as_nobody_else) {
  for (const boost::json::value& other :
       boost::json::array{boost::json::value("boss@contoso.example"), boost::json::value(""),
                          boost::json::value(named("Support", "support@contoso.example.evil.org"))}) {
    const auto refused = submit(with(sample(), "from", other));
    EXPECT_TRUE(refused.status == 403U || refused.status == 400U) << refused.body;
    EXPECT_TRUE(complains(refused, "from")) << refused.body;
  }
  const auto refused = submit(with(sample(), "from", "boss@contoso.example"));
  EXPECT_EQ(refused.status, 403U);
  EXPECT_EQ(code_of(refused), "forbidden");
  EXPECT_EQ(count(storage::space::outbox), 0U);
}

TEST_F(outbox_submit_api, names_each_field_of_a_wrong_type) {
  const boost::json::array anything{7, 1.5, true, "text", boost::json::array{7}, boost::json::object{{"x", 1}}};
  const std::map<std::string, std::vector<std::string>> taken{
      {"from", {"text"}},    {"reply_to", {"text"}}, {"to", {"text"}},   {"cc", {"text"}}, {"bcc", {"text"}},
      {"subject", {"text"}}, {"text", {"text"}},     {"html", {"text"}}, {"headers", {}},  {"attachments", {}},
      {"reply", {}},         {"forward", {}},        {"hold", {"true"}},
  };
  for (const auto& [field, right] : taken)
    for (const auto& value : anything) {
      if ((value.is_string() && std::ranges::find(right, "text") != right.end()) ||
          (value.is_bool() && std::ranges::find(right, "true") != right.end()))
        continue;
      const auto refused = submit(with(sample(), field, value));
      EXPECT_EQ(refused.status, 400U) << field << ": " << value << refused.body;
      EXPECT_THAT(refused.body, HasSubstr("\"field\":\"" + field)) << value;
    }
  EXPECT_EQ(count(storage::space::outbox), 0U) << "something was stored all the same";
}

TEST_F(outbox_submit_api, refuses_what_it_does_not_know_and_what_is_said_twice) {
  EXPECT_TRUE(complains(submit(with(sample(), "subjet", "x")), "subjet", "is not a field of a mail"));
  EXPECT_TRUE(complains(submit(with(sample(), "reply", {{"message", "msg_1"}, {"every", true}})), "reply.every"));
  EXPECT_TRUE(complains(submit(with(sample(), "forward", {{"message", "msg_1"}, {"all", true}})), "forward.all"));
  EXPECT_TRUE(complains(submit(with(sample(), "to", {{"address", "a@b.example"}, {"nick", "a"}})), "to.nick"));
  const auto doubled = writer->send({"POST", outbox, R"({"to":"a@b.example","subject":"one","subject":"two"})", {}});
  EXPECT_EQ(doubled.status, 400U);
  EXPECT_TRUE(complains(doubled, "subject", "is given twice")) << doubled.body;
  const auto all = submit({{"subjet", 1}, {"hold", "yes"}, {"to", 7}});
  EXPECT_GE(errors_of(all).size(), 3U) << "all that is wrong at once: " << all.body;
}

TEST_F(outbox_submit_api, refuses_what_is_not_json) {
  for (const auto* wrong : {"", "{", "[]", "7", "null", "{\"to\":\"a@b.example\"} {}", "{\"to\":\"\xff@b.example\"}"}) {
    const auto refused = writer->send({"POST", outbox, wrong, {{"Content-Type", "application/json"}}});
    EXPECT_EQ(refused.status, 400U) << wrong << refused.body;
  }
  std::string deep = "{\"headers\":";
  for (int i = 0; i < 1000; ++i)
    deep += "{\"a\":";
  EXPECT_EQ(writer->send({"POST", outbox, deep, {}}).status, 400U);
}

TEST_F(outbox_submit_api, takes_json_and_whole_mails_only) {
  for (const auto* type : {"text/plain", "application/json-patch+json", "message/global", "application", ";"}) {
    const auto refused = writer->send({"POST", outbox, boost::json::serialize(sample()), {{"Content-Type", type}}});
    EXPECT_EQ(refused.status, 415U) << type;
  }
  for (const auto* type : {"application/json; charset=utf-8", "Application/JSON ;charset=utf-8"})
    EXPECT_EQ(writer->send({"POST", outbox, boost::json::serialize(sample()), {{"Content-Type", type}}}).status, 202U)
        << type;
}

TEST_F(outbox_submit_api, wants_one_to_a_thousand_recipients) {
  EXPECT_TRUE(complains(submit(without(sample(), "to")), "to", "at least one recipient"));
  EXPECT_TRUE(complains(submit(with(sample(), "to", boost::json::array{})), "to", "at least one recipient"));
  boost::json::array many;
  for (int i = 0; i < 1001; ++i)
    many.emplace_back("r" + std::to_string(i) + "@example.org");
  for (const auto* field : {"to", "cc", "bcc"})
    EXPECT_TRUE(complains(submit(with(sample(), field, many)), field, "more than 1000")) << field;
  const boost::json::array half(many.begin(), many.begin() + 500);
  const boost::json::array rest(many.begin() + 500, many.end());
  EXPECT_EQ(submit({{"to", half}, {"bcc", rest}, {"text", ""}}).status, 400U) << "1,001 in two lists";
  const boost::json::array thousand(many.begin(), many.end() - 1);
  const auto accepted = submit({{"bcc", thousand}, {"text", "to all"}});
  EXPECT_EQ(accepted.status, 202U) << accepted.body;
  EXPECT_EQ(envelope_of(accepted).size(), 1000U);
  EXPECT_EQ(submit({{"cc", "only@example.org"}}).status, 202U) << "an empty mail to somebody in copy is a mail";
}

TEST_F(outbox_submit_api, lets_no_text_break_out_of_its_header) {
  for (const auto& evil :
       std::vector<std::string>{"x\r\nBcc: evil@example.org", "x\nBcc: evil@example.org", "x\rBcc: evil@example.org",
                                std::string{"x\0y", 3}, std::string{"x\x7fy"}, std::string{"x\ty"}}) {
    const boost::json::value text(evil);
    const std::map<std::string, boost::json::object> mails{
        {"subject", with(sample(), "subject", text)},
        {"from.name", with(sample(), "from", {{"name", text}, {"address", "support@contoso.example"}})},
        {"to[0].name", with(sample(), "to", {{"name", text}, {"address", "bea@example.org"}})},
        {"cc[0].name", with(sample(), "cc", {{"name", text}, {"address", "bea@example.org"}})},
        {"reply_to[0].name", with(sample(), "reply_to", {{"name", text}, {"address", "bea@example.org"}})},
        {"to[0]", with(sample(), "to", boost::json::value(evil + "@example.org"))},
        {"cc[0]", with(sample(), "cc", boost::json::value(evil + "@example.org"))},
        {"reply_to[0]", with(sample(), "reply_to", boost::json::value("a@" + evil))},
        {"to", with(sample(), "bcc", boost::json::value(evil + "@example.org"))},
        {"headers.X-Ticket", with(sample(), "headers", {{"X-Ticket", text}})},
        {"headers[0]", with(sample(), "headers", boost::json::object{{evil, "42"}})},
    };
    for (const auto& [field, mail] : mails) {
      const auto refused = submit(mail);
      EXPECT_EQ(refused.status, 400U) << field << ": " << evil;
      EXPECT_TRUE(complains(refused, field)) << refused.body;
    }
    const auto file = upload("x", "x", "text/plain");
    for (const auto* field : {"filename", "content_type", "content_id"}) {
      boost::json::object attachment{{"upload", file}};
      attachment.emplace(field, text);
      const auto refused = submit(with(sample(), "attachments", boost::json::array{attachment}));
      EXPECT_EQ(refused.status, 400U) << field << ": " << evil;
      EXPECT_TRUE(complains(refused, "attachments[0]." + std::string{field})) << refused.body;
    }
  }
  EXPECT_EQ(count(storage::space::outbox), 0U);
}

TEST_F(outbox_submit_api, keeps_headers_of_its_own_to_itself) {
  for (const auto* name : {"Bcc", "bcc", "From", "To", "Sender", "Message-ID", "Content-Type", "DKIM-Signature",
                           "Received", "Return-Path", "Subject", "Date", "X-Original-Message-ID"})
    EXPECT_EQ(submit(with(sample(), "headers", boost::json::object{{name, "x@example.org"}})).status, 400U) << name;
}

TEST_F(outbox_submit_api, says_what_is_wrong_in_valid_utf8) {
  std::string address(limits::mime_word_bytes_max - 1, 'a');
  address += "é@example.org";
  for (const auto* field : {"to", "bcc"}) {
    const auto refused = submit(with(sample(), field, boost::json::value(address)));
    EXPECT_EQ(refused.status, 400U);
    EXPECT_NO_THROW((void)refused.json()) << "cut within a character: " << field;
  }
}

TEST_F(outbox_submit_api, bounds_a_json_document) {
  const auto shell = boost::json::serialize(with(sample(), "text", "")).size();
  const std::string text(limits::http_json_body_bytes_max - shell, 'x');
  EXPECT_EQ(submit(with(sample(), "text", boost::json::value(text))).status, 202U) << "just the largest";
  const auto refused = submit(with(sample(), "text", boost::json::value(text + "x")));
  EXPECT_EQ(refused.status, 413U);
  EXPECT_EQ(code_of(refused), "too_large");
}

TEST_F(outbox_submit_api, takes_a_mail_of_an_account_that_was_made_just_now) {
  for (int i = 0; i < 20; ++i) {
    const auto id = "new" + std::to_string(i);
    make_account("acme", id, "azure");
    const auto accepted = writer->post("/v1/tenants/acme/accounts/" + id + "/outbox", sample());
    EXPECT_EQ(accepted.status, 202U) << accepted.body;
  }
}

TEST_F(outbox_submit_api, knows_the_accounts_of_its_tenant_only) {
  make_tenant("other");
  EXPECT_EQ(writer->post("/v1/tenants/acme/accounts/nobody/outbox", sample()).status, 404U);
  EXPECT_EQ(writer->post("/v1/tenants/other/accounts/support/outbox", sample()).status, 404U);
  EXPECT_NE(as(scope::write, "other").post(outbox, sample()).status, 202U);
}

TEST_F(outbox_submit_api, lets_only_those_submit_who_may_write) {
  auto reader = as(scope::read);
  for (const auto& path : {outbox, outbox + "/m1-x/cancel", outbox + "/m1-x/requeue", uploads}) {
    EXPECT_EQ(reader.post(path, sample()).status, 403U) << path;
    EXPECT_EQ(nobody().post(path, sample()).status, 401U) << path;
  }
  EXPECT_EQ(as(scope::read).remove(uploads + "/up_1", "*").status, 403U);
  EXPECT_EQ(as(scope::read).get(outbox).status, 200U);
  EXPECT_EQ(count(storage::space::outbox), 0U);
}

} // namespace
} // namespace postroom::api::test
