#include "net/io_threads.hpp"
#include "net/resolver.hpp"
#include "tests/net/support/names.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <future>

namespace postroom::net::test {
namespace {

using namespace std::chrono_literals;

class resolver_test : public ::testing::Test {
protected:
  /// Asks, and lets the loop run until `count` answers in all are there.
  void ask(resolver& names, const std::string& host) {
    names.resolve(host, [this, host](const resolver::answer& a) { answers_.emplace_back(host, describe(a)); });
  }
  void wait_for(std::size_t count) {
    const auto until = std::chrono::steady_clock::now() + 10s;
    while (answers_.size() < count && std::chrono::steady_clock::now() < until)
      loop_.run_one_for(10ms);
    EXPECT_EQ(answers_.size(), count);
  }
  static std::string describe(const resolver::answer& a) {
    if (!a)
      return std::string{to_string(a.error().code)};
    std::string out;
    for (const auto& one : **a)
      out += (out.empty() ? "" : " ") + one.to_string();
    return out;
  }
  std::string last() const { return answers_.empty() ? "" : answers_.back().second; }

  boost::asio::io_context loop_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_ = make_work_guard(loop_);
  std::vector<std::pair<std::string, std::string>> answers_;
};

TEST_F(resolver_test, asks_once_for_many_and_remembers) {
  set_name("once.test", "127.0.0.1 127.0.0.2 127.0.0.1");
  resolver names{loop_};
  for (int i = 0; i < 100; ++i)
    ask(names, "once.test");
  wait_for(100);
  EXPECT_EQ(last(), "127.0.0.1 127.0.0.2");
  ask(names, "once.test");
  EXPECT_EQ(answers_.size(), 101U);
  EXPECT_EQ(asked_for("once.test"), 1);
}

TEST_F(resolver_test, takes_addresses_as_they_are) {
  resolver names{loop_};
  ask(names, "192.0.2.7");
  EXPECT_EQ(last(), "192.0.2.7");
  ask(names, "::1");
  EXPECT_EQ(last(), "::1");
}

TEST_F(resolver_test, knows_this_machine_by_the_systems_means) {
  resolver names{loop_};
  ask(names, "localhost");
  wait_for(1);
  EXPECT_NE(last().find("127.0.0.1"), std::string::npos) << last();
}

TEST_F(resolver_test, tells_of_names_that_do_not_exist_and_asks_again) {
  resolver names{loop_};
  ask(names, "gone.test");
  wait_for(1);
  EXPECT_EQ(last(), "dns_failed");
  set_name("gone.test", "127.0.0.1");
  ask(names, "gone.test");
  wait_for(2);
  EXPECT_EQ(last(), "127.0.0.1");
}

TEST_F(resolver_test, refuses_what_is_no_name) {
  resolver names{loop_};
  for (const auto& bad : {std::string{}, std::string(254, 'a'), std::string("a\0.test", 7)}) {
    answers_.clear();
    ask(names, bad);
    EXPECT_EQ(last(), "dns_failed");
  }
}

TEST_F(resolver_test, takes_a_bounded_number_of_addresses) {
  std::string many;
  for (int i = 1; i < 100; ++i)
    many += "10.0.0." + std::to_string(i) + " ";
  set_name("many.test", many);
  resolver names{loop_};
  names.resolve("many.test", [this](const resolver::answer& a) {
    EXPECT_EQ((*a)->size(), limits::dns_addresses_max);
    answers_.emplace_back();
  });
  wait_for(1);
}

TEST_F(resolver_test, lets_no_name_wait_for_another) {
  set_name("quick.test", "127.0.0.1");
  resolver names{loop_};
  {
    const stalled_names stalled;
    for (std::size_t i = 0; i + 1 < limits::dns_lookups_max; ++i)
      ask(names, std::to_string(i) + ".slow.test");
    ask(names, "quick.test");
    wait_for(1);
    EXPECT_EQ(last(), "127.0.0.1");
    ask(names, "x.slow.test");
    ask(names, "behind.test"); // no thread is free: it waits, and comes
  }
  wait_for(limits::dns_lookups_max + 2);
}

TEST_F(resolver_test, serves_the_last_addresses_while_asking_anew_and_while_that_fails) {
  set_name("moving.slow.test", "127.0.0.1");
  resolver names{loop_, {.fresh = 0ms, .stale = 1h}};
  ask(names, "moving.slow.test");
  wait_for(1);
  {
    const stalled_names stalled;
    set_name("moving.slow.test", "127.0.0.2");
    ask(names, "moving.slow.test");
    EXPECT_EQ(answers_.size(), 2U); // at once
    EXPECT_EQ(last(), "127.0.0.1");
  }
  const auto until = std::chrono::steady_clock::now() + 10s;
  while (last() != "127.0.0.2" && std::chrono::steady_clock::now() < until) {
    loop_.run_one_for(10ms);
    ask(names, "moving.slow.test");
  }
  EXPECT_EQ(last(), "127.0.0.2");
  set_name("moving.slow.test", "");
  const auto before = asked_for("moving.slow.test");
  while (asked_for("moving.slow.test") < before + 1 && std::chrono::steady_clock::now() < until)
    ask(names, "moving.slow.test"), loop_.run_one_for(10ms);
  ask(names, "moving.slow.test");
  EXPECT_EQ(last(), "127.0.0.2");
}

TEST_F(resolver_test, forgets_addresses_that_are_too_old) {
  set_name("old.test", "127.0.0.1");
  resolver names{loop_, {.fresh = 0ms, .stale = 0ms}};
  ask(names, "old.test");
  wait_for(1);
  set_name("old.test", "");
  ask(names, "old.test");
  wait_for(2);
  EXPECT_EQ(last(), "dns_failed");
}

TEST_F(resolver_test, remembers_a_bounded_number_of_names) {
  resolver names{loop_};
  for (std::size_t i = 0; i < limits::dns_names_max + 50; ++i) {
    const auto host = "n" + std::to_string(i) + ".test";
    set_name(host, "127.0.0.1");
    ask(names, host);
    wait_for(i + 1);
  }
  const stalled_names stalled;
  for (std::size_t i = 0; i < limits::dns_names_max; ++i)
    ask(names, std::to_string(i) + ".b.slow.test");
  const auto before = answers_.size();
  ask(names, "one-too-many.slow.test");
  ASSERT_EQ(answers_.size(), before + 1);
  EXPECT_EQ(last(), "dns_failed");
}

TEST_F(resolver_test, does_not_wait_for_look_ups_when_it_ends) {
  const stalled_names stalled;
  {
    resolver names{loop_};
    ask(names, "never.slow.test");
  }
  auto threads = std::make_unique<io_threads>(1);
  std::promise<void> begun;
  boost::asio::post(threads->next().context(), [&] {
    threads->next().resolver().resolve("never.slow.test", [](const resolver::answer&) {});
    begun.set_value();
  });
  begun.get_future().wait();
  threads.reset(); // would hang until `stalled` ends
  EXPECT_TRUE(answers_.empty());
}

} // namespace
} // namespace postroom::net::test
