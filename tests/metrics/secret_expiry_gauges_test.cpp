#include "metrics/secret_expiry_gauges.hpp"

#include "metrics/registry.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace postroom::metrics {
namespace {

using namespace std::chrono_literals;

class secret_expiries : public testing::Test {
protected:
  double value(const std::string& series) {
    std::istringstream text{registry_.expose()};
    for (std::string line; std::getline(text, line);)
      if (line.starts_with(series + ' '))
        return std::stod(line.substr(series.size() + 1));
    return -1;
  }
  double of(const std::string& tenant, const std::string& provider) {
    return value("postroom_provider_secret_expiry_timestamp_seconds{provider=\"" + provider + "\",tenant=\"" + tenant +
                 "\"}");
  }
  double left_out() { return value("postroom_provider_secret_expiries_left_out"); }
  std::size_t shown() {
    std::istringstream text{registry_.expose()};
    std::size_t count = 0;
    for (std::string line; std::getline(text, line);)
      count += line.starts_with("postroom_provider_secret_expiry_timestamp_seconds{") ? 1 : 0;
    return count;
  }
  static std::string id(std::size_t number) { return "p" + std::to_string(1000 + number); }

  registry registry_{"1.2.3"};
  token_probe& tokens_ = registry_.probes().token;
};

TEST_F(secret_expiries, follow_the_secrets) {
  tokens_.secret_expires("acme", "azure", wall_time{100s});
  tokens_.secret_expires("contoso", "azure", wall_time{1'800'000'000'500ms});
  EXPECT_EQ(of("acme", "azure"), 100);
  EXPECT_DOUBLE_EQ(of("contoso", "azure"), 1'800'000'000.5);
  tokens_.secret_expires("acme", "azure", wall_time{200s});
  EXPECT_EQ(of("acme", "azure"), 200);
  tokens_.secret_expires("acme", "azure", std::nullopt);
  EXPECT_EQ(of("acme", "azure"), -1);
  EXPECT_EQ(of("contoso", "azure"), 1'800'000'000.5);
  tokens_.secret_expires("acme", "azure", std::nullopt);
  tokens_.secret_expires("nobody", "nothing", std::nullopt);
  EXPECT_EQ(shown(), 1U);
  EXPECT_EQ(left_out(), 0);
}

TEST_F(secret_expiries, are_limited_and_those_left_out_are_counted) {
  constexpr auto max = secret_expiry_gauges::series_max;
  for (std::size_t i = 0; i < max + 3; ++i)
    tokens_.secret_expires("acme", id(i), wall_time{std::chrono::seconds{i}});
  EXPECT_EQ(shown(), max);
  EXPECT_EQ(left_out(), 3);
  EXPECT_EQ(of("acme", id(max)), -1);
  tokens_.secret_expires("acme", id(max), wall_time{7s}); // again: it is counted once
  EXPECT_EQ(left_out(), 3);
  tokens_.secret_expires("acme", id(max + 1), std::nullopt);
  EXPECT_EQ(left_out(), 2);
  tokens_.secret_expires("acme", id(5), std::nullopt);
  EXPECT_EQ(left_out(), 1);
  EXPECT_EQ(of("acme", id(5)), -1);
  EXPECT_EQ(of("acme", id(max)), 7); // it has come in, with its newest end
  EXPECT_EQ(shown(), max);
  for (std::size_t i = 0; i < max + 3; ++i)
    tokens_.secret_expires("acme", id(i), std::nullopt);
  EXPECT_EQ(shown(), 0U);
  EXPECT_EQ(left_out(), 0);
}

TEST_F(secret_expiries, may_be_set_from_many_threads) {
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 4; ++t)
    threads.emplace_back([this, t] {
      for (std::size_t i = 0; i < 300; ++i) {
        tokens_.secret_expires("tenant" + std::to_string(t), id(i), wall_time{1s});
        if (i % 2 == 0)
          tokens_.secret_expires("tenant" + std::to_string(t), id(i), std::nullopt);
      }
    });
  for (auto& each : threads)
    each.join();
  EXPECT_EQ(shown() + static_cast<std::size_t>(left_out()), 600U);
}

} // namespace
} // namespace postroom::metrics
