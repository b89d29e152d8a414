#include "protocol/mime/event_data.hpp"

#include "protocol/mime/parse_message.hpp"
#include "tests/protocol/mime/sample_mails.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <set>

namespace postroom::mime {
namespace {

message_facts facts() {
  message_facts f;
  f.tenant = tenant_id("acme");
  f.account = account_id("sales");
  f.folder = "INBOX/\xC3\x9C"
             "ber";
  f.uid_validity = {7};
  f.uid = {42};
  f.stable_id = message_id("msg_x");
  f.received = wall_time{std::chrono::milliseconds{1'795'000'000'123}};
  f.size_bytes = 150'000'000'000;
  f.flags = {"\\Seen", "$\"odd\"\xFF"};
  return f;
}

parsed_message parse(std::string_view raw) {
  memory_source source(raw);
  return parse_message(source).value();
}

class event_data : public testing::Test {
protected:
  simdjson::dom::element read(const std::string& json) {
    simdjson::dom::element root;
    EXPECT_EQ(parser_.parse(json).get(root), simdjson::SUCCESS) << json;
    return root;
  }
  simdjson::dom::parser parser_;
};

TEST_F(event_data, holds_what_was_parsed) {
  const auto root = read(message_event_data(facts(), parse(test::nested())));
  EXPECT_EQ(std::string_view(root["account"]), "sales");
  EXPECT_EQ(std::string_view(root["folder"]), "INBOX/\xC3\x9C"
                                              "ber");
  EXPECT_EQ(std::uint64_t(root["uid"]), 42U);
  EXPECT_EQ(std::uint64_t(root["uid_validity"]), 7U);
  EXPECT_EQ(std::string_view(root["message_id"]), "msg_x");
  EXPECT_EQ(std::uint64_t(root["size"]), 150'000'000'000U);
  EXPECT_EQ(std::string_view(root["received_at"]), to_rfc3339(facts().received));
  EXPECT_EQ(std::string_view(root["flags"].at(0)), "\\Seen");
  EXPECT_EQ(std::string_view(root["flags"].at(1)), "$\"odd\"\xEF\xBF\xBD");
  EXPECT_EQ(std::string_view(root["from"].at(0)["address"]), "a@example.com");
  EXPECT_EQ(std::string_view(root["attachments"].at(1)["filename"]), "Rechnung f\xC3\xBCr M\xC3\xA4rz.pdf");
  EXPECT_EQ(std::string_view(root["attachments"].at(0)["disposition"]), "inline");
  EXPECT_EQ(std::uint64_t(root["attachments"].at(2)["size"]), 20U);
  EXPECT_TRUE(root["date"].is_null());
  EXPECT_FALSE(bool(root["automatic"]));
  EXPECT_FALSE(bool(root["seen_before"]));
  const auto thread = read(message_event_data(facts(), parse(test::alternative())))["thread"];
  EXPECT_EQ(std::string_view(thread["references"].at(0)), "root@example.org");
  EXPECT_EQ(std::string_view(thread["thread_topic"]), "Bestellung");
}

TEST_F(event_data, escapes_every_character) {
  std::string all;
  for (int c = 1; c < 128; ++c)
    all.push_back(static_cast<char>(c));
  parsed_message message;
  message.text = all + "\xC3\xBC\xF0\x9F\x93\xAC\xE2\x80\xA8";
  EXPECT_EQ(std::string_view(read(message_event_data({}, message))["text"]), message.text);
}

TEST_F(event_data, is_valid_for_every_sample) {
  for (const auto& sample : test::samples())
    read(message_event_data(facts(), parse(sample)));
}

TEST(stable_message_id, depends_on_every_part_and_nothing_else) {
  const auto id = [](const char* account, const char* folder, std::uint32_t validity, std::uint32_t uid) {
    return stable_message_id(account_id(account), folder, {validity}, {uid}).str();
  };
  const auto one = id("a", "INBOX", 1, 2);
  EXPECT_EQ(one, id("a", "INBOX", 1, 2));
  EXPECT_TRUE(is_valid_id(one));
  EXPECT_EQ(one.size(), 30U);
  EXPECT_TRUE(one.starts_with("msg_"));
  const std::set<std::string> different{one,
                                        id("b", "INBOX", 1, 2),
                                        id("a", "INBO", 1, 2),
                                        id("aI", "NBOX", 1, 2),
                                        id("a", "INBOX", 2, 2),
                                        id("a", "INBOX", 1, 3),
                                        id("a", "INBOX", 12, 2),
                                        id("a", "INBOX", 1, 22)};
  EXPECT_EQ(different.size(), 8U);
}

TEST(stable_message_id, tells_generations_apart_but_the_first_from_none) {
  const auto id = [](std::uint32_t generation) {
    return stable_message_id(account_id("sales"), "INBOX", {7}, {42}, generation);
  };
  EXPECT_EQ(id(0), stable_message_id(account_id("sales"), "INBOX", {7}, {42}));
  EXPECT_NE(id(1), id(0));
  EXPECT_NE(id(2), id(1));
}

TEST(stable_message_id, is_written_into_stored_data_and_must_never_change) {
  EXPECT_EQ(stable_message_id(account_id("sales"), "INBOX", {7}, {42}).str(), "msg_2yzy4y6fifey6hhe4zhixjtfgv");
}

TEST(fingerprint, survives_what_exchange_changes) {
  const auto received = facts().received;
  auto message = parse(test::alternative());
  const auto print = fingerprint(message, received);
  message.text += "regenerated";
  message.attachments.clear();
  message.from.front().name = "Anna Mueller";
  EXPECT_EQ(fingerprint(message, received), print);
  EXPECT_EQ(fingerprint(message, std::chrono::floor<std::chrono::seconds>(received)), print)
      << "IMAP gives whole seconds";
}

TEST(fingerprint, differs_where_mails_differ) {
  const auto received = facts().received;
  const auto message = parse(test::alternative());
  const auto print = fingerprint(message, received);
  auto other = message;
  other.subject += "!";
  EXPECT_NE(fingerprint(other, received), print);
  other = message;
  other.message_id += "!";
  EXPECT_NE(fingerprint(other, received), print);
  other = message;
  other.date.reset();
  EXPECT_NE(fingerprint(other, received), print);
  other = message;
  other.from.clear();
  EXPECT_NE(fingerprint(other, received), print);
  EXPECT_NE(fingerprint(message, received + std::chrono::seconds(1)), print);
}

} // namespace
} // namespace postroom::mime
