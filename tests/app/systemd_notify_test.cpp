#include "app/systemd_notify.hpp"

#include "tests/app/support/notify_listener.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <unistd.h>

namespace postroom::app {
namespace {

using namespace std::chrono_literals;
using namespace test;

TEST(systemd_notify, says_nothing_when_nobody_listens) {
  for (const auto& env : {settings{}, settings{{"NOTIFY_SOCKET", ""}}, settings{{"WATCHDOG_USEC", "1000000"}}}) {
    systemd_notify systemd{from(env)};
    EXPECT_FALSE(systemd.listens());
    EXPECT_FALSE(systemd.watchdog_period());
    systemd.ready("up");
    systemd.alive();
    systemd.stopping();
  }
}

TEST(systemd_notify, tells_its_life_to_an_abstract_socket) {
  const notify_listener systemd_end{abstract_name()};
  systemd_notify systemd{from({{"NOTIFY_SOCKET", abstract_name()}})};
  ASSERT_TRUE(systemd.listens());
  systemd.ready("0 of 2 mailboxes in step");
  systemd.alive();
  systemd.status("2 of 2 mailboxes in step");
  systemd.status("2 of 2 mailboxes in step");
  systemd.stopping();
  EXPECT_EQ(systemd_end.next(), "READY=1\nSTATUS=0 of 2 mailboxes in step");
  EXPECT_EQ(systemd_end.next(), "WATCHDOG=1");
  EXPECT_EQ(systemd_end.next(), "STATUS=2 of 2 mailboxes in step");
  EXPECT_EQ(systemd_end.next(), "STOPPING=1") << "a status that has not changed is not said again";
  EXPECT_EQ(systemd_end.next(), "");
}

TEST(systemd_notify, tells_its_life_to_a_socket_in_a_directory) {
  std::string directory = "/tmp/postroom-notify-XXXXXX";
  ASSERT_NE(::mkdtemp(directory.data()), nullptr);
  {
    const notify_listener systemd_end{directory + "/socket"};
    systemd_notify systemd{from({{"NOTIFY_SOCKET", directory + "/socket"}})};
    systemd.alive();
    EXPECT_EQ(systemd_end.next(), "WATCHDOG=1");
  }
  std::filesystem::remove_all(directory);
}

TEST(systemd_notify, survives_a_socket_that_is_gone) {
  systemd_notify systemd{from({{"NOTIFY_SOCKET", "/nonexistent/socket"}})};
  EXPECT_TRUE(systemd.listens());
  systemd.ready("up");
  systemd.alive();
}

TEST(systemd_notify, refuses_addresses_that_it_cannot_send_to) {
  for (const auto& name : {std::string{"vsock:2:1"}, std::string{"/"}, std::string{"relative"}, std::string{"@"},
                           "/" + std::string(200, 'x')})
    EXPECT_FALSE(systemd_notify{from({{"NOTIFY_SOCKET", name}})}.listens()) << name;
}

TEST(systemd_notify, feeds_the_watchdog_twice_as_often_as_it_must) {
  const auto self = std::to_string(::getpid());
  const auto period = [](settings more) {
    more["NOTIFY_SOCKET"] = abstract_name();
    return systemd_notify{from(more)}.watchdog_period();
  };
  EXPECT_EQ(period({{"WATCHDOG_USEC", "30000000"}}), 15s);
  EXPECT_EQ(period({{"WATCHDOG_USEC", "30000000"}, {"WATCHDOG_PID", self}}), 15s);
  EXPECT_FALSE(period({{"WATCHDOG_USEC", "30000000"}, {"WATCHDOG_PID", "1"}})) << "meant for another process";
  EXPECT_FALSE(period({}));
  for (const auto* nonsense : {"", "0", "-1", "soon", "30s"})
    EXPECT_FALSE(period({{"WATCHDOG_USEC", nonsense}})) << nonsense;
}

} // namespace
} // namespace postroom::app
