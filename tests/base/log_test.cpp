#include "base/log.hpp"

#include "base/log_line.hpp"
#include "base/secret.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

namespace postroom::log {
namespace {

using namespace std::chrono_literals;

// A secret cannot be logged: this must not compile, so ask the compiler.
static_assert(!std::is_constructible_v<field, std::string_view, secret<>>);
static_assert(!std::is_constructible_v<field, std::string_view, const secret<>&>);
static_assert(!std::is_constructible_v<field, std::string_view, double>);
static_assert(!std::is_constructible_v<field, std::string_view, void*>);
static_assert(std::is_constructible_v<field, std::string_view, std::uint16_t>);

const wall_time noon = std::chrono::sys_days{std::chrono::November / 24 / 2026} + 12h;

TEST(log_line, is_json) {
  EXPECT_EQ(format_json(noon, level::info, "mailbox.connected",
                        {{"account", std::string{"a1"}},
                         {"port", 993},
                         {"left", -1},
                         {"tls", true},
                         {"big", std::uint64_t{18446744073709551615U}},
                         {"none", static_cast<const char*>(nullptr)}}),
            R"({"time":"2026-11-24T12:00:00.000Z","level":"info","event":"mailbox.connected","account":"a1",)"
            R"("port":993,"left":-1,"tls":true,"big":18446744073709551615,"none":""})");
}

TEST(log_line, is_text) {
  EXPECT_EQ(format_text(noon, level::error, "x.y", {{"a", "plain"}, {"b", "two words"}, {"c", ""}, {"n", 7}}),
            R"(2026-11-24T12:00:00.000Z error x.y a=plain b="two words" c="" n=7)");
}

TEST(log_line, cannot_be_forged) {
  const std::string hostile = "NO\r\n{\"level\":\"error\"}\x1b[2J\x7f\xc2\x85\xe2\x80\xa8\xff\xed\xa0\x80 \\ \xc3\xa9";
  const auto json = format_json(noon, level::info, "e", {{"t", hostile}});
  EXPECT_EQ(
      json.substr(json.find("\"t\":")),
      "\"t\":\"NO\\r\\n{\\\"level\\\":\\\"error\\\"}\\u001b[2J\\u007f\\u0085\\u2028\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
      "\xef\xbf\xbd \\\\ \xc3\xa9\"}");
  const auto text = format_text(noon, level::info, "e", {{"t", hostile}});
  for (const auto& line : {json, text})
    EXPECT_TRUE(std::none_of(line.begin(), line.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }));
}

TEST(log_line, cuts_long_values_between_characters) {
  const std::string kept(value_bytes_max - 1, 'a');
  const auto line = format_json(noon, level::info, "e", {{"t", kept + "\xe2\x82\xac\xe2\x82\xac"}});
  EXPECT_TRUE(line.ends_with(kept + "…\"}"));
}

TEST(log_line, is_bounded_as_a_whole) {
  const std::string large(value_bytes_max, '\x01'); // six characters each
  const auto line = format_json(noon, level::info, "e", {{"a", large}, {"b", large}, {"c", 1}});
  EXPECT_LE(line.size(), line_bytes_max);
  EXPECT_TRUE(line.ends_with(R"(,"c":1,"cut":true})"));
  EXPECT_LE(format_text(noon, level::info, "e", {{"a", large}, {"b", large}}).size(), line_bytes_max);
}

TEST(log_level, is_read_in_any_case) {
  EXPECT_EQ(parse_level("DEBUG").value(), level::debug);
  EXPECT_EQ(parse_level("Warn").value(), level::warning);
  EXPECT_EQ(parse_level("error").value(), level::error);
  EXPECT_EQ(parse_level("off").value(), level::off);
  EXPECT_FALSE(parse_level("'debug'"));
  EXPECT_FALSE(parse_level(""));
  EXPECT_EQ(parse_format("JSON").value(), format::json);
  EXPECT_FALSE(parse_format("xml"));
}

class log_files : public testing::Test {
protected:
  void SetUp() override {
    directory = std::filesystem::path{testing::TempDir()} / ("postroom_log_test_" + std::to_string(getpid()));
    std::filesystem::remove_all(directory);
  }
  void TearDown() override {
    stop();
    set_level(level::warning);
    std::filesystem::remove_all(directory);
  }
  config with_files() const {
    config c;
    c.to_stderr = false;
    c.directory = directory;
    return c;
  }
  std::vector<std::string> lines(const std::string& name) const {
    std::vector<std::string> out;
    std::ifstream in{directory / name};
    for (std::string line; std::getline(in, line);)
      out.push_back(line);
    return out;
  }

  std::filesystem::path directory;
  manual_clock time{noon};
};

TEST_F(log_files, errors_stand_in_both_files) {
  ASSERT_TRUE(start(with_files(), time));
  debug("too.low");
  info("it.works", {{"n", 1}});
  error("it.fails", {{"n", 2}});
  stop();
  const auto combined = lines("email-combined.2026-11-24.log");
  const auto errors = lines("email-error.2026-11-24.log");
  ASSERT_EQ(combined.size(), 2U);
  EXPECT_NE(combined[0].find("it.works"), std::string::npos);
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0], combined[1]);
}

TEST_F(log_files, a_new_day_begins_at_utc_midnight_of_our_clock) {
  ASSERT_TRUE(start(with_files(), time));
  time.advance(12h - 1ms);
  info("last.of_day");
  time.advance(1ms);
  info("first.of_day");
  stop();
  EXPECT_EQ(lines("email-combined.2026-11-24.log").size(), 1U);
  ASSERT_EQ(lines("email-combined.2026-11-25.log").size(), 1U);
  EXPECT_NE(lines("email-combined.2026-11-25.log")[0].find("first.of_day"), std::string::npos);
}

TEST_F(log_files, only_the_newest_of_ours_are_kept) {
  std::filesystem::create_directories(directory);
  for (const char* name : {"email-combined.2026-11-01.log", "email-combined.2026-11-23.log", "email-combined.notes.log",
                           "email-combined.2026-1a-01.log", "other.2026-01-01.log"})
    std::ofstream{directory / name} << "x\n";
  auto c = with_files();
  c.kept_files = 2;
  ASSERT_TRUE(start(c, time));
  stop();
  const auto exists = [this](const char* name) { return std::filesystem::exists(directory / name); };
  EXPECT_FALSE(exists("email-combined.2026-11-01.log"));
  EXPECT_TRUE(exists("email-combined.2026-11-23.log"));
  EXPECT_TRUE(exists("email-combined.2026-11-24.log"));
  EXPECT_TRUE(exists("email-combined.notes.log"));
  EXPECT_TRUE(exists("email-combined.2026-1a-01.log"));
  EXPECT_TRUE(exists("other.2026-01-01.log"));
}

TEST_F(log_files, the_level_changes_while_running) {
  ASSERT_TRUE(start(with_files(), time));
  EXPECT_FALSE(enabled(level::debug));
  set_level(level::debug);
  EXPECT_TRUE(enabled(level::debug));
  debug("now.seen");
  set_level(level::off);
  EXPECT_FALSE(enabled(level::error));
  EXPECT_FALSE(enabled(level::off));
  error("not.seen");
  stop();
  EXPECT_EQ(lines("email-combined.2026-11-24.log").size(), 1U);
}

TEST_F(log_files, a_restart_appends) {
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(start(with_files(), time));
    info("once");
    stop();
  }
  EXPECT_EQ(lines("email-combined.2026-11-24.log").size(), 2U);
}

TEST_F(log_files, a_directory_that_cannot_be_written_is_found_at_start) {
  auto c = with_files();
  c.directory = "/proc/no/such";
  EXPECT_EQ(start(c, time).error().code, errc::invalid_argument);
}

TEST_F(log_files, runs_once_only) {
  ASSERT_TRUE(start(with_files(), time));
  EXPECT_EQ(start(with_files(), time).error().code, errc::invalid_argument);
}

TEST_F(log_files, no_line_is_torn_or_lost_between_threads) {
  auto c = with_files();
  c.queue_lines = 20'000;
  ASSERT_TRUE(start(c, time));
  {
    std::vector<std::jthread> writers;
    for (int t = 0; t < 4; ++t)
      writers.emplace_back([t] {
        for (int i = 0; i < 1000; ++i)
          info("line", {{"thread", t}, {"i", i}, {"pad", "0123456789"}});
      });
  }
  stop();
  const auto all = lines("email-combined.2026-11-24.log");
  EXPECT_EQ(all.size(), 4000U);
  EXPECT_TRUE(std::all_of(all.begin(), all.end(), [](const auto& l) { return l.ends_with(R"("pad":"0123456789"})"); }));
  EXPECT_EQ(dropped_lines(), 0U);
}

TEST_F(log_files, a_flood_is_bounded_and_counted) {
  auto c = with_files();
  c.queue_lines = 4;
  ASSERT_TRUE(start(c, time));
  constexpr std::size_t sent = 20'000;
  for (std::size_t i = 0; i < sent; ++i)
    info("flood", {{"i", i}});
  stop();
  EXPECT_EQ(lines("email-combined.2026-11-24.log").size() + dropped_lines(), sent);
  EXPECT_GT(dropped_lines(), 0U);
}

TEST(log_before_start, shows_warnings_on_stderr) {
  testing::internal::CaptureStderr();
  info("too.low");
  warning("early.bird", {{"a", 1}});
  const auto shown = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(shown.ends_with(" warning early.bird a=1\n")) << shown;
  EXPECT_EQ(shown.find("too.low"), std::string::npos);
}

} // namespace
} // namespace postroom::log
