#include "tests/actors/outbox/outbox_fixture.hpp"

namespace postroom::outbox {
namespace {

using namespace std::chrono_literals;
using mood = pretended_smtp::mood;
using records::OutboxMail;
using names = std::vector<std::string>;

class outbox_test : public outbox_fixture {};

TEST_F(outbox_test, answers_when_the_mail_is_stored_and_sends_it) {
  start();
  store.holds_commits = true;
  const auto answer = submit("one");
  EXPECT_FALSE(answer.there()) << "a crash now would lose it";
  store.let_commit();
  run();
  ASSERT_TRUE(answer.there() && answer.get());
  EXPECT_EQ(answer.get()->mail->state(), OutboxMail::QUEUED);
  EXPECT_FALSE(answer.get()->repeated);
  ASSERT_EQ(delivered(), names{"one"});
  const auto& mail = at_server().mails[0];
  EXPECT_EQ(mail.envelope.mail_from, "sales@example.com");
  EXPECT_EQ(mail.recipients, names{"r0@example.com"});
  EXPECT_EQ(mail.body, "Subject: one\r\n\r\ntext\r\n");
  EXPECT_EQ(mails().at(0).state(), OutboxMail::SENT);
  EXPECT_EQ(counts().sent(), 1U);
  EXPECT_EQ(counts().in_flight(), 0U);
  EXPECT_EQ(events(), names{"outbox.sent"});
  EXPECT_EQ(events_of("acme")[0].subject(), answer.get()->mail->id());
  EXPECT_TRUE(metrics_show("postroom_outbox_finished_total{outcome=\"sent\"} 1"));
  EXPECT_TRUE(metrics_show("postroom_outbox_mails{state=\"queued\"} 0"));
}

TEST_F(outbox_test, the_mark_is_stored_before_the_last_octet_leaves) {
  start();
  std::size_t commits = 0;
  store.before_commit = [&](storage::batch&) {
    if (++commits == 2) // the first takes the mail in
      store.holds_commits = true;
  };
  submit("one");
  EXPECT_EQ(store.held(), 1U);
  ASSERT_EQ(smtp.sessions.size(), 1U);
  EXPECT_FALSE(smtp.sessions[0]->mail.body.empty()) << "its octets go meanwhile";
  EXPECT_TRUE(delivered().empty());
  store.let_commit();
  run();
  EXPECT_EQ(delivered(), names{"one"});
}

TEST_F(outbox_test, sends_in_the_order_taken_in_over_one_connection) {
  start();
  names expected;
  for (int i = 0; i < 150; ++i) { // more than it holds in memory
    expected.push_back("mail " + std::to_string(i));
    submit(expected.back());
  }
  EXPECT_EQ(delivered(), expected);
  EXPECT_EQ(at_server().dialled, 1U);
}

TEST_F(outbox_test, a_backlog_leaves_in_order_when_the_server_is_back) {
  at_server().mood = mood::refuses;
  start();
  names expected;
  for (int i = 0; i < 150; ++i) {
    expected.push_back("mail " + std::to_string(i));
    submit(expected.back());
  }
  pass_in_steps(30s);
  EXPECT_TRUE(delivered().empty());
  at_server().mood = mood::serves;
  pass_in_steps(1h, 1min);
  EXPECT_EQ(delivered(), expected);
  EXPECT_EQ(events(), [&] {
    names all{"outbox.deferred"}; // once for its reason, however often it failed
    all.resize(151, "outbox.sent");
    return all;
  }());
}

TEST_F(outbox_test, a_large_mail_goes_piece_by_piece) {
  auto wish = submission_of("large");
  wish.body.reset();
  wish.mail->set_chunks(3);
  blob_id blob;
  std::copy(wish.mail->blob().begin(), wish.mail->blob().end(), blob.bytes.begin());
  for (std::uint32_t i = 0; i < 3; ++i)
    memory->write_chunk(blob, i, "piece " + std::to_string(i) + "\r\n", [](auto r) { EXPECT_TRUE(r); });
  start();
  ASSERT_TRUE(submit(wish).get());
  ASSERT_EQ(at_server().mails.size(), 1U);
  EXPECT_EQ(at_server().mails[0].body, "piece 0\r\npiece 1\r\npiece 2\r\n");
  EXPECT_TRUE(at_server().mails[0].envelope.chunked);
}

TEST_F(outbox_test, the_same_key_brings_the_same_mail) {
  start();
  auto wish = submission_of("one");
  wish.idempotency_key = "key";
  wish.request_digest = "request";
  const auto first = submit(wish);
  wish = submission_of("one again");
  wish.idempotency_key = "key";
  wish.request_digest = "request";
  const auto second = submit(wish);
  ASSERT_TRUE(first.get() && second.get());
  EXPECT_FALSE(first.get()->repeated);
  EXPECT_TRUE(second.get()->repeated);
  EXPECT_EQ(second.get()->mail->id(), first.get()->mail->id());
  EXPECT_EQ(delivered(), names{"one"});
  wish = submission_of("another");
  wish.idempotency_key = "key";
  wish.request_digest = "another request";
  EXPECT_EQ(submit(wish).get().error().code, errc::key_reused);
  EXPECT_EQ(mails().size(), 1U);
}

TEST_F(outbox_test, the_same_key_at_the_same_time_brings_one_mail) {
  start();
  store.holds_commits = true;
  std::vector<answer> answers;
  for (int i = 0; i < 5; ++i) {
    auto wish = submission_of("one");
    wish.idempotency_key = i == 4 ? "other" : "key";
    wish.request_digest = i == 2 ? "other" : "request";
    answers.push_back(submit(wish));
  }
  for (const auto& each : answers)
    EXPECT_FALSE(each.there());
  store.let_commit();
  run();
  for (const auto& each : answers)
    ASSERT_TRUE(each.there());
  EXPECT_EQ(answers[1].get()->mail->id(), answers[0].get()->mail->id());
  EXPECT_EQ(answers[3].get()->mail->id(), answers[0].get()->mail->id());
  EXPECT_EQ(answers[2].get().error().code, errc::key_reused);
  EXPECT_NE(answers[4].get()->mail->id(), answers[0].get()->mail->id());
  EXPECT_EQ(mails().size(), 2U);
  EXPECT_EQ(delivered().size(), 2U);
}

TEST_F(outbox_test, a_key_and_what_it_brought_outlive_a_restart) {
  start();
  auto wish = submission_of("one");
  wish.idempotency_key = "key";
  const auto first = submit(wish);
  crash();
  start();
  wish = submission_of("one");
  wish.idempotency_key = "key";
  const auto second = submit(wish);
  EXPECT_TRUE(second.get()->repeated);
  EXPECT_EQ(second.get()->mail->id(), first.get()->mail->id());
}

TEST_F(outbox_test, a_held_mail_goes_when_it_is_released) {
  start();
  auto wish = submission_of("one");
  wish.hold = true;
  const auto id = submit(wish).get()->mail->id();
  submit("two");
  EXPECT_EQ(delivered(), names{"two"});
  EXPECT_EQ(change(id, mail_action::hold).error().code, errc::conflict);
  ASSERT_TRUE(change(id, mail_action::release));
  EXPECT_EQ(delivered(), (names{"two", "one"}));
}

TEST_F(outbox_test, a_waiting_mail_can_be_held_and_cancelled) {
  for (const auto how : {mood::silent, mood::holds_envelope}) {
    SCOPED_TRACE(static_cast<int>(how));
    at_server() = {};
    at_server().mood = how;
    start();
    const auto first = submit("first").get()->mail->id();
    const auto second = submit("second").get()->mail->id();
    ASSERT_TRUE(change(first, mail_action::hold));
    ASSERT_TRUE(change(second, mail_action::cancel));
    EXPECT_EQ(change(second, mail_action::cancel).error().code, errc::conflict);
    at_server().mood = mood::serves;
    crash();
    start();
    submit("third");
    EXPECT_EQ(delivered(), names{"third"});
    ASSERT_TRUE(change(first, mail_action::release));
    EXPECT_EQ(delivered(), (names{"third", "first"}));
    crash();
  }
}

TEST_F(outbox_test, a_mail_taken_back_in_the_middle_makes_room_for_the_next) {
  at_server().mood = mood::holds_envelope;
  start();
  const auto first = submit("first").get()->mail->id();
  submit("second");
  at_server().mood = mood::serves;
  ASSERT_TRUE(change(first, mail_action::cancel));
  EXPECT_EQ(delivered(), names{"second"});
  EXPECT_EQ(counts().cancelled(), 1U);
}

TEST_F(outbox_test, a_failed_mail_can_be_queued_again) {
  at_server().verdict = bad_content;
  start();
  const auto id = submit("one").get()->mail->id();
  EXPECT_EQ(mails().at(0).state(), OutboxMail::FAILED);
  EXPECT_EQ(events(), names{"outbox.failed"});
  at_server().verdict = yes;
  ASSERT_TRUE(change(id, mail_action::requeue));
  EXPECT_EQ(delivered(), names{"one"});
  EXPECT_EQ(events(), (names{"outbox.failed", "outbox.sent"}));
  EXPECT_EQ(change(id, mail_action::requeue).error().code, errc::conflict) << "it is sent";
  EXPECT_EQ(change("m99-none", mail_action::cancel).error().code, errc::not_found);
}

TEST_F(outbox_test, nothing_is_changed_while_the_verdict_is_awaited) {
  at_server().mood = mood::holds_verdict;
  start();
  const auto id = submit("one").get()->mail->id();
  EXPECT_EQ(counts().in_flight(), 1U);
  EXPECT_EQ(change(id, mail_action::cancel).error().code, errc::conflict);
  EXPECT_EQ(change(id, mail_action::hold).error().code, errc::conflict);
  at_server().mood = mood::serves;
  pretended_smtp::answer_verdict(*smtp.sessions.back());
  run();
  EXPECT_EQ(mails().at(0).state(), OutboxMail::SENT);
}

TEST_F(outbox_test, whom_the_server_put_off_gets_his_later) {
  at_server().refused["r1@example.com"] = greylisted;
  start();
  submit(submission_of("one", "sales", 2));
  EXPECT_EQ(mails().at(0).state(), OutboxMail::DEFERRED);
  at_server().refused.clear();
  pass_in_steps(2min);
  ASSERT_EQ(at_server().mails.size(), 2U);
  EXPECT_EQ(at_server().mails[0].recipients, names{"r0@example.com"});
  EXPECT_EQ(at_server().mails[1].recipients, names{"r1@example.com"});
  EXPECT_EQ(events(), (names{"outbox.deferred", "outbox.sent"}));
  EXPECT_EQ(counts().served_by_hour().begin()->second, 2U);
}

TEST_F(outbox_test, who_is_too_many_for_the_server_gets_it_at_once_in_the_next_attempt) {
  at_server().recipients_max = 2;
  start();
  submit(submission_of("one", "sales", 5));
  ASSERT_EQ(at_server().mails.size(), 3U) << "no time has passed";
  EXPECT_EQ(at_server().mails[2].recipients, names{"r4@example.com"});
  EXPECT_EQ(mails().at(0).state(), OutboxMail::SENT);
  EXPECT_EQ(events(), names{"outbox.sent"});
}

TEST_F(outbox_test, mails_that_are_put_off_do_not_use_up_the_recipients_of_the_day) {
  provider_record = put_provider("acme", "mail", "generic_oidc");
  provider_record.set_recipients_per_day(10);
  for (int i = 0; i < 4; ++i)
    at_server(delegate).refused["r" + std::to_string(i) + "@example.com"] = greylisted;
  start();
  submit(submission_of("one", "sales", 4));
  for (int i = 0; i < 2; ++i)
    pass_in_steps(5min, 10s);
  ASSERT_GE(mails().at(0).attempts(), 3U);
  EXPECT_EQ(mails().at(0).failing_class(), "recipient_deferred");
  at_server(delegate).refused.clear();
  quit(box);
  account_record = put_account("acme", "support");
  start(); // another mailbox of the same delegate
  submit(submission_of("two", "support", 10));
  EXPECT_EQ(delivered(delegate), names{"two"});
}

TEST_F(outbox_test, says_so_when_the_store_fails_and_ends) {
  start();
  at_server().mood = mood::silent;
  submit("kept");
  store.commits_fail = fail(errc::store_unavailable, "disk full");
  const auto answer = submit("lost");
  ASSERT_TRUE(answer.there());
  EXPECT_EQ(answer.get().error().code, errc::store_unavailable);
  EXPECT_TRUE(ended()) << "what it believes is void";
  EXPECT_EQ(smtp.open_count(), 0U);
  store.commits_fail.reset();
  at_server().mood = mood::serves;
  start();
  EXPECT_EQ(delivered(), names{"kept"});
}

TEST_F(outbox_test, all_who_wait_hear_of_the_failure) {
  start();
  store.holds_commits = true;
  std::vector<answer> answers{submit("one"), submit("two")};
  auto keyed = submission_of("three");
  keyed.idempotency_key = "key";
  answers.push_back(submit(keyed));
  auto waits = submission_of("four");
  waits.idempotency_key = "key2";
  answers.push_back(submit(waits));
  store.commits_fail = fail(errc::store_unavailable, "disk full");
  store.let_commit();
  run();
  for (const auto& each : answers) {
    ASSERT_TRUE(each.there());
    EXPECT_EQ(each.get().error().code, errc::store_unavailable);
  }
}

TEST_F(outbox_test, without_a_token_mail_waits_and_a_new_sign_in_sends_it_at_once) {
  no_token = fail(errc::grant_dead, "signed out");
  start();
  submit("one");
  EXPECT_EQ(mails().at(0).state(), OutboxMail::DEFERRED);
  EXPECT_EQ(mails().at(0).failing_class(), "auth_rejected");
  EXPECT_EQ(mails().at(0).attempts(), 0U);
  no_token.reset();
  caf::anon_send(box, try_again{});
  run();
  EXPECT_EQ(delivered(), names{"one"});
}

TEST_F(outbox_test, a_refused_login_is_tried_with_a_new_token) {
  at_server().mood = mood::rejects_login;
  start();
  submit("one");
  EXPECT_EQ(at_server().dialled, 2U);
  EXPECT_EQ(refreshes, (std::vector<bool>{false, false, false, true})) << "every other one tells who we are";
  EXPECT_EQ(mails().at(0).failing_class(), "auth_rejected");
}

TEST_F(outbox_test, a_delegate_logs_in_for_the_shared_mailbox) {
  provider_record = put_provider("acme", "mail", "generic_oidc");
  start();
  submit("one");
  EXPECT_EQ(delivered("andrea@example.com"), names{"one"});
  EXPECT_EQ(at_server("andrea@example.com").mails[0].envelope.mail_from, "sales@example.com");
  EXPECT_EQ(at_server("andrea@example.com").tokens, names{"token"});
}

TEST_F(outbox_test, who_signed_in_last_logs_in_though_mails_wait) {
  provider_record = put_provider("acme", "mail", "microsoft_azure");
  at_server("andrea@example.com").mood = mood::rejects_login;
  start();
  submit("one");
  EXPECT_EQ(mails().at(0).state(), OutboxMail::DEFERRED);
  delegate = "berta@example.com";
  caf::anon_send(box, try_again{});
  run();
  EXPECT_EQ(delivered("berta@example.com"), names{"one"});
}

TEST_F(outbox_test, tells_that_the_server_is_back_so_that_others_need_not_wait) {
  for (int i = 0; i < 5; ++i)
    caf::anon_send(world.admission, connection_tried{"smtp.example.com", 587, false});
  start();
  const auto sales = box;
  account_record = put_account("acme", "support");
  start();
  ask<mail_answer>(sales, submission_of("one"));
  submit(submission_of("two", "support"));
  EXPECT_TRUE(smtp.sessions.empty());
  pass(1s);
  pass(200ms);
  EXPECT_EQ(delivered("sales@example.com"), names{"one"});
  EXPECT_EQ(delivered("support@example.com"), names{"two"});
  quit(sales);
}

TEST_F(outbox_test, tells_that_the_server_was_not_reached) {
  for (int i = 0; i < 4; ++i)
    caf::anon_send(world.admission, connection_tried{"smtp.example.com", 587, false});
  at_server().mood = mood::refuses;
  start();
  submit("one");
  EXPECT_EQ(at_server().dialled, 1U);
  EXPECT_FALSE(ask<ack>(world.admission, want_connection{"smtp.example.com", 587}).there());
}

TEST_F(outbox_test, no_two_events_have_the_same_id) {
  at_server().verdict = bad_content;
  start();
  const auto id = submit("one").get()->mail->id();
  for (std::size_t i = 0; i < limits::outbox_turns_max; ++i)
    ASSERT_TRUE(change(id, mail_action::requeue));
  std::set<std::string> ids;
  for (const auto& each : events_of("acme"))
    ids.insert(each.id());
  EXPECT_EQ(ids.size(), limits::outbox_turns_max + 1) << "whoever reads them would take one for a repetition";
}

TEST_F(outbox_test, takes_nothing_in_when_somebody_else_has_changed_its_queue) {
  for (const bool empty : {true, false}) {
    SCOPED_TRACE(empty);
    start();
    if (!empty) {
      ASSERT_TRUE(submit("one").get());
    }
    const auto key = storage::keys::outbox(tenant_id{"acme"}, account_id{"sales"});
    const auto as_it_was = empty ? std::string{} : counts().SerializeAsString();
    ASSERT_TRUE(storage::commit_now(*memory, {storage::put{key, as_it_was, shard_of("sales"), {}}}));
    const auto before = mails().size();
    const auto answer = submit("two");
    ASSERT_TRUE(answer.there());
    EXPECT_EQ(answer.get().error().code, errc::conflict);
    EXPECT_EQ(mails().size(), before);
    EXPECT_TRUE(ended()) << "it starts anew from what is stored";
  }
}

TEST_F(outbox_test, lets_the_connection_go_and_then_asks_to_end) {
  start();
  submit("one");
  EXPECT_EQ(smtp.open_count(), 1U);
  pass_in_steps(25s);
  EXPECT_EQ(smtp.open_count(), 0U);
  EXPECT_TRUE(retirements.empty());
  pass_in_steps(50s);
  ASSERT_FALSE(retirements.empty());
  EXPECT_EQ(retirements.front(), 1U) << "requests that it has seen";
  caf::anon_send(box, retire{});
  run();
  EXPECT_TRUE(ended());
}

TEST_F(outbox_test, does_not_ask_to_end_while_a_mail_waits) {
  at_server().refused["r0@example.com"] = greylisted;
  start();
  submit("one");
  pass_in_steps(5min, 5s);
  EXPECT_TRUE(retirements.empty());
}

TEST_F(outbox_test, waits_for_the_verdict_before_it_ends) {
  at_server().mood = mood::holds_verdict;
  start();
  submit("one");
  caf::anon_send_exit(box, caf::exit_reason::user_shutdown);
  run();
  EXPECT_EQ(submit("two").get().error().code, errc::busy);
  pretended_smtp::answer_verdict(*smtp.sessions.back());
  run();
  EXPECT_EQ(mails().at(0).state(), OutboxMail::SENT);
  EXPECT_TRUE(ended());
}

TEST_F(outbox_test, does_not_wait_for_a_verdict_for_ever) {
  at_server().mood = mood::holds_verdict;
  start();
  submit("one");
  quit(box);
  EXPECT_FALSE(ended());
  pass(9s);
  EXPECT_TRUE(ended());
  EXPECT_EQ(counts().in_flight(), 1U) << "the next start finds out";
}

TEST_F(outbox_test, ends_with_what_is_being_stored_answered) {
  start();
  store.holds_commits = true;
  const auto answer = submit("one");
  caf::anon_send_exit(box, caf::exit_reason::user_shutdown);
  run();
  EXPECT_FALSE(answer.there());
  store.let_commit();
  run();
  ASSERT_TRUE(answer.there());
  EXPECT_TRUE(answer.get());
  EXPECT_TRUE(ended());
}

TEST_F(outbox_test, one_that_is_switched_off_takes_in_and_waits) {
  account_record.set_active(false);
  start();
  ASSERT_TRUE(submit("one").get());
  EXPECT_TRUE(smtp.sessions.empty());
  crash();
  account_record.set_active(true);
  start();
  EXPECT_EQ(delivered(), names{"one"});
}

TEST_F(outbox_test, what_comes_before_its_queue_is_read_is_not_lost) {
  start();
  submit("zero");
  crash();
  auto made = tenant::assign_outbox(account_record, provider_record, keys, 120s);
  made->provider = provider;
  made->supervisor = supervisor;
  box = system.spawn(outbox, std::make_shared<const assignment>(std::move(*made)), &world);
  const auto answer = submit("one"); // nothing has run yet
  ASSERT_TRUE(answer.there() && answer.get());
  EXPECT_EQ(answer.get()->mail->seq(), 2U);
  EXPECT_EQ(delivered(), (names{"zero", "one"}));
}

TEST_F(outbox_test, a_cancelled_mail_is_never_sent_though_a_page_was_read_meanwhile) {
  account_record.set_active(false);
  start();
  submit("one");
  const auto unwanted = submit("two").get()->mail->id();
  submit("three");
  crash();
  account_record.set_active(true);
  store.holds_commits = true;
  auto made = tenant::assign_outbox(account_record, provider_record, keys, 120s);
  made->provider = provider;
  made->supervisor = supervisor;
  box = system.spawn(outbox, std::make_shared<const assignment>(std::move(*made)), &world);
  const auto cancelled =
      ask<mail_answer>(box, change_mail{tenant_id{"acme"}, account_id{"sales"}, unwanted, mail_action::cancel});
  store.let_commit();
  run();
  ASSERT_TRUE(cancelled.there() && cancelled.get());
  EXPECT_EQ(delivered(), (names{"one", "three"}));
}

} // namespace
} // namespace postroom::outbox
