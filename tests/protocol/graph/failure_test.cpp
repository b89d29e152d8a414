#include "protocol/graph/failure.hpp"

#include "base/limits.hpp"

#include <gtest/gtest.h>

namespace postroom::graph {
namespace {

TEST(graph_failure, is_read_and_known) {
  const auto got = read_failure(404, R"({"error":{"code":"ErrorInvalidUser","message":"The requested user
'x' is invalid.","innerError":{"date":"2026-11-24T00:00:00","request-id":"r-1","client-request-id":"c"}}})");
  EXPECT_EQ(got.code, "") << "a line end inside a text is no JSON";
  const auto good = read_failure(
      404,
      R"({"error":{"code":"ErrorInvalidUser","message":"The user\r\n'x' is invalid.","innerError":{"request-id":"r-1"}}})");
  EXPECT_EQ(good.code, "ErrorInvalidUser");
  ASSERT_TRUE(good.known);
  EXPECT_EQ(good.known->key, "graph.ErrorInvalidUser");
  EXPECT_EQ(describe(good), "404 ErrorInvalidUser: The user  'x' is invalid. [request-id r-1]");
  EXPECT_EQ(to_error(good).cause, "graph.ErrorInvalidUser");
  EXPECT_EQ(to_error(good).code, errc::not_found);
}

TEST(graph_failure, takes_the_finer_of_two_known_codes) {
  const auto got = read_failure(
      403, R"({"error":{"code":"ErrorAccessDenied","message":"m","innerError":{"code":"ErrorSendAsDenied"}}})");
  EXPECT_EQ(got.code, "ErrorSendAsDenied");
  EXPECT_EQ(read_failure(403, R"({"error":{"code":"ErrorAccessDenied","innerError":{"code":"news"}}})").code,
            "ErrorAccessDenied");
}

TEST(graph_failure, counts_by_status_when_it_is_unknown) {
  const std::pair<unsigned, errc> rows[] = {{401, errc::blocked_by_policy}, {403, errc::blocked_by_policy},
                                            {404, errc::not_found},         {429, errc::throttled},
                                            {502, errc::server_bye},        {302, errc::server_bye}};
  for (const auto& [status, code] : rows) {
    const auto got = read_failure(status, R"({"error":{"code":"SomethingNew","message":"m"}})");
    EXPECT_FALSE(got.known);
    EXPECT_EQ(to_error(got).code, code) << status;
    EXPECT_EQ(to_error(got).detail, std::to_string(status) + " SomethingNew: m");
  }
}

TEST(graph_failure, survives_anything_as_a_body) {
  const std::string whole = R"({"error":{"code":"ErrorAccessDenied","message":"m","innerError":{"request-id":"r"}}})";
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_EQ(read_failure(403, whole.substr(0, length)).code, "") << length;
  for (const auto* body : {"", "<html>", "[]", "{}", "null", R"({"error":"x"})", R"({"error":{"code":7,"message":[]}})",
                           R"({"error":{"innerError":"x"}})"})
    EXPECT_EQ(describe(read_failure(500, body)), "500") << body;
}

TEST(graph_failure, is_bounded) {
  const auto long_one = read_failure(400, R"({"error":{"code":")" + std::string(1000, 'c') + R"(","message":")" +
                                              std::string(5000, 'm') + R"("}})");
  EXPECT_EQ(long_one.code.size(), code_bytes_max);
  EXPECT_EQ(long_one.message.size(), message_bytes_max);
  EXPECT_EQ(
      read_failure(400, R"({"error":{"code":"ErrorAccessDenied"}})" + std::string(limits::http_answer_bytes_max, ' '))
          .code,
      "");
}

} // namespace
} // namespace postroom::graph
