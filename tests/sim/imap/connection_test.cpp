#include "sim/imap/connection.hpp"
#include "tests/sim/imap/imap_fixture.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/write.hpp>

namespace postroom::sim {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

/// A client and a connection of the server, joined by a socket, on one thread without waiting.
class imap_connection_test : public imap_world, public testing::Test {
protected:
  imap_connection_test() {
    tcp::acceptor acceptor{io, {asio::ip::address_v4::loopback(), 0}};
    client.connect(acceptor.local_endpoint());
    connection = std::make_shared<imap_connection>(acceptor.accept(), hub);
    watched = connection;
    asio::co_spawn(io, imap_connection::run(connection), asio::detached);
    client.non_blocking(true);
  }
  /// Lets the server do what it can do now, and takes what it has sent.
  std::string hear() {
    std::string heard;
    for (int quiet = 0; quiet < 20; ++quiet) {
      io.restart();
      if (io.poll() > 0)
        quiet = 0;
      std::array<char, 4096> buffer{};
      boost::system::error_code failure;
      const auto count = client.read_some(asio::buffer(buffer), failure);
      heard.append(buffer.data(), count);
      closed = closed || (failure && failure != asio::error::would_block);
      if (count > 0)
        quiet = 0;
      if (closed)
        break;
    }
    return heard;
  }
  std::string say(const std::string& line) {
    asio::write(client, asio::buffer(line + "\r\n"));
    return hear();
  }
  void open_inbox() {
    (void)say("a AUTHENTICATE XOAUTH2 " + xoauth2(shared, token(delegate)));
    (void)say("a SELECT INBOX");
  }

  connection_hub hub{services};
  asio::io_context io{1};
  tcp::socket client{io};
  std::shared_ptr<imap_connection> connection;
  std::weak_ptr<imap_connection> watched;
  bool closed = false;
};

TEST_F(imap_connection_test, converses_and_pushes) {
  EXPECT_THAT(hear(), StartsWith("* OK The Microsoft Exchange IMAP4 service is ready."));
  open_inbox();
  EXPECT_EQ(connection->user(), shared);
  std::vector<std::string> idles;
  hub.on_idle = [&](std::string_view who, bool begins) { idles.push_back(std::string{who} + (begins ? "+" : "-")); };
  (void)say("b IDLE");
  EXPECT_TRUE(connection->idling());
  add();
  EXPECT_EQ(hear(), "* 1 EXISTS\r\n* 1 RECENT\r\n");
  EXPECT_EQ(say("DONE"), "b OK IDLE completed.\r\n");
  EXPECT_THAT(idles, testing::ElementsAre("support@contoso.test+", "support@contoso.test-"));
  EXPECT_THAT(say("c LOGOUT"), EndsWith("c OK LOGOUT completed.\r\n"));
  EXPECT_TRUE(closed);
  connection.reset();
  (void)hear();
  EXPECT_TRUE(watched.expired());
  EXPECT_TRUE(hub.connections.empty());
}

TEST_F(imap_connection_test, is_cut_in_a_literal) {
  const auto large = "Subject: x\r\n\r\n" + std::string(100'000, 'x');
  add(large);
  open_inbox();
  post(fault_kind::cut);
  const auto answer = say("b FETCH 1 BODY.PEEK[]");
  const std::string begin = "* 1 FETCH (BODY[] {" + std::to_string(large.size()) + "}\r\n";
  EXPECT_EQ(answer.size(), begin.size() + large.size() / 2);
  EXPECT_TRUE(closed);
}

TEST_F(imap_connection_test, is_slow) {
  open_inbox();
  const auto id = post(fault_kind::slow, 50);
  EXPECT_EQ(say("b NOOP"), "b OK ") << "a tenth of a second's octets, and nobody waits here";
  faults.remove(id);
  connection->drop();
  (void)hear();
  EXPECT_TRUE(closed);
}

TEST_F(imap_connection_test, stays_open_when_stalled) {
  open_inbox();
  post(fault_kind::stall);
  EXPECT_EQ(say("b NOOP"), "");
  EXPECT_FALSE(closed);
  connection->drop();
  (void)hear();
  EXPECT_TRUE(closed);
}

TEST_F(imap_connection_test, ends_a_session_and_its_socket) {
  open_inbox();
  (void)say("b IDLE");
  connection->expire();
  EXPECT_EQ(hear(), "* BYE Session invalidated - AccessTokenExpired\r\n");
  EXPECT_TRUE(closed);
}

TEST_F(imap_connection_test, closes_at_the_login_when_refused) {
  (void)hear();
  post(fault_kind::refuse);
  EXPECT_EQ(say("a AUTHENTICATE XOAUTH2 " + xoauth2(shared, token(delegate))), "");
  EXPECT_TRUE(closed);
}

} // namespace
} // namespace postroom::sim
