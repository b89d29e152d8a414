#include "actors/sending/sending.hpp"

#include "metrics/registry.hpp"
#include "tests/support/actor_fixture.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace postroom::sending {
namespace {

using namespace std::chrono_literals;
using smtp::failure_class;

/// One mailbox that sends, as far as this actor sees it.
class mailbox_double {
public:
  struct seen {
    std::vector<sending_answer> slots;
    std::vector<sending_answer> turns;
  };

  mailbox_double(caf::actor_system& system, sending_actor gate)
      : actor_(system.spawn([gate, got = got_](caf::event_based_actor* self) -> caf::behavior {
          return {
              [=](const want_smtp_slot& wish) {
                self->request(gate, std::chrono::minutes{24 * 60}, wish)
                    .then([got](const sending_answer& a) { got->slots.push_back(a); },
                          [](const caf::error&) { ADD_FAILURE(); });
              },
              [=](const want_allowance& wish) {
                self->request(gate, std::chrono::minutes{24 * 60}, wish)
                    .then([got](const sending_answer& a) { got->turns.push_back(a); },
                          [](const caf::error&) { ADD_FAILURE(); });
              },
              [=](const return_smtp_slot& back) { self->send(gate, back); },
          };
        })) {}

  template <class Wish>
  void says(Wish what) {
    caf::anon_send(actor_, std::move(what));
  }
  void dies() { caf::anon_send_exit(actor_, caf::exit_reason::user_shutdown); }
  [[nodiscard]] std::size_t granted() const {
    std::size_t out = 0;
    for (const auto& each : got_->slots)
      out += each.refused ? 0 : 1;
    return out;
  }
  [[nodiscard]] const seen& got() const { return *got_; }

private:
  std::shared_ptr<seen> got_ = std::make_shared<seen>();
  caf::actor actor_;
};

class sending_test : public testing::Test, public actor_fixture {
protected:
  metrics::registry metrics{"test"};
  sending_actor gate = system.spawn(sending, static_cast<const clock*>(&time), &metrics.probes().outbox);
  mailbox_double sales{system, gate};
  mailbox_double support{system, gate};
  mailbox_double billing{system, gate};
  const std::string andrea = "acme/mail/andrea@example.com";

  ~sending_test() override {
    sales.dies();
    support.dies();
    billing.dies();
    quit(gate);
  }
  want_smtp_slot slot(identity_rules rules = {0, 1, 0}) const { return {andrea, rules}; }
  void report(verdict what) {
    caf::anon_send(gate, identity_report{andrea, what});
    run();
  }
};

TEST_F(sending_test, connections_are_given_in_the_order_asked) {
  sales.says(slot());
  run();
  support.says(slot());
  run();
  billing.says(slot());
  run();
  EXPECT_EQ(sales.granted(), 1U);
  EXPECT_EQ(support.granted() + billing.granted(), 0U);
  sales.says(return_smtp_slot{andrea});
  sales.says(slot());
  run();
  EXPECT_EQ(support.granted(), 1U);
  EXPECT_EQ(billing.granted(), 0U);
  EXPECT_EQ(sales.granted(), 1U) << "behind those who were there first";
  support.says(return_smtp_slot{andrea});
  run();
  EXPECT_EQ(billing.granted(), 1U);
}

TEST_F(sending_test, who_dies_gives_back_what_it_held) {
  sales.says(slot());
  run();
  support.says(slot());
  run();
  sales.dies();
  run();
  EXPECT_EQ(support.granted(), 1U);
}

TEST_F(sending_test, who_dies_in_the_row_is_passed_over) {
  sales.says(slot());
  run();
  support.says(slot());
  run();
  billing.says(slot());
  run();
  support.dies();
  run();
  sales.says(return_smtp_slot{andrea});
  run();
  EXPECT_EQ(billing.granted(), 1U);
}

TEST_F(sending_test, nobody_gives_back_what_it_does_not_hold) {
  sales.says(slot());
  run();
  support.says(return_smtp_slot{andrea});
  billing.says(slot());
  run();
  EXPECT_EQ(billing.granted(), 0U);
  sales.says(return_smtp_slot{andrea});
  sales.says(return_smtp_slot{andrea});
  support.says(slot());
  run();
  EXPECT_EQ(billing.granted(), 1U);
  EXPECT_EQ(support.granted(), 0U) << "a connection given back twice is still one";
}

TEST_F(sending_test, identities_do_not_share_connections) {
  sales.says(slot());
  support.says(want_smtp_slot{"acme/mail/berta@example.com", {0, 1, 0}});
  run();
  EXPECT_EQ(sales.granted() + support.granted(), 2U);
}

TEST_F(sending_test, mailboxes_of_one_delegate_share_its_rate) {
  sales.says(slot({6, 2, 0}));
  support.says(slot({6, 2, 0}));
  run();
  for (int i = 0; i < 3; ++i) {
    sales.says(want_allowance{andrea, 1});
    run();
    support.says(want_allowance{andrea, 1});
    run();
  }
  const auto turns = [&] { return sales.got().turns.size() + support.got().turns.size(); };
  EXPECT_EQ(turns(), 2U) << "of six a minute, a quarter at once";
  pass(5s);
  EXPECT_EQ(turns(), 3U);
  for (int i = 0; i < 3; ++i)
    pass(10s);
  EXPECT_EQ(turns(), 6U);
  EXPECT_EQ(support.got().turns.size(), 3U);
}

TEST_F(sending_test, a_turn_too_far_off_is_refused_with_the_time_to_come_again) {
  sales.says(slot({1, 0, 0}));
  for (int i = 0; i < 8; ++i)
    sales.says(want_allowance{andrea, 1});
  run();
  ASSERT_GE(sales.got().turns.size(), 2U);
  const auto& last = sales.got().turns.back();
  ASSERT_TRUE(last.refused);
  EXPECT_EQ(last.refused->klass, failure_class::throttled);
  EXPECT_GT(last.refused->until, time.now());
}

TEST_F(sending_test, mailboxes_of_one_delegate_share_its_recipients_of_the_day) {
  sales.says(slot({0, 0, 10}));
  sales.says(want_allowance{andrea, 6});
  run();
  support.says(want_allowance{andrea, 5});
  run();
  ASSERT_EQ(support.got().turns.size(), 1U);
  ASSERT_TRUE(support.got().turns[0].refused);
  EXPECT_EQ(support.got().turns[0].refused->klass, failure_class::quota_exhausted);
  support.says(want_allowance{andrea, 4});
  run();
  EXPECT_FALSE(support.got().turns[1].refused);
}

TEST_F(sending_test, recipients_who_did_not_get_the_mail_are_free_again) {
  sales.says(slot({0, 0, 10}));
  sales.says(want_allowance{andrea, 6});
  run();
  ASSERT_EQ(sales.got().turns.size(), 1U);
  EXPECT_EQ(sales.got().turns[0].counted.recipients, 6U);
  support.says(want_allowance{andrea, 6});
  run();
  EXPECT_TRUE(support.got().turns.at(0).refused);
  caf::anon_send(gate, allowance_unused{andrea, sales.got().turns[0].counted});
  support.says(want_allowance{andrea, 6});
  run();
  EXPECT_FALSE(support.got().turns.at(1).refused);
}

TEST_F(sending_test, recipients_of_who_dies_while_it_waits_for_its_turn_are_free_again) {
  sales.says(slot({1, 0, 10}));
  run();
  sales.says(want_allowance{andrea, 1});
  run();
  sales.says(want_allowance{andrea, 9}); // in a minute
  run();
  ASSERT_EQ(sales.got().turns.size(), 1U);
  sales.dies();
  run();
  pass(2min);
  support.says(want_allowance{andrea, 9});
  run();
  ASSERT_EQ(support.got().turns.size(), 1U);
  EXPECT_FALSE(support.got().turns[0].refused);
}

TEST_F(sending_test, a_login_does_not_end_the_rest_of_an_identity_that_sends_too_fast) {
  report({failure_class::throttled});
  report({}); // over a connection that was being opened
  sales.says(slot());
  run();
  EXPECT_EQ(sales.granted(), 0U);
  EXPECT_NE(metrics.expose().find("postroom_outbox_breakers_open 1\n"), std::string::npos);
  report({.failure = {}, .not_before = {}, .mail_taken = true});
  sales.says(slot());
  run();
  EXPECT_EQ(sales.granted(), 1U);
  EXPECT_NE(metrics.expose().find("postroom_outbox_breakers_open 0\n"), std::string::npos);
}

TEST_F(sending_test, what_an_earlier_process_sent_counts_once_however_often_it_is_told) {
  const auto hour = time.now().time_since_epoch() / 1h;
  sales.says(slot({0, 0, 10}));
  run();
  for (int i = 0; i < 5; ++i) {
    caf::anon_send(gate, identity_served{andrea, "sales", {{hour, 4}}});
    caf::anon_send(gate, identity_served{andrea, "support", {}}); // had sent nothing when it first told
    caf::anon_send(gate, identity_served{andrea, "support", {{hour, 3}}});
  }
  sales.says(want_allowance{andrea, 7});
  run();
  EXPECT_TRUE(sales.got().turns[0].refused);
  sales.says(want_allowance{andrea, 6});
  run();
  EXPECT_FALSE(sales.got().turns[1].refused);
}

TEST_F(sending_test, whoever_asks_and_whoever_waits_is_told_of_a_refusal) {
  sales.says(slot());
  run();
  support.says(slot());
  run();
  report({failure_class::throttled});
  ASSERT_EQ(support.got().slots.size(), 1U);
  EXPECT_EQ(support.got().slots[0].refused->klass, failure_class::throttled);
  billing.says(slot());
  sales.says(want_allowance{andrea, 1});
  run();
  EXPECT_TRUE(billing.got().slots.at(0).refused);
  EXPECT_TRUE(sales.got().turns.at(0).refused);
  EXPECT_NE(metrics.expose().find("postroom_outbox_breakers_open 1\n"), std::string::npos);
  pass(2min);
  EXPECT_NE(metrics.expose().find("postroom_outbox_breakers_open 0\n"), std::string::npos);
  sales.says(return_smtp_slot{andrea});
  billing.says(slot());
  run();
  EXPECT_EQ(billing.granted(), 1U) << "it has rested";
}

TEST_F(sending_test, a_new_sign_in_forgives_the_identities_of_its_tenant_only) {
  const std::string other = "acme2/mail/andrea@example.com";
  report({failure_class::auth_disabled});
  caf::anon_send(gate, identity_report{other, {failure_class::auth_disabled}});
  caf::anon_send(gate, identities_renewed{"acme/"});
  run();
  sales.says(slot());
  support.says(want_smtp_slot{other, {}});
  run();
  EXPECT_EQ(sales.granted(), 1U);
  EXPECT_EQ(support.granted(), 0U);
}

TEST_F(sending_test, tells_that_others_wait_for_the_connection) {
  sales.says(slot());
  run();
  sales.says(want_allowance{andrea, 1});
  run();
  EXPECT_FALSE(sales.got().turns.at(0).others_wait);
  support.says(slot());
  run();
  sales.says(want_allowance{andrea, 1});
  run();
  EXPECT_TRUE(sales.got().turns.at(1).others_wait);
}

} // namespace
} // namespace postroom::sending
