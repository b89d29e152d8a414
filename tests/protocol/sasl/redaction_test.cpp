#include "protocol/sasl/redaction.hpp"

#include <gtest/gtest.h>

namespace postroom::sasl {
namespace {

TEST(sasl_redaction, hides_what_is_secret_and_nothing_else) {
  EXPECT_EQ(redact("wrong: abcdefghijkl!", "xxabcdefghijklyy"), "wrong: ************!");
  EXPECT_EQ(redact("half of it: abcdefgh", "abcdefghijkl"), "half of it: ********");
  EXPECT_EQ(redact("too little: abcdefg", "abcdefghijkl"), "too little: abcdefg");
  EXPECT_EQ(redact("the word sesame twice: sesame", "sesame"), "the word ****** twice: ******");
  EXPECT_EQ(redact("p is p", "p"), "p is p");
  EXPECT_EQ(redact("", "secret"), "");
  EXPECT_EQ(redact("text", ""), "text");
}

} // namespace
} // namespace postroom::sasl
