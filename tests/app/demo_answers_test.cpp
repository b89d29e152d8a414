#include "app/demo_answers.hpp"
#include "app/event_printer.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <sstream>

namespace postroom::app {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

class asked_port final : public cli::api_port {
public:
  struct journal {
    std::vector<cli::api_call> asked;
    std::deque<result<cli::api_answer>> answers; ///< then 202
  };
  explicit asked_port(journal& into) : journal_(into) {}
  result<cli::api_answer> send(const cli::api_call& call) override {
    journal_.asked.push_back(call);
    if (journal_.answers.empty())
      return cli::api_answer{202, {}, "{}"};
    auto next = std::move(journal_.answers.front());
    journal_.answers.pop_front();
    return next;
  }
  result<cli::api_answer> read_lines(const cli::api_call&, const cli::line_sink&) override {
    return fail(errc::internal, "not asked for");
  }

private:
  journal& journal_;
};

demo_event received(const std::string& id, const std::string& from, const std::string& more = {}) {
  demo_event event;
  event.tenant = "contoso";
  event.seq = 7;
  event.id = id;
  event.type = "message.received";
  event.data = boost::json::parse(R"({"account":"support","message_id":"msg_)" + id +
                                  R"(","subject":"A\u001b[2J question","from":[{"name":null,"address":")" + from +
                                  R"("}])" + more + "}");
  return event;
}

class answering_machine_test : public testing::Test {
protected:
  void see(const demo_event& event) {
    machine.see(event);
    machine.work();
  }

  asked_port::journal gateway;
  answering_machine machine{std::make_unique<asked_port>(gateway), {"support@contoso.test", "sales@contoso.test"}};
};

TEST_F(answering_machine_test, answers_every_third_mail_under_a_key_of_its_event) {
  for (int i = 1; i <= 7; ++i)
    see(received(std::to_string(i), "anna@example.test"));
  ASSERT_EQ(gateway.asked.size(), 3U);
  const auto& call = gateway.asked[1];
  EXPECT_EQ(call.method, "POST");
  EXPECT_THAT(cli::target_of(call), EndsWith("/accounts/support/outbox?tenant=contoso"));
  EXPECT_THAT(call.headers, testing::Contains(std::pair<std::string, std::string>("Idempotency-Key", "demo-answer-4")));
  const auto body = boost::json::parse(call.body);
  EXPECT_EQ(body.at("reply").at("message").as_string(), "msg_4");
  EXPECT_EQ(body.at("headers").at("Auto-Submitted").as_string(), "auto-replied");
  EXPECT_FALSE(body.at("text").as_string().empty());
}

TEST_F(answering_machine_test, answers_no_robot_and_none_of_our_own_mailboxes) {
  see(received("1", "anna@example.test", R"(,"automatic":true)"));
  see(received("2", "Sales@Contoso.test"));
  see(received("3", "anna@example.test", R"(,"reply_to":[{"address":"support@contoso.test"}])"));
  see(received("4", "anna@example.test", R"(,"seen_before":true)"));
  see(received("5", ""));
  auto sent = received("6", "anna@example.test");
  sent.type = "outbox.sent";
  see(sent);
  EXPECT_TRUE(gateway.asked.empty());
  see(received("7", "anna@example.test", R"(,"automatic":false)"));
  EXPECT_EQ(gateway.asked.size(), 1U);
}

TEST_F(answering_machine_test, tries_again_what_failed_for_now_and_gives_up_in_the_end) {
  gateway.answers.emplace_back(fail(errc::timeout, "late"));
  gateway.answers.emplace_back(cli::api_answer{503, {}, "{}"});
  see(received("1", "anna@example.test"));
  EXPECT_EQ(machine.waiting(), 1U);
  machine.work();
  machine.work();
  EXPECT_EQ(machine.waiting(), 0U);
  ASSERT_EQ(gateway.asked.size(), 3U);
  EXPECT_EQ(gateway.asked[2].headers, gateway.asked[0].headers);
  gateway.answers.emplace_back(cli::api_answer{404, {}, "{}"});
  for (int i = 2; i <= 4; ++i)
    see(received(std::to_string(i), "anna@example.test"));
  EXPECT_EQ(gateway.asked.size(), 4U) << "a refusal is final";
  for (int i = 0; i < 20; ++i)
    gateway.answers.emplace_back(fail(errc::connect_failed, "gone"));
  for (int i = 5; i <= 7; ++i)
    see(received(std::to_string(i), "anna@example.test"));
  for (int i = 0; i < 10; ++i)
    machine.work();
  EXPECT_EQ(machine.waiting(), 0U);
  EXPECT_EQ(gateway.asked.size(), 9U) << "five tries";
}

TEST_F(answering_machine_test, remembers_no_more_than_it_can_bear) {
  for (int i = 0; i < 3000; ++i)
    machine.see(received(std::to_string(i), "anna@example.test"));
  EXPECT_EQ(machine.waiting(), 200U);
}

TEST_F(answering_machine_test, does_nothing_without_a_gateway) {
  answering_machine lonely{nullptr, {}};
  lonely.see(received("1", "anna@example.test"));
  EXPECT_EQ(lonely.waiting(), 0U);
  lonely.work();
}

TEST(event_printer, tells_what_comes_and_what_leaves_and_obeys_no_subject) {
  std::ostringstream out;
  print_event(received("1", "anna@example.test"), out);
  EXPECT_THAT(out.str(),
              AllOf(HasSubstr("#7  "), HasSubstr("  message.received  contoso/support  anna@example.test  A"),
                    Not(HasSubstr("\x1b"))));
  demo_event sent;
  sent.tenant = "fabrikam";
  sent.type = "outbox.sent";
  sent.data = boost::json::parse(
      R"({"account":"support","subject":"Re: A question","recipients":[{"address":"anna@example.test"}]})");
  out.str({});
  print_event(sent, out);
  EXPECT_THAT(out.str(), EndsWith("  → sent  fabrikam/support  anna@example.test  Re: A question\n"));
}

} // namespace
} // namespace postroom::app
