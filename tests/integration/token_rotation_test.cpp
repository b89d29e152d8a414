#include "tests/integration/support/stand_in_office.hpp"
#include "tests/integration/support/wiretap.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <thread>

/// Rotated refresh tokens and sudden death: a platform that is strict about them takes a token back once one that came
/// of it is used. So of the tokens that came of one only a single one may ever be used.
namespace postroom::test {
namespace {

/// What was said at the token endpoint, as a wiretap heard it.
class token_lineage {
public:
  explicit token_lineage(const std::vector<std::string>& heard) {
    for (std::size_t i = 0; i + 1 < heard.size(); i += 2)
      read(refresh_tokens_asked_with(heard[i]), refresh_tokens_answered(heard[i + 1]));
  }

  /// Tokens of which two descendants were used: with a strict platform the sign-in were lost.
  [[nodiscard]] std::set<std::string> forked() const {
    std::set<std::string> out;
    for (const auto& [token, children] : children_) {
      std::size_t used = 0;
      for (const auto& each : children)
        used += used_.contains(each) ? 1 : 0;
      if (used > 1)
        out.insert(token);
    }
    return out;
  }
  /// Answers whose token was never used although the grant went on: they were lost.
  [[nodiscard]] std::size_t answers_lost() const {
    std::size_t count = 0;
    for (const auto& [token, children] : children_)
      count += children.size() - 1;
    return count;
  }
  [[nodiscard]] bool ever_used(const std::string& token) const { return used_.contains(token); }
  /// Tokens that were used and came of another: rotations that were kept.
  [[nodiscard]] std::size_t rotations_kept() const {
    std::size_t count = 0;
    for (const auto& [token, children] : children_)
      for (const auto& each : children)
        count += used_.contains(each) ? 1 : 0;
    return count;
  }

private:
  /// In the order of the requests on one connection.
  static std::vector<std::string> refresh_tokens_asked_with(const std::string& said) {
    return after_each(said, "&refresh_token=", "& \r\n");
  }
  /// For each answer; empty where it has none, or was cut off.
  static std::vector<std::string> refresh_tokens_answered(const std::string& said) {
    std::vector<std::string> out;
    for (auto at = said.find("HTTP/1.1 "); at != std::string::npos;) {
      const auto next = said.find("HTTP/1.1 ", at + 1);
      const auto found = after_each(said.substr(at, next - at), "\"refresh_token\":\"", "\"");
      out.push_back(found.empty() ? std::string{} : found.front());
      at = next;
    }
    return out;
  }
  static std::vector<std::string> after_each(const std::string& text, std::string_view mark, const char* ends) {
    std::vector<std::string> out;
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) {
      const auto begin = at + mark.size();
      out.push_back(text.substr(begin, text.find_first_of(ends, begin) - begin));
    }
    return out;
  }
  void read(const std::vector<std::string>& asked, const std::vector<std::string>& answered) {
    used_.insert(asked.begin(), asked.end());
    for (std::size_t i = 0; i < asked.size() && i < answered.size(); ++i)
      if (!answered[i].empty())
        children_[asked[i]].insert(answered[i]);
  }

  std::map<std::string, std::set<std::string>> children_;
  std::set<std::string> used_;
};

TEST(token_rotation, loses_no_grant_to_sudden_death) {
  constexpr std::size_t people = 30;
  constexpr int deaths = 25;
  // No token outlives a restart, so every start replaces all of them.
  stand_in_office office{[](sim::scenario& plan) {
    plan.tls = false;
    plan.tenants.front().delegates = plan.tenants.front().mailboxes = people;
    plan.access_token_life = 60s;
  }};
  wiretap tap{office.servers().identity_port()};
  auto facts = office.facts();
  const auto own = std::to_string(office.servers().identity_port());
  facts.token_url.replace(facts.token_url.find(own), own.size(), std::to_string(tap.port()));
  office.configure(office.configuration({&facts, 1}));

  std::minstd_rand random{20261126};
  std::uniform_int_distribution<int> moment_ms{0, 150};
  for (int i = 0; i < deaths; ++i) {
    const auto before = office.servers().stats().token_requests;
    office.launch();
    ASSERT_TRUE(wait_until([&] { return office.servers().stats().token_requests > before; }, 20s)) << office.output();
    // Anywhere between the first question and the last commit.
    std::this_thread::sleep_for(std::chrono::milliseconds{moment_ms(random)});
    office.kill();
  }
  office.start();
  std::vector<std::string> accounts;
  for (const auto& each : office.servers().mailboxes())
    accounts.push_back(account_of(each));
  EXPECT_TRUE(office.await_idle(accounts));
  const auto status = office.get("/v1/providers/app-1/status");
  for (const auto& grant : status.at("grants").as_array())
    EXPECT_TRUE(grant.at("failure").is_null()) << boost::json::serialize(grant);

  const token_lineage lineage{tap.heard()};
  EXPECT_THAT(lineage.forked(), testing::IsEmpty());
  EXPECT_GE(lineage.answers_lost(), 1U) << "no death came between an answer and its commit";
  EXPECT_GE(lineage.rotations_kept(), people) << "rotated tokens are not kept";
  for (const auto& each : facts.delegates)
    EXPECT_TRUE(lineage.ever_used(each.refresh_token.expose())) << each.upn;
}

} // namespace
} // namespace postroom::test
