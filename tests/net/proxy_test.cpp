#include "net/http_client.hpp"
#include "net/proxy.hpp"
#include "tests/net/smtp_side.hpp"
#include "tests/net/support/connect_proxy.hpp"
#include "tests/net/support/full_listener.hpp"
#include "tests/net/support/link_fixture.hpp"
#include "tests/net/support/names.hpp"

#include <algorithm>
#include <future>

/// Proxies between us and the servers. The servers' name is one that only a proxy knows.
namespace postroom::net::test {
namespace {

const std::string behind = "mail.behind.test";
const std::string anna = "YW5uYTpzZXNhbWU="; // anna:sesame

class proxy_test : public link_fixture {
protected:
  static void SetUpTestSuite() {
    link_fixture::SetUpTestSuite();
    cert_ = make_certificate(directory_->path(), "behind", {.name = behind});
  }

  static proxy_server by(const connect_proxy& proxy, std::string user = {}, const std::string& password = {}) {
    return {"127.0.0.1", proxy.port(), std::move(user), secret<>{password}};
  }
  static void answer_http(peer& p) {
    if (!p.start_tls())
      return;
    while (p.read_line().size() > 2)
      continue;
    p.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    p.goodbye();
  }
  result<http_answer> get(std::uint16_t port, proxy_server proxy, std::chrono::milliseconds deadline = 5s) {
    return send({.url = "https://" + behind + ":" + std::to_string(port) + "/", .proxy = std::move(proxy)}, deadline);
  }
  result<http_answer> send(http_request request, std::chrono::milliseconds deadline = 5s) {
    const auto client = make_http_client(threads_, tls_, deadline);
    std::promise<result<http_answer>> promise;
    client->send(std::move(request), cert_.ca_file, [&](result<http_answer> a) { promise.set_value(std::move(a)); });
    return promise.get_future().get();
  }
  /// An IMAP link to a port behind the proxy.
  std::unique_ptr<imap_link> dial_imap(std::uint16_t port, proxy_server proxy,
                                       imap::transport_security security = imap::transport_security::tls,
                                       imap_deadlines deadlines = {}) {
    told_ = std::make_shared<recorder>();
    imap_target target;
    target.host = behind;
    target.port = port;
    target.ca_file = cert_.ca_file;
    target.proxy = std::make_shared<const proxy_server>(std::move(proxy));
    target.session.security = security;
    target.session.method = imap::login_method::plain;
    target.session.user = "anna@example.test";
    target.session.token_or_password = secret<>{"sesame"};
    return open(std::move(target), deadlines);
  }
  std::unique_ptr<smtp_link> dial_smtp(std::uint16_t port, proxy_server proxy, smtp::transport_security security) {
    smtp_told_ = std::make_shared<smtp_recorder>();
    smtp_target target;
    target.host = behind;
    target.port = port;
    target.ca_file = cert_.ca_file;
    target.proxy = std::make_shared<const proxy_server>(std::move(proxy));
    target.session.security = security;
    target.session.user = "anna@example.test";
    target.session.token_or_password = secret<>{"sesame-sesame"};
    target.session.host = behind;
    smtp_dialer_ = make_smtp_dialer(threads_, tls_, {});
    return smtp_dialer_->open(std::move(target), smtp_told_);
  }
  /// How an IMAP link ends that never gets to its server.
  error end_by(const proxy_manners& manners, proxy_server proxy = {}, imap_deadlines deadlines = {}) {
    const connect_proxy server{manners};
    proxy.host = "127.0.0.1";
    proxy.port = server.port();
    const auto link = dial_imap(993, std::move(proxy), imap::transport_security::tls, deadlines);
    EXPECT_TRUE(told_->wait_closed());
    EXPECT_FALSE(told_->now().connected);
    return told_->now().why;
  }
  static void expect(const error& why, errc code, std::string_view words) {
    EXPECT_EQ(to_string(why.code), to_string(code)) << why.detail;
    EXPECT_NE(why.detail.find(words), std::string::npos) << why.detail;
    EXPECT_NE(why.detail.find("by proxy "), std::string::npos) << why.detail;
    EXPECT_EQ(why.detail.find("sesame"), std::string::npos) << why.detail;
    EXPECT_EQ(why.detail.find(anna), std::string::npos) << why.detail;
  }

  static inline certificate cert_;
  smtp_heard heard_;
  std::shared_ptr<smtp_recorder> smtp_told_;
  std::unique_ptr<counting_smtp_dialer> smtp_dialer_;
};

TEST(parse_proxy, reads_what_is_configured) {
  EXPECT_TRUE(parse_proxy("").value().host.empty());
  const auto plain = parse_proxy("http://Proxy.Example.test:3128").value();
  EXPECT_EQ(plain.host, "proxy.example.test");
  EXPECT_EQ(plain.port, 3128);
  EXPECT_EQ(plain.user, "");
  const auto with_user = parse_proxy("http://CORP%5Canna@[2001:db8::1]:80/").value();
  EXPECT_EQ(with_user.host, "2001:db8::1");
  EXPECT_EQ(with_user.port, 80);
  EXPECT_EQ(with_user.user, "CORP\\anna");
  EXPECT_TRUE(with_user.password.empty());
}

TEST(parse_proxy, is_strict) {
  for (const auto* bad : {"proxy:3128",
                          "https://proxy:3128",
                          "HTTP://proxy:3128",
                          "socks5://proxy:1080",
                          "http://",
                          "http://proxy",
                          "http://proxy:",
                          "http://proxy:0",
                          "http://proxy:65536",
                          "http://proxy:080",
                          "http://proxy:3128/x",
                          "http://proxy:3128//",
                          "http://proxy:3128?x",
                          "http://proxy:3128#x",
                          "http://proxy/:3128",
                          "http://@proxy:3128",
                          "http://anna:sesame@proxy:3128",
                          "http://anna:@proxy:3128",
                          "http://a@b@proxy:3128",
                          "http://a b@proxy:3128",
                          "http://a%3Ab@proxy:3128",
                          "http://a%0Ab@proxy:3128",
                          "http://a%4@proxy:3128",
                          "http://\xc3\xa4@proxy:3128",
                          "http://anna@",
                          " http://proxy:3128",
                          "http://pro xy:3128",
                          "http://[::1:3128"}) {
    const auto read = parse_proxy(bad);
    ASSERT_FALSE(read) << bad;
    EXPECT_EQ(read.error().code, errc::invalid_argument) << bad;
    EXPECT_EQ(read.error().detail.find("sesame"), std::string::npos) << bad;
  }
}

// -- each protocol ---------------------------------------------------------------------------------------------------

TEST_F(proxy_test, https_goes_through) {
  const script_server server{answer_http, &cert_};
  const connect_proxy proxy{};
  const auto answer = get(server.port(), by(proxy));
  ASSERT_TRUE(answer) << answer.error().detail;
  EXPECT_EQ(answer->body.expose(), "hello");
  ASSERT_EQ(proxy.requests().size(), 1U);
  const auto to = behind + ":" + std::to_string(server.port());
  EXPECT_EQ(proxy.requests()[0], "CONNECT " + to + " HTTP/1.1\r\nHost: " + to + "\r\n");
  EXPECT_EQ(asked_for(behind), 0) << "the proxy resolves the server's name";
}

TEST_F(proxy_test, imap_goes_through_in_both_securities) {
  for (const auto security : {imap::transport_security::tls, imap::transport_security::starttls}) {
    for (const bool with_greeting : {false, true}) {
      const bool starttls = security == imap::transport_security::starttls;
      if (with_greeting && !starttls)
        continue; // the client says the first word
      SCOPED_TRACE(starttls ? (with_greeting ? "STARTTLS, greeting behind the answer" : "STARTTLS") : "TLS");
      const script_server server{[starttls](peer& p) {
                                   if (starttls) {
                                     p.write("* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] ready\r\n");
                                     const auto line = p.read_line();
                                     p.write(line.substr(0, line.find(' ')) + " OK go\r\n");
                                   }
                                   if (p.start_tls())
                                     serve_imap(p, {}, !starttls);
                                 },
                                 &cert_};
      const connect_proxy proxy{{.with_greeting = with_greeting}};
      const auto link = dial_imap(server.port(), by(proxy), security);
      link->submit({imap::noop_command{}});
      ASSERT_TRUE(told_->wait([](const auto& s) { return !s.outcomes.empty() || s.closed > 0; }));
      EXPECT_EQ(told_->now().closed, 0) << told_->now().why.detail;
      EXPECT_TRUE(told_->now().ready);
      EXPECT_EQ(proxy.requests().size(), 1U);
      link->close();
      expect_end(errc::cancelled);
    }
  }
  EXPECT_EQ(asked_for(behind), 0);
}

TEST_F(proxy_test, smtp_goes_through_in_both_securities) {
  for (const auto security : {smtp::transport_security::tls, smtp::transport_security::starttls}) {
    const bool starttls = security == smtp::transport_security::starttls;
    SCOPED_TRACE(starttls ? "STARTTLS" : "TLS");
    smtp_manners manners;
    manners.starttls = starttls;
    const script_server server{[&](peer& p) {
                                 if (starttls || p.start_tls())
                                   serve_smtp(p, manners, heard_);
                               },
                               &cert_};
    const connect_proxy proxy{{.credentials = anna, .with_greeting = starttls}};
    const auto link = dial_smtp(server.port(), by(proxy, "anna", "sesame"), security);
    ASSERT_TRUE(smtp_told_->wait([](const auto& s) { return s.ready || s.closed > 0; }));
    EXPECT_EQ(smtp_told_->now().closed, 0) << smtp_told_->now().why.detail;
    link->begin(small_mail());
    EXPECT_TRUE(smtp_told_->wait([](const auto& s) { return !s.envelopes.empty(); }));
  }
  EXPECT_EQ(asked_for(behind), 0);
}

TEST_F(proxy_test, the_servers_own_certificate_is_verified) {
  const auto other = make_certificate(directory_->path(), "other", {.name = "127.0.0.1"}); // the proxy's name
  const script_server server{answer_http, &other};
  const connect_proxy proxy{};
  const auto client = make_http_client(threads_, tls_, 5s);
  std::promise<result<http_answer>> promise;
  client->send({.url = "https://" + behind + ":" + std::to_string(server.port()) + "/", .proxy = by(proxy)},
               other.ca_file, [&](result<http_answer> a) { promise.set_value(std::move(a)); });
  const auto refused = promise.get_future().get();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::tls_failed);
  EXPECT_NE(refused.error().detail.find(behind), std::string::npos) << refused.error().detail;
}

TEST_F(proxy_test, reads_an_answer_sent_octet_by_octet) {
  const script_server server{answer_http, &cert_};
  const connect_proxy proxy{{.answer = "HTTP/1.1 100 Wait\r\n\r\nHTTP/1.0 200 OK\r\nVia: x\r\n\r\n", .slowly = true}};
  const auto answer = get(server.port(), by(proxy));
  EXPECT_TRUE(answer) << answer.error().detail;
}

// -- credentials -----------------------------------------------------------------------------------------------------

TEST_F(proxy_test, credentials_open_the_way_and_others_do_not) {
  const script_server server{answer_http, &cert_};
  const connect_proxy proxy{{.credentials = anna}};
  EXPECT_TRUE(get(server.port(), by(proxy, "anna", "sesame")));
  const auto none = get(server.port(), by(proxy));
  ASSERT_FALSE(none);
  expect(none.error(), errc::connect_failed, "wants credentials");
  const auto wrong = get(server.port(), by(proxy, "anna", "sesam"));
  ASSERT_FALSE(wrong);
  expect(wrong.error(), errc::connect_failed, "wants other credentials");
  EXPECT_EQ(server.accepted(), 1);
}

// -- proxies that fail -----------------------------------------------------------------------------------------------

TEST_F(proxy_test, tells_what_the_proxy_did) {
  const auto answering = [](std::string words) { return proxy_manners{.answer = std::move(words), .serves = false}; };
  const proxy_server with_credentials{.user = "anna", .password = secret<>{"sesame"}};
  const auto because = errc::connect_failed;
  expect(end_by(answering("HTTP/1.1 403 sesame\r\n\r\n"), with_credentials), because, "993 with status 403");
  expect(end_by(answering("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 3\r\n\r\nno!")), because, "with status 502");
  expect(end_by(answering("* OK sesame\r\n"), with_credentials), because, "not an HTTP proxy");
  expect(end_by(answering("\x15\x03\x01\n")), because, "not an HTTP proxy");
  expect(end_by(answering("HTTP/1.1 200 OK\r\nX: " + std::string(limits::proxy_answer_bytes_max, 'x'))), because,
         "longer");
  expect(end_by(answering("")), because, "without an answer");
  expect(end_by(answering("HTTP/1.1 200 OK\r\nVi")), because, "before its answer was complete");
}

TEST_F(proxy_test, takes_nothing_from_it_before_tls) {
  expect(end_by({.answer = "HTTP/1.1 200 OK\r\n\r\n* OK ready\r\n", .serves = false, .stalls = true}),
         errc::connect_failed, "octets behind its answer");
}

TEST_F(proxy_test, a_proxy_that_stalls_is_left_at_the_deadline) {
  for (const auto* words : {"", "HTTP/1.1 2", "HTTP/1.1 200 OK\r\nVia: x\r\n", "HTTP/1.1 100 Wait\r\n\r\n"}) {
    SCOPED_TRACE(words);
    const proxy_manners stalling{.answer = words, .serves = false, .stalls = true};
    expect(end_by(stalling, {}, short_deadlines()), errc::timeout, "no answer to CONNECT in time");
    const connect_proxy proxy{stalling};
    const auto late = get(443, by(proxy), 150ms);
    ASSERT_FALSE(late);
    expect(late.error(), errc::timeout, "no answer to CONNECT in time");
  }
}

TEST_F(proxy_test, tells_that_the_proxy_itself_cannot_be_reached) {
  std::uint16_t gone = 0;
  {
    const connect_proxy proxy{};
    gone = proxy.port();
  }
  const auto code_by = [&](proxy_server proxy) {
    const auto refused = get(443, std::move(proxy), 150ms);
    EXPECT_TRUE(refused || refused.error().detail.find("by proxy ") == 0) << refused.error().detail;
    return refused ? "reached" : std::string{to_string(refused.error().code)};
  };
  EXPECT_EQ(code_by({.host = "127.0.0.1", .port = gone}), "connect_failed");
  EXPECT_EQ(code_by({.host = "no-such-proxy.test", .port = 3128}), "dns_failed");
  const stalled_names stalled;
  EXPECT_EQ(code_by({.host = "proxy.slow.test", .port = 3128}), "timeout");
  const full_listener full;
  EXPECT_EQ(code_by({.host = "127.0.0.1", .port = full.port()}), "timeout");
  EXPECT_EQ(asked_for(behind), 0) << "going around a proxy that fails is not for us to decide";
}

TEST_F(proxy_test, nothing_goes_through_it_in_the_plain) {
  const connect_proxy proxy{};
  const auto link = dial_imap(143, by(proxy), imap::transport_security::plain);
  expect_end(errc::invalid_argument, "does not go through a proxy");
  const auto sending = dial_smtp(25, by(proxy), smtp::transport_security::plain);
  ASSERT_TRUE(smtp_told_->wait_closed());
  EXPECT_EQ(smtp_told_->now().why.code, errc::invalid_argument) << smtp_told_->now().why.detail;
  for (const auto* url : {"http://127.0.0.1/", "http://localhost/", "http://mail.behind.test/"}) {
    const auto answer = send({.url = url, .proxy = by(proxy)});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, errc::invalid_argument) << answer.error().detail;
  }
  EXPECT_THAT(proxy.requests(), testing::IsEmpty());
}

TEST_F(proxy_test, closing_ends_the_wait_for_it) {
  const connect_proxy proxy{{.answer = "", .serves = false, .stalls = true}};
  const auto link = dial_imap(993, by(proxy));
  while (proxy.requests().empty())
    std::this_thread::sleep_for(1ms);
  link->close();
  expect_end(errc::cancelled);
}

} // namespace
} // namespace postroom::net::test
