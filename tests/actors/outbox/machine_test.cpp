#include "tests/actors/outbox/machine_driver.hpp"

namespace postroom::outbox {
namespace {

using namespace std::chrono_literals;
using smtp::failure_class;
using smtp::phase;
using names = std::vector<std::string>;
constexpr int verdict_step = 10; ///< everything but the verdict has happened

TEST(outbox_machine, sends_a_mail_step_by_step) {
  machine_driver d;
  const names wanted[machine_driver::steps] = {{"ask_slot"},
                                               {"ask_permit"},
                                               {"ask_token"},
                                               {"open_link"},
                                               {"report", "ask_allowance"},
                                               {"begin"},
                                               {"begin_body"},
                                               {"mark", "feed"},
                                               {},
                                               {"end_body"},
                                               {"report", "settle_attempt"}};
  for (int step = 0; step < machine_driver::steps; ++step) {
    d.on(machine_driver::happening(step));
    EXPECT_EQ(d.names(), wanted[step]) << step;
  }
  const auto& end = d.find<effect::settle_attempt>()->end;
  EXPECT_FALSE(end.failure);
  EXPECT_EQ(end.host, "smtp.example.com");
  EXPECT_EQ(end.where, phase::message);
  EXPECT_EQ(end.tried, std::vector<std::uint32_t>{10});
  ASSERT_EQ(end.answers.size(), 1U);
  EXPECT_TRUE(end.answers[0].positive());
  EXPECT_TRUE(end.counts);
  d.settled();
  EXPECT_TRUE(d.machine.resting());
  EXPECT_TRUE(d.link) << "the next mail may use it";
}

TEST(outbox_machine, marks_who_was_accepted_before_the_last_octet_leaves) {
  machine_driver d;
  d.on(event::head{machine_driver::mail(1, 3)});
  d.play(6, 1);
  d.on(machine_driver::answers({yes, no_such_user, yes}));
  d.on(event::body_wanted{});
  EXPECT_EQ(d.find<effect::mark>()->recipients, (std::vector<std::uint32_t>{10, 12}));
  EXPECT_EQ(d.find<effect::mark>()->host, "smtp.example.com");
  d.on(event::body_fed{true});
  d.on(event::body_wanted{}); // the link has room, but there is no more
  EXPECT_EQ(d.names(), names{});
  d.on(event::marked{});
  EXPECT_EQ(d.names(), names{"end_body"});
}

TEST(outbox_machine, a_large_mail_is_marked_only_when_its_last_piece_is_at_hand) {
  machine_driver d;
  auto large = machine_driver::mail();
  large.one_piece = false;
  d.on(event::head{large});
  d.play(7, 1);
  for (int piece = 0; piece < 5; ++piece) {
    d.on(event::body_wanted{});
    EXPECT_EQ(d.names(), names{"feed"});
    d.on(event::body_fed{piece == 4});
    EXPECT_EQ(d.names(), piece == 4 ? names{"mark"} : names{});
  }
  d.on(event::marked{});
  EXPECT_EQ(d.names(), names{"end_body"});
}

TEST(outbox_machine, takes_the_id_that_the_server_gave) {
  machine_driver d;
  d.play(verdict_step);
  d.on(event::message_done{phase::message, {250, smtp::enhanced_status{2, 0, 0}, "OK <theirs@example.com> [x]"}});
  EXPECT_EQ(d.find<effect::settle_attempt>()->end.server_message_id, "theirs@example.com");
}

TEST(outbox_machine, a_second_mail_uses_the_connection_of_the_first) {
  machine_driver d;
  d.play(machine_driver::steps);
  d.settled();
  d.on(machine_driver::happening(0, 2));
  EXPECT_EQ(d.names(), names{"ask_allowance"});
  d.play(machine_driver::steps, 5, 2);
  EXPECT_FALSE(d.failure());
}

TEST(outbox_machine, gives_the_connection_back_after_a_while_when_others_wait) {
  for (const bool others : {true, false}) {
    machine_driver d;
    std::size_t sent = 0;
    d.play(5);
    while (sent < 50) {
      d.on(event::allowed{others});
      d.play(machine_driver::steps, 6);
      d.settled();
      ++sent;
      if (!d.slot)
        break;
      d.on(machine_driver::happening(0, sent + 1));
    }
    EXPECT_EQ(sent, others ? 10U : 50U);
    EXPECT_EQ(d.link, !others);
  }
}

TEST(outbox_machine, lets_an_idle_connection_go) {
  machine_driver d;
  d.play(machine_driver::steps);
  d.settled();
  d.let_go();
  EXPECT_EQ(d.names(), (names{"close_link", "return_slot"}));
  d.on(machine_driver::happening(0, 2));
  EXPECT_EQ(d.names(), names{"ask_slot"});
}

struct refusal_case {
  const char* what;
  int at; ///< this many happenings go before
  event_type answer;
  failure_class expected;
  bool link_kept;
};

const refusal_case refusals[] = {
    {"sender for good", 6, machine_driver::answers({}, {550, smtp::enhanced_status{5, 7, 60}, "SendAsDenied"}),
     failure_class::sender_denied, true},
    {"sender for now", 6, machine_driver::answers({}, not_now), failure_class::message_deferred, true},
    {"sender too fast", 6, machine_driver::answers({}, too_fast), failure_class::throttled, false},
    {"only recipient for good", 6, machine_driver::answers({no_such_user}), failure_class::recipient_rejected, true},
    {"only recipient for now", 6, machine_driver::answers({greylisted}), failure_class::recipient_deferred, true},
    {"envelope by ourselves", 6, event::envelope_answered{{{}, {}, failure_class::too_large}}, failure_class::too_large,
     true},
    {"DATA for good", 7, event::message_done{phase::data, bad_content}, failure_class::message_rejected, true},
    {"DATA for now", 7, event::message_done{phase::data, not_now}, failure_class::message_deferred, true},
    {"a chunk in the middle", 8, event::message_done{phase::message, bad_content}, failure_class::message_rejected,
     true},
    {"the mail for good", 10, event::message_done{phase::message, bad_content}, failure_class::message_rejected, true},
    {"the mail for now", 10, event::message_done{phase::message, not_now}, failure_class::message_deferred, true},
    {"the mail, too fast", 10, event::message_done{phase::message, too_fast}, failure_class::throttled, false},
    {"a yes before the end", 8, event::message_done{phase::message, yes}, failure_class::protocol, false},
};

TEST(outbox_machine, each_refusal_ends_the_attempt_with_its_meaning) {
  for (const auto& r : refusals) {
    SCOPED_TRACE(r.what);
    machine_driver d;
    d.play(r.at);
    d.on(r.answer);
    EXPECT_EQ(d.failure(), r.expected);
    EXPECT_FALSE(d.wants<effect::settle_doubt>());
    EXPECT_EQ(d.link, r.link_kept);
    EXPECT_EQ(d.slot, r.link_kept);
    EXPECT_EQ(d.wants<effect::report>(), !r.link_kept && r.expected != failure_class::protocol)
        << "what concerns the identity is told to all who share it";
    d.settled();
    EXPECT_TRUE(d.machine.resting());
    d.on(machine_driver::happening(0, 2));
    EXPECT_EQ(d.names(), names{r.link_kept ? "ask_allowance" : "ask_slot"});
  }
}

TEST(outbox_machine, when_all_are_refused_the_mildest_answer_decides_when_to_try_again) {
  struct {
    std::vector<smtp::reply> answers;
    failure_class expected;
  } const cases[] = {
      {{greylisted, no_such_user}, failure_class::recipient_deferred},
      {{no_such_user, greylisted}, failure_class::recipient_deferred},
      {{no_such_user, no_such_user}, failure_class::recipient_rejected},
      {{no_such_user, too_fast, greylisted}, failure_class::throttled},
      {{}, failure_class::protocol},
  };
  for (const auto& c : cases) {
    machine_driver d;
    d.on(event::head{machine_driver::mail(1, c.answers.size())});
    d.play(6, 1);
    d.on(machine_driver::answers(c.answers));
    EXPECT_EQ(d.failure(), c.expected);
    EXPECT_FALSE(d.wants<effect::begin_body>());
  }
}

TEST(outbox_machine, some_accepted_are_served_and_the_answers_to_all_are_kept) {
  machine_driver d;
  d.on(event::head{machine_driver::mail(1, 2)});
  d.play(6, 1);
  d.on(machine_driver::answers({no_such_user, yes}));
  EXPECT_EQ(d.names(), names{"begin_body"});
  d.play(machine_driver::steps, 7);
  EXPECT_FALSE(d.failure());
  const auto& end = d.find<effect::settle_attempt>()->end;
  EXPECT_EQ(end.tried, (std::vector<std::uint32_t>{10, 11}));
  EXPECT_EQ(end.answers[0].code, 550);
}

TEST(outbox_machine, a_lost_connection_is_a_doubt_only_after_the_last_octet) {
  for (int at = 4; at <= verdict_step; ++at) {
    SCOPED_TRACE(at);
    machine_driver d({.sent_copy = true});
    d.play(at);
    d.on(machine_driver::lost());
    if (at == 5) { // while it waits for its turn: nothing of the mail has begun
      EXPECT_EQ(d.names(), names{});
      d.on(event::allowed{});
      EXPECT_EQ(d.names(), names{"ask_permit"});
      continue;
    }
    EXPECT_FALSE(d.slot);
    EXPECT_EQ(d.wants<effect::settle_doubt>(), at == verdict_step);
    if (at == verdict_step) {
      d.on(event::noted{});
      EXPECT_EQ(d.names(), names{"search_sent"});
    } else {
      EXPECT_EQ(d.failure(), failure_class::server_unavailable);
      EXPECT_TRUE(d.wants<effect::report>());
      d.settled();
      EXPECT_TRUE(d.machine.resting());
    }
  }
}

TEST(outbox_machine, a_connection_that_ends_with_the_verdict_leaves_no_doubt) {
  machine_driver d;
  d.play(verdict_step);
  d.on(event::link_closed{fail(errc::server_bye, "421"), phase::message, smtp::reply{421, {}, "bye"}});
  EXPECT_EQ(d.failure(), failure_class::server_unavailable);
}

TEST(outbox_machine, what_ended_the_connection_says_why_the_mail_was_not_sent) {
  struct {
    error why;
    std::optional<smtp::reply> last;
    failure_class expected;
  } const cases[] = {
      {fail(errc::protocol_violation, "x"), {}, failure_class::protocol},
      {fail(errc::too_large, "x"), {}, failure_class::protocol},
      {fail(errc::throttled, "x"), {}, failure_class::throttled},
      {fail(errc::timeout, "x"), {}, failure_class::server_unavailable},
      {fail(errc::server_bye, "x"), too_fast, failure_class::throttled},
  };
  for (const auto& c : cases)
    for (const int at : {6, 8}) {
      machine_driver d;
      d.play(at);
      d.on(event::link_closed{c.why, phase::sender, c.last});
      EXPECT_EQ(d.failure(), c.expected) << to_string(c.why);
    }
}

TEST(outbox_machine, an_old_connection_that_ended_unnoticed_is_nobody_s_failure) {
  machine_driver d;
  d.play(machine_driver::steps);
  d.settled();
  d.on(machine_driver::happening(0, 2));
  d.on(event::allowed{});
  d.on(machine_driver::lost(phase::sender));
  EXPECT_EQ(d.names(), names{"ask_permit"}) << "silently again";
  d.play(6, 2, 2);
  d.on(machine_driver::lost(phase::sender));
  EXPECT_EQ(d.failure(), failure_class::server_unavailable) << "but not for ever";
}

TEST(outbox_machine, a_refused_token_is_tried_once_more_with_a_new_one) {
  machine_driver d;
  d.play(4);
  const event::link_closed refused{fail(errc::auth_rejected, "535"), phase::login, smtp::reply{535, {}, "no"}};
  d.on(refused);
  EXPECT_EQ(d.names(), (names{"return_slot", "ask_slot"}));
  d.play(2, 1);
  d.on(event::permitted{});
  EXPECT_TRUE(d.find<effect::ask_token>()->refresh);
  d.on(event::token_ready{});
  d.on(refused);
  EXPECT_EQ(d.failure(), failure_class::auth_rejected);
  EXPECT_TRUE(d.wants<effect::report>());
  d.settled();
  d.play(2);
  d.on(event::permitted{});
  EXPECT_FALSE(d.find<effect::ask_token>()->refresh) << "the next attempt begins anew";
}

TEST(outbox_machine, a_login_that_works_makes_the_next_refusal_the_first) {
  machine_driver d;
  d.play(4);
  d.on(event::link_closed{fail(errc::auth_rejected, "535"), phase::login, {}});
  d.play(machine_driver::steps, 1);
  d.settled();
  d.let_go();
  d.play(2);
  d.on(event::permitted{});
  EXPECT_FALSE(d.find<effect::ask_token>()->refresh);
}

TEST(outbox_machine, what_is_denied_puts_the_mail_off_and_is_no_attempt) {
  for (const int at : {1, 2, 3, 5}) {
    SCOPED_TRACE(at);
    machine_driver d;
    d.play(at);
    d.on(event::denied{failure_class::quota_exhausted, "the limit is reached"});
    EXPECT_EQ(d.failure(), failure_class::quota_exhausted);
    EXPECT_FALSE(d.find<effect::settle_attempt>()->end.counts);
    EXPECT_FALSE(d.wants<effect::report>()) << "the server has said nothing";
    EXPECT_FALSE(d.slot || d.link);
    d.settled();
    EXPECT_TRUE(d.machine.resting());
  }
}

TEST(outbox_machine, a_login_and_a_mail_taken_are_told_apart) {
  machine_driver d;
  d.play(5);
  EXPECT_FALSE(d.find<effect::report>()->verdict.failure);
  EXPECT_FALSE(d.find<effect::report>()->verdict.mail_taken) << "who sends too much may still log in";
  d.play(machine_driver::steps, 5);
  EXPECT_FALSE(d.find<effect::report>()->verdict.failure);
  EXPECT_TRUE(d.find<effect::report>()->verdict.mail_taken);
}

const smtp::reply refused_for_an_hour{550, smtp::enhanced_status{5, 2, 254}, "RecipientLimit; continuous error"};

TEST(outbox_machine, a_refusal_that_is_known_to_last_says_how_long) {
  const std::pair<int, event_type> cases[] = {
      {6, machine_driver::answers({}, refused_for_an_hour)},
      {6, machine_driver::answers({refused_for_an_hour})},
      {10, event::message_done{phase::message, refused_for_an_hour}},
      {8, event::link_closed{fail(errc::server_bye, "x"), phase::data, refused_for_an_hour}},
      {10, event::link_closed{fail(errc::server_bye, "x"), phase::message, refused_for_an_hour}},
  };
  for (const auto& [at, refusal] : cases) {
    machine_driver d;
    d.play(at);
    d.on(refusal);
    EXPECT_EQ(d.failure(), failure_class::throttled);
    EXPECT_EQ(d.find<effect::settle_attempt>()->end.not_before, 1h);
    EXPECT_EQ(d.find<effect::report>()->verdict.not_before, 1h) << "nor may the identity's others";
  }
}

/// A mail to four whose recipients are counted.
void play_counted(machine_driver& d, int to) {
  d.on(event::head{machine_driver::mail(1, 4)});
  d.play(5, 1);
  d.on(event::allowed{false, {7, 4}});
  if (to > 6)
    d.on(machine_driver::answers({yes, no_such_user, yes, greylisted}));
  d.play(to, 7);
}

std::size_t given_back(const machine_driver& d) {
  const auto* found = d.find<effect::return_allowance>();
  EXPECT_TRUE(!found || found->unused.hour == 7);
  return found ? found->unused.recipients : 0;
}

TEST(outbox_machine, who_did_not_get_the_mail_does_not_count) {
  struct {
    const char* what;
    int at;
    event_type end;
    std::size_t back;
  } const cases[] = {
      {"two of them got it", 10, event::message_done{phase::message, yes}, 2},
      {"the mail is put off", 10, event::message_done{phase::message, not_now}, 4},
      {"the sender is refused", 6, machine_driver::answers({}, not_now), 4},
      {"all are refused", 6, machine_driver::answers({greylisted, greylisted, greylisted, greylisted}), 4},
      {"the connection is lost", 8, machine_driver::lost(), 4},
      {"of two nobody knows", 10, machine_driver::lost(), 2},
      {"the gateway ends", 7, event::stop{}, 4},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.what);
    machine_driver d;
    play_counted(d, c.at);
    d.on(c.end);
    EXPECT_EQ(given_back(d), c.back);
  }
}

TEST(outbox_machine, an_allowance_that_nobody_needs_is_given_back) {
  machine_driver d;
  play_counted(d, 6);
  d.withdraw();
  EXPECT_EQ(given_back(d), 4U);

  machine_driver late;
  late.play(5);
  late.withdraw();
  late.on(event::allowed{false, {7, 4}});
  EXPECT_EQ(late.names(), names{"return_allowance"});

  machine_driver lost;
  lost.play(5);
  lost.on(machine_driver::lost());
  lost.on(event::allowed{false, {7, 4}});
  EXPECT_EQ(lost.names(), (names{"return_allowance", "ask_permit"})) << "it will ask again";
}

TEST(outbox_machine, a_body_that_cannot_be_read_is_a_failure_of_ours) {
  for (const bool gone : {true, false}) {
    machine_driver d;
    d.play(8);
    d.on(event::body_failed{fail(gone ? errc::body_gone : errc::store_unavailable, "x")});
    EXPECT_EQ(d.failure(), gone ? failure_class::message_rejected : failure_class::message_deferred);
    EXPECT_FALSE(d.link) << "half a mail was sent over it";
  }
}

TEST(outbox_machine, a_mail_can_be_taken_back_until_it_is_marked) {
  for (int at = 0; at <= verdict_step; ++at) {
    SCOPED_TRACE(at);
    machine_driver d;
    d.play(at);
    EXPECT_EQ(d.machine.may_withdraw(), at < 8);
    if (at >= 8 || at == 0)
      continue;
    d.withdraw();
    // The answers to what was asked for still come.
    if (at < 5)
      d.on(machine_driver::happening(at));
    while (d.wants<effect::ask_permit>() || d.wants<effect::ask_token>() || d.wants<effect::open_link>())
      d.on(machine_driver::happening(d.wants<effect::ask_permit>() ? 2 : d.wants<effect::ask_token>() ? 3 : 4));
    EXPECT_TRUE(d.machine.resting());
    EXPECT_EQ(d.settlements, 0U);
    if (at >= 6)
      EXPECT_FALSE(d.slot || d.link) << "there is no orderly way out of a mail";
    d.on(machine_driver::happening(0, 2));
    EXPECT_EQ(d.machine.head_seq(), 2U) << "the next one goes on";
  }
}

TEST(outbox_machine, what_is_taken_back_while_access_is_denied_leaves_nothing_behind) {
  for (const int at : {1, 2, 3}) {
    machine_driver d;
    d.play(at);
    d.withdraw();
    d.on(event::denied{failure_class::auth_unavailable, "no token"});
    EXPECT_TRUE(d.machine.resting());
    EXPECT_FALSE(d.slot);
    EXPECT_EQ(d.settlements, 0U);
  }
}

TEST(outbox_machine, a_large_mail_can_be_taken_back_in_the_middle) {
  machine_driver d;
  auto large = machine_driver::mail();
  large.one_piece = false;
  d.on(event::head{large});
  d.play(8, 1);
  d.on(event::body_fed{false});
  d.withdraw();
  EXPECT_EQ(d.names(), (names{"close_link", "return_slot"}));
  EXPECT_FALSE(d.find<effect::close_link>()->politely);
  EXPECT_TRUE(d.machine.resting());
}

TEST(outbox_machine, ends_at_once_unless_the_mail_is_about_to_be_decided) {
  for (int at = 0; at <= verdict_step; ++at) {
    SCOPED_TRACE(at);
    machine_driver d;
    d.play(at);
    d.on(event::stop{});
    EXPECT_EQ(d.ended, at < 8) << "from the mark on, an end would leave a doubt";
    if (d.ended)
      continue;
    d.play(machine_driver::steps, at);
    EXPECT_FALSE(d.failure());
    d.settled();
    EXPECT_TRUE(d.ended);
    d.on(machine_driver::happening(0, 2));
    EXPECT_EQ(d.names(), names{}) << "it has ended";
  }
}

TEST(outbox_machine, ends_with_a_doubt_noted_when_the_verdict_does_not_come) {
  machine_driver d({.sent_copy = true});
  d.play(verdict_step);
  d.on(event::stop{});
  d.on(machine_driver::lost());
  EXPECT_EQ(d.names(), (names{"return_slot", "settle_doubt"}));
  d.on(event::noted{});
  EXPECT_TRUE(d.ended) << "the next start looks into Sent";
}

TEST(outbox_machine, a_mail_that_is_not_due_yet_waits) {
  machine_driver d;
  auto later = machine_driver::mail();
  later.next_try = d.now + 5min;
  d.on(event::head{later});
  EXPECT_EQ(d.names(), names{"set_timer"});
  EXPECT_EQ(d.timer_delay, 5min);
  EXPECT_TRUE(d.machine.wants_head()) << "another may come before it";
  d.on(event::timer{*d.timer + 1});
  EXPECT_EQ(d.names(), names{}) << "another's timer";
  d.now += 5min;
  d.on(event::timer{*d.timer});
  EXPECT_EQ(d.names(), names{"ask_slot"});
}

TEST(outbox_machine, somebody_who_acts_is_rewarded_at_once) {
  machine_driver d;
  auto later = machine_driver::mail();
  later.next_try = d.now + 5min;
  d.on(event::head{later});
  d.on(event::retry_now{});
  EXPECT_EQ(d.names(), names{"ask_slot"});
  d.on(event::timer{*d.timer});
  EXPECT_EQ(d.names(), names{}) << "the old timer means nothing any more";
}

TEST(outbox_machine, a_mail_whose_envelope_cannot_be_said_fails_at_once) {
  const event::link_closed misused{fail(errc::invalid_argument, "an address"), smtp::phase::sender, {}};
  machine_driver d;
  d.play(6);
  d.on(misused);
  EXPECT_EQ(d.failure(), smtp::failure_class::message_rejected);
  d.settled();
  d.play(machine_driver::steps, 0, 2);
  d.settled();
  d.on(machine_driver::happening(0, 3)); // over a connection that has carried another one
  d.on(event::allowed{});
  ASSERT_TRUE(d.wants<effect::begin>());
  d.on(misused);
  EXPECT_EQ(d.failure(), smtp::failure_class::message_rejected);
  d.settled();
  EXPECT_TRUE(d.machine.wants_head()) << "those behind it go on";
}

TEST(outbox_machine, an_idle_connection_is_let_go_while_a_mail_waits) {
  machine_driver d;
  d.play(machine_driver::steps);
  d.settled();
  auto later = machine_driver::mail(2);
  later.next_try = d.now + 5min;
  d.on(event::head{later});
  EXPECT_EQ(d.names(), (names{"close_link", "return_slot", "set_timer"}));
}

} // namespace
} // namespace postroom::outbox
