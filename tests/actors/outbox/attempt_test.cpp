#include "actors/outbox/attempt.hpp"

#include "actors/outbox/retry_plan.hpp"
#include "base/limits.hpp"
#include "tests/actors/outbox/mails.hpp"

#include <gtest/gtest.h>

namespace postroom::outbox {
namespace {

using namespace std::chrono_literals;
using records::OutboxMail;
using records::Recipient;
using smtp::failure_class;
using smtp::phase;

std::int64_t ms(wall_time t) {
  return t.time_since_epoch().count();
}

/// An attempt for all who wait, answered so.
attempt_end ended(const OutboxMail& mail, std::optional<failure_class> failure, std::vector<smtp::reply> answers = {},
                  std::string words = "the server's words") {
  attempt_end end;
  end.host = "smtp.example.com";
  end.where = phase::message;
  end.failure = failure;
  end.words = std::move(words);
  end.tried = waiting_recipients(mail);
  end.answers = std::move(answers);
  return end;
}

std::vector<Recipient::State> states_of(const OutboxMail& mail) {
  std::vector<Recipient::State> out;
  for (const auto& each : mail.recipients())
    out.push_back(each.state());
  return out;
}

TEST(attempt, a_mail_that_all_got_is_sent) {
  auto mail = new_mail(2);
  auto end = ended(mail, {}, {yes, yes}, "250 2.0.0 OK");
  end.server_message_id = "theirs@example.com";
  note_attempt(mail, end, start_of_tests + 3s, 0.5);
  EXPECT_EQ(mail.state(), OutboxMail::SENT);
  EXPECT_EQ(states_of(mail), (std::vector{Recipient::ACCEPTED, Recipient::ACCEPTED}));
  EXPECT_EQ(mail.attempts(), 1U);
  EXPECT_EQ(mail.updated_ms(), ms(start_of_tests + 3s));
  EXPECT_EQ(mail.server_message_id(), "theirs@example.com");
  EXPECT_EQ(mail.failing_class(), "");
  ASSERT_EQ(mail.history_size(), 1);
  EXPECT_EQ(mail.history(0).outcome(), "sent");
  EXPECT_EQ(mail.history(0).host(), "smtp.example.com");
  EXPECT_EQ(mail.history(0).where(), "message");
  EXPECT_EQ(mail.history(0).reply(), "250 2.0.0 OK");
}

TEST(attempt, who_was_put_off_is_tried_again_and_nobody_else) {
  auto mail = new_mail(3);
  note_attempt(mail, ended(mail, {}, {yes, greylisted, no_such_user}, "250 OK"), start_of_tests, 0.0);
  EXPECT_EQ(mail.state(), OutboxMail::DEFERRED);
  EXPECT_EQ(states_of(mail), (std::vector{Recipient::ACCEPTED, Recipient::WAITING, Recipient::REJECTED}));
  EXPECT_EQ(mail.failing_class(), "recipient_deferred");
  EXPECT_EQ(mail.next_try_ms(), ms(start_of_tests + 30s));
  EXPECT_EQ(mail.recipients(1).reply(), to_string(greylisted));
  EXPECT_EQ(mail.recipients(2).reply(), to_string(no_such_user));
  EXPECT_EQ(mail.history(0).reply(), to_string(greylisted)) << "not what was said of those who got it";
  const auto next = envelope_of(mail);
  EXPECT_EQ(next.recipients, std::vector<std::string>{"r1@example.com"});

  note_attempt(mail, ended(mail, {}, {yes}), start_of_tests + 1min, 0.0);
  EXPECT_EQ(mail.state(), OutboxMail::FAILED) << "one of the three never got it";
  EXPECT_EQ(states_of(mail), (std::vector{Recipient::ACCEPTED, Recipient::ACCEPTED, Recipient::REJECTED}));
  EXPECT_EQ(mail.failing_class(), "recipient_rejected");
}

TEST(attempt, one_recipient_refused_for_good_does_not_take_the_other_along) {
  auto mail = new_mail(2);
  note_attempt(mail, ended(mail, failure_class::recipient_rejected, {greylisted, no_such_user}), start_of_tests, 0.5);
  EXPECT_EQ(states_of(mail), (std::vector{Recipient::WAITING, Recipient::REJECTED}));
  EXPECT_EQ(mail.state(), OutboxMail::DEFERRED);
  EXPECT_EQ(mail.failing_class(), "recipient_deferred");
}

TEST(attempt, a_mail_that_nobody_ever_gets_has_failed) {
  auto mail = new_mail(2);
  note_attempt(mail, ended(mail, failure_class::recipient_rejected, {no_such_user, no_such_user}), start_of_tests, 0.5);
  EXPECT_EQ(mail.state(), OutboxMail::FAILED);
  EXPECT_EQ(mail.failing_class(), "recipient_rejected");
  EXPECT_EQ(mail.next_try_ms(), 0);
}

TEST(attempt, a_refused_mail_has_failed_for_all_who_had_been_accepted) {
  for (const auto klass : {failure_class::message_rejected, failure_class::too_large, failure_class::not_supported}) {
    auto mail = new_mail(2);
    note_attempt(mail, ended(mail, klass, {yes, yes}, "554 no"), start_of_tests, 0.5);
    EXPECT_EQ(mail.state(), OutboxMail::FAILED);
    EXPECT_EQ(states_of(mail), (std::vector{Recipient::REJECTED, Recipient::REJECTED}));
    EXPECT_EQ(mail.recipients(0).reply(), "554 no");
    EXPECT_EQ(mail.failing_class(), to_string(klass));
  }
}

TEST(attempt, a_mail_put_off_as_a_whole_leaves_accepted_recipients_waiting) {
  auto mail = new_mail(2);
  note_attempt(mail, ended(mail, failure_class::message_deferred, {yes, no_such_user}), start_of_tests, 0.5);
  EXPECT_EQ(states_of(mail), (std::vector{Recipient::WAITING, Recipient::REJECTED}))
      << "the first must get it again, the second's answer stands";
  EXPECT_EQ(mail.state(), OutboxMail::DEFERRED);
}

TEST(attempt, what_kept_us_from_asking_is_no_attempt) {
  auto mail = new_mail();
  auto end = ended(mail, failure_class::auth_rejected);
  end.counts = false;
  note_attempt(mail, end, start_of_tests, 0.0);
  EXPECT_EQ(mail.attempts(), 0U);
  EXPECT_EQ(mail.state(), OutboxMail::DEFERRED);
  EXPECT_EQ(mail.next_try_ms(), ms(start_of_tests + 30s));
}

TEST(attempt, waits_longer_each_time_for_what_keeps_us_from_asking) {
  for (const auto klass : {failure_class::auth_rejected, failure_class::auth_unavailable}) {
    SCOPED_TRACE(to_string(klass));
    auto mail = new_mail();
    auto end = ended(mail, klass);
    end.counts = false;
    auto now = start_of_tests;
    auto last = 0ms;
    for (int i = 0; i < 10; ++i) {
      note_attempt(mail, end, now, 0.0);
      const std::chrono::milliseconds delay{mail.next_try_ms() - ms(now)};
      EXPECT_TRUE(delay == 2 * last || i == 0 || delay > 7min) << delay.count() << " ms after " << i;
      EXPECT_GE(delay, last);
      last = delay;
      now += delay;
    }
    EXPECT_EQ(last, klass == failure_class::auth_rejected ? 15min : 7min + 30s);
    EXPECT_EQ(mail.attempts(), 0U);
    note_attempt(mail, ended(mail, failure_class::server_unavailable), now, 0.0);
    EXPECT_EQ(mail.next_try_ms(), ms(now + 7500ms)) << "another reason begins anew";
  }
}

TEST(attempt, a_refusal_that_is_known_to_last_is_not_tried_sooner) {
  auto mail = new_mail();
  auto end = ended(mail, failure_class::throttled, {}, "550 5.2.254 RecipientLimit; continuous error");
  end.not_before = 1h;
  note_attempt(mail, end, start_of_tests, 0.0);
  EXPECT_EQ(mail.state(), OutboxMail::DEFERRED);
  EXPECT_EQ(mail.next_try_ms(), ms(start_of_tests + 1h));

  auto two = new_mail(2);
  const smtp::reply not_for_an_hour{550, smtp::enhanced_status{5, 2, 255}, "InvalidRecipients; continuous error"};
  note_attempt(two, ended(two, {}, {yes, not_for_an_hour}), start_of_tests, 0.0);
  EXPECT_EQ(two.failing_class(), "throttled");
  EXPECT_EQ(two.next_try_ms(), ms(start_of_tests + 1h)) << "though the other got it";
}

const smtp::reply too_many{452, smtp::enhanced_status{4, 5, 3}, "Too many recipients"};

TEST(attempt, who_was_too_many_gets_it_next_and_at_once) {
  auto mail = new_mail(4);
  note_attempt(mail, ended(mail, failure_class::server_unavailable), start_of_tests, 0.0);
  for (int i = 0; i < 2; ++i) {
    note_attempt(
        mail, ended(mail, {}, i == 0 ? std::vector{yes, too_many, no_such_user, too_many} : std::vector{yes, too_many}),
        start_of_tests, 0.0);
    EXPECT_EQ(mail.state(), OutboxMail::QUEUED);
    EXPECT_EQ(mail.next_try_ms(), 0);
    EXPECT_EQ(mail.failing_class(), "") << "all is well";
    EXPECT_EQ(mail.history(i + 1).outcome(), "deferred");
  }
  EXPECT_EQ(states_of(mail),
            (std::vector{Recipient::ACCEPTED, Recipient::ACCEPTED, Recipient::REJECTED, Recipient::WAITING}));
  note_attempt(mail, ended(mail, {}, {yes}), start_of_tests, 0.0);
  EXPECT_EQ(mail.state(), OutboxMail::FAILED) << "one of them does not exist";
}

TEST(attempt, too_many_is_put_off_when_nothing_was_served_or_more_is_wrong) {
  auto none = new_mail(2);
  note_attempt(none, ended(none, failure_class::recipient_deferred, {too_many, too_many}), start_of_tests, 0.0);
  EXPECT_EQ(none.next_try_ms(), ms(start_of_tests + 30s)) << "it would go on for ever";
  auto mixed = new_mail(3);
  note_attempt(mixed, ended(mixed, {}, {yes, too_many, greylisted}), start_of_tests, 0.0);
  EXPECT_EQ(mixed.next_try_ms(), ms(start_of_tests + 30s));
  auto untaken = new_mail(2);
  note_attempt(untaken, ended(untaken, failure_class::message_deferred, {yes, too_many}), start_of_tests, 0.0);
  EXPECT_EQ(untaken.next_try_ms(), ms(start_of_tests + 30s));
}

TEST(attempt, gives_up_when_it_has_failed_long_enough_for_the_same_reason) {
  auto mail = new_mail();
  auto now = start_of_tests;
  int attempts = 0;
  for (; mail.state() != OutboxMail::FAILED && attempts < 10'000; ++attempts) {
    note_attempt(mail, ended(mail, failure_class::recipient_deferred, {greylisted}), now, 0.5);
    ASSERT_TRUE(mail.state() == OutboxMail::FAILED || mail.next_try_ms() > ms(now));
    now = wall_time{std::chrono::milliseconds{mail.next_try_ms()}};
  }
  EXPECT_EQ(mail.state(), OutboxMail::FAILED);
  EXPECT_GT(attempts, 48);
  EXPECT_LT(attempts, 120);
  EXPECT_EQ(mail.failing_class(), "recipient_deferred");
  EXPECT_EQ(mail.recipients(0).state(), Recipient::REJECTED);
  EXPECT_TRUE(mail.recipients(0).reply().starts_with("given up: "));
}

TEST(attempt, another_reason_starts_the_horizon_anew_but_not_the_age) {
  auto mail = new_mail();
  auto now = start_of_tests;
  auto klass = failure_class::server_unavailable;
  while (mail.state() != OutboxMail::FAILED && now < start_of_tests + 2 * age_max) {
    note_attempt(mail, ended(mail, klass), now, 0.5);
    EXPECT_EQ(mail.failing_since_ms(), ms(now)) << "a new reason each time";
    klass = klass == failure_class::throttled ? failure_class::server_unavailable : failure_class::throttled;
    now += 12h;
  }
  EXPECT_EQ(mail.state(), OutboxMail::FAILED);
  EXPECT_EQ(now - 12h, start_of_tests + age_max);
}

TEST(attempt, the_reason_stays_the_same_while_it_repeats) {
  auto mail = new_mail();
  note_attempt(mail, ended(mail, failure_class::throttled), start_of_tests, 0.5);
  note_attempt(mail, ended(mail, failure_class::throttled), start_of_tests + 1h, 0.5);
  EXPECT_EQ(mail.failing_since_ms(), ms(start_of_tests));
  EXPECT_EQ(mail.attempts(), 2U);
}

TEST(attempt, a_doubt_is_open_until_something_is_known) {
  auto mail = new_mail(2);
  EXPECT_FALSE(in_doubt(mail));
  note_doubt(mail, "gone", start_of_tests);
  EXPECT_TRUE(in_doubt(mail));
  EXPECT_EQ(mail.attempts(), 1U);
  EXPECT_TRUE(is_pending(mail));
  note_found(mail, {0, 1, 7}, "Sent Items", start_of_tests + 1s);
  EXPECT_FALSE(in_doubt(mail));
  EXPECT_EQ(mail.state(), OutboxMail::SENT);
  EXPECT_EQ(mail.history(1).outcome(), "found_in_sent");
  EXPECT_NE(mail.history(1).reply().find("Sent Items"), std::string::npos);
}

TEST(attempt, who_was_not_in_the_copy_that_was_found_still_gets_his) {
  auto mail = new_mail(2);
  note_doubt(mail, "gone", start_of_tests);
  note_found(mail, {1}, "Sent", start_of_tests + 1s);
  EXPECT_EQ(mail.state(), OutboxMail::QUEUED);
  EXPECT_EQ(waiting_recipients(mail), std::vector<std::uint32_t>{0});
}

TEST(attempt, what_nobody_can_decide_is_sent_again_or_held) {
  for (const bool resend : {true, false}) {
    auto mail = new_mail();
    mail.set_next_try_ms(7);
    note_doubt(mail, "gone", start_of_tests);
    note_undecided(mail, resend, "no copy", start_of_tests + 1s, 0.0);
    EXPECT_EQ(mail.state(), resend ? OutboxMail::QUEUED : OutboxMail::HELD);
    EXPECT_EQ(mail.next_try_ms(), resend ? ms(start_of_tests + 1s + 7500ms) : 0) << "never at once";
    EXPECT_FALSE(in_doubt(mail));
    EXPECT_FALSE(is_final(mail));
  }
}

TEST(attempt, what_ends_in_doubt_again_and_again_is_held_in_the_end) {
  auto mail = new_mail();
  for (int i = 0; i < resends_max; ++i) {
    note_doubt(mail, "gone", start_of_tests);
    note_undecided(mail, true, "no copy", start_of_tests, 0.5);
    EXPECT_EQ(mail.state(), OutboxMail::QUEUED);
  }
  note_doubt(mail, "gone", start_of_tests);
  note_undecided(mail, true, "no copy", start_of_tests, 0.5);
  EXPECT_EQ(mail.state(), OutboxMail::HELD) << "the recipient may have four of them already";
}

TEST(attempt, a_long_life_keeps_its_beginning_and_its_end) {
  auto mail = new_mail();
  const int turns = static_cast<int>(limits::outbox_turns_max) * 3;
  for (int i = 0; i < turns; ++i)
    add_turn(mail, "turn", std::to_string(i), start_of_tests + std::chrono::seconds{i});
  ASSERT_EQ(mail.history_size(), static_cast<int>(limits::outbox_turns_max));
  EXPECT_EQ(mail.history(0).reply(), "0");
  EXPECT_EQ(mail.history(1).reply(), "1");
  EXPECT_EQ(mail.history(mail.history_size() - 1).reply(), std::to_string(turns - 1));
  for (int i = 1; i < mail.history_size(); ++i)
    EXPECT_GT(mail.history(i).time_ms(), mail.history(i - 1).time_ms());
}

TEST(attempt, a_server_that_talks_too_much_is_cut_short) {
  for (const std::string padding : {"", "x", "xx"}) { // wherever the cut falls
    auto mail = new_mail();
    auto talk = greylisted;
    talk.text = padding;
    for (int i = 0; i < 10'000; ++i)
      talk.text += "\u20ac";
    note_attempt(mail, ended(mail, failure_class::recipient_deferred, {talk}, talk.text), start_of_tests, 0.5);
    add_turn(mail, "held", "no words: \xff\xfe", start_of_tests);
    EXPECT_LE(mail.history(0).reply().size(), limits::outbox_words_bytes_max);
    EXPECT_GT(mail.history(0).reply().size(), limits::outbox_words_bytes_max - 4);
    EXPECT_LE(mail.recipients(0).reply().size(), limits::outbox_words_bytes_max);
    OutboxMail again;
    EXPECT_TRUE(again.ParseFromString(mail.SerializeAsString())) << "half a character makes the record unreadable";
  }
}

} // namespace
} // namespace postroom::outbox
