#include "net/imap_dialer.hpp"
#include "tests/net/support/imap_side.hpp"
#include "tests/net/support/names.hpp"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <fstream>

namespace postroom::net::test {
namespace {

using seen = recorder::seen;

class tls_test : public ::testing::Test {
protected:
  static void SetUpTestSuite() {
    ignore_sigpipe();
    directory_ = std::make_unique<scratch_directory>();
    good_ = make_certificate(directory_->path(), "good");
    other_ = make_certificate(directory_->path(), "other");
    expired_ = make_certificate(directory_->path(), "expired", {.expired = true});
    foreign_ = make_certificate(directory_->path(), "foreign", {.name = "mail.example.test"});
    early_ = make_certificate(directory_->path(), "early", {.not_yet = true});
    own_ = make_certificate(directory_->path(), "own", {.self_signed = true});
    wild_ = make_certificate(directory_->path(), "wild", {.name = "*.wild.test"});
  }
  static void TearDownTestSuite() { directory_.reset(); }

  /// Opens a link and waits until it is ready or over.
  seen visit(const script_server& server, const std::string& ca_file, const std::string& host = "127.0.0.1") {
    auto told = std::make_shared<recorder>();
    auto target = make_target(server, &good_);
    target.ca_file = ca_file;
    target.host = host;
    auto link = dialer_->open(target, told);
    link->submit({imap::noop_command{}}); // its answer comes after TLS 1.3's tickets
    EXPECT_TRUE(told->wait([](const seen& s) { return s.closed > 0 || !s.outcomes.empty(); }));
    const auto saw = told->now();
    EXPECT_EQ(saw.connected, saw.ready);
    return saw;
  }
  seen visit(const certificate& served, const std::string& ca_file, const std::string& host = "127.0.0.1") {
    const script_server server{greet(), &served};
    return visit(server, ca_file, host);
  }
  static script_server::script greet(std::atomic<int>* resumed = nullptr) {
    return [resumed](peer& p) {
      if (!p.start_tls())
        return;
      if (resumed && p.resumed())
        ++*resumed;
      serve_imap(p);
    };
  }
  static void expect_refused(const seen& saw, std::string_view words) {
    EXPECT_EQ(saw.closed, 1);
    EXPECT_EQ(to_string(saw.why.code), "tls_failed");
    EXPECT_NE(saw.why.detail.find(words), std::string::npos) << saw.why.detail;
  }

  static inline std::unique_ptr<scratch_directory> directory_;
  static inline certificate good_, other_, expired_, foreign_, early_, own_, wild_;
  tls_contexts tls_;
  io_threads threads_{1};
  std::unique_ptr<imap_dialer> dialer_ = make_imap_dialer(threads_, tls_);
};

TEST_F(tls_test, accepts_a_name_and_an_address_of_the_certificate) {
  EXPECT_TRUE(visit(good_, good_.ca_file, "127.0.0.1").ready);
  EXPECT_TRUE(visit(good_, good_.ca_file, "localhost").ready);
}

TEST_F(tls_test, refuses_a_certificate_for_another_name) {
  expect_refused(visit(foreign_, foreign_.ca_file, "127.0.0.1"), "wrong name");
  expect_refused(visit(foreign_, foreign_.ca_file, "localhost"), "not for localhost");
}

TEST_F(tls_test, refuses_an_unknown_issuer) {
  expect_refused(visit(good_, other_.ca_file), "unknown issuer");
  expect_refused(visit(good_, ""), "unknown issuer");
}

TEST_F(tls_test, refuses_an_expired_certificate) {
  expect_refused(visit(expired_, expired_.ca_file), "expired");
}

TEST_F(tls_test, refuses_a_certificate_that_is_not_valid_yet) {
  expect_refused(visit(early_, early_.ca_file), "not valid yet");
}

TEST_F(tls_test, refuses_a_self_signed_certificate_unless_it_is_the_anchor) {
  expect_refused(visit(own_, good_.ca_file), "unknown issuer");
  expect_refused(visit(own_, ""), "unknown issuer");
  EXPECT_TRUE(visit(own_, own_.ca_file).ready);
}

TEST_F(tls_test, takes_a_wildcard_for_one_label_only) {
  for (const char* host : {"a.wild.test", "a.b.wild.test", "wild.test"})
    set_name(host, "127.0.0.1");
  EXPECT_TRUE(visit(wild_, wild_.ca_file, "a.wild.test").ready);
  expect_refused(visit(wild_, wild_.ca_file, "a.b.wild.test"), "wrong name");
  expect_refused(visit(wild_, wild_.ca_file, "wild.test"), "wrong name");
}

TEST_F(tls_test, names_a_server_that_does_not_speak_tls) {
  const script_server server{[](peer& p) { p.write("* OK plain IMAP here\r\n"), p.drain(); }};
  expect_refused(visit(server, good_.ca_file), "handshake");
}

TEST_F(tls_test, says_what_is_wrong_with_a_ca_file) {
  expect_refused(visit(good_, directory_->path() / "nothing.pem"), "nothing.pem");
  const auto garbage = directory_->path() / "garbage.pem";
  std::ofstream{garbage} << "-----BEGIN CERTIFICATE-----\nnot base64\n-----END CERTIFICATE-----\n";
  expect_refused(visit(good_, garbage), "garbage.pem");
  const auto empty = directory_->path() / "empty.pem";
  std::ofstream{empty} << "";
  expect_refused(visit(good_, empty), "empty.pem");
}

TEST_F(tls_test, keeps_one_context_per_trust_set_and_reads_changed_files_anew) {
  const auto file = (directory_->path() / "changing.pem").string();
  std::filesystem::copy_file(good_.ca_file, file);
  const auto first = tls_.get(file);
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(*first, *tls_.get(file));
  EXPECT_NE(*first, *tls_.get(other_.ca_file));
  std::filesystem::copy_file(other_.ca_file, file, std::filesystem::copy_options::overwrite_existing);
  std::filesystem::last_write_time(file, std::filesystem::file_time_type::clock::now() + 5s);
  EXPECT_NE(*first, *tls_.get(file));
  expect_refused(visit(good_, file), "unknown issuer");
}

TEST_F(tls_test, resumes_sessions_of_the_same_server_only) {
  std::atomic<int> resumed{0};
  const script_server server{greet(&resumed), &good_};
  EXPECT_TRUE(visit(server, good_.ca_file).ready);
  EXPECT_EQ(resumed, 0);
  EXPECT_GT((*tls_.get(good_.ca_file))->sessions_held(), 0U);
  EXPECT_TRUE(visit(server, good_.ca_file).ready);
  EXPECT_EQ(resumed, 1);
  EXPECT_TRUE(visit(server, good_.ca_file, "localhost").ready);
  EXPECT_EQ(resumed, 1);
  expect_refused(visit(server, other_.ca_file), "unknown issuer");
}

TEST_F(tls_test, resumes_sessions_of_tls_1_2_more_than_once) {
  std::atomic<int> resumed{0};
  const script_server server{greet(&resumed), &good_,
                             [](SSL_CTX* ctx) { SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION); }};
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(visit(server, good_.ca_file).ready);
    EXPECT_EQ(resumed, i);
  }
}

// A session vouches for the name it was made for; a refused server leaves none behind.
TEST_F(tls_test, remembers_no_session_of_a_server_it_refused) {
  expect_refused(visit(expired_, expired_.ca_file), "expired");
  EXPECT_EQ((*tls_.get(expired_.ca_file))->sessions_held(), 0U);
}

// As behind a load balancer whose machines do not share their ticket keys.
TEST_F(tls_test, goes_on_when_the_server_does_not_know_the_session) {
  std::atomic<int> resumed{0};
  SSL_CTX* context = nullptr;
  const script_server server{greet(&resumed), &good_, [&](SSL_CTX* ctx) { context = ctx; }};
  EXPECT_TRUE(visit(server, good_.ca_file).ready);
  std::string keys(static_cast<std::size_t>(SSL_CTX_get_tlsext_ticket_keys(context, nullptr, 0)), 'k');
  ASSERT_EQ(SSL_CTX_set_tlsext_ticket_keys(context, keys.data(), static_cast<long>(keys.size())), 1);
  EXPECT_TRUE(visit(server, good_.ca_file).ready);
  EXPECT_EQ(resumed, 0);
  EXPECT_TRUE(visit(server, good_.ca_file).ready);
  EXPECT_EQ(resumed, 1);
}

TEST_F(tls_test, remembers_a_bounded_number_of_sessions) {
  const script_server server{greet(), &good_};
  for (std::size_t i = 0; i < limits::tls_sessions_per_host_max + 20; ++i)
    ASSERT_TRUE(visit(server, good_.ca_file).ready);
  EXPECT_LE((*tls_.get(good_.ca_file))->sessions_held(), limits::tls_sessions_per_host_max);
  EXPECT_GT((*tls_.get(good_.ca_file))->sessions_held(), 1U);
}

} // namespace
} // namespace postroom::net::test
