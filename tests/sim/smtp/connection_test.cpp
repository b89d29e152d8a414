#include "sim/smtp/connection.hpp"

#include "tests/sim/smtp/submission_fixture.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

/// Over loopback in plain text: what a connection does that a session cannot do alone.
namespace postroom::sim {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class submission_connection_test : public testing::Test, protected submission_world {
protected:
  submission_connection_test() { connect(client_); }

  void connect(tcp::socket& client) {
    tcp::acceptor acceptor{io_, {asio::ip::address_v4::loopback(), 0}};
    client.connect(acceptor.local_endpoint());
    asio::co_spawn(io_, serve_submission(acceptor.accept(), hub_), asio::detached);
  }
  void send(const std::string& octets) {
    asio::async_write(client_, asio::buffer(octets), [](auto...) {});
    turn();
  }
  /// Lets things happen until `done`, at most for 20 s.
  template <class Done>
  bool run_until(Done done) {
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (!done() && std::chrono::steady_clock::now() < end) {
      io_.restart(); // it stops whenever nobody waits for anything
      io_.run_for(1ms);
    }
    return done();
  }
  void turn() {
    io_.restart();
    io_.poll();
  }
  /// What the server says until it has said `last`, or hung up.
  std::string hear(const std::string& last) {
    std::string heard;
    bool ended = false;
    asio::async_read_until(client_, asio::dynamic_buffer(heard), last, [&](const auto& failure, std::size_t) {
      closed = failure == asio::error::eof || failure == asio::error::connection_reset;
      ended = true;
    });
    EXPECT_TRUE(run_until([&] { return ended; }));
    return heard;
  }
  void sign_in() {
    send("EHLO x\r\nAUTH XOAUTH2 " + xoauth2(delegate, token(delegate)) + "\r\n");
    ASSERT_THAT(hear("235 2.7.0 Authentication successful\r\n"), StartsWith("220 "));
  }
  void send_mail() {
    send("MAIL FROM:<support@contoso.test>\r\nRCPT TO:<a@b.test>\r\nDATA\r\n");
    ASSERT_THAT(hear("<CRLF>.<CRLF>\r\n"), StartsWith("250 "));
    send("From: support@contoso.test\r\n\r\n.\r\n");
  }

  submission_hub hub_{services};
  asio::io_context io_; // before the hub it goes, with the connections that still run in it
  tcp::socket client_{io_};
  bool closed = false;
};

TEST_F(submission_connection_test, serves_a_client_to_the_end) {
  sign_in();
  EXPECT_EQ(hub_.connections.size(), 1U);
  send_mail();
  EXPECT_THAT(hear("\r\n"), StartsWith("250 2.0.0 OK <"));
  send("QUIT\r\n");
  EXPECT_EQ(hear("never"), "221 2.0.0 Service closing transmission channel\r\n");
  EXPECT_TRUE(closed);
  EXPECT_TRUE(run_until([&] { return hub_.connections.empty(); }));
}

TEST_F(submission_connection_test, waits_for_the_mails_turn) {
  hub_.services.limits.smtp_mails_per_minute = 1;
  sign_in();
  send_mail();
  EXPECT_THAT(hear("\r\n"), StartsWith("250 2.0.0 OK <"));
  time.advance(59'950ms);
  const auto before = std::chrono::steady_clock::now();
  send_mail();
  EXPECT_THAT(hear("\r\n"), StartsWith("250 2.0.0 OK <"));
  EXPECT_GE(std::chrono::steady_clock::now() - before, 50ms);
}

TEST_F(submission_connection_test, drops_those_chosen_even_while_they_wait) {
  hub_.services.limits.smtp_mails_per_minute = 1;
  sign_in();
  send_mail();
  (void)hear("\r\n");
  send_mail();
  drop_submissions(hub_, [](std::string_view user) { return user == colleague; });
  turn();
  EXPECT_EQ(hub_.connections.size(), 1U);
  drop_submissions(hub_, [](std::string_view user) { return user == delegate; });
  EXPECT_EQ(hear("never"), "");
  EXPECT_TRUE(closed);
  EXPECT_TRUE(run_until([&] { return hub_.connections.empty(); }));
  EXPECT_EQ(stats.mails_submitted, 1U);
}

TEST_F(submission_connection_test, drops_those_who_speak_for_one_chosen) {
  sign_in();
  send("MAIL FROM:<" + std::string{shared} + ">\r\n");
  (void)hear("\r\n");
  drop_submissions(hub_, [](std::string_view user) { return user == shared; });
  EXPECT_EQ(hear("never"), "");
  EXPECT_TRUE(closed);
}

TEST_F(submission_connection_test, cuts_off_the_answers_of_a_fault) {
  sign_in();
  post(fault_kind::cut, delegate);
  send("NOOP\r\n");
  EXPECT_EQ(hear("never"), "250 2.0");
  EXPECT_TRUE(closed);
}

TEST_F(submission_connection_test, can_be_slow) {
  sign_in();
  post(fault_kind::slow, delegate, 100);
  const auto before = std::chrono::steady_clock::now();
  send("NOOP\r\nNOOP\r\n");
  EXPECT_THAT(hear("OK\r\n250 2.0.0 OK\r\n"), HasSubstr("250"));
  send("QUIT\r\n");
  (void)hear("never");
  EXPECT_GE(std::chrono::steady_clock::now() - before, 280ms) << "28 octets before it reads on";
}

TEST_F(submission_connection_test, turns_away_a_crowd) {
  std::vector<std::unique_ptr<submission_connection>> crowd;
  for (std::size_t i = 0; i < submission_hub::connections_max; ++i)
    crowd.push_back(std::make_unique<submission_connection>(tcp::socket{io_}, hub_));
  client_ = tcp::socket{io_};
  connect(client_);
  EXPECT_EQ(hear("never"), "421 4.3.2 Service not active\r\n");
  EXPECT_TRUE(closed);
}

} // namespace
} // namespace postroom::sim
