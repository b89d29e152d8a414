#include "sim/mail_corpus.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace postroom::sim {
namespace {

class mail_corpus_test : public testing::Test {
protected:
  mail_corpus_test() {
    auto pattern = (std::filesystem::temp_directory_path() / "corpus-XXXXXX").string();
    folder = ::mkdtemp(pattern.data());
  }
  ~mail_corpus_test() override { std::filesystem::remove_all(folder); }
  void write(const std::string& name, const std::string& text) {
    std::ofstream{folder / name, std::ios::binary} << text;
  }

  std::filesystem::path folder;
};

TEST_F(mail_corpus_test, reads_mails_in_the_order_of_their_names) {
  write("b.eml", "Subject: b\n\nbody\n");
  write("a.eml", "Subject: a\r\n\r\nbody\r\n");
  write("c.txt", "no mail");
  std::filesystem::create_directory(folder / "d.eml");
  const auto mails = read_corpus(folder);
  ASSERT_TRUE(mails) << to_string(mails.error());
  ASSERT_EQ(mails->size(), 2U);
  EXPECT_EQ(*mails->at(0).raw, "Subject: a\r\n\r\nbody\r\n");
  EXPECT_EQ(*mails->at(1).raw, "Subject: b\r\n\r\nbody\r\n");
}

TEST_F(mail_corpus_test, refuses_too_little_and_too_much) {
  EXPECT_EQ(read_corpus(folder).error().code, errc::not_found);
  EXPECT_EQ(read_corpus(folder / "nowhere").error().code, errc::not_found);
  write("a.eml", "12345\n"); // seven octets once its line ends in two
  EXPECT_EQ(read_corpus(folder, 5).error().code, errc::too_large);
  EXPECT_EQ(read_corpus(folder, 6).error().code, errc::too_large);
  EXPECT_TRUE(read_corpus(folder, 7));
}

TEST(with_crlf_test, ends_every_line_in_two) {
  EXPECT_EQ(with_crlf(""), "");
  EXPECT_EQ(with_crlf("a\nb\r\nc\rd"), "a\r\nb\r\nc\r\nd");
  EXPECT_EQ(with_crlf("\n\r\r\n"), "\r\n\r\n\r\n");
  EXPECT_EQ(with_crlf("a\r"), "a\r\n");
}

} // namespace
} // namespace postroom::sim
