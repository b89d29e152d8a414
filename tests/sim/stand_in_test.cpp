#include "sim/stand_in.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <istream>
#include <sys/socket.h>
#include <thread>

namespace postroom::sim {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

/// A blocking client that gives up after some seconds.
class client {
public:
  explicit client(std::uint16_t port) {
    socket_.connect({asio::ip::address_v4::loopback(), port}, failure_);
    const timeval patience{10, 0};
    if (!failure_)
      ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  [[nodiscard]] bool connected() const { return !failure_; }
  /// Without CR LF; empty at the end.
  std::string line() {
    asio::read_until(socket_, buffer_, "\r\n", failure_);
    std::string text;
    std::getline(std::istream{&buffer_}, text);
    return text.substr(0, text.find('\r'));
  }
  bool at_end() { return line().empty() && failure_ == asio::error::eof; }
  std::string all() {
    asio::read(socket_, buffer_, failure_);
    return {asio::buffers_begin(buffer_.data()), asio::buffers_end(buffer_.data())};
  }
  void write(const std::string& text) { asio::write(socket_, asio::buffer(text), failure_); }

private:
  asio::io_context io_;
  tcp::socket socket_{io_};
  asio::streambuf buffer_;
  boost::system::error_code failure_;
};

template <class Condition>
bool comes_true(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + 10s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end)
      return false;
    std::this_thread::sleep_for(10ms);
  }
  return true;
}

class stand_in_over_sockets : public testing::Test {
protected:
  void start(scenario plan = {}) {
    plan.tls = false;
    plan.tenants.front().mailboxes = 3;
    auto started = stand_in::start(plan);
    ASSERT_TRUE(started) << to_string(started.error());
    server = std::move(*started);
  }
  std::string control(const std::string& request_line, const std::string& body = {}) {
    client http{server->ports().control};
    http.write(request_line + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: " +
               std::to_string(body.size()) + "\r\n\r\n" + body);
    return http.all();
  }
  /// The port answers as a server does that talks first.
  static bool greets(std::uint16_t port) {
    client one{port};
    return one.connected() && !one.line().empty();
  }

  std::unique_ptr<stand_in> server;
};

TEST_F(stand_in_over_sockets, greets_with_each_face) {
  start();
  const auto& ports = server->ports();
  for (const auto port : {ports.imap, ports.gmail_imap, ports.generic_imap})
    EXPECT_THAT(client{port}.line(), StartsWith("* OK"));
  for (const auto port : {ports.smtp, ports.gmail_smtp, ports.generic_smtp})
    EXPECT_THAT(client{port}.line(), StartsWith("220"));
  EXPECT_EQ(server->stats().connects, 3U);
  EXPECT_THAT(control("GET /"), HasSubstr("GET    /v1/facts"));
}

TEST_F(stand_in_over_sockets, cuts_everything_in_an_outage_and_returns_on_the_same_ports) {
  start();
  const auto ports = server->ports();
  client imap{ports.imap}, smtp{ports.smtp}, identity{ports.identity};
  EXPECT_THAT(imap.line(), StartsWith("* OK"));
  EXPECT_THAT(smtp.line(), StartsWith("220"));
  identity.write("GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_THAT(identity.line(), StartsWith("HTTP/1.1 4"));
  const auto id = server->add_fault({.kind = fault_kind::outage});
  ASSERT_TRUE(id);
  EXPECT_TRUE(imap.at_end());
  EXPECT_TRUE(smtp.at_end());
  while (!identity.line().empty() || !identity.at_end())
    ;
  EXPECT_TRUE(comes_true([&] { return server->stats().connections == 0; }));
  for (const auto port : {ports.identity, ports.imap, ports.smtp, ports.generic_imap, ports.gmail_imap})
    EXPECT_FALSE(client{port}.connected()) << port;
  EXPECT_THAT(control("GET /v1/faults"), HasSubstr("\"state\":\"active\"")) << "the control API stays";
  EXPECT_THAT(control("DELETE /v1/faults/" + std::to_string(*id)), HasSubstr("200 OK"));
  EXPECT_TRUE(comes_true([&] { return greets(ports.imap); }));
  EXPECT_TRUE(greets(ports.smtp));
  EXPECT_TRUE(greets(ports.gmail_imap));
  EXPECT_TRUE(client{ports.identity}.connected());
}

TEST_F(stand_in_over_sockets, drops_connections_once) {
  start();
  client before{server->imap_port()};
  EXPECT_THAT(before.line(), StartsWith("* OK"));
  ASSERT_TRUE(server->add_fault({.kind = fault_kind::drop}));
  EXPECT_TRUE(before.at_end());
  EXPECT_TRUE(greets(server->imap_port()));
}

TEST_F(stand_in_over_sockets, lets_mail_come_by_itself) {
  scenario plan;
  plan.mail.per_second = 200;
  start(plan);
  EXPECT_TRUE(comes_true([&] { return server->stats().mails_delivered >= 20; }));
  ASSERT_TRUE(server->set_mail_rate(0));
  EXPECT_EQ(server->set_mail_rate(-1).error().code, errc::invalid_argument);
  const auto mails = server->delivered(9, 10'000);
  EXPECT_EQ(mails.size(), server->stats().mails_delivered);
  EXPECT_EQ(mails.back().origin, mail_origin::generated);
  EXPECT_EQ(server->delivered_forgotten(), 0U);
  EXPECT_TRUE(server->submitted(0, 10).empty());
}

TEST_F(stand_in_over_sockets, takes_a_mail_and_refuses_what_is_too_large_or_no_request) {
  start();
  const auto answer = control("POST /v1/mailboxes/support@contoso.test/mails", "Subject: x\r\n\r\ny\r\n");
  EXPECT_THAT(answer, HasSubstr("{\"uid\":4}"));
  client patient{server->ports().control};
  patient.write("PUT /v1/mail HTTP/1.1\r\nHost: localhost\r\nContent-Length: 17\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_THAT(patient.line(), StartsWith("HTTP/1.1 100"));
  EXPECT_EQ(patient.line(), "");
  patient.write("{\"per_second\": 0}");
  EXPECT_THAT(patient.line(), StartsWith("HTTP/1.1 200"));
  client http{server->ports().control};
  http.write("nonsense\r\n\r\n");
  EXPECT_THAT(http.line(), StartsWith("HTTP/1.1 400"));
  client large{server->ports().identity};
  large.write("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n");
  EXPECT_THAT(large.line(), StartsWith("HTTP/1.1 413"));
}

TEST_F(stand_in_over_sockets, stops_twice_and_with_clients_there) {
  start();
  client imap{server->imap_port()};
  EXPECT_THAT(imap.line(), StartsWith("* OK"));
  server->stop();
  server->stop();
  EXPECT_TRUE(imap.at_end());
  EXPECT_EQ(server->mailboxes().size(), 3U);
}

} // namespace
} // namespace postroom::sim
