#include "net/http_client.hpp"
#include "tests/net/support/full_listener.hpp"
#include "tests/net/support/names.hpp"
#include "tests/net/support/script_server.hpp"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <future>

namespace postroom::net::test {
namespace {

using namespace std::chrono_literals;

class http_client_test : public ::testing::Test {
protected:
  static void SetUpTestSuite() {
    ignore_sigpipe();
    directory_ = std::make_unique<scratch_directory>();
    good_ = make_certificate(directory_->path(), "good");
  }
  static void TearDownTestSuite() { directory_.reset(); }

  /// Reads a request's head and `content-length` octets of body by lines.
  static std::string read_request(peer& p) {
    std::string head;
    for (auto line = p.read_line(); line.size() > 2; line = p.read_line())
      head += line;
    return head;
  }
  static script_server::script answer(std::string words, std::string* request = nullptr) {
    return [words, request](peer& p) {
      if (!p.start_tls())
        return;
      const auto head = read_request(p);
      if (request)
        *request = head;
      p.write(words);
      p.goodbye();
    };
  }
  result<http_answer> send(http_request request, std::chrono::milliseconds deadline = 5s) {
    const auto client = make_http_client(threads_, tls_, deadline);
    std::promise<result<http_answer>> promise;
    client->send(std::move(request), good_.ca_file, [&](result<http_answer> a) { promise.set_value(std::move(a)); });
    return promise.get_future().get();
  }
  result<http_answer> get(const script_server::script& script, std::chrono::milliseconds deadline = 5s) {
    const script_server server{script, &good_};
    return send({.url = "https://127.0.0.1:" + std::to_string(server.port()) + "/x?y=1"}, deadline);
  }
  static std::string code_of(const result<http_answer>& answer) {
    return answer ? "status " + std::to_string(answer->status) : std::string{to_string(answer.error().code)};
  }

  static inline std::unique_ptr<scratch_directory> directory_;
  static inline certificate good_;
  tls_contexts tls_;
  io_threads threads_{1};
};

TEST_F(http_client_test, posts_and_reads_the_answer) {
  std::string head, body;
  const script_server server{[&](peer& p) {
                               if (!p.start_tls())
                                 return;
                               head = read_request(p);
                               body = p.read_line();
                               p.write("HTTP/1.1 201 Created\r\nContent-Type: text/plain\r\nX-A: 1\r\nX-A: 2\r\n"
                                       "Content-Length: 5\r\n\r\nhello");
                               p.drain();
                             },
                             &good_};
  const auto url = "https://localhost:" + std::to_string(server.port()) + "/path?q=%20";
  const auto answer =
      send({.method = "POST", .url = url, .headers = {{"X-Test", "yes"}}, .body = secret<>{"grant=secret\n"}});
  ASSERT_TRUE(answer) << answer.error().detail;
  EXPECT_EQ(answer->status, 201U);
  EXPECT_EQ(answer->header("content-type"), "text/plain");
  EXPECT_EQ(answer->header("x-a"), "1");
  EXPECT_EQ(answer->header("x-b"), "");
  EXPECT_EQ(answer->body.expose(), "hello");
  EXPECT_TRUE(head.starts_with("POST /path?q=%20 HTTP/1.1\r\n")) << head;
  EXPECT_NE(head.find("Host: localhost:" + std::to_string(server.port()) + "\r\n"), std::string::npos);
  EXPECT_NE(head.find("X-Test: yes\r\n"), std::string::npos);
  EXPECT_NE(head.find("Content-Length: 13\r\n"), std::string::npos);
  EXPECT_EQ(body, "grant=secret\n");
}

TEST_F(http_client_test, reads_chunked_interim_and_unframed_answers) {
  const auto chunked = get(answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"
                                  "6\r\n world\r\n0\r\n\r\n"));
  ASSERT_TRUE(chunked) << chunked.error().detail;
  EXPECT_EQ(chunked->body.expose(), "hello world");
  const auto interim = get(answer("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"));
  EXPECT_EQ(code_of(interim), "status 204");
  const auto unframed = get(answer("HTTP/1.0 200 OK\r\n\r\nuntil the end"));
  ASSERT_TRUE(unframed) << unframed.error().detail;
  EXPECT_EQ(unframed->body.expose(), "until the end");
}

TEST_F(http_client_test, reads_an_answer_sent_octet_by_octet) {
  const auto slow = get([](peer& p) {
    if (p.start_tls() && !read_request(p).empty())
      p.write_slowly("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n");
    p.drain();
  });
  ASSERT_TRUE(slow) << slow.error().detail;
  EXPECT_EQ(slow->body.expose(), "hello!");
}

TEST_F(http_client_test, does_not_follow_redirects) {
  const auto moved = get(answer("HTTP/1.1 302 Found\r\nLocation: https://evil.test/\r\nContent-Length: 0\r\n\r\n"));
  ASSERT_TRUE(moved);
  EXPECT_EQ(moved->status, 302U);
  EXPECT_EQ(moved->header("location"), "https://evil.test/");
}

TEST_F(http_client_test, refuses_answers_that_are_too_large) {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  EXPECT_EQ(code_of(get(answer(ok + "Content-Length: 1048577\r\n\r\n"))), "too_large");
  EXPECT_EQ(code_of(get(answer(ok + "Content-Length: 18446744073709551615\r\n\r\n"))), "too_large");
  EXPECT_EQ(code_of(get(answer(ok + "\r\n" + std::string(1'100'000, 'x')))), "too_large");
  EXPECT_EQ(code_of(get(answer(ok + "Transfer-Encoding: chunked\r\n\r\n110000\r\n" + std::string(0x110000, 'x')))),
            "too_large");
  EXPECT_EQ(code_of(get(answer(ok + "X: " + std::string(40'000, 'x') + "\r\n\r\n"))), "too_large");
}

TEST_F(http_client_test, refuses_what_is_not_http) {
  for (const auto* words :
       {"* OK IMAP4 ready\r\n\r\n", "HTTP/9.9 200 OK\r\n\r\n", "HTTP/1.1 abc\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"})
    EXPECT_EQ(code_of(get(answer(words))), "protocol_violation") << words;
  std::string interims;
  for (int i = 0; i < 20; ++i)
    interims += "HTTP/1.1 100 Continue\r\n\r\n";
  EXPECT_EQ(code_of(get(answer(interims + "HTTP/1.1 200 OK\r\n\r\n"))), "protocol_violation");
}

TEST_F(http_client_test, notices_a_truncated_answer) {
  EXPECT_EQ(code_of(get(answer(""))), "connection_lost");
  EXPECT_EQ(code_of(get(answer("HTTP/1.1 200 OK\r\nContent-"))), "connection_lost");
  EXPECT_EQ(code_of(get(answer("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345"))), "connection_lost");
  // Without a TLS goodbye nobody knows whether an unframed body is whole.
  EXPECT_EQ(code_of(get([](peer& p) {
              if (p.start_tls() && !read_request(p).empty())
                p.write("HTTP/1.0 200 OK\r\n\r\nhalf");
            })),
            "connection_lost");
}

TEST_F(http_client_test, gives_up_at_the_deadline_wherever_the_server_stalls) {
  const auto timeout_of = [&](const script_server::script& script) { return code_of(get(script, 150ms)); };
  EXPECT_EQ(timeout_of([](peer& p) { p.drain(); }), "timeout");
  EXPECT_EQ(timeout_of([](peer& p) { p.start_tls() ? p.drain() : void(); }), "timeout");
  EXPECT_EQ(timeout_of([](peer& p) {
              if (p.start_tls() && p.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"))
                p.drain();
            }),
            "timeout");
}

TEST_F(http_client_test, gives_up_on_a_server_that_takes_nothing) {
  const script_server server{[](peer& p) {
                               if (p.start_tls())
                                 p.wait_until_stopped();
                             },
                             &good_};
  const auto url = "https://127.0.0.1:" + std::to_string(server.port()) + "/";
  EXPECT_EQ(code_of(send({.method = "POST", .url = url, .body = secret<>{std::string(32 << 20, 'x')}}, 300ms)),
            "timeout");
}

TEST_F(http_client_test, tells_why_there_is_no_connection) {
  std::uint16_t port = 0;
  {
    const script_server gone{[](peer&) {}};
    port = gone.port();
  }
  EXPECT_EQ(code_of(send({.url = "https://127.0.0.1:" + std::to_string(port) + "/"})), "connect_failed");
  EXPECT_EQ(code_of(send({.url = "https://no-such-host.test/"})), "dns_failed");
  const stalled_names stalled;
  EXPECT_EQ(code_of(send({.url = "https://login.slow.test/"}, 150ms)), "timeout");
  const full_listener full;
  EXPECT_EQ(code_of(send({.url = "https://127.0.0.1:" + std::to_string(full.port()) + "/"}, 150ms)), "timeout");
}

TEST_F(http_client_test, verifies_the_name_and_the_dates) {
  const auto foreign = make_certificate(directory_->path(), "foreign", {.name = "login.example.test"});
  const auto expired = make_certificate(directory_->path(), "expired", {.expired = true});
  for (const auto& [served, words] : {std::pair{foreign, "wrong name"}, std::pair{expired, "expired"}}) {
    const script_server server{answer("HTTP/1.1 200 OK\r\n\r\n"), &served};
    std::promise<result<http_answer>> promise;
    const auto client = make_http_client(threads_, tls_, 5s);
    client->send({.url = "https://localhost:" + std::to_string(server.port()) + "/"}, served.ca_file,
                 [&](result<http_answer> a) { promise.set_value(std::move(a)); });
    const auto refused = promise.get_future().get();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, errc::tls_failed);
    EXPECT_NE(refused.error().detail.find(words), std::string::npos) << refused.error().detail;
  }
}

TEST_F(http_client_test, names_a_refusal_by_tls_alert) {
  const script_server server{
      [](peer& p) { p.refuse_tls(); }, &good_,
      [](SSL_CTX* ctx) { SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr); }};
  const auto refused = send({.url = "https://127.0.0.1:" + std::to_string(server.port()) + "/"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::tls_failed) << refused.error().detail;
  EXPECT_NE(refused.error().detail.find("certificate required"), std::string::npos) << refused.error().detail;
}

TEST_F(http_client_test, speaks_plain_http_on_loopback_only) {
  const script_server server{[](peer& p) {
    read_request(p);
    p.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    p.drain();
  }};
  EXPECT_EQ(code_of(send({.url = "http://127.0.0.1:" + std::to_string(server.port()) + "/"})), "status 200");
  EXPECT_EQ(code_of(send({.url = "http://192.0.2.1/"})), "invalid_argument");
  EXPECT_EQ(code_of(send({.url = "http://example.test/"})), "invalid_argument");
}

TEST_F(http_client_test, goes_only_to_the_hosts_it_is_allowed) {
  const script_server server{answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), &good_};
  const auto port = ":" + std::to_string(server.port());
  const auto ask = [&](const std::string& authority, std::vector<std::string> allowed, proxy_server proxy = {}) {
    return code_of(send({.url = "https://" + authority + "/", .proxy = proxy, .allowed_hosts = std::move(allowed)}));
  };
  EXPECT_EQ(ask("localhost" + port, {"login.example.test", "LocalHost"}), "status 200");
  EXPECT_EQ(ask("LOCALHOST" + port, {"localhost"}), "status 200");
  EXPECT_EQ(server.accepted(), 2);
  for (const auto* allowed : {"127.0.0.1", "localhost.", "ocalhost", "local", "*", "", "localhost:443"})
    EXPECT_EQ(ask("localhost" + port, {allowed}), "forbidden") << allowed;
  EXPECT_EQ(ask("169.254.169.254", {"login.example.test"}), "forbidden");
  EXPECT_EQ(ask("[::1]" + port, {"localhost"}), "forbidden");
  EXPECT_EQ(ask("metadata.internal.test", {"internal.test"}), "forbidden");
  EXPECT_EQ(ask("metadata.internal.test", {"internal.test"}, {"127.0.0.1", server.port(), {}, {}}), "forbidden");
  EXPECT_EQ(asked_for("metadata.internal.test"), 0);
  EXPECT_EQ(server.accepted(), 2);
}

TEST_F(http_client_test, refuses_malformed_requests) {
  EXPECT_EQ(code_of(send({.url = "ftp://127.0.0.1/"})), "invalid_argument");
  EXPECT_EQ(code_of(send({.url = "https://127.0.0.1/a b"})), "invalid_argument");
  EXPECT_EQ(code_of(send({.method = "GET /", .url = "https://127.0.0.1/"})), "invalid_argument");
  EXPECT_EQ(code_of(send({.url = "https://127.0.0.1/", .headers = {{"A", "b\r\nEvil: 1"}}})), "invalid_argument");
  EXPECT_EQ(code_of(send({.url = "https://127.0.0.1/", .headers = {{"A: b", "c"}}})), "invalid_argument");
}

TEST_F(http_client_test, trusts_only_what_it_was_told_to) {
  const auto other = make_certificate(directory_->path(), "stranger");
  const script_server server{answer("HTTP/1.1 200 OK\r\n\r\n"), &other};
  EXPECT_EQ(code_of(send({.url = "https://127.0.0.1:" + std::to_string(server.port()) + "/"})), "tls_failed");
}

TEST_F(http_client_test, answers_open_requests_when_the_threads_stop) {
  const script_server server{[](peer& p) { p.drain(); }, &good_};
  auto threads = std::make_unique<io_threads>(1);
  const auto client = make_http_client(*threads, tls_);
  std::promise<result<http_answer>> promise;
  client->send({.url = "https://127.0.0.1:" + std::to_string(server.port()) + "/"}, good_.ca_file,
               [&](result<http_answer> a) { promise.set_value(std::move(a)); });
  while (server.accepted() == 0)
    std::this_thread::sleep_for(1ms);
  threads->stop();
  auto future = promise.get_future();
  ASSERT_EQ(future.wait_for(0s), std::future_status::ready);
  EXPECT_EQ(code_of(future.get()), "cancelled");
}

} // namespace
} // namespace postroom::net::test
