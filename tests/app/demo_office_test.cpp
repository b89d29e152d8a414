#include "app/demo_diagnosis.hpp"
#include "app/demo_office.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <set>
#include <sstream>

namespace postroom::app {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class demo_office_test : public testing::Test {
protected:
  demo_office_test() {
    auto pattern = (std::filesystem::temp_directory_path() / "postroom-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()))
      directory = pattern;
  }
  ~demo_office_test() override { std::filesystem::remove_all(directory); }

  result<demo_office> open(std::size_t mailboxes) {
    demo_options options;
    options.mailboxes = mailboxes;
    return open_demo_office(options, directory);
  }

  std::filesystem::path directory;
};

TEST_F(demo_office_test, is_two_customers_with_three_providers_and_one_sick_mailbox_of_each_kind) {
  const auto office = open(50);
  ASSERT_TRUE(office);
  const auto config = demo_configuration("127.0.0.1:0", directory, *office);
  ASSERT_TRUE(config) << to_string(config.error());
  ASSERT_EQ(config->tenants.size(), 2U);
  ASSERT_EQ(config->providers.size(), 3U);
  EXPECT_EQ(config->providers[0].record.service(), "microsoft_azure");
  EXPECT_EQ(config->providers[1].record.tenant(), "contoso");
  EXPECT_EQ(config->providers[2].record.service(), "google");
  EXPECT_EQ(config->accounts.size(), 50U);
  EXPECT_EQ(config->data_directory, directory / "data");
  std::set<std::string> ailments, accounts;
  for (const auto& each : office->sick) {
    ailments.insert(each.ailment);
    accounts.insert(each.tenant + "/" + each.account);
    EXPECT_EQ(std::ranges::count_if(config->accounts,
                                    [&](const records::Account& account) {
                                      return account.tenant() == each.tenant && account.id() == each.account;
                                    }),
              1)
        << each.account;
  }
  EXPECT_EQ(ailments.size(), 6U);
  EXPECT_EQ(accounts.size(), 6U);
  EXPECT_FALSE(accounts.contains("contoso/support"));
}

TEST_F(demo_office_test, takes_sign_ins_back_at_its_own_port) {
  const auto office = open(3);
  ASSERT_TRUE(office);
  const auto config = demo_configuration("127.0.0.1:9000", directory, *office);
  ASSERT_TRUE(config) << to_string(config.error());
  EXPECT_EQ(config->providers.front().record.redirect_uri(),
            "http://localhost:9000/api/cloudProviders/oauth2/microsoft/callback");
  const auto listen = with_free_port("127.0.0.1:0");
  EXPECT_THAT(listen, testing::MatchesRegex("127\\.0\\.0\\.1:[1-9][0-9]+"));
  EXPECT_EQ(with_free_port("0.0.0.0:8025"), "0.0.0.0:8025");
  EXPECT_EQ(with_free_port("nonsense"), "nonsense");
}

TEST_F(demo_office_test, gives_a_mailbox_whose_sign_in_is_dead_a_delegate_of_its_own) {
  const auto office = open(50);
  ASSERT_TRUE(office);
  const auto config = demo_configuration("127.0.0.1:0", directory, *office);
  ASSERT_TRUE(config);
  for (const auto* delegate : {"gone.colleague@contoso.test", "new.colleague@contoso.test"})
    EXPECT_EQ(std::ranges::count(config->accounts, delegate, &records::Account::delegate), 1) << delegate;
}

TEST_F(demo_office_test, is_healthy_when_it_is_very_small) {
  const auto office = open(demo_mailboxes_min);
  ASSERT_TRUE(office);
  EXPECT_THAT(office->sick, IsEmpty());
  const auto config = demo_configuration("127.0.0.1:0", directory, *office);
  ASSERT_TRUE(config) << to_string(config.error());
  EXPECT_EQ(config->accounts.size(), demo_mailboxes_min);
}

/// Answers what it was given, in this order.
class scripted_port final : public cli::api_port {
public:
  struct script {
    std::vector<cli::api_call> asked;
    std::deque<result<cli::api_answer>> answers;
  };
  explicit scripted_port(script& with) : script_(with) {}
  result<cli::api_answer> send(const cli::api_call& call) override {
    script_.asked.push_back(call);
    if (script_.answers.empty())
      return fail(errc::timeout, "nothing to say");
    auto next = std::move(script_.answers.front());
    script_.answers.pop_front();
    return next;
  }
  result<cli::api_answer> read_lines(const cli::api_call&, const cli::line_sink&) override {
    return fail(errc::internal, "not asked for");
  }

private:
  script& script_;
};

class demo_diagnosis_test : public testing::Test {
protected:
  void answer(std::string body, unsigned status = 200) {
    gateway.answers.emplace_back(cli::api_answer{status, {}, std::move(body)});
  }
  std::string printed() {
    std::ostringstream out;
    diagnosis.print(out);
    return out.str();
  }
  std::string missing() {
    std::ostringstream out;
    diagnosis.print_missing(out);
    return out.str();
  }
  static std::string complaint(const std::string& detail) {
    return R"({"state":"waiting","last_error":{"code":"grant_dead","detail":")" + detail +
           R"(","who_acts":"user","remedy":"The delegate must sign in again."}})";
  }

  scripted_port::script gateway;
  demo_diagnosis diagnosis{std::make_unique<scripted_port>(gateway),
                           {{"contoso", "sales", "revoked"}, {"fabrikam", "support", "silent"}}};
};

TEST_F(demo_diagnosis_test, tells_once_what_the_gateway_says_as_soon_as_it_says_something) {
  answer(complaint("AADSTS50173: revoked"));
  answer(R"({"state":"authenticating","last_error":null})");
  diagnosis.look();
  ASSERT_EQ(gateway.asked.size(), 2U);
  EXPECT_EQ(cli::target_of(gateway.asked[0]), "/v1/accounts/sales/status?tenant=contoso");
  EXPECT_FALSE(diagnosis.complete());
  EXPECT_THAT(missing(), AllOf(HasSubstr("fabrikam/support – silent"), Not(HasSubstr("sales"))));
  EXPECT_EQ(printed(), "  contoso/sales – revoked\n"
                       "    is waiting: grant_dead – AADSTS50173: revoked\n"
                       "    user acts: The delegate must sign in again.\n");
  EXPECT_EQ(printed(), "");
  answer(complaint("late"));
  diagnosis.look();
  EXPECT_EQ(gateway.asked.size(), 3U) << "what is known is not asked for again";
  EXPECT_TRUE(diagnosis.complete());
  EXPECT_EQ(missing(), "");
  EXPECT_THAT(printed(), AllOf(HasSubstr("fabrikam/support – silent"), Not(HasSubstr("sales"))));
}

TEST_F(demo_diagnosis_test, survives_a_gateway_that_does_not_answer) {
  diagnosis.look();
  EXPECT_EQ(gateway.asked.size(), 1U) << "one that is busy is left alone";
  answer("{}", 503);
  diagnosis.look();
  answer("no JSON");
  answer("[]");
  diagnosis.look();
  EXPECT_FALSE(diagnosis.complete());
  EXPECT_EQ(printed(), "");
}

TEST_F(demo_diagnosis_test, shortens_long_words_of_servers_and_obeys_none) {
  std::string words = "\\u001b[2J";
  for (int i = 0; i < 50; ++i)
    words += " word";
  answer(complaint(words));
  diagnosis.look();
  const auto said = printed();
  EXPECT_THAT(said, AllOf(HasSubstr(" word …\n"), Not(HasSubstr("\x1b"))));
  EXPECT_LT(said.size(), 250U);
}

} // namespace
} // namespace postroom::app
