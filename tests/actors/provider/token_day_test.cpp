#include "actors/provider/app_breaker.hpp"
#include "actors/provider/refresh_calendar.hpp"
#include "actors/provider/refresh_window.hpp"
#include "protocol/oauth2/refresh_plan.hpp"
#include "tests/actors/provider/refusals.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <queue>
#include <random>
#include <vector>

// A day of one provider with thousands of grants, in virtual time: what the token service's rules add up to.
namespace postroom::provider {
namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

constexpr std::size_t grants_count = 5000;
constexpr auto day = 24h;
constexpr auto answer_time = 300ms;
const mono_time midnight = std::chrono::floor<std::chrono::minutes>(mono_time{1000h});

struct interruption {
  mono_time from = mono_time::max();
  mono_time until = mono_time::max();
  [[nodiscard]] bool covers(mono_time at) const { return from <= at && at < until; }
};

struct settings {
  seconds life_min = 60min;
  seconds life_max = 90min;
  bool warm = true; ///< tokens from an earlier process; else all are asked for within the first three minutes
  interruption outage;
  mono_time restart = mono_time::max();
  bool by_chance_alone = false; ///< without the calendar, for comparison
  unsigned seed = 1;
};

/// One provider. Where the actor has timers and messages there is a queue of events.
class simulated_day {
public:
  explicit simulated_day(const settings& how) : how_(how), random_(how.seed), tokens_(grants_count) {
    for (std::size_t grant = 0; grant < grants_count; ++grant)
      if (how.warm)
        adopt(grant, midnight, std::chrono::round<seconds>(how.life_max * chance()), true);
      else
        events_.push({midnight + std::chrono::duration_cast<mono_time::duration>(3min * chance()), grant, step::want});
    if (how.restart < midnight + day)
      events_.push({how.restart, 0, step::restart});
  }

  void run() {
    while (!events_.empty() && events_.top().at < midnight + day) {
      const auto next = events_.top();
      events_.pop();
      take(next);
    }
  }

  [[nodiscard]] double mean() const {
    return std::accumulate(per_minute_.begin(), per_minute_.end(), 0.0) / static_cast<double>(per_minute_.size());
  }
  [[nodiscard]] double peak() const { return *std::ranges::max_element(per_minute_); }
  /// Tokens that were not replaced before they could not be handed out any more.
  [[nodiscard]] std::size_t late() const { return late_; }
  [[nodiscard]] std::size_t asked_in_outage() const { return asked_in_outage_; }

private:
  enum class step : std::uint8_t { want, due, taken, refused, ended, restart };
  struct event {
    mono_time at;
    std::size_t grant;
    step what;
    std::uint64_t number = 0;
    friend bool operator>(const event& a, const event& b) { return a.at > b.at; }
  };
  struct token_state {
    mono_time expires{};
    std::uint64_t number = 0; ///< of the plan that counts
    bool there = false;
    bool asking = false;
    bool hopeless = false; ///< had too little left for a request when it was found
    unsigned failures = 0;
  };

  double chance() { return std::uniform_real_distribution<double>{}(random_); }
  seconds life() { return how_.life_min + std::chrono::round<seconds>((how_.life_max - how_.life_min) * chance()); }

  void take(const event& next) {
    auto& token = tokens_[next.grant];
    switch (next.what) {
    case step::want:
      ask(next.grant, next.at, false);
      return;
    case step::due:
      if (next.number == token.number && !token.asking)
        on_due(next.grant, next.at);
      return;
    case step::taken:
      (void)breaker_.worked();
      adopt(next.grant, next.at, life(), !token.there);
      return;
    case step::refused:
      on_refused(next.grant, next.at);
      return;
    case step::ended:
      // Somebody wants it and gets nothing.
      if (next.number == token.number && token.there) {
        late_ += token.hopeless ? 0 : 1;
        token.there = false;
        ask(next.grant, next.at, false);
      }
      return;
    case step::restart:
      restart(next.at);
      return;
    }
  }

  void on_due(std::size_t grant, mono_time now) {
    if (breaker_.may_ask(now) != app_breaker::advice::refuse) {
      ask(grant, now, true);
      return;
    }
    const auto window = recovery_window_of(breaker_.retry_at().value_or(now), usable_until(grant));
    plan(grant, calendar_.plan(std::to_string(grant), window.earliest, window.latest, chance()));
  }

  void ask(std::size_t grant, mono_time now, bool ahead_of_need) {
    auto& token = tokens_[grant];
    token.asking = true;
    if (ahead_of_need)
      ++per_minute_[static_cast<std::size_t>((now - midnight) / 1min)];
    const bool down = how_.outage.covers(now);
    asked_in_outage_ += down ? 1 : 0;
    events_.push({now + answer_time, grant, down ? step::refused : step::taken});
  }

  void on_refused(std::size_t grant, mono_time now) {
    auto& token = tokens_[grant];
    token.asking = false;
    const auto why = refusal_of(503, "temporarily_unavailable", {}, {}, "60");
    (void)breaker_.failed(why, now, chance());
    plan(grant, now + oauth2::retry_delay(why, ++token.failures, chance()).value());
  }

  void adopt(std::size_t grant, mono_time now, seconds life, bool first) {
    auto& token = tokens_[grant];
    token.asking = false;
    token.failures = 0;
    token.there = life > oauth2::token_remaining_min;
    token.expires = now + life;
    token.hopeless = life <= oauth2::token_remaining_min + 1s;
    if (!token.there) {
      events_.push({now, grant, step::want});
      return;
    }
    if (how_.by_chance_alone) {
      // Three quarters of the life, give or take a tenth.
      plan(grant, now + std::chrono::duration_cast<std::chrono::milliseconds>(life * 3 / 4 * (0.9 + 0.2 * chance())));
      return;
    }
    const auto window = refresh_window_of({now, life, {}}, first);
    plan(grant, calendar_.plan(std::to_string(grant), window.earliest, window.latest, chance()));
  }

  void plan(std::size_t grant, mono_time at) {
    auto& token = tokens_[grant];
    ++token.number;
    events_.push({at, grant, step::due, token.number});
    events_.push({usable_until(grant), grant, step::ended, token.number});
  }

  [[nodiscard]] mono_time usable_until(std::size_t grant) const {
    return tokens_[grant].expires - oauth2::token_remaining_min;
  }

  void restart(mono_time now) {
    calendar_ = {};
    breaker_ = {};
    events_ = {};
    for (std::size_t grant = 0; grant < grants_count; ++grant)
      adopt(grant, now, std::chrono::floor<seconds>(tokens_[grant].expires - now), true);
  }

  settings how_;
  std::mt19937 random_;
  std::vector<token_state> tokens_;
  refresh_calendar calendar_;
  app_breaker breaker_;
  std::priority_queue<event, std::vector<event>, std::greater<>> events_;
  std::vector<double> per_minute_ = std::vector<double>(24 * 60);
  std::size_t late_ = 0;
  std::size_t asked_in_outage_ = 0;
};

class token_day : public testing::TestWithParam<unsigned> {
protected:
  static simulated_day run(settings how) {
    how.seed = GetParam();
    simulated_day out{how};
    out.run();
    RecordProperty("mean_per_minute", static_cast<int>(out.mean()));
    RecordProperty("peak_per_minute", static_cast<int>(out.peak()));
    return out;
  }
  static void expect_calm(const simulated_day& is) {
    EXPECT_LE(is.peak(), 2 * is.mean()) << "mean " << is.mean();
    EXPECT_EQ(is.late(), 0U);
    // Every token is used for half of its life at least.
    EXPECT_LE(is.mean(), static_cast<double>(grants_count) / (60.0 * 0.5));
    EXPECT_GE(is.mean(), static_cast<double>(grants_count) / (90.0 * 0.75));
  }
};

TEST_P(token_day, is_calm_after_a_warm_start) {
  expect_calm(run({}));
}

TEST_P(token_day, is_calm_after_a_cold_start) {
  expect_calm(run({.warm = false}));
}

TEST_P(token_day, is_calm_after_a_cold_start_with_tokens_that_all_live_for_an_hour) {
  expect_calm(run({.life_min = 60min, .life_max = 60min, .warm = false}));
}

// What the calendar is for: chance alone leaves what came together together.
TEST_P(token_day, is_not_calm_by_chance_alone) {
  const auto is = run({.life_min = 60min, .life_max = 60min, .warm = false, .by_chance_alone = true});
  EXPECT_GT(is.peak(), 3 * is.mean());
}

TEST_P(token_day, is_calm_after_an_outage) {
  const interruption outage{midnight + 10h, midnight + 10h + 10min};
  const auto is = run({.outage = outage});
  expect_calm(is);
  EXPECT_GE(is.asked_in_outage(), 2U);
  EXPECT_LE(is.asked_in_outage(), 20U); // one probe each minute, and those under way at its beginning
}

TEST_P(token_day, is_calm_after_a_restart) {
  const auto is = run({.restart = midnight + 13h + 17s});
  expect_calm(is);
}

TEST_P(token_day, is_calm_with_all_of_it) {
  const interruption outage{midnight + 10h, midnight + 10h + 10min};
  const auto is = run({.warm = false, .outage = outage, .restart = midnight + 13h + 17s});
  expect_calm(is);
  EXPECT_LE(is.asked_in_outage(), 20U);
}

INSTANTIATE_TEST_SUITE_P(seeds, token_day, testing::Values(1U, 2U, 3U));

} // namespace
} // namespace postroom::provider
