#include "sim/control/json_fields.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postroom::sim {
namespace {

using testing::HasSubstr;

struct values {
  bool flag = true;
  std::string text = "before";
  std::vector<std::string> texts{"before"};
  double number = 0.5;
  std::int64_t whole = 5;
};

/// The problem; empty: there is none.
std::string read(std::string_view body, values& into) {
  json_fields fields{body};
  fields.read("flag", into.flag);
  fields.read("text", into.text);
  fields.read("texts", into.texts);
  fields.read("number", into.number, 0, 1);
  fields.read("whole", into.whole, -10, 10);
  const auto fine = fields.done();
  EXPECT_TRUE(fine || fine.error().code == errc::invalid_argument);
  return fine ? std::string{} : fine.error().detail;
}

TEST(json_fields_test, reads_what_is_there_and_leaves_the_rest) {
  values into;
  EXPECT_EQ(read("", into), "");
  EXPECT_EQ(read("{}", into), "");
  EXPECT_EQ(into.text, "before");
  EXPECT_EQ(read(R"({"flag": false, "text": "x", "texts": ["a", "b"], "number": 1, "whole": -10})", into), "");
  EXPECT_FALSE(into.flag);
  EXPECT_EQ(into.text, "x");
  EXPECT_THAT(into.texts, testing::ElementsAre("a", "b"));
  EXPECT_EQ(into.number, 1.0);
  EXPECT_EQ(into.whole, -10);
}

TEST(json_fields_test, tells_the_first_problem) {
  values into;
  EXPECT_THAT(read("{", into), HasSubstr("not JSON"));
  EXPECT_THAT(read("[]", into), HasSubstr("not a JSON object"));
  EXPECT_THAT(read(R"({"flg": true})", into), HasSubstr("no field \"flg\""));
  EXPECT_THAT(read(R"({"flag": 1})", into), HasSubstr("flag is true or false"));
  EXPECT_THAT(read(R"({"flag": 1, "text": 2})", into), HasSubstr("flag"));
  EXPECT_THAT(read(R"({"text": null})", into), HasSubstr("text is a text"));
  EXPECT_THAT(read(R"({"texts": ["a", 1]})", into), HasSubstr("texts is a list of texts"));
  EXPECT_THAT(read(R"({"texts": "a"})", into), HasSubstr("texts is a list of texts"));
  EXPECT_THAT(read(R"({"number": 1.5})", into), HasSubstr("number is a number between 0 and 1"));
  EXPECT_THAT(read(R"({"number": "1"})", into), HasSubstr("number is a number between"));
  EXPECT_THAT(read(R"({"whole": 11})", into), HasSubstr("between -10 and 10"));
  EXPECT_THAT(read(R"({"whole": 1.5})", into), HasSubstr("whole is a whole number"));
  EXPECT_THAT(read(R"({"whole": true})", into), HasSubstr("whole is a whole number"));
  EXPECT_THAT(read(std::string(json_fields::body_bytes_max + 1, ' '), into), HasSubstr("too large"));
  EXPECT_THAT(into.texts, testing::ElementsAre("before"));
}

} // namespace
} // namespace postroom::sim
