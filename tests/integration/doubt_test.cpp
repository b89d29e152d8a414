#include "tests/integration/support/outgoing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <set>
#include <thread>

/// Whatever dies while a mail is being sent – the server, the connection, the gateway –, an accepted mail arrives once.
namespace postroom::test {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

/// A server that copies what it takes into the delegate's Sent, as Exchange does, before it answers.
smtp_sink_options copying_into(std::unique_ptr<office>& world) {
  smtp_sink_options options;
  options.login_required = true;
  options.on_mail = [&world](const sunk_mail& mail) {
    (void)world->server().deliver_to_folder(office::delegate, "Sent Items", mail.raw);
  };
  return options;
}

std::vector<std::string> outcomes_of(const boost::json::object& mail) {
  std::vector<std::string> out;
  for (const auto& each : mail.at("history").as_array())
    out.emplace_back(each.at("outcome").as_string());
  return out;
}

TEST(doubt, a_server_that_dies_at_any_step_gets_each_mail_once) {
  const smtp_step steps[] = {smtp_step::greeting, smtp_step::hello,   smtp_step::login,
                             smtp_step::mail,     smtp_step::rcpt,    smtp_step::data,
                             smtp_step::body,     smtp_step::verdict, smtp_step::accepted};
  std::unique_ptr<office> world;
  smtp_sink sink{copying_into(world)};
  auto options = office_sending_to(sink.port());
  options.mailboxes.clear();
  for (std::size_t i = 0; i < 2 * std::size(steps); ++i)
    options.mailboxes.push_back("box" + std::to_string(i));
  options.limits_config = "sent_search_s = 5\n";
  world = std::make_unique<office>(std::move(options));
  world->start();
  std::size_t box = 0;
  for (const auto kind : {smtp_fault_kind::close, smtp_fault_kind::reset})
    for (const auto step : steps) {
      SCOPED_TRACE(static_cast<int>(step) * 10 + static_cast<int>(kind));
      sink.plan({.at = step, .kind = kind, .taken = kind == smtp_fault_kind::close, .after_octets = 20});
      const auto mail = submit(*world, "box" + std::to_string(box++), letter("anna@example.test", "step"));
      ASSERT_TRUE(wait_until(
          [&] {
            const auto now = mail_now(*world, mail);
            if (text_of(now, "state") == "deferred")
              (void)act(*world, mail, "requeue"); // not to wait for the next attempt
            return text_of(now, "state") == "sent";
          },
          40s))
          << boost::json::serialize(mail_now(*world, mail));
      EXPECT_EQ(sink.count(id_in_header(mail)), 1u) << boost::json::serialize(mail_now(*world, mail));
      sink.forget_plan();
    }
}

/// The server takes the mail and does not say so; no copy ever comes.
boost::json::object lose_verdict(office& world, smtp_sink& sink) {
  sink.plan({.at = smtp_step::verdict, .kind = smtp_fault_kind::close, .taken = true});
  return submit(world, "support", letter("anna@example.test", "undecidable"));
}

TEST(doubt, without_a_copy_a_mail_is_sent_again_by_default) {
  smtp_sink sink{{.login_required = true}};
  auto options = office_sending_to(sink.port());
  options.limits_config = "sent_search_s = 3\n";
  office world{std::move(options)};
  world.start();
  const auto mail = lose_verdict(world, sink);
  const auto now = await_state(world, mail, "sent", 40s);
  EXPECT_EQ(text_of(now, "state"), "sent");
  EXPECT_THAT(outcomes_of(now), testing::ElementsAre("accepted", "in_doubt", "resend", "sent"));
  EXPECT_EQ(sink.count(id_in_header(mail)), 2u) << "nobody can tell: the policy says again";
}

TEST(doubt, without_a_copy_a_mail_is_held_where_the_policy_says_so) {
  smtp_sink sink{{.login_required = true}};
  auto options = office_sending_to(sink.port());
  options.limits_config = "sent_search_s = 3\n";
  options.account_config = "in_doubt = \"hold\"\n";
  office world{std::move(options)};
  world.start();
  const auto mail = lose_verdict(world, sink);
  const auto now = await_state(world, mail, "held", 40s);
  EXPECT_EQ(text_of(now, "state"), "held");
  EXPECT_EQ(sink.count(id_in_header(mail)), 1u);
  EXPECT_EQ(act(world, mail, "release").status, 200u);
  EXPECT_EQ(text_of(await_state(world, mail, "sent"), "state"), "sent");
}

TEST(doubt, a_server_known_to_keep_no_copy_is_not_searched) {
  smtp_sink sink{{.login_required = true}};
  auto options = office_sending_to(sink.port());
  options.provider_config += "sent_copy = \"no\"\n";
  office world{std::move(options)};
  world.start();
  const auto mail = lose_verdict(world, sink);
  const auto now = await_state(world, mail, "sent", 20s);
  EXPECT_THAT(outcomes_of(now), testing::ElementsAre("accepted", "in_doubt", "resend", "sent"));
  EXPECT_THAT(boost::json::serialize(now), HasSubstr("keeps no copy"));
}

/// An application that hands in mails without end and repeats what was not answered, under the same key, also the last:
/// what it was not told of may have been accepted.
class application {
public:
  application(office& world, std::vector<std::string> mailboxes)
      : world_(world), mailboxes_(std::move(mailboxes)), thread_([this] { work(); }) {}
  ~application() { stop(); }
  application(const application&) = delete;
  application& operator=(const application&) = delete;
  void stop() {
    give_up_at_ = std::chrono::steady_clock::now() + 60s;
    stopping_ = true;
    if (thread_.joinable())
      thread_.join();
  }
  /// Message-IDs of what was accepted; after stop().
  [[nodiscard]] const std::vector<std::string>& accepted() const { return accepted_; }
  [[nodiscard]] std::size_t count() const { return count_; }

private:
  void work() {
    for (std::size_t n = 0; !stopping_; ++n) {
      const auto key = "mail-" + std::to_string(n);
      for (bool answered = false; !answered;) {
        try {
          const auto answer =
              try_submit(world_, mailboxes_[n % mailboxes_.size()], letter("anna@example.test", key), key);
          answered = answer.status == 202;
          if (answered)
            accepted_.push_back(id_in_header(answer.json()));
        } catch (const std::runtime_error&) {
          std::this_thread::sleep_for(20ms); // it is dead or not yet alive
        }
        if (!answered && stopping_ && std::chrono::steady_clock::now() > give_up_at_)
          return;
      }
      ++count_;
    }
  }

  office& world_;
  std::vector<std::string> mailboxes_;
  std::vector<std::string> accepted_;
  std::atomic<std::size_t> count_{0};
  std::chrono::steady_clock::time_point give_up_at_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

office_options ten_mailboxes(postfix_options submission, const std::string& limits) {
  auto options = sending_office(std::move(submission));
  options.mailboxes.clear();
  for (int i = 0; i < 10; ++i)
    options.mailboxes.push_back("box" + std::to_string(i));
  options.limits_config = limits;
  return options;
}

std::size_t count_in(const std::string& text, const std::string& word) {
  std::size_t count = 0;
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1))
    ++count;
  return count;
}

/// Kills the gateway so many times while an application hands in mail; then each accepted mail has arrived once.
void kill_while_sending(office_options options, int kills) {
  const auto mailboxes = options.mailboxes;
  office world{std::move(options)};
  world.start();
  std::mt19937 random{std::random_device{}()};
  application sender{world, mailboxes};
  for (int i = 0; i < kills; ++i) {
    const auto wanted = sender.count() + 1 + random() % 20;
    ASSERT_TRUE(wait_until([&] { return sender.count() >= wanted; }, 60s)) << "kill " << i;
    std::this_thread::sleep_for(std::chrono::microseconds{random() % 20'000});
    world.kill();
    world.start();
  }
  sender.stop();
  const auto& accepted = sender.accepted();
  ASSERT_GT(accepted.size(), static_cast<std::size_t>(kills));
  auto& relay = world.submission().relay();
  EXPECT_TRUE(relay.await(accepted.size(), 180s)) << relay.count() << " of " << accepted.size();
  const auto settled = [&] {
    for (const auto& each : mailboxes) {
      const auto counts = world.json("/v1/accounts/" + each + "/outbox-counts");
      for (const auto* state : {"queued", "sending", "deferred"})
        if (counts.at(state).to_number<int>() > 0)
          return false;
    }
    return world.submission().queued() == 0;
  };
  EXPECT_TRUE(wait_until(settled, 180s));
  EXPECT_GT(count_in(world.output(), "outbox.in_doubt"), 0u) << "it was never killed at the moment that matters";
  for (const auto& id : std::set<std::string>(accepted.begin(), accepted.end()))
    EXPECT_EQ(relay.count(id), 1u) << id;
  EXPECT_EQ(relay.count(), accepted.size()) << "nothing but what was accepted";
}

TEST(doubt, killed_a_hundred_times_while_sending_it_delivers_each_accepted_mail_once) {
  kill_while_sending(ten_mailboxes({}, "sent_search_s = 15\n"), 100);
}

TEST(doubt, copies_that_come_20_seconds_late_are_found) {
  postfix_options late;
  late.sent_copies = 20s;
  kill_while_sending(ten_mailboxes(std::move(late), "sent_search_s = 45\n"), 8);
}

} // namespace
} // namespace postroom::test
