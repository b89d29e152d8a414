#include "tests/actors/outbox/queue_fixture.hpp"

#include "storage/expiry.hpp"

#include <random>

namespace postroom::outbox {
namespace {

using namespace std::chrono_literals;
using records::OutboxMail;
using storage::outcome;

class queue_test : public queue_fixture {};

TEST_F(queue_test, gives_each_mail_its_place_and_its_name) {
  const auto first = accept();
  const auto second = accept();
  EXPECT_EQ(first.seq(), 1U);
  EXPECT_EQ(second.seq(), 2U);
  EXPECT_TRUE(first.id().starts_with("m1-"));
  EXPECT_NE(first.id().substr(3), second.id().substr(3)) << "nobody guesses the next one";
  EXPECT_EQ(first.tenant(), "acme");
  EXPECT_EQ(first.account(), "sales");
  EXPECT_EQ(head()->record->id(), first.id());
  ASSERT_TRUE(head()->body) << "a small body just handed in is at hand";
  EXPECT_EQ(*head()->body, "body");
  EXPECT_TRUE(body_is_there(first.blob()));
  check_store();
}

TEST_F(queue_test, changes_follow_each_other_without_waiting_for_the_store) {
  const auto one = accept_later();
  const auto two = accept_later();
  uncommitted.push_back(queue->mark_in_flight(one, {0}, "smtp.example.com", now));
  settle_later(one, OutboxMail::SENT);
  settle_later(two, OutboxMail::HELD);
  flush();
  check_store();
  EXPECT_EQ(stored_counts().sent(), 1U);
}

TEST_F(queue_test, when_one_change_fails_all_later_ones_do) {
  accept();
  accept_later();
  const auto third = accept_later();
  settle_later(third, OutboxMail::CANCELLED);
  uncommitted.pop_front(); // lost
  for (const auto& each : uncommitted)
    EXPECT_EQ(commit(each), outcome::conflict);
  EXPECT_EQ(stored_mails().size(), 1U);
  check_store();
}

TEST_F(queue_test, a_second_writer_is_a_conflict_for_the_first) {
  auto other = read_queue();
  accept();
  auto mail = new_mail();
  EXPECT_EQ(commit(other.accept(mail, {}, [](const auto&) { return std::vector<storage::operation>{}; })),
            outcome::conflict);
}

TEST_F(queue_test, marks_the_mail_that_is_about_to_leave) {
  const auto mail = accept();
  uncommitted.push_back(queue->mark_in_flight(mail, {0, 2}, "smtp.example.com", now));
  flush();
  EXPECT_EQ(stored_counts().in_flight(), mail.seq());
  EXPECT_EQ(stored_counts().in_flight_since_ms(), now.time_since_epoch().count());
  EXPECT_EQ(stored_counts().in_flight_recipients(1), 2U);
  EXPECT_EQ(stored_counts().in_flight_host(), "smtp.example.com");
  settle(mail, OutboxMail::DEFERRED);
  EXPECT_EQ(stored_counts().in_flight(), 0U);
  EXPECT_EQ(stored_counts().in_flight_recipients_size(), 0);
}

TEST_F(queue_test, another_mail_s_change_leaves_the_one_in_flight_alone) {
  const auto flying = accept();
  const auto other = accept();
  uncommitted.push_back(queue->mark_in_flight(flying, {0}, "smtp.example.com", now));
  settle(other, OutboxMail::CANCELLED);
  EXPECT_EQ(stored_counts().in_flight(), flying.seq());
}

TEST_F(queue_test, counts_who_was_served_by_the_hour) {
  const auto serve = [&](std::size_t accepted, OutboxMail::State state) {
    auto mail = accept_later(new_mail(3));
    uncommitted.push_back(queue->mark_in_flight(mail, {0, 1, 2}, "", now));
    auto after = mail;
    for (std::size_t i = 0; i < accepted; ++i)
      after.mutable_recipients(static_cast<int>(i))->set_state(records::Recipient::ACCEPTED);
    after.set_state(state);
    after.set_updated_ms(now.time_since_epoch().count());
    uncommitted.push_back(queue->settle(after, mail, now, {}));
    flush();
  };
  const auto hour = now.time_since_epoch() / 1h;
  serve(3, OutboxMail::SENT);
  serve(2, OutboxMail::DEFERRED);
  serve(0, OutboxMail::FAILED);
  EXPECT_EQ(stored_counts().served_by_hour().at(hour), 5U);
  now += 23h;
  serve(1, OutboxMail::FAILED);
  EXPECT_EQ(stored_counts().served_by_hour().at(hour), 5U);
  EXPECT_EQ(stored_counts().served_by_hour().at(hour + 23), 1U);
  now += 2h;
  serve(3, OutboxMail::SENT);
  EXPECT_EQ(stored_counts().served_by_hour().count(hour), 0U) << "older than a day";
}

TEST_F(queue_test, tells_of_a_change_in_the_same_commit) {
  settle_later(accept_later(), OutboxMail::SENT, {"one event"});
  flush();
  const auto events = storage::wait_for<result<std::vector<storage::stream_entry>>>(
      [&](auto done) { store->read_stream("acme", 0, 10, 10'000, done); });
  ASSERT_EQ(events->size(), 1U);
  EXPECT_EQ(events->at(0).value, "one event");
}

TEST_F(queue_test, a_sent_mail_s_body_goes_at_once_and_its_record_in_time) {
  const auto sent = settle(accept(), OutboxMail::SENT);
  const auto failed = settle(accept(), OutboxMail::FAILED);
  EXPECT_FALSE(body_is_there(sent.blob()));
  EXPECT_TRUE(body_is_there(failed.blob())) << "it may be queued again";
  const auto mails = stored_mails();
  EXPECT_TRUE(mails[0].blob().empty());
  EXPECT_EQ(mails[1].blob(), failed.blob());
  const auto expiries = stored_expiries();
  ASSERT_EQ(expiries.size(), 2U);
  EXPECT_TRUE(expiries[0].blob().empty());
  EXPECT_EQ(expiries[1].blob(), failed.blob());
  EXPECT_EQ(expiries[1].key(), storage::keys::outbox_mail(tenant, account, failed.seq()).key);
}

TEST_F(queue_test, a_failed_mail_that_is_queued_again_does_not_expire) {
  for (const auto state : {OutboxMail::FAILED, OutboxMail::CANCELLED}) {
    const auto failed = settle(accept(), state);
    EXPECT_EQ(stored_expiries().size(), 1U);
    const auto again = settle(failed, OutboxMail::QUEUED);
    EXPECT_TRUE(stored_expiries().empty());
    EXPECT_EQ(head()->record->seq(), failed.seq());
    check_store();
    settle(again, OutboxMail::HELD);
  }
}

TEST_F(queue_test, a_mail_that_expired_since_it_was_read_does_not_come_back_without_its_body) {
  const auto failed = settle(accept(), OutboxMail::FAILED);
  const auto kept = std::chrono::milliseconds{limits::outbox_kept}.count();
  storage::erase_expired(*store, failed.updated_ms() + kept + 1, [](auto done) { EXPECT_EQ(*done, 1U); });
  settle_later(failed, OutboxMail::QUEUED);
  EXPECT_EQ(commit(uncommitted.front()), outcome::conflict);
  EXPECT_TRUE(stored_mails().empty());
}

TEST_F(queue_test, knows_what_shows_a_mail_as_it_was) {
  const auto mail = accept();
  const auto before = ask_page().seen;
  EXPECT_FALSE(queue->is_outdated(before));
  settle_later(mail, OutboxMail::SENT);
  EXPECT_TRUE(queue->is_outdated(ask_page().seen)) << "it is not stored yet";
  flush();
  EXPECT_TRUE(queue->is_outdated(before));
  EXPECT_FALSE(queue->is_outdated(ask_page().seen));
}

TEST_F(queue_test, a_held_mail_waits_for_nobody) {
  const auto held = accept(OutboxMail::HELD);
  EXPECT_EQ(head(), nullptr);
  EXPECT_TRUE(queue->empty());
  const auto second = accept();
  EXPECT_EQ(head()->record->seq(), second.seq());
  settle(held, OutboxMail::QUEUED);
  EXPECT_EQ(head()->record->seq(), held.seq()) << "it was first";
  check_store();
}

TEST_F(queue_test, refuses_more_than_its_limits) {
  EXPECT_FALSE(queue->refuse(limits::outbox_bytes_max));
  EXPECT_TRUE(queue->refuse(limits::outbox_bytes_max + 1));
  records::Outbox full;
  full.set_queued(limits::outbox_mails_max - 2);
  full.set_deferred(1);
  const outbox::queue nearly{{tenant, account, {}}, full, revision{1}};
  EXPECT_FALSE(nearly.refuse(1));
  full.set_held(1);
  const outbox::queue over{{tenant, account, {}}, full, revision{1}};
  EXPECT_EQ(over.refuse(1)->code, errc::busy);
}

TEST_F(queue_test, a_thousand_mails_leave_in_order_through_a_small_window) {
  for (int i = 0; i < 1000; ++i)
    accept_later();
  flush();
  queue.emplace(read_queue());
  std::uint64_t expected = 1;
  for (; const auto* next = head(); ++expected) {
    ASSERT_EQ(next->record->seq(), expected);
    settle(OutboxMail{*next->record}, expected % 7 == 0 ? OutboxMail::FAILED : OutboxMail::SENT);
  }
  EXPECT_EQ(expected, 1001U);
  EXPECT_TRUE(queue->empty());
  EXPECT_FALSE(queue->wants_page());
  check_store();
}

TEST_F(queue_test, a_mail_accepted_while_a_page_is_read_is_not_forgotten) {
  for (int i = 0; i < 3; ++i)
    accept();
  for (const bool stored_before : {true, false}) {
    queue.emplace(read_queue());
    const auto old = stored_before ? page{} : ask_page();
    const auto added = accept();
    hand_over(stored_before ? ask_page() : old);
    std::vector<std::uint64_t> order;
    for (; const auto* next = head(); settle(OutboxMail{*next->record}, OutboxMail::HELD))
      order.push_back(next->record->seq());
    EXPECT_EQ(order.back(), added.seq());
    for (const auto& each : stored_mails())
      settle(each, OutboxMail::QUEUED);
  }
}

TEST_F(queue_test, a_page_never_brings_back_a_mail_that_was_cancelled_meanwhile) {
  accept();
  const auto unwanted = accept();
  queue.emplace(read_queue());
  const auto before = ask_page();
  settle_later(unwanted, OutboxMail::CANCELLED);
  hand_over(before);
  EXPECT_TRUE(queue->wants_page()) << "what was read before the change is worthless";
  hand_over(ask_page()); // asked after the change, but it is not stored yet
  EXPECT_TRUE(queue->wants_page());
  flush();
  ASSERT_EQ(head()->record->seq(), 1U);
  settle(OutboxMail{*head()->record}, OutboxMail::SENT);
  EXPECT_EQ(head(), nullptr) << "it would be sent although it was cancelled";
}

TEST_F(queue_test, a_released_mail_is_not_passed_by_a_page_that_does_not_show_it_yet) {
  const auto held = accept(OutboxMail::HELD);
  accept();
  queue.emplace(read_queue());
  settle_later(held, OutboxMail::QUEUED);
  hand_over(ask_page());
  flush();
  check_store();
  EXPECT_EQ(head()->record->seq(), held.seq());
}

/// Anything at any time, compared with what is stored.
TEST_F(queue_test, keeps_its_books_whatever_happens) {
  std::mt19937 random{7}; // NOLINT: the same each time
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  std::map<std::uint64_t, OutboxMail> model;
  std::optional<page> under_way;
  const auto states = {OutboxMail::QUEUED, OutboxMail::DEFERRED, OutboxMail::HELD,
                       OutboxMail::SENT,   OutboxMail::FAILED,   OutboxMail::CANCELLED};
  for (int step = 0; step < 6000; ++step) {
    const auto what = below(10);
    if (what < 4) {
      const auto mail = accept_later(new_mail(), below(5) == 0 ? OutboxMail::HELD : OutboxMail::QUEUED);
      model[mail.seq()] = mail;
    } else if (what < 7 && !model.empty()) {
      auto& mail = std::next(model.begin(), static_cast<std::ptrdiff_t>(below(model.size())))->second;
      if (mail.state() != OutboxMail::SENT)
        mail = settle_later(mail, *(states.begin() + below(states.size())));
    } else if (what == 7) {
      flush();
      check_store();
      if (below(20) == 0) { // a restart
        queue.emplace(read_queue());
        under_way.reset();
      }
    } else if (what == 8 && !under_way && queue->wants_page()) {
      under_way = ask_page();
    } else if (under_way) {
      hand_over(std::move(*under_way));
      under_way.reset();
    }
    // Whatever the window says is the truth, or the window says that it does not know.
    const auto lowest = std::find_if(model.begin(), model.end(), [](const auto& m) { return is_pending(m.second); });
    if (const auto* next = queue->head()) {
      ASSERT_NE(lowest, model.end()) << step;
      ASSERT_EQ(next->record->seq(), lowest->first) << step;
      ASSERT_EQ(next->record->SerializeAsString(), lowest->second.SerializeAsString()) << step;
    } else {
      ASSERT_TRUE(lowest == model.end() || queue->wants_page()) << step;
    }
    if (lowest != model.end())
      ASSERT_LE(queue->page_from(), lowest->first) << step;
    if (testing::Test::HasFailure())
      return;
  }
  flush();
  EXPECT_EQ(stored_mails().size(), model.size());
}

} // namespace
} // namespace postroom::outbox
