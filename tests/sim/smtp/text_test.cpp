#include "sim/smtp/text.hpp"

#include <gtest/gtest.h>

namespace postroom::sim {
namespace {

TEST(smtp_text, reads_what_dsn_adds_to_mail) {
  const auto [path, fault] = parse_mail_arguments("FROM:<a@b.test> RET=HDRS ENVID=job+2B17 SIZE=12");
  EXPECT_EQ(fault, path_fault::none);
  EXPECT_EQ(path.envelope_id, "job+17") << "RFC 3461 §4";
  EXPECT_TRUE(path.headers_only);
  EXPECT_FALSE(parse_mail_arguments("FROM:<a@b.test> RET=FULL").path.headers_only);
  for (const auto* wrong : {"RET=SOME", "ENVID=a+2", "ENVID=a+0D+0Ab", "ENVID=+20"})
    EXPECT_EQ(parse_mail_arguments("FROM:<a@b.test> " + std::string{wrong}).fault, path_fault::parameter) << wrong;
  EXPECT_EQ(parse_mail_arguments("FROM:<a@b.test> ENVID=" + std::string(101, 'x')).fault, path_fault::parameter);
}

TEST(smtp_text, reads_what_dsn_adds_to_rcpt) {
  const auto plain = parse_rcpt_arguments("TO:<a@b.test>", false).path;
  EXPECT_TRUE(plain.notify_failure && plain.notify_delay);
  const auto never = parse_rcpt_arguments("TO:<a@b.test> NOTIFY=never ORCPT=rfc822;a+2Bx@b.test", false).path;
  EXPECT_FALSE(never.notify_failure || never.notify_delay);
  EXPECT_EQ(never.original, "rfc822;a+x@b.test");
  const auto failure = parse_rcpt_arguments("TO:<a@b.test> NOTIFY=SUCCESS,FAILURE", false).path;
  EXPECT_TRUE(failure.notify_failure && !failure.notify_delay);
  for (const auto* wrong : {"NOTIFY=", "NOTIFY=NEVER,DELAY", "ORCPT=a@b.test", "ORCPT=rfc822;", "ORCPT=;a", "SIZE=1"})
    EXPECT_EQ(parse_rcpt_arguments("TO:<a@b.test> " + std::string{wrong}, false).fault, path_fault::parameter) << wrong;
}

TEST(smtp_text, gives_a_large_mail_its_room_once) {
  mail_body body{100'000'000};
  body.expect(50'000'000);
  const std::string piece(16'384, 'x');
  const char* place = nullptr;
  std::string text;
  for (std::size_t i = 0; i < 200; ++i)
    body.add(piece);
  text = body.take();
  place = text.data();
  EXPECT_GE(text.capacity(), 50'000'000U + mail_body::headroom_bytes / 2);
  text.insert(0, "Message-ID: <a@b>\r\n");
  EXPECT_EQ(text.data(), place) << "a header finds its place without a copy";
}

TEST(smtp_text, does_not_believe_a_small_mail_to_be_large) {
  mail_body body{100'000'000};
  body.expect(90'000'000);
  body.add("short");
  EXPECT_LT(body.take().capacity(), 1000U);
}

TEST(smtp_text, drops_what_is_too_large_and_counts_it) {
  mail_body body{10};
  body.add("0123456789");
  EXPECT_FALSE(body.too_large());
  body.add("x");
  EXPECT_TRUE(body.too_large());
  EXPECT_EQ(body.octets(), 11U);
  EXPECT_EQ(body.take(), "");
  EXPECT_FALSE(body.too_large()) << "another mail";
}

TEST(smtp_text, finds_the_address_of_a_from_field) {
  EXPECT_EQ(address_in(" \"a <x@y.test>\" <a@b.test> "), "a@b.test");
  EXPECT_EQ(address_in(" a@b.test\r\n"), "a@b.test");
  EXPECT_EQ(address_in(" <>"), "");
  EXPECT_EQ(domain_of("\"a@b\"@C.Test"), "c.test");
  EXPECT_EQ(domain_of("a"), "a");
}

} // namespace
} // namespace postroom::sim
