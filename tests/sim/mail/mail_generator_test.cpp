#include "sim/mail/mail_generator.hpp"

#include "sim/imap/fetch.hpp"
#include "sim/mail/mail_encoding.hpp"

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

namespace postroom::sim {
namespace {

using testing::HasSubstr;

const wall_time date{std::chrono::sys_days{std::chrono::year{2026} / 11 / 24}};

TEST(mail_generator_test, makes_the_same_mails_from_the_same_seed) {
  mail_generator one{7}, two{7}, three{8};
  const auto first = one.make("support@contoso.test", date);
  EXPECT_EQ(first, two.make("support@contoso.test", date));
  EXPECT_NE(first, three.make("support@contoso.test", date));
  EXPECT_NE(first, one.make("support@contoso.test", date));
}

TEST(mail_generator_test, makes_mails_of_realistic_size_and_variety) {
  mail_generator generator{1};
  std::set<std::string> message_ids, languages;
  std::size_t large = 0, multipart = 0, replies = 0, encoded_subjects = 0;
  for (int i = 0; i < 500; ++i) {
    const auto mail = generator.make("support@contoso.test", date);
    EXPECT_GT(mail.size(), 2'000U);
    EXPECT_LT(mail.size(), 260'000U);
    large += mail.size() > 100'000;
    message_ids.insert(header_value(mail, "message-id"));
    languages.insert(header_value(mail, "content-language"));
    multipart += header_value(mail, "content-type").find("multipart/") != std::string::npos;
    replies += !header_value(mail, "in-reply-to").empty();
    encoded_subjects += header_value(mail, "subject").find("=?utf-8?") != std::string::npos;
    if (mail.size() <= 100'000) {
      EXPECT_LT(mail.size(), 30'000U);
    }
  }
  EXPECT_EQ(message_ids.size(), 500U);
  EXPECT_EQ(languages.size(), 3U);
  EXPECT_THAT(large, testing::AllOf(testing::Gt(5U), testing::Lt(45U)));
  EXPECT_GT(multipart, 150U);
  EXPECT_GT(replies, 70U);
  EXPECT_GT(encoded_subjects, 70U);
}

TEST(mail_generator_test, writes_lines_that_every_server_takes) {
  mail_generator generator{3};
  for (int i = 0; i < 200; ++i) {
    const auto mail = generator.make("support@contoso.test", date);
    std::size_t at = 0;
    while (at < mail.size()) {
      const auto end = mail.find('\n', at);
      ASSERT_NE(end, std::string::npos);
      ASSERT_EQ(mail[end - 1], '\r');
      ASSERT_LE(end - at, 200U) << mail.substr(at, end - at);
      at = end + 1;
    }
    EXPECT_TRUE(is_ascii(mail));
  }
}

TEST(mail_encoding_test, encodes) {
  EXPECT_EQ(quoted_printable("gr\xc3\xbc\xc3\x9f = \nx"), "gr=C3=BC=C3=9F =3D=20\r\nx");
  EXPECT_EQ(to_latin1("gr\xc3\xbc\xc3\x9f \xe2\x82\xac!"), "gr\xfc\xdf ?!");
  EXPECT_EQ(header_text("plain", true), "plain");
  EXPECT_EQ(header_text("J\xc3\xbcrgen", false), "=?utf-8?Q?J=C3=BCrgen?=");
  EXPECT_EQ(header_text("J\xc3\xbcrgen", true), "=?utf-8?B?SsO8cmdlbg==?=");
  EXPECT_EQ(extended_parameter("\xc3\x9c.pdf"), "UTF-8''%C3%9C.pdf");
  const auto folded = quoted_printable(std::string(200, 'a'));
  EXPECT_THAT(folded, HasSubstr("=\r\n"));
}

} // namespace
} // namespace postroom::sim
