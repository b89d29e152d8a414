#include "base/clock.hpp"
#include "tests/integration/support/office.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

/// What lies in a shared mailbox when the gateway starts.
namespace postroom::test {
namespace {

using testing::HasSubstr;

TEST(catch_up, announces_a_thousand_mails_once_and_in_order) {
  office world;
  world.preload("support", 1000);
  world.start();
  ASSERT_TRUE(world.await_in_step());
  expect_each_once(world.await_events(1000), "support", 1000);
  const auto status = world.status("support");
  EXPECT_EQ(status.at("state").as_string(), "idle");
  EXPECT_EQ(status.at("announced").to_number<int>(), 1000);
  EXPECT_TRUE(status.at("last_error").is_null());
  ASSERT_EQ(world.stop(), 0);

  world.start();
  ASSERT_TRUE(world.await_in_step());
  EXPECT_EQ(world.events().size(), 1000u) << "nothing twice after a restart";
}

TEST(catch_up, begins_with_what_comes_when_told_so) {
  office_options options;
  options.catch_up = "new";
  office world{std::move(options)};
  world.preload("support", 20);
  world.start();
  ASSERT_TRUE(world.await_in_step());
  world.deliver("support", world.mail("fresh"));
  const auto log = world.await_events(1);
  ASSERT_EQ(log.size(), 1u);
  EXPECT_EQ(log[0].subject(), "fresh");
}

TEST(catch_up, begins_at_a_date_when_told_so) {
  office_options options;
  options.catch_up = "since";
  options.catch_up_since = to_rfc3339(system_clock{}.now() - std::chrono::hours{1});
  office world{std::move(options)};
  world.preload("support", 5);
  world.start();
  ASSERT_TRUE(world.await_in_step());
  expect_each_once(world.await_events(5), "support", 5);
}

TEST(catch_up, carries_what_a_contact_centre_needs) {
  office world;
  const std::string raw = "From: =?utf-8?q?J=C3=B6rg?= <joerg@example.test>\r\nTo: support@contoso.test, b@c.test\r\n"
                          "Cc: \"C, D\" <cd@example.test>\r\nSubject: =?utf-8?b?w4RyZ2Vy?=\r\n"
                          "Date: Tue, 24 Nov 2026 09:15:30 +0100\r\nMessage-ID: <m1@example.test>\r\n"
                          "In-Reply-To: <m0@example.test>\r\nReferences: <r@example.test> <m0@example.test>\r\n"
                          "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
                          "--b\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n"
                          "--a\r\nContent-Type: text/plain; charset=iso-8859-1\r\n"
                          "Content-Transfer-Encoding: 8bit\r\n\r\nGr\xfc\xdf"
                          "e\r\n"
                          "--a\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Grüße</p>\r\n--a--\r\n"
                          "--b\r\nContent-Type: application/pdf; name=bill.pdf\r\n"
                          "Content-Disposition: attachment; filename=bill.pdf\r\n"
                          "Content-Transfer-Encoding: base64\r\n\r\naGVsbG8gd29ybGQ=\r\n--b--\r\n";
  world.server().drop(world.address("support"), raw);
  world.start();
  const auto log = world.await_events(1);
  ASSERT_EQ(log.size(), 1u);
  const auto& data = log[0].data;
  EXPECT_EQ(log[0].account(), "support");
  EXPECT_EQ(log[0].subject(), "Ärger");
  EXPECT_EQ(data.at("from").as_array()[0].at("name").as_string(), "Jörg");
  EXPECT_EQ(data.at("to").as_array().size(), 2u);
  EXPECT_EQ(data.at("cc").as_array()[0].at("name").as_string(), "C, D");
  EXPECT_THAT(log[0].text("text"), HasSubstr("Grüße"));
  EXPECT_THAT(log[0].text("html"), HasSubstr("<p>Grüße</p>"));
  EXPECT_EQ(log[0].text("date"), "2026-11-24T08:15:30.000Z");
  EXPECT_EQ(data.at("thread").at("in_reply_to").as_string(), "m0@example.test");
  EXPECT_EQ(data.at("thread").at("references").as_array().size(), 2u);
  const auto& attachment = data.at("attachments").as_array()[0];
  EXPECT_EQ(attachment.at("filename").as_string(), "bill.pdf");
  EXPECT_EQ(attachment.at("size").to_number<int>(), 11);

  const auto id = log[0].text("message_id");
  EXPECT_EQ(world.get("/v1/messages/" + id + "/raw").body, raw);
  const auto part = std::string{attachment.at("part").as_string()};
  EXPECT_EQ(world.get("/v1/messages/" + id + "/attachments/" + part).body, "hello world");
}

TEST(catch_up, takes_a_mail_of_thirty_megabytes) {
  office world;
  std::string raw =
      "From: a@example.test\r\nSubject: large\r\nMessage-ID: <large@example.test>\r\nMIME-Version: 1.0\r\n"
      "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nsee attached\r\n--b\r\n"
      "Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=scan.bin\r\n"
      "Content-Transfer-Encoding: base64\r\n\r\n";
  const std::string line = std::string(76, 'Q') + "\r\n";
  while (raw.size() < 30u * 1024 * 1024)
    raw += line;
  raw += "--b--\r\n";
  world.server().drop(world.address("support"), raw);
  world.server().drop(world.address("support"), world.mail("after"));
  world.start();
  const auto log = world.await_events(2, std::chrono::seconds{60});
  ASSERT_EQ(log.size(), 2u);
  EXPECT_EQ(log[0].subject(), "large");
  EXPECT_EQ(log[1].subject(), "after");
  EXPECT_EQ(log[0].data.at("size").to_number<std::size_t>(), raw.size());
  EXPECT_TRUE(world.get("/v1/messages/" + log[0].text("message_id") + "/raw").body == raw);
  EXPECT_LT(world.gateway().resident_bytes(), 150u * 1024 * 1024);
}

TEST(catch_up, survives_broken_mails_and_goes_on) {
  office world;
  const std::vector<std::string> broken{
      "no header at all",
      "Subject: unclosed\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: multipart/mixed; "
      "boundary=b\r\n\r\n--b\r\n",
      "Subject: =?utf-8?q?=FF=FE?=\r\nContent-Type: text/plain; charset=no-such\r\n\r\n\xff\xfe\x00\x01\r\n",
      std::string("Subject: nul\0nul\r\n\r\nbody\0body\r\n", 33),
      "Subject: base64\r\nContent-Transfer-Encoding: base64\r\n\r\n%%%%====\r\n",
      "From: <<<>>>,,,;;;@@@\r\nTo: \"unterminated\r\nDate: yesterday\r\n\r\n",
      "\r\n\r\n\r\n",
  };
  for (const auto& each : broken)
    world.server().drop(world.address("support"), each);
  world.server().drop(world.address("support"), world.mail("healthy"));
  world.start();
  const auto log = world.await_events(broken.size() + 1);
  ASSERT_EQ(log.size(), broken.size() + 1);
  EXPECT_EQ(log.back().subject(), "healthy");
  for (const auto& each : log)
    EXPECT_EQ(each.type, "message.received") << each.uid();
  ASSERT_TRUE(world.await_in_step());
}

TEST(catch_up, passes_over_what_was_expunged) {
  office world;
  world.preload("support", 300);
  ASSERT_EQ(world.server().message_count(world.address("support")).value(), 300u);
  ASSERT_TRUE(world.server().expunge(world.address("support"), {"uid", "1:100,150,200:250"}));
  world.start();
  ASSERT_TRUE(world.await_in_step());
  EXPECT_EQ(world.events().size(), 300u - 152);
  ASSERT_TRUE(world.server().expunge(world.address("support"), {"all"}));
  world.deliver("support", world.mail("after"));
  const auto log = world.await_events(300 - 152 + 1);
  ASSERT_EQ(log.size(), 300u - 152 + 1);
  EXPECT_EQ(log.back().subject(), "after");
  EXPECT_TRUE(world.in_step("support"));
}

TEST(catch_up, brings_two_hundred_mailboxes_into_step) {
  office_options options;
  options.mailboxes.clear();
  for (int i = 0; i < 200; ++i)
    options.mailboxes.push_back("box" + std::to_string(i));
  office world{std::move(options)};
  for (int i = 0; i < 200; ++i)
    world.preload("box" + std::to_string(i), 3);
  world.start();
  ASSERT_TRUE(world.await_in_step(std::chrono::seconds{120}));
  const auto log = world.await_events(600);
  for (int i = 0; i < 200; i += 17)
    expect_each_once(log, "box" + std::to_string(i), 3);
  EXPECT_EQ(log.size(), 600u);
  EXPECT_EQ(world.identity().requests().size(), 1u) << "one refresh serves all mailboxes of a grant";
  const auto ready = world.get("/readyz");
  EXPECT_EQ(ready.status, 200u) << ready.body;
}

} // namespace
} // namespace postroom::test
