#include "actors/provider/refresh_window.hpp"

#include <gtest/gtest.h>

namespace postroom::provider {
namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

const mono_time issued{500h};

struct span {
  std::chrono::duration<double> earliest;
  std::chrono::duration<double> latest;
  friend bool operator==(const span&, const span&) = default;
};

span window(seconds life, bool first, std::optional<seconds> refresh_in = {}) {
  const auto is = refresh_window_of({issued, life, refresh_in}, first);
  return {is.earliest - issued, is.latest - issued};
}

TEST(refresh_window, is_the_third_quarter_of_the_life) {
  EXPECT_EQ(window(1h, false), (span{30min, 45min}));
  EXPECT_EQ(window(24h, false), (span{12h, 18h}));
}

TEST(refresh_window, begins_early_for_the_first_token) {
  EXPECT_EQ(window(1h, true), (span{9min, 45min}));
}

TEST(refresh_window, leaves_five_minutes) {
  EXPECT_EQ(window(16min, false), (span{8min, 11min}));
  EXPECT_EQ(window(10min, false), (span{5min, 5min}));
}

TEST(refresh_window, takes_half_of_a_short_life) {
  EXPECT_EQ(window(8min, false), (span{4min, 4min}));
  EXPECT_EQ(window(1min, false), (span{30s, 30s}));
  EXPECT_EQ(window(0s, false), (span{0s, 0s}));
  EXPECT_EQ(window(-5s, false), (span{0s, 0s}));
}

TEST(refresh_window, replaces_the_rest_of_an_old_token_two_minutes_before_its_end) {
  EXPECT_EQ(window(4min, true), (span{36s, 1min + 45s}));
  EXPECT_EQ(window(140s, true), (span{5s, 5s}));
  EXPECT_EQ(window(130s, true), (span{0s, 0s}));
  EXPECT_EQ(window(100s, true), (span{0s, 0s})); // too late for that
  EXPECT_EQ(window(130s, true, 20s), (span{0s, 0s}));
}

TEST(refresh_window, begins_when_the_platform_says) {
  EXPECT_EQ(window(24h, false, 12h), (span{12h, 18h}));
  EXPECT_EQ(window(24h, false, 8h), (span{8h, 14h}));
  EXPECT_EQ(window(24h, true, 8h), (span{8h, 14h}));
  EXPECT_EQ(window(24h, false, 17h), (span{17h, 18h}));
  EXPECT_EQ(window(24h, false, 23h), (span{18h, 18h}));
}

TEST(refresh_window, makes_no_loop_when_the_platform_always_says_at_once) {
  EXPECT_EQ(window(1h, false, 0s), (span{9min, 24min}));
  EXPECT_EQ(window(1h, false, -1h), (span{9min, 24min}));
}

TEST(refresh_window, is_in_order_and_in_time_for_any_life) {
  for (seconds life = 0s; life < 3h; life += 7s)
    for (const bool first : {false, true})
      for (const auto wish : {std::optional<seconds>{}, std::optional{0s}, std::optional{seconds{life / 2}},
                              std::optional{seconds{life * 2}}, std::optional{seconds::max()}}) {
        const auto is = window(life, first, wish);
        EXPECT_LE(is.earliest, is.latest);
        EXPECT_GE(is.earliest, 0s);
        if (life >= 4min)
          EXPECT_LE(is.latest, life - 2min) << life.count();
        else
          EXPECT_LE(is.latest, life);
      }
  EXPECT_EQ(window(seconds::max(), false), (span{24h * 365 / 2, 24h * 365 * 3 / 4}));
}

TEST(recovery_window, lasts_as_long_as_the_token_does) {
  const auto again = issued + 10min;
  auto is = recovery_window_of(again, issued + 40min);
  EXPECT_EQ(is.earliest, again);
  EXPECT_EQ(is.latest, issued + 38min);
  is = recovery_window_of(again, issued + 12min);
  EXPECT_EQ(is.latest, issued + 11min);
  for (const auto ended : {again, again - 1s, mono_time{}}) {
    is = recovery_window_of(again, ended);
    EXPECT_EQ(is.earliest, again);
    EXPECT_EQ(is.latest, again + 5min);
  }
}

} // namespace
} // namespace postroom::provider
