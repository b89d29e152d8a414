#include "tests/protocol/mime/outgoing_support.hpp"

#include "protocol/smtp/commands.hpp"

#include <functional>
#include <random>

namespace postroom::mime {
namespace {

using test::holding;
using test::letter;

std::vector<std::string> complained_about(const outgoing_message& what) {
  std::vector<std::string> fields;
  for (const auto& one : check(what)) {
    EXPECT_FALSE(one.problem.empty());
    fields.push_back(one.field);
  }
  return fields;
}

using fields = std::vector<std::string>;

TEST(compose_check, takes_usual_and_unusual_addresses) {
  for (const auto* good :
       {"a@b", "anna.mueller+tag@example.co.uk", "o'neil@example.com", "x@[192.0.2.1]", "x@[IPv6:2001:db8::1]",
        R"("two words"@example.com)", R"("a\"b@c"@example.com)", "müller@example.com", "a@bücher.example",
        "用户@例子.广告", "!#$%&'*+-/=?^_`{|}~@example.com", "1@2.3"}) {
    EXPECT_EQ(problem_of_address(good), std::nullopt) << good;
  }
  EXPECT_EQ(problem_of_address(std::string(64, 'l') + "@" + std::string(63, 'd') + ".example"), std::nullopt);
}

TEST(compose_check, refuses_what_is_no_address) {
  using namespace std::string_literals;
  const std::vector<std::string> bad{"",
                                     "a",
                                     "@b",
                                     "a@",
                                     "a b@c",
                                     "a@b c",
                                     ".a@b",
                                     "a.@b",
                                     "a..b@c",
                                     "a@b..c",
                                     "a@b.",
                                     "a@-b",
                                     "a@b-",
                                     "a@b_c",
                                     "a@b@c",
                                     "<a@b>",
                                     "a@b>",
                                     "a@b,c@d",
                                     "a@b\r\nBcc: x@y",
                                     "a@b\n",
                                     "\ta@b",
                                     "a\0@b"s,
                                     R"("a@b)",
                                     R"("a"b@c)",
                                     R"("a<b"@c)",
                                     R"("a\>b"@c)",
                                     "\"a\r\n\"@b",
                                     "a@[1.2.3.4",
                                     "a@[]",
                                     "a@[1 2]",
                                     "\xFF@b",
                                     "a@\xC3",
                                     "a\xE2\x80\x8B@b",
                                     "a@b\xE2\x80\xAE",
                                     "a\xC2\x85@b",
                                     "a@b;c",
                                     "a(x)@b",
                                     std::string(65, 'l') + "@b",
                                     "a@" + std::string(64, 'd'),
                                     "a@" + std::string(61, 'd') + "." + std::string(63, 'd') + "." +
                                         std::string(63, 'd') + "." + std::string(63, 'd')};
  for (const auto& one : bad)
    EXPECT_NE(problem_of_address(one), std::nullopt) << one;
}

/// What is taken must be sayable to a server: else the mail, and all behind it, would wait in vain.
TEST(compose_check, takes_no_address_that_smtp_cannot_say) {
  const std::vector<std::string> pieces{"a", "b.c", "\"",   "\\", "<",    ">", " ", "@",
                                        ".", "\t",  "\x7F", "ü",  "\xC3", "[", "]"};
  std::mt19937 random{11}; // NOLINT: the same each time
  int taken = 0;
  for (int i = 0; i < 100'000; ++i) {
    std::string text;
    for (auto n = random() % 8; n > 0; --n)
      text += pieces[random() % pieces.size()];
    for (const auto& address : {text, text + "@x.example", '"' + text + "\"@x.example", "a@[" + text + "]"}) {
      if (problem_of_address(address))
        continue;
      ++taken;
      smtp::envelope envelope;
      envelope.recipients = {address};
      envelope.utf8 = true;
      ASSERT_TRUE(smtp::check_envelope(envelope)) << address;
    }
  }
  EXPECT_GT(taken, 1000);
}

TEST(compose_check, knows_which_addresses_need_utf8) {
  EXPECT_FALSE(needs_utf8("anna@example.com"));
  EXPECT_TRUE(needs_utf8("müller@example.com"));
  EXPECT_TRUE(needs_utf8("anna@bücher.example"));
}

TEST(compose_check, is_silent_about_a_sound_mail) {
  auto what = letter();
  what.html = "<p>\r\nHi\rthere\n</p>\t";
  what.reply_to = {{"Antworten", "r@example.com"}};
  what.cc = {{"Zoë", "zoë@example.com"}};
  what.headers = {{"X-Ticket", "4711"}, {"List-Unsubscribe", "<https://example.com/u>"}, {"X-Empty", ""}};
  what.attachments = {{"a.pdf", "application/pdf", "", disposition::attachment, holding("x")},
                      {"", "", "img1", disposition::embedded, holding("")},
                      {"m.eml", "message/rfc822", "", disposition::attachment, holding("From: a@b\r\n\r\n")}};
  what.in_reply_to = "m0@example.org";
  what.references = {"root@example.org", "m0@example.org"};
  EXPECT_EQ(complained_about(what), fields{});
  what.message_id.clear(); // an application's words are checked before there is one
  EXPECT_EQ(complained_about(what), fields{});
  what.to.clear();
  what.cc.clear();
  what.text.reset();
  what.html.reset();
  what.attachments.clear();
  EXPECT_EQ(complained_about(what), fields{});
}

/// Puts a text into a field.
struct place {
  std::string field;
  std::function<void(outgoing_message&, std::string)> put;
};

std::vector<place> places() {
  const auto attachment = [](auto member) {
    return [member](outgoing_message& what, std::string text) {
      outgoing_attachment one{"f", "", "", disposition::attachment, holding("x")};
      one.*member = std::move(text);
      what.attachments = {one};
    };
  };
  return {
      {"from", [](auto& w, auto t) { w.from.address = t; }},
      {"from.name", [](auto& w, auto t) { w.from.name = t; }},
      {"reply_to[0]",
       [](auto& w, auto t) {
         w.reply_to = {{"", t}};
       }},
      {"reply_to[0].name",
       [](auto& w, auto t) {
         w.reply_to = {{t, "a@b"}};
       }},
      {"to[1]",
       [](auto& w, auto t) {
         w.to.push_back({"", t});
       }},
      {"to[1].name",
       [](auto& w, auto t) {
         w.to.push_back({t, "a@b"});
       }},
      {"cc[0]",
       [](auto& w, auto t) {
         w.cc = {{"", t}};
       }},
      {"cc[0].name",
       [](auto& w, auto t) {
         w.cc = {{t, "a@b"}};
       }},
      {"subject", [](auto& w, auto t) { w.subject = t; }},
      {"headers.X-Ticket",
       [](auto& w, auto t) {
         w.headers = {{"X-Ticket", t}};
       }},
      {"headers[0]",
       [](auto& w, auto t) {
         w.headers = {{t, "value"}};
       }},
      {"message_id", [](auto& w, auto t) { w.message_id = t; }},
      {"in_reply_to", [](auto& w, auto t) { w.in_reply_to = t; }},
      {"references[0]", [](auto& w, auto t) { w.references = {t}; }},
      {"attachments[0].filename", attachment(&outgoing_attachment::filename)},
      {"attachments[0].content_type", attachment(&outgoing_attachment::content_type)},
      {"attachments[0].content_id", attachment(&outgoing_attachment::content_id)},
  };
}

TEST(compose_check, lets_no_field_smuggle_a_line_in) {
  using namespace std::string_literals;
  for (const auto& [field, put] : places()) {
    for (const auto& evil : {"a@b\r\nBcc: evil@example.com"s, "a@b\nX: y"s, "a@b\rX: y"s, "a@b\0"s, "\r\n.\r\n"s,
                             "a@b\x1B[31m"s, "a@b\x7F"s, "bad \xC3\x28 utf-8"s}) {
      auto what = letter();
      put(what, evil);
      EXPECT_EQ(complained_about(what), fields{field}) << evil;
      test::string_sink sink;
      const auto done = compose(what, sink); // and nobody has to trust the caller
      ASSERT_FALSE(done.has_value());
      EXPECT_EQ(done.error().code, errc::invalid_argument);
      EXPECT_EQ(sink.octets, "");
    }
  }
}

TEST(compose_check, refuses_what_is_too_long) {
  for (const auto& [field, put] : places()) {
    auto what = letter();
    put(what, std::string(9000, 'a'));
    // A header's name that long is not worth showing.
    EXPECT_EQ(complained_about(what), fields{field});
  }
}

TEST(compose_check, keeps_its_own_headers_to_itself) {
  for (const auto* name : {"From",       "to",           "CC",           "Bcc",         "Date",
                           "Message-ID", "MIME-Version", "Content-Type", "content-x",   "DKIM-Signature",
                           "Received",   "Received-SPF", "Return-Path",  "Sender",      "Subject",
                           "Reply-To",   "Resent-To",    "ARC-Seal",     "In-Reply-To", "References",
                           "a:b"}) {
    auto what = letter();
    what.headers = {{name, "x"}};
    EXPECT_EQ(complained_about(what), fields{"headers." + std::string(name)});
  }
  for (const auto* name : {"X-From", "Contents", "Auto-Submitted", "Importance", "Disposition-Notification-To"}) {
    auto what = letter();
    what.headers = {{name, "x"}};
    EXPECT_EQ(complained_about(what), fields{}) << name;
  }
  auto what = letter();
  what.headers = {{"", "x"}, {"X Y", "x"}, {"Ä", "x"}};
  EXPECT_EQ(complained_about(what), (fields{"headers[0]", "headers[1]", "headers[2]"}));
}

TEST(compose_check, counts) {
  auto what = letter();
  what.to.assign(600, {"", "bob@example.org"});
  what.cc = what.to;
  what.headers.assign(101, {"X-A", "b"});
  what.references.assign(101, "a@b");
  what.attachments.assign(101, {"f", "", "", disposition::attachment, holding("x")});
  EXPECT_EQ(complained_about(what), (fields{"cc", "headers", "references", "attachments"}));

  what = letter();
  what.to.assign(1000, {std::string(100, 'n'), "bob@example.org"});
  what.headers.assign(10, {"X-A", std::string(800, 'v')});
  for (auto& [name, value] : what.headers)
    for (int i = 0; i < 9; ++i)
      value += " " + std::string(800, 'v');
  EXPECT_EQ(complained_about(what), (fields{"to", "headers"}));
}

TEST(compose_check, looks_at_bodies_and_attachments) {
  auto what = letter();
  what.text = std::string("a\0b", 3);
  what.html = "\xFF";
  const auto source = std::make_shared<test::synthetic_source>("", "x", 120ULL << 20U, "");
  what.attachments = {{"../x", "text", "a b", disposition::attachment, holding("x")},
                      {"C:\\x", "multipart/mixed", "id", disposition::attachment, holding("x")},
                      {"..", "message/partial", "id", disposition::attachment, nullptr},
                      {"ok", "text/plain; charset=x", "", disposition::attachment, source}};
  EXPECT_EQ(complained_about(what),
            (fields{"text", "html", "attachments[0].filename", "attachments[0].content_type",
                    "attachments[0].content_id", "attachments[1].filename", "attachments[1].content_type",
                    "attachments[2].filename", "attachments[2].content_type", "attachments[2]",
                    "attachments[2].content_id", "attachments[3].content_type", "attachments"}));
  what = letter();
  what.text = std::string(limits::submission_text_bytes_max + 1, 'x');
  EXPECT_EQ(complained_about(what), fields{"text"});
}

} // namespace
} // namespace postroom::mime
