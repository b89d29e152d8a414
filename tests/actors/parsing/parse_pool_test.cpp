#include "actors/parsing/parse_pool.hpp"

#include "base/limits.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <future>
#include <optional>
#include <stdexcept>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace postroom::parsing {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view plain_mail =
    "From: Anna <anna@example.com>\r\nSubject: hello\r\nMessage-ID: <1@x>\r\n\r\ntext";

mime::message_facts facts(std::uint32_t uid) {
  mime::message_facts f;
  f.account = account_id("sales");
  f.folder = "INBOX";
  f.uid_validity = {1};
  f.uid = {uid};
  return f;
}

/// A mail that does something when it is read, until that succeeds once.
class acting_source final : public mime::byte_source {
public:
  explicit acting_source(std::function<result<void>()> act) : act_(std::move(act)) {}
  [[nodiscard]] std::uint64_t size() const override { return plain_mail.size(); }
  [[nodiscard]] result<std::size_t> read(std::uint64_t offset, std::span<char> into) override {
    if (!acted_) {
      if (auto r = act_(); !r)
        return r.error();
      acted_ = true;
    }
    return mime::memory_source(plain_mail).read(offset, into);
  }

private:
  std::function<result<void>()> act_;
  bool acted_ = false;
};

class pool : public testing::Test {
protected:
  pool() {
    std::string pattern = testing::TempDir() + "pool.XXXXXX";
    directory_ = ::mkdtemp(pattern.data());
  }
  ~pool() override { std::filesystem::remove_all(directory_); }

  std::unique_ptr<inflight_file> open() { return std::move(inflight_file::open(directory_ / "inflight").value()); }

  static std::future<parse_outcome> submit(parse_pool& to, std::uint32_t uid,
                                           std::variant<std::string, std::unique_ptr<mime::byte_source>> body) {
    const auto promise = std::make_shared<std::promise<parse_outcome>>();
    auto outcome = promise->get_future();
    const auto submitted =
        to.submit({facts(uid), std::move(body), [promise](parse_outcome o) { promise->set_value(std::move(o)); }});
    EXPECT_TRUE(submitted.has_value());
    return outcome;
  }

  static std::unique_ptr<mime::byte_source> acting(std::function<result<void>()> act) {
    return std::make_unique<acting_source>(std::move(act));
  }

  /// A start of the gateway that meets one mail that kills it and two that do not. Answers how many came out of the
  /// parser; nothing when the process died.
  std::optional<int> start_with_killer() {
    const auto child = ::fork();
    if (child == 0) {
      const auto file = inflight_file::open(directory_ / "inflight");
      parse_pool parser(3, **file);
      std::vector<std::future<parse_outcome>> outcomes;
      const auto slow = [] {
        return acting([]() -> result<void> {
          ::usleep(20'000);
          return {};
        });
      };
      outcomes.push_back(submit(parser, 1, slow()));
      outcomes.push_back(submit(parser, 2, acting([]() -> result<void> {
                                  ::usleep(5'000);
                                  ::_exit(99);
                                })));
      outcomes.push_back(submit(parser, 3, slow()));
      int parsed = 0;
      for (auto& outcome : outcomes)
        parsed += std::holds_alternative<parsed_facts>(outcome.get()) ? 1 : 0;
      ::_exit(parsed);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WEXITSTATUS(status) == 99 ? std::nullopt : std::optional(WEXITSTATUS(status));
  }

  std::filesystem::path directory_;
};

TEST_F(pool, parses_from_memory_and_from_a_source) {
  const auto file = open();
  parse_pool parser(2, *file);
  auto from_memory = submit(parser, 1, std::string(plain_mail));
  auto from_source = submit(parser, 1, std::make_unique<mime::memory_source>(plain_mail));
  const auto one = from_memory.get();
  const auto other = from_source.get();
  const auto& parsed = std::get<parsed_facts>(one);
  EXPECT_EQ(parsed.event_data, std::get<parsed_facts>(other).event_data);
  EXPECT_EQ(parsed.first_from, (mime::address{"Anna", "anna@example.com"}));
  EXPECT_NE(parsed.fingerprint, mime::message_fingerprint{});
  EXPECT_NE(parsed.event_data.find("\"subject\":\"hello\""), std::string::npos);
}

TEST_F(pool, does_not_blame_the_mail_for_the_store) {
  const auto file = open();
  parse_pool parser(1, *file);
  const auto outcome =
      submit(parser, 1, acting([]() -> result<void> { return fail(errc::store_unavailable, "disk"); })).get();
  ASSERT_TRUE(std::holds_alternative<error>(outcome));
  EXPECT_EQ(std::get<error>(outcome).code, errc::store_unavailable);
}

TEST_F(pool, quarantines_what_makes_the_parser_throw_and_goes_on) {
  const auto file = open();
  parse_pool parser(1, *file);
  const auto outcome = submit(parser, 1, acting([]() -> result<void> { throw std::runtime_error("boom"); })).get();
  ASSERT_TRUE(std::holds_alternative<quarantined>(outcome));
  EXPECT_NE(std::get<quarantined>(outcome).reason.find("boom"), std::string::npos);
  EXPECT_TRUE(std::holds_alternative<quarantined>(submit(parser, 1, acting([]() -> result<void> { throw 1; })).get()));
  EXPECT_TRUE(std::holds_alternative<parsed_facts>(submit(parser, 2, std::string(plain_mail)).get()));
}

TEST_F(pool, refuses_more_than_may_wait_and_leaves_the_job_whole) {
  const auto file = open();
  std::promise<void> started, go_on;
  std::atomic<int> answered = 0;
  {
    parse_pool parser(1, *file);
    const auto blocking = submit(parser, 1, acting([&]() -> result<void> {
                                   started.set_value();
                                   go_on.get_future().wait();
                                   return {};
                                 }));
    started.get_future().wait();
    for (std::size_t i = 0; i < limits::parse_queue_max; ++i)
      EXPECT_TRUE(parser.submit({facts(2), std::string(plain_mail), [&](auto) { ++answered; }}).has_value());
    EXPECT_EQ(parser.queued(), limits::parse_queue_max);
    parse_job one_more{facts(2), std::string(plain_mail), [&](auto) { ++answered; }};
    const auto refused = parser.submit(std::move(one_more));
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, errc::busy);
    EXPECT_EQ(std::get<std::string>(one_more.body), plain_mail);
    EXPECT_TRUE(one_more.done != nullptr);
    go_on.set_value();
    blocking.wait();
  }
  EXPECT_EQ(answered, static_cast<int>(limits::parse_queue_max)) << "the end of the pool answers every job";
}

TEST_F(pool, answers_what_waits_with_cancelled_at_its_end) {
  const auto file = open();
  std::promise<void> started, go_on;
  std::future<parse_outcome> running, waiting;
  std::jthread releaser;
  {
    parse_pool parser(1, *file);
    running = submit(parser, 1, acting([&]() -> result<void> {
                       started.set_value();
                       go_on.get_future().wait();
                       return {};
                     }));
    started.get_future().wait();
    waiting = submit(parser, 2, std::string(plain_mail));
    releaser = std::jthread([&] {
      std::this_thread::sleep_for(50ms);
      go_on.set_value();
    });
  }
  EXPECT_TRUE(std::holds_alternative<parsed_facts>(running.get())) << "what has begun is finished";
  const auto outcome = waiting.get();
  ASSERT_TRUE(std::holds_alternative<error>(outcome));
  EXPECT_EQ(std::get<error>(outcome).code, errc::cancelled);
}

TEST_F(pool, is_in_step_again_within_three_starts) {
  EXPECT_EQ(start_with_killer(), std::nullopt);
  EXPECT_EQ(start_with_killer(), std::nullopt);
  EXPECT_EQ(start_with_killer(), 2) << "the killer is quarantined, its neighbours are not";
  EXPECT_EQ(start_with_killer(), 2);
  const auto file = open();
  parse_pool parser(1, *file);
  EXPECT_TRUE(std::holds_alternative<quarantined>(submit(parser, 2, std::string(plain_mail)).get()));
  parser.forget(facts(2));
  EXPECT_TRUE(std::holds_alternative<parsed_facts>(submit(parser, 2, std::string(plain_mail)).get()));
}

TEST_F(pool, parses_a_suspect_with_nothing_beside_it) {
  {
    const auto file = open();
    file->begin(0, inflight_key_of(account_id("sales"), "INBOX", {1}, {7}));
  }
  const auto file = open();
  parse_pool parser(4, *file);
  std::atomic<int> inside = 0, beside = -1;
  const auto ordinary = [&] {
    return acting([&]() -> result<void> {
      ++inside;
      std::this_thread::sleep_for(2ms);
      --inside;
      return {};
    });
  };
  std::vector<std::future<parse_outcome>> outcomes;
  for (std::uint32_t uid = 100; uid < 120; ++uid)
    outcomes.push_back(submit(parser, uid, ordinary()));
  outcomes.push_back(submit(parser, 7, acting([&]() -> result<void> {
                              beside = inside.load();
                              std::this_thread::sleep_for(5ms);
                              beside += inside;
                              return {};
                            })));
  for (std::uint32_t uid = 200; uid < 220; ++uid)
    outcomes.push_back(submit(parser, uid, ordinary()));
  for (auto& outcome : outcomes)
    EXPECT_TRUE(std::holds_alternative<parsed_facts>(outcome.get()));
  EXPECT_EQ(beside, 0);
  EXPECT_FALSE(file->suspected(inflight_key_of(account_id("sales"), "INBOX", {1}, {7}))) << "parsed alive: forgotten";
}

} // namespace
} // namespace postroom::parsing
