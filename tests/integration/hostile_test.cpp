#include "tests/integration/support/office.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <thread>

/// One account's server is broken or hostile: its operator reads why, memory stays bounded, and the neighbour's mailbox
/// does not notice.
namespace postroom::test {
namespace {

/// A server of plain TCP that says what `talk` says to each client, one after the other.
class hostile_server {
public:
  /// `send` answers false when the client is gone or the test ends.
  using sender = std::function<bool(std::string_view)>;
  explicit hostile_server(std::function<void(const sender&)> talk) : talk_(std::move(talk)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof here;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&here), size) != 0 || ::listen(listener_, 8) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&here), &size) != 0)
      throw std::runtime_error("cannot listen");
    port_ = ntohs(here.sin_port);
    thread_ = std::thread{[this] { serve(); }};
  }
  ~hostile_server() {
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  hostile_server(const hostile_server&) = delete;
  hostile_server& operator=(const hostile_server&) = delete;
  [[nodiscard]] std::uint16_t port() const { return port_; }

private:
  void serve() {
    while (!stopping_) {
      const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (client < 0)
        continue;
      const timeval limit{0, 200'000};
      ::setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
      talk_([&](std::string_view bytes) {
        while (!bytes.empty() && !stopping_) {
          const auto sent = ::send(client, bytes.data(), bytes.size(), MSG_NOSIGNAL);
          if (sent < 0 && errno != EAGAIN)
            return false;
          bytes.remove_prefix(sent > 0 ? static_cast<std::size_t>(sent) : 0);
        }
        return !stopping_;
      });
      ::close(client);
    }
  }

  std::function<void(const sender&)> talk_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

struct attack {
  const char* name;
  const char* expected_code;
  std::function<void(const hostile_server::sender&)> talk;
};

const std::string greeting = "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] hello\r\n";

const attack attacks[] = {
    {"garbage", "protocol_violation",
     [](const auto& send) {
       std::string noise;
       for (int i = 0; i < 4096; ++i)
         noise += static_cast<char>(i * 37 + 11);
       send(noise + "\r\n");
       std::this_thread::sleep_for(std::chrono::milliseconds{300});
     }},
    {"endless_line", "",
     [](const auto& send) {
       const std::string piece(64 * 1024, 'x');
       send("* OK ");
       for (int i = 0; i < 4000 && send(piece); ++i) {
       }
     }},
    {"huge_literal", "",
     [](const auto& send) {
       send(greeting + "* LIST () \"/\" {99999999999}\r\n");
       const std::string piece(64 * 1024, 'x');
       for (int i = 0; i < 4000 && send(piece); ++i) {
       }
     }},
    {"flood", "",
     [](const auto& send) {
       std::string piece;
       for (int i = 0; i < 1000; ++i)
         piece += "* " + std::to_string(i) + " EXISTS\r\n";
       send(greeting);
       for (int i = 0; i < 4000 && send(piece); ++i) {
       }
     }},
    {"deep_nesting", "",
     [](const auto& send) {
       send(greeting + "* 1 FETCH (BODYSTRUCTURE " + std::string(100'000, '(') + "\r\n");
       std::this_thread::sleep_for(std::chrono::milliseconds{300});
     }},
    {"hang_up", "connection_lost", [](const auto& send) { send(greeting); }},
};

class hostile : public testing::TestWithParam<attack> {};

TEST_P(hostile, server_is_named_and_hurts_nobody_else) {
  const hostile_server server{GetParam().talk};
  office_options options;
  options.more_config = "[[provider]]\nid = \"hostile\"\nname = \"x\"\nservice = \"password\"\ntype = \"imap\"\n"
                        "imap_security = \"plain\"\nimap_host = \"127.0.0.1\"\nimap_port = " +
                        std::to_string(server.port()) +
                        "\n[[grant]]\nid = \"pw\"\nprovider = \"hostile\"\nkind = \"password\"\npassword = \"x\"\n"
                        "[[account]]\nid = \"victim\"\nname = \"x\"\nemail = \"x@contoso.test\"\nusername = \"x\"\n"
                        "provider = \"hostile\"\ngrant = \"pw\"\nmodern_authentication = false\n";
  office world{std::move(options)};
  world.preload("support", 5);
  world.start();
  ASSERT_TRUE(wait_until([&] { return !world.last_error("victim").empty(); }, 30s));
  if (*GetParam().expected_code != '\0') {
    EXPECT_EQ(world.last_error("victim"), GetParam().expected_code);
  }
  const auto status = world.status("victim");
  EXPECT_FALSE(status.at("in_step").as_bool());
  EXPECT_FALSE(status.at("last_error").at("remedy").as_string().empty());
  EXPECT_FALSE(status.at("next_try").is_null()) << boost::json::serialize(status);
  ASSERT_TRUE(world.await_in_step());
  world.deliver("support", world.mail("6"));
  expect_each_once(world.await_events(6), "support", 6);
  EXPECT_LT(world.gateway().resident_bytes(), 100u * 1024 * 1024);
}

INSTANTIATE_TEST_SUITE_P(any, hostile, testing::ValuesIn(attacks), [](const auto& info) { return info.param.name; });

} // namespace
} // namespace postroom::test
