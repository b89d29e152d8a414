#include "protocol/http/proxy_connect.hpp"

#include "base/limits.hpp"

#include <gtest/gtest.h>

namespace postroom::http {
namespace {

proxy_connect asking(std::string_view user = {}, const std::string& password = {}) {
  return proxy_connect::make("mail.example.test", 993, user, secret<>{password}).value();
}

/// What an answer, sent whole, comes to.
error refusal(std::string_view answer, proxy_connect dialogue = asking()) {
  const auto taken = dialogue.received(answer);
  EXPECT_FALSE(taken) << answer;
  EXPECT_FALSE(dialogue.established());
  return taken ? error{} : taken.error();
}

bool says(const error& e, std::string_view words) {
  return e.code == errc::connect_failed && e.detail.find(words) != std::string::npos;
}

TEST(proxy_connect, asks_for_the_server_and_its_port) {
  EXPECT_EQ(asking().request().expose(),
            "CONNECT mail.example.test:993 HTTP/1.1\r\nHost: mail.example.test:993\r\n\r\n");
  EXPECT_EQ(proxy_connect::make("login.example.test", 443).value().request().expose(),
            "CONNECT login.example.test:443 HTTP/1.1\r\nHost: login.example.test:443\r\n\r\n");
  EXPECT_EQ(proxy_connect::make("2001:db8::1", 1).value().request().expose(),
            "CONNECT [2001:db8::1]:1 HTTP/1.1\r\nHost: [2001:db8::1]:1\r\n\r\n");
}

// RFC 7617 §2: the example of the standard.
TEST(proxy_connect, sends_basic_credentials_where_there_is_a_user) {
  EXPECT_EQ(asking("Aladdin", "open sesame").request().expose(),
            "CONNECT mail.example.test:993 HTTP/1.1\r\nHost: mail.example.test:993\r\n"
            "Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n");
  EXPECT_NE(asking("anna", "").request().expose().find("Basic YW5uYTo=\r\n"), std::string::npos);
  EXPECT_EQ(asking("", "sesame").request().expose().find("Authorization"), std::string::npos);
}

TEST(proxy_connect, refuses_what_cannot_stand_in_a_request) {
  const auto code = [](std::string_view host, std::uint16_t port, std::string_view user, const std::string& password) {
    const auto made = proxy_connect::make(host, port, user, secret<>{password});
    return made ? "made" : std::string{to_string(made.error().code)};
  };
  for (const auto* host : {"", "a b", "a\r\nX: y", "a:b", "a/b", "[::1]", "a@b", "h\n"})
    EXPECT_EQ(code(host, 1, "", ""), "invalid_argument") << host;
  EXPECT_EQ(code("h", 0, "", ""), "invalid_argument");
  EXPECT_EQ(code("h", 1, "a:b", ""), "invalid_argument");
  EXPECT_EQ(code("h", 1, "a\n", ""), "invalid_argument");
  EXPECT_EQ(code("h", 1, "a", "b\r\n"), "invalid_argument");
  EXPECT_EQ(code("h", 1, "\xc3\xa4", "a:b \xc3\xa4"), "made");
}

TEST(proxy_connect, opens_the_tunnel_on_any_success) {
  for (const std::string answer :
       {"HTTP/1.1 200 Connection established\r\n\r\n", "HTTP/1.0 200 OK\r\n\r\n", "HTTP/1.1 200\r\n\r\n",
        "HTTP/1.1 204 \r\n\r\n", "HTTP/1.1 200 OK\nVia: x\n\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"}) {
    auto dialogue = asking();
    EXPECT_EQ(dialogue.received(answer).value(), answer.size()) << answer;
    EXPECT_TRUE(dialogue.established()) << answer;
  }
}

TEST(proxy_connect, leaves_what_the_server_said_to_its_reader) {
  const std::string head = "HTTP/1.1 200 OK\r\nVia: x\r\n\r\n";
  auto dialogue = asking();
  EXPECT_EQ(dialogue.received(head + "220 mx.test\r\n\r\n").value(), head.size());
  EXPECT_TRUE(dialogue.established());
}

TEST(proxy_connect, reads_octet_by_octet) {
  const std::string answer = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nVia: a\r\n\r\n";
  auto dialogue = asking();
  for (std::size_t i = 0; i < answer.size(); ++i) {
    EXPECT_FALSE(dialogue.established()) << i;
    ASSERT_EQ(dialogue.received({&answer[i], 1}).value(), 1U) << i;
  }
  EXPECT_TRUE(dialogue.established());
}

TEST(proxy_connect, reads_in_any_two_pieces) {
  const std::string answer = "HTTP/1.1 200 OK\r\nVia: a\r\n\r\n* OK ready\r\n";
  const auto end = answer.find("* OK");
  for (std::size_t cut = 0; cut <= answer.size(); ++cut) {
    auto dialogue = asking();
    auto taken = dialogue.received(std::string_view{answer}.substr(0, cut)).value();
    EXPECT_EQ(taken, std::min(cut, end)) << cut;
    if (!dialogue.established())
      taken += dialogue.received(std::string_view{answer}.substr(taken)).value();
    EXPECT_EQ(taken, end) << cut;
    EXPECT_TRUE(dialogue.established()) << cut;
  }
}

TEST(proxy_connect, tells_which_credentials_are_wanted) {
  const std::string head = "HTTP/1.1 407 Proxy Authentication Required\r\n";
  EXPECT_TRUE(says(refusal(head + "Proxy-Authenticate: Basic realm=\"x\"\r\n\r\n"), "wants credentials: a user"));
  EXPECT_TRUE(says(refusal(head + "\r\n"), "wants credentials: a user"));
  EXPECT_TRUE(says(refusal(head + "\r\n", asking("anna", "sesame")), "wants other credentials"));
  EXPECT_TRUE(says(refusal(head + "PROXY-AUTHENTICATE:basic\r\n\r\n", asking("anna", "sesame")), "other credentials"));
  for (const auto* kinds :
       {"Proxy-Authenticate: Negotiate\r\nProxy-Authenticate: NTLM\r\n",
        "Proxy-Authenticate: Digest realm=\"basic\", qop=\"auth\"\r\n", "Proxy-Authenticate: ,\r\n"})
    EXPECT_TRUE(says(refusal(head + kinds + "\r\n"), "of a kind that we have not")) << kinds;
  for (const auto* kinds : {"Proxy-Authenticate: NTLM\r\nProxy-Authenticate: Basic\r\n",
                            "Proxy-Authenticate: Digest realm=\"a\", Basic realm=\"b\"\r\n"})
    EXPECT_TRUE(says(refusal(head + kinds + "\r\n"), "a user and a password")) << kinds;
}

TEST(proxy_connect, tells_the_status_of_other_refusals) {
  for (const auto* status : {"403", "502", "504", "301", "400", "101", "599"})
    EXPECT_TRUE(says(refusal(std::string{"HTTP/1.1 "} + status + " No\r\nLocation: x\r\n\r\nbody"),
                     std::string{"mail.example.test:993 with status "} + status))
        << status;
}

TEST(proxy_connect, never_shows_credentials_or_the_proxys_words) {
  for (const auto* answer : {"HTTP/1.1 407 YW5uYTpzZXNhbWU= sesame\r\nProxy-Authenticate: Basic x=sesame\r\n\r\n",
                             "HTTP/1.1 403 sesame YW5uYTpzZXNhbWU=\r\n\r\n", "sesame YW5uYTpzZXNhbWU=\r\n"}) {
    const auto detail = refusal(answer, asking("anna", "sesame")).detail;
    EXPECT_EQ(detail.find("sesame"), std::string::npos) << detail;
    EXPECT_EQ(detail.find("YW5u"), std::string::npos) << detail;
  }
}

TEST(proxy_connect, refuses_what_is_not_http) {
  for (const auto* answer : {"\r\n", "\n", "* OK IMAP4rev1 ready\r\n", "220 mx.test\r\n", "HTTP/2 200\r\n",
                             "HTTP/1.1 20\r\n", "HTTP/1.1 2000 OK\r\n", "HTTP/1.1 000 OK\r\n", "HTTP/1.1 999 OK\r\n",
                             "HTTP/1.1  200 OK\r\n", "http/1.1 200 OK\r\n", "HTTP/1.x 200 OK\r\n", "HTTP/1.1 200OK\r\n",
                             "HTTP/1.1 100 C\r\n\r\n\r\n", "\x16\x03\x01\x02\n"})
    EXPECT_TRUE(says(refusal(answer), "not an HTTP proxy")) << answer;
}

TEST(proxy_connect, is_bounded) {
  const std::string begin = "HTTP/1.1 200 OK\r\nX: ";
  const std::string end = "\r\n\r\n";
  const std::string filling(limits::proxy_answer_bytes_max - begin.size() - end.size(), 'x');
  auto dialogue = asking();
  EXPECT_TRUE(dialogue.received(begin + filling + end) && dialogue.established());
  EXPECT_TRUE(says(refusal(begin + filling + "x" + end), "longer than"));
  EXPECT_TRUE(says(refusal(std::string(limits::proxy_answer_bytes_max + 1, 'x')), "longer than"));
  std::string interims;
  while (interims.size() <= limits::proxy_answer_bytes_max)
    interims += "HTTP/1.1 100 Continue\r\n\r\n";
  EXPECT_TRUE(says(refusal(interims), "longer than"));
}

TEST(proxy_connect, tells_what_the_end_of_the_connection_means) {
  auto dialogue = asking();
  EXPECT_TRUE(says(dialogue.closed(), "without an answer"));
  ASSERT_TRUE(dialogue.received("H"));
  EXPECT_TRUE(says(dialogue.closed(), "before its answer was complete"));
}

} // namespace
} // namespace postroom::http
