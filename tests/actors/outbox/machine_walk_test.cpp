#include "tests/actors/outbox/machine_driver.hpp"

#include <deque>
#include <random>

/// A machine in a world where anything may happen at any time.
namespace postroom::outbox {
namespace {

using namespace std::chrono_literals;

/// Answers in any order the world allows, fails now and then, and sees to it that nothing is ever forgotten.
class world_at_random {
public:
  explicit world_at_random(std::uint32_t seed) : random_(seed) {}

  machine_driver d{{.sent_copy = true, .resend = true, .sent_search = 120s}};
  std::size_t steps = 0;
  std::size_t mails = 0;

  void step() {
    ++steps;
    d.now += std::chrono::milliseconds{below(500)};
    if (d.machine.wants_head() && (d.machine.head_seq() == 0 || below(20) == 0)) {
      auto mail = machine_driver::mail(++mails, 1 + below(3));
      mail.one_piece = below(2) == 0;
      if (below(4) == 0)
        mail.next_try = d.now + 1min;
      happen(event::head{mail});
      return;
    }
    const auto luck = below(100);
    if (luck == 0 && d.machine.may_withdraw() && d.machine.head_seq() != 0) {
      d.withdraw();
      look();
    } else if (luck == 1) {
      happen(event::retry_now{});
    } else if (luck == 2 && d.machine.resting()) {
      d.let_go();
      look();
    } else if (luck < 6 && d.link) {
      happen(machine_driver::lost());
    } else if (!asked_.empty()) {
      answer();
    } else if (d.timer) {
      d.now += d.timer_delay;
      happen(event::timer{*std::exchange(d.timer, std::nullopt)});
    } else {
      ASSERT_TRUE(d.machine.wants_head()) << "nothing would ever wake it";
    }
  }
  /// From now on nobody interferes: it must come to its end.
  void stop() {
    happen(event::stop{});
    for (int i = 0; i < 100 && !d.ended && !asked_.empty(); ++i)
      answer();
    EXPECT_TRUE(d.ended);
  }

private:
  struct question {
    effect_type what;
    std::uint32_t attempt;
    std::uint64_t seq;
  };

  std::size_t below(std::size_t n) { return random_() % n; }
  bool fails() { return below(12) == 0; }
  void happen(event_type what) {
    d.on(std::move(what));
    look();
  }
  /// What is wanted becomes a question; what belongs to an older connection is never answered, as in the actor.
  void look() {
    for (const auto& each : d.wanted) {
      if (std::holds_alternative<effect::open_link>(each) || std::holds_alternative<effect::close_link>(each) ||
          std::holds_alternative<effect::search_sent>(each))
        ++attempt_;
      const bool silent =
          std::holds_alternative<effect::return_slot>(each) || std::holds_alternative<effect::close_link>(each) ||
          std::holds_alternative<effect::report>(each) || std::holds_alternative<effect::set_timer>(each) ||
          std::holds_alternative<effect::ended>(each) || std::holds_alternative<effect::return_allowance>(each);
      if (!silent)
        asked_.push_back({each, attempt_, d.machine.head_seq()});
    }
  }
  void answer() {
    const auto asked = asked_.front();
    asked_.pop_front();
    const bool always = asked.what.index() == effect_type{effect::mark{}}.index() || is_settlement(asked.what);
    if (!always && asked.attempt != attempt_)
      return;
    if (std::holds_alternative<effect::ask_allowance>(asked.what) && asked.seq != d.machine.head_seq())
      return;
    if (const auto what = std::visit([this](const auto& e) { return reply_to(e); }, asked.what))
      happen(*what);
  }
  static bool is_settlement(const effect_type& what) {
    return std::holds_alternative<effect::settle_attempt>(what) || std::holds_alternative<effect::settle_doubt>(what) ||
           std::holds_alternative<effect::settle_found>(what) || std::holds_alternative<effect::settle_undecided>(what);
  }

  using answer_type = std::optional<event_type>;
  answer_type or_denied(event_type granted) {
    return fails() ? event::denied{smtp::failure_class::auth_unavailable, "no"} : std::move(granted);
  }
  /// Over a connection that is gone nothing comes.
  answer_type over_link(event_type what) { return d.link ? answer_type{std::move(what)} : std::nullopt; }

  answer_type reply_to(const effect::ask_slot&) { return or_denied(event::slot_granted{}); }
  answer_type reply_to(const effect::ask_permit&) { return or_denied(event::permitted{}); }
  answer_type reply_to(const effect::ask_token&) { return or_denied(event::token_ready{}); }
  answer_type reply_to(const effect::ask_allowance& e) {
    return or_denied(event::allowed{below(2) == 0, {7, static_cast<std::uint32_t>(e.recipients)}});
  }
  answer_type reply_to(const effect::open_link&) {
    if (fails())
      return over_link(event::link_closed{fail(errc::auth_rejected, "535"), smtp::phase::login, {}});
    return over_link(event::link_ready{});
  }
  answer_type reply_to(const effect::begin& e) {
    if (fails())
      return over_link(machine_driver::answers({}, too_fast));
    std::vector<smtp::reply> recipients;
    for (std::size_t i = 0; i < e.what.recipients.size(); ++i)
      recipients.push_back(fails() ? greylisted : fails() ? no_such_user : yes);
    return over_link(machine_driver::answers(recipients));
  }
  answer_type reply_to(const effect::begin_body&) {
    if (fails())
      return over_link(event::message_done{smtp::phase::data, not_now});
    return over_link(event::body_wanted{});
  }
  answer_type reply_to(const effect::feed&) {
    if (fails())
      return event::body_failed{fail(errc::store_unavailable, "x")};
    const bool last = below(2) == 0;
    if (!last) // and room for more at once
      asked_.push_back({effect::begin_body{}, attempt_, d.machine.head_seq()});
    return event::body_fed{last};
  }
  answer_type reply_to(const effect::end_body&) {
    return over_link(event::message_done{smtp::phase::message, fails() ? bad_content : yes});
  }
  answer_type reply_to(const effect::mark&) { return event::marked{}; }
  answer_type reply_to(const effect::settle_attempt&) { return event::settled{}; }
  answer_type reply_to(const effect::settle_found&) { return event::settled{}; }
  answer_type reply_to(const effect::settle_undecided&) { return event::settled{}; }
  answer_type reply_to(const effect::settle_doubt&) { return event::noted{}; }
  answer_type reply_to(const effect::search_sent&) {
    if (below(4) == 0)
      return or_denied(event::searched{true, false, "Sent"});
    return event::searched{false, fails(), "x"};
  }
  template <class Other>
  answer_type reply_to(const Other&) {
    return {};
  }

  std::mt19937 random_;
  std::deque<question> asked_;
  std::uint32_t attempt_ = 0;
};

TEST(outbox_machine_walk, keeps_its_promises_whatever_happens) {
  std::size_t settled = 0;
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    world_at_random world{seed};
    for (int i = 0; i < 1000 && !testing::Test::HasFailure(); ++i)
      world.step();
    world.stop();
    settled += world.d.settlements;
    if (testing::Test::HasFailure())
      return;
  }
  EXPECT_GT(settled, 1000U) << "it was busy, not stuck";
}

} // namespace
} // namespace postroom::outbox
