#include "base/limits.hpp"
#include "protocol/imap/command_encoder.hpp"

#include <gtest/gtest.h>

namespace postroom::imap {

namespace {

std::string encoded(command what, literal_support literals = literal_support::synchronising) {
  const auto result = encode_command("A1", std::move(what), literals);
  if (!result)
    return std::string{to_string(result.error().code)};
  std::string out;
  for (const auto& part : result->parts)
    out += part.text + (part.then_wait ? "<wait>" : "");
  return out;
}

TEST(imap_command_encoder, writes_every_command) {
  using mode = uid_store_command::mode;
  EXPECT_EQ(encoded(capability_command{}), "A1 CAPABILITY\r\n");
  EXPECT_EQ(encoded(noop_command{}), "A1 NOOP\r\n");
  EXPECT_EQ(encoded(logout_command{}), "A1 LOGOUT\r\n");
  EXPECT_EQ(encoded(idle_command{}), "A1 IDLE\r\n");
  EXPECT_EQ(encoded(unselect_command{}), "A1 UNSELECT\r\n");
  EXPECT_EQ(encoded(namespace_command{}), "A1 NAMESPACE\r\n");
  EXPECT_EQ(encoded(id_command{}), "A1 ID NIL\r\n");
  EXPECT_EQ(encoded(id_command{{{"name", "Postroom"}, {"q", "a\"b\\"}}}),
            "A1 ID (\"name\" \"Postroom\" \"q\" \"a\\\"b\\\\\")\r\n");
  EXPECT_EQ(encoded(list_command{"", "*"}), "A1 LIST \"\" \"*\"\r\n");
  EXPECT_EQ(encoded(select_command{"INBOX"}), "A1 SELECT INBOX\r\n");
  EXPECT_EQ(encoded(select_command{"Sent Items", true}), "A1 EXAMINE \"Sent Items\"\r\n");
  EXPECT_EQ(encoded(status_command{"x", {"UIDNEXT", "MESSAGES"}}), "A1 STATUS x (UIDNEXT MESSAGES)\r\n");
  EXPECT_EQ(encoded(uid_fetch_command{{"1:4,9"}, {"UID", "BODY.PEEK[]"}}), "A1 UID FETCH 1:4,9 (UID BODY.PEEK[])\r\n");
  EXPECT_EQ(encoded(uid_search_command{"HEADER Message-ID <a@b>"}), "A1 UID SEARCH HEADER Message-ID <a@b>\r\n");
  EXPECT_EQ(encoded(uid_store_command{{"5"}, mode::add, true, {"\\Seen"}}),
            "A1 UID STORE 5 +FLAGS.SILENT (\\Seen)\r\n");
  EXPECT_EQ(encoded(uid_store_command{{"5"}, mode::remove, false, {"a", "b"}}), "A1 UID STORE 5 -FLAGS (a b)\r\n");
  EXPECT_EQ(encoded(uid_store_command{{"5"}, mode::replace, true, {}}), "A1 UID STORE 5 FLAGS.SILENT ()\r\n");
  EXPECT_EQ(encoded(uid_move_command{{"5"}, "a&AOk-b"}), "A1 UID MOVE 5 a&AOk-b\r\n");
}

TEST(imap_command_encoder, chooses_atom_quoted_or_literal) {
  EXPECT_EQ(encoded(select_command{""}), "A1 SELECT \"\"\r\n");
  EXPECT_EQ(encoded(select_command{"NIL"}), "A1 SELECT \"NIL\"\r\n");
  EXPECT_EQ(encoded(select_command{"a\"b\\c"}), "A1 SELECT \"a\\\"b\\\\c\"\r\n");
  EXPECT_EQ(encoded(select_command{"a\r\nb"}), "A1 SELECT {4}\r\n<wait>a\r\nb\r\n");
  EXPECT_EQ(encoded(select_command{"\xC3\xBC"}, literal_support::at_once), "A1 SELECT {2+}\r\n\xC3\xBC\r\n");
}

TEST(imap_command_encoder, appends_with_flags_and_date) {
  append_command what{"Sent", {"\\Seen"}, wall_time{}, "a\r\n"};
  EXPECT_EQ(encoded(what), "A1 APPEND Sent (\\Seen) \"01-Jan-1970 00:00:00 +0000\" {3}\r\n<wait>a\r\n\r\n");
  EXPECT_EQ(encoded(append_command{"Sent", {}, {}, "a"}, literal_support::at_once), "A1 APPEND Sent {1+}\r\na\r\n");
}

TEST(imap_command_encoder, waits_before_big_literals_whatever_the_server_offers) {
  for (const auto support : {literal_support::synchronising, literal_support::at_once}) {
    const auto small = encode_command("A1", append_command{"x", {}, {}, std::string(4096, 'm')}, support);
    EXPECT_EQ(small->parts[0].then_wait, support == literal_support::synchronising);
    const auto big = encode_command("A1", append_command{"x", {}, {}, std::string(4097, 'm')}, support);
    ASSERT_EQ(big->parts.size(), 3U);
    EXPECT_EQ(big->parts[0].text, "A1 APPEND x {4097}\r\n");
    EXPECT_TRUE(big->parts[0].then_wait);
    EXPECT_EQ(big->parts[1].text, std::string(4097, 'm'));
    EXPECT_FALSE(big->parts[1].then_wait);
    EXPECT_EQ(big->parts[2].text, "\r\n");
  }
}

TEST(imap_command_encoder, hands_a_message_on_without_a_copy) {
  std::string message(100'000, 'm');
  const auto* const octets = message.data();
  const auto encoded = encode_command("A1", append_command{"x", {}, {}, std::move(message)}, literal_support::at_once);
  EXPECT_EQ(encoded->parts.at(1).text.data(), octets);
}

TEST(imap_command_encoder, lets_nothing_smuggle_a_command) {
  EXPECT_EQ(encoded(uid_fetch_command{{"1\r\nA2 LOGOUT"}, {"UID"}}), "invalid_argument");
  EXPECT_EQ(encoded(uid_fetch_command{{""}, {"UID"}}), "invalid_argument");
  EXPECT_EQ(encoded(uid_fetch_command{{"1"}, {"UID\r\n"}}), "invalid_argument");
  EXPECT_EQ(encoded(uid_fetch_command{{"1"}, {""}}), "invalid_argument");
  EXPECT_EQ(encoded(uid_search_command{"ALL\r\nA2 LOGOUT"}), "invalid_argument");
  EXPECT_EQ(encoded(uid_search_command{""}), "invalid_argument");
  EXPECT_EQ(encoded(uid_search_command{"SUBJECT \xC3\xBC"}), "invalid_argument");
  EXPECT_EQ(encoded(uid_store_command{{"1"}, {}, true, {"a\nb"}}), "invalid_argument");
  EXPECT_EQ(encoded(status_command{"x", {"A\r"}}), "invalid_argument");
  EXPECT_EQ(encoded(select_command{std::string("a\0b", 3)}), "invalid_argument");
  EXPECT_EQ(encoded(id_command{{{"name", "a\r\n"}}}), "invalid_argument");
  EXPECT_EQ(encoded(id_command{{{"name", std::string(1025, 'x')}}}), "invalid_argument");
  EXPECT_EQ(encoded(id_command{std::vector<std::pair<std::string, std::string>>(31, {"a", "b"})}), "invalid_argument");
}

TEST(imap_command_encoder, bounds_the_line_but_not_the_literal) {
  EXPECT_EQ(encoded(uid_fetch_command{{std::string(limits::imap_command_line_bytes_max, '1')}, {"UID"}}), "too_large");
  EXPECT_TRUE(encode_command("A1", append_command{"x", {}, {}, std::string(1 << 20, 'm')}, literal_support::at_once));
}

} // namespace

} // namespace postroom::imap
