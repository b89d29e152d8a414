#include "protocol/http/url.hpp"

#include <gtest/gtest.h>

namespace postroom::http {
namespace {

TEST(parse_url, splits) {
  const auto u = parse_url("https://Login.Example.com/t/oauth2/v2.0/token?a=b%20c#frag").value();
  EXPECT_TRUE(u.tls);
  EXPECT_EQ(u.host, "login.example.com");
  EXPECT_EQ(u.port, 443);
  EXPECT_EQ(u.target, "/t/oauth2/v2.0/token?a=b%20c");
  EXPECT_EQ(u.authority(), "login.example.com");
}

TEST(parse_url, knows_ports_addresses_and_defaults) {
  EXPECT_EQ(parse_url("HTTP://localhost:8080").value(), (url{false, "localhost", 8080, "/", false}));
  EXPECT_EQ(parse_url("http://localhost").value().port, 80);
  EXPECT_EQ(parse_url("https://h?q").value().target, "/?q");
  EXPECT_EQ(parse_url("https://h#f").value().target, "/");
  const auto six = parse_url("https://[2001:DB8::1]:8443/x").value();
  EXPECT_EQ(six.host, "2001:db8::1");
  EXPECT_EQ(six.authority(), "[2001:db8::1]:8443");
  EXPECT_EQ(parse_url("https://127.0.0.1:1/").value().authority(), "127.0.0.1:1");
}

TEST(parse_url, is_strict) {
  for (const char* bad : {"",
                          "https",
                          "https:",
                          "https://",
                          "https:///x",
                          "ftp://h/",
                          "//h/",
                          "h",
                          "https:/h",
                          "https://h:0",
                          "https://h:",
                          "https://h:65536",
                          "https://h:1x",
                          "https://h:+1",
                          "https://u@h/",
                          "https://u:p@h/",
                          "https://h/a b",
                          "https://h/\r\nX: y",
                          "https://h/%",
                          "https://h/%2",
                          "https://h/%zz",
                          "https://h\\x",
                          "https://h/\\x",
                          "https://.h",
                          "https://h..x",
                          "https://.",
                          "https://[::1",
                          "https://[]",
                          "https://[::1]x",
                          "https://[1]",
                          "https://ä.de/",
                          "https://h/ä",
                          "https://h /",
                          "https://h%41/",
                          " https://h"})
    EXPECT_EQ(parse_url(bad).error().code, errc::invalid_argument) << bad;
}

TEST(parse_url, is_bounded) {
  EXPECT_TRUE(parse_url("https://h/" + std::string(url_bytes_max - 10, 'a')));
  EXPECT_FALSE(parse_url("https://h/" + std::string(url_bytes_max - 9, 'a')));
  EXPECT_FALSE(parse_url("https://" + std::string(64, 'a') + ".de/"));
  std::string labels;
  for (int i = 0; i < 130; ++i)
    labels += "a.";
  EXPECT_FALSE(parse_url("https://" + labels + "de/"));
}

TEST(percent_encode, leaves_no_copy_behind_by_growing) {
  EXPECT_LE(percent_encode(std::string(100, '%')).capacity(), 300U);
}

TEST(percent_encode, leaves_only_unreserved_characters) {
  EXPECT_EQ(percent_encode("AZaz09-._~"), "AZaz09-._~");
  EXPECT_EQ(percent_encode("a b+c&d=e/\xc3\xa9%"), "a%20b%2Bc%26d%3De%2F%C3%A9%25");
  EXPECT_EQ(percent_encode(std::string_view{"\0\n", 2}), "%00%0A");
}

TEST(percent_decode, undoes_it) {
  std::string every;
  for (int byte = 0; byte < 256; ++byte)
    every.push_back(static_cast<char>(byte));
  EXPECT_EQ(percent_decode(percent_encode(every)).value(), every);
  EXPECT_EQ(percent_decode("a+b%5c%5C").value(), "a+b\\\\");
  for (const auto* bad : {"%", "%4", "a%4", "%zz", "%4z", "%+4", "%-4", "%%41"})
    EXPECT_EQ(percent_decode(bad).error().code, errc::invalid_argument) << bad;
}

TEST(is_host, takes_names_and_addresses) {
  for (const auto* good : {"localhost", "a.b-c.example", "h.", "127.0.0.1", "::1", "2001:db8::1", "_x.example"})
    EXPECT_TRUE(is_host(good)) << good;
  for (const auto* bad : {"", ".", ".a", "a..b", "a b", "a/b", "a:1", "[::1]", "u@h", "a\r\nb", "\xc3\xa4.de"})
    EXPECT_FALSE(is_host(bad)) << bad;
}

} // namespace
} // namespace postroom::http
