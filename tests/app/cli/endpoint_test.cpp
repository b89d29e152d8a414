#include "app/cli/endpoint.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace postroom::app::cli {
namespace {

std::string nothing(const char*) {
  return {};
}

TEST(endpoint, reads_a_url) {
  const auto plain = parse_url("http://127.0.0.1:8025");
  ASSERT_TRUE(plain);
  EXPECT_FALSE(plain->tls);
  EXPECT_EQ(plain->host, "127.0.0.1");
  EXPECT_EQ(plain->port, 8025);
  EXPECT_EQ(plain->base_path, "");
  const auto proxied = parse_url("https://mail.example.com/postroom/");
  ASSERT_TRUE(proxied);
  EXPECT_TRUE(proxied->tls);
  EXPECT_EQ(proxied->port, 443);
  EXPECT_EQ(proxied->base_path, "/postroom");
  const auto six = parse_url("http://[::1]:99/");
  ASSERT_TRUE(six);
  EXPECT_EQ(six->host, "::1");
  EXPECT_EQ(six->port, 99);
  EXPECT_EQ(six->base_path, "");
}

TEST(endpoint, refuses_what_is_no_url) {
  for (const auto* url : {"", "127.0.0.1:8025", "ftp://x", "http://", "http://x:0", "http://x:99999", "http://x:1a",
                          "http://x:", "http://u@x", "http://x?y", "http://[::1"}) {
    const auto read = parse_url(url);
    ASSERT_FALSE(read) << url;
    EXPECT_EQ(read.error().code, errc::invalid_argument);
  }
}

TEST(endpoint, takes_what_is_not_said_from_the_environment) {
  std::istringstream in;
  const auto variable = [](const char* name) {
    return std::string{std::string_view{name} == "POSTROOM_URL" ? "https://gate.example" : "from-variable"};
  };
  const auto made = resolve({}, variable, in);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->host, "gate.example");
  EXPECT_EQ(made->token.expose(), "from-variable");
  endpoint_wish wish;
  wish.url = "http://localhost:1";
  wish.token = "said";
  const auto said = resolve(wish, variable, in);
  ASSERT_TRUE(said);
  EXPECT_EQ(said->port, 1);
  EXPECT_EQ(said->token.expose(), "said");
  const auto standard = resolve({}, nothing, in);
  ASSERT_TRUE(standard);
  EXPECT_EQ(standard->port, 8025);
}

TEST(endpoint, reads_a_token_without_its_line_end) {
  std::istringstream in{"postroom_abc\n"};
  endpoint_wish wish;
  wish.token_file = "-";
  const auto made = resolve(wish, nothing, in);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->token.expose(), "postroom_abc");
  wish.token_file = "/nonexistent/token";
  EXPECT_EQ(resolve(wish, nothing, in).error().code, errc::invalid_argument);
  std::istringstream two{"a\nb\n"};
  wish.token_file = "-";
  EXPECT_FALSE(resolve(wish, nothing, two)) << "a header must not be forged by what a file holds";
}

TEST(endpoint, sends_no_token_in_the_clear_to_another_machine) {
  std::istringstream in;
  endpoint_wish wish;
  wish.url = "http://mail.example.com";
  wish.token = "t";
  EXPECT_EQ(resolve(wish, nothing, in).error().code, errc::invalid_argument);
  wish.token.clear();
  EXPECT_TRUE(resolve(wish, nothing, in));
  wish.token = "t";
  wish.url = "https://mail.example.com";
  EXPECT_TRUE(resolve(wish, nothing, in));
}

} // namespace
} // namespace postroom::app::cli
