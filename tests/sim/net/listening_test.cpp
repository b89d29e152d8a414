#include "sim/net/listening.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <gtest/gtest.h>

#include <vector>

namespace postroom::sim {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

class listener_test : public testing::Test {
protected:
  ~listener_test() override { one.close(); }
  boost::system::error_code connect(tcp::socket& socket) {
    boost::system::error_code failure;
    socket.connect({asio::ip::address_v4::loopback(), one.port()}, failure);
    return failure;
  }
  /// Whether as many connections came.
  bool came(std::size_t count) {
    const auto end = std::chrono::steady_clock::now() + 5s;
    while (accepted.size() < count && std::chrono::steady_clock::now() < end)
      io.run_for(10ms);
    return accepted.size() == count;
  }
  void serve() {
    one.serve([this](tcp::socket socket) { accepted.push_back(std::move(socket)); });
  }

  asio::io_context io{1};
  listener one{io};
  std::vector<tcp::socket> accepted;
};

TEST_F(listener_test, takes_many_that_wait_at_once) {
  ASSERT_TRUE(one.open(0));
  EXPECT_NE(one.port(), 0);
  std::vector<tcp::socket> clients;
  for (int i = 0; i < 200; ++i) {
    clients.emplace_back(io);
    ASSERT_FALSE(connect(clients.back())) << "they wait until somebody serves";
  }
  serve();
  EXPECT_TRUE(came(200));
}

TEST_F(listener_test, tells_when_the_port_is_taken) {
  ASSERT_TRUE(one.open(0));
  listener two{io};
  EXPECT_EQ(two.open(one.port()).error().code, errc::connect_failed);
  EXPECT_FALSE(two.listening());
}

TEST_F(listener_test, closes_and_opens_the_same_port_again) {
  ASSERT_TRUE(one.open(0));
  const auto port = one.port();
  serve();
  tcp::socket before{io};
  ASSERT_FALSE(connect(before));
  ASSERT_TRUE(came(1));
  one.close();
  EXPECT_FALSE(one.listening());
  tcp::socket meanwhile{io};
  EXPECT_EQ(connect(meanwhile), asio::error::connection_refused);
  ASSERT_TRUE(one.reopen());
  ASSERT_TRUE(one.reopen()) << "which does nothing more";
  EXPECT_EQ(one.port(), port);
  tcp::socket after{io};
  ASSERT_FALSE(connect(after));
  EXPECT_TRUE(came(2));
}

TEST_F(listener_test, cuts_connections_of_others) {
  ASSERT_TRUE(one.open(0));
  serve();
  tcp::socket client{io};
  ASSERT_FALSE(connect(client));
  ASSERT_TRUE(came(1));
  cuttable_connections all;
  {
    const cuttable_connections::entry here{all, accepted.front()};
    EXPECT_EQ(all.size(), 1U);
    all.cut_all();
  }
  EXPECT_EQ(all.size(), 0U);
  char octet = 0;
  boost::system::error_code failure;
  EXPECT_EQ(asio::read(client, asio::buffer(&octet, 1), failure), 0U);
  EXPECT_EQ(failure, asio::error::eof);
  EXPECT_TRUE(accepted.front().is_open()) << "its owner's to close";
}

} // namespace
} // namespace postroom::sim
