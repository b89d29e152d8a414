#include "app/cli/event_end.hpp"
#include "app/cli/line_splitter.hpp"
#include "tests/app/cli/fake_gateway.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postroom::app::cli {
namespace {

using testing::HasSubstr;

std::string event(int seq, const std::string& type = "message.received", const std::string& account = "support") {
  return R"({"type":")" + type + R"(","time":"2026-11-24T02:09:11.000Z","seq":)" + std::to_string(seq) +
         R"(,"data":{"account":")" + account + R"(","from":[{"address":"a@b"}],"subject":"Hello"}})";
}

std::vector<std::string> streamed(int seq) {
  return {"id: " + std::to_string(seq), "data: " + event(seq), ""};
}

std::vector<std::string> operator+(std::vector<std::string> a, const std::vector<std::string>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

TEST(event_end, is_found_in_few_questions) {
  for (const std::uint64_t last :
       {0ULL, 1ULL, 2ULL, 3ULL, 4ULL, 7ULL, 8ULL, 9ULL, 1000ULL, 1023ULL, 1024ULL, 12'345'678ULL}) {
    int questions = 0;
    const auto found = end_of_log([&](std::uint64_t after) {
      ++questions;
      return std::optional{after < last};
    });
    EXPECT_EQ(found, last);
    EXPECT_LE(questions, 50);
  }
  EXPECT_FALSE(end_of_log([](std::uint64_t) { return std::optional<bool>{}; }));
}

TEST(line_splitter, puts_lines_together_wherever_they_were_cut) {
  const std::string text = "id: 1\r\ndata: x\n\n:\n";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    line_splitter splitter;
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size(); at += piece)
      EXPECT_TRUE(splitter.add(std::string_view{text}.substr(at, piece), [&](std::string_view line) {
        lines.emplace_back(line);
        return true;
      }));
    EXPECT_THAT(lines, testing::ElementsAre("id: 1", "data: x", "", ":"));
  }
}

TEST(events_tail, prints_what_follows_a_position) {
  test::fake_gateway gateway;
  gateway.answer(200, R"({"items":[)" + event(6) + "," + event(7, "mailbox.state") + R"(],"next":7})");
  gateway.answer(200, R"({"items":[],"next":7})");
  EXPECT_EQ(gateway.run({"events", "tail", "--after", "5"}), 0);
  EXPECT_EQ(gateway.out.str(), "#6  2026-11-24 02:09:11Z  message.received  support  a@b  Hello\n"
                               "#7  2026-11-24 02:09:11Z  mailbox.state  support  a@b  Hello\n");
  EXPECT_EQ(target_of(gateway.asked[0]), "/v1/events?after=5&limit=500");
  EXPECT_EQ(target_of(gateway.asked[1]), "/v1/events?after=7&limit=500");
}

TEST(events_tail, shows_only_what_is_wanted_and_so_many) {
  test::fake_gateway gateway;
  const auto page = R"({"items":[)" + event(1) + "," + event(2, "outbox.sent") + "," + event(3, "outbox.sent", "x") +
                    "," + event(4, "outbox.sent") + "," + event(5, "outbox.sent") + R"(],"next":5})";
  gateway.answer(200, page);
  EXPECT_EQ(gateway.run({"events", "tail", "--from-start", "--type", "outbox.sent", "--account", "support", "--limit",
                         "2", "--json"}),
            0);
  EXPECT_EQ(gateway.out.str(), event(2, "outbox.sent") + "\n" + event(4, "outbox.sent") + "\n");
  EXPECT_EQ(gateway.asked.size(), 1U);
}

TEST(events_tail, goes_on_after_a_lost_connection_and_tells_nothing_twice) {
  test::fake_gateway gateway;
  gateway.streams.push_back(std::vector<std::string>{"retry: 2000", ""} + streamed(1) + streamed(2));
  gateway.streams.push_back(streamed(2) + std::vector<std::string>{":", ""} + streamed(3));
  EXPECT_EQ(gateway.run({"events", "tail", "--from-start", "--follow", "--limit", "3"}), 0);
  ASSERT_EQ(gateway.asked.size(), 2U);
  EXPECT_EQ(target_of(gateway.asked[0]), "/v1/events?after=0");
  EXPECT_EQ(target_of(gateway.asked[1]), "/v1/events?after=2");
  EXPECT_EQ(gateway.pauses.size(), 1U);
  EXPECT_THAT(gateway.err.str(), HasSubstr("going on after 2"));
  EXPECT_THAT(gateway.out.str(), testing::StartsWith("#1  "));
  EXPECT_THAT(gateway.out.str(), HasSubstr("\n#2  "));
  EXPECT_THAT(gateway.out.str(), HasSubstr("\n#3  "));
  EXPECT_EQ(std::ranges::count(gateway.out.str(), '\n'), 3);
}

TEST(events_tail, does_not_wait_for_a_gateway_that_was_never_there) {
  test::fake_gateway gateway;
  EXPECT_EQ(gateway.run({"events", "tail", "--from-start", "--follow"}), 6);
  EXPECT_TRUE(gateway.pauses.empty());
}

TEST(events_tail, begins_with_the_last_ten) {
  test::fake_gateway gateway;
  // The log has one event: there is one after 0, none after 1.
  gateway.answer(200, R"({"items":[)" + event(1) + R"(],"next":1})");
  gateway.answer(200, R"({"items":[],"next":1})");
  gateway.answer(200, R"({"items":[)" + event(1) + R"(],"next":1})");
  gateway.answer(200, R"({"items":[],"next":1})");
  EXPECT_EQ(gateway.run({"events", "tail"}), 0);
  EXPECT_EQ(target_of(gateway.asked[0]), "/v1/events?after=0&limit=1");
  EXPECT_EQ(target_of(gateway.asked[2]), "/v1/events?after=0&limit=500");
  EXPECT_THAT(gateway.out.str(), testing::StartsWith("#1  "));
}

} // namespace
} // namespace postroom::app::cli
