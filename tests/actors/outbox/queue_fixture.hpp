#pragma once

#include "actors/outbox/attempt.hpp"
#include "actors/outbox/queue.hpp"
#include "storage/blocking.hpp"
#include "storage/keys.hpp"
#include "storage/memory/memory_store.hpp"
#include "tests/actors/outbox/mails.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace postroom::outbox {

/// A queue beside its store: batches are committed when a test says so, pages are read from what is committed.
class queue_fixture : public testing::Test {
protected:
  const tenant_id tenant{"acme"};
  const account_id account{"sales"};
  manual_clock time;
  std::unique_ptr<storage::store> store = storage::open_memory_store(time);
  wall_time now = start_of_tests;
  std::optional<outbox::queue> queue = read_queue();
  std::deque<storage::batch> uncommitted;

  outbox::queue read_queue() {
    const auto got = storage::wait_for<result<std::optional<storage::versioned<records::Outbox>>>>(
        [&](auto done) { storage::get<records::Outbox>(*store, storage::keys::outbox(tenant, account), done); });
    const queue_context context{tenant, account, {shard_of(account.str()), {}}};
    return *got ? outbox::queue{context, (*got)->value, (*got)->rev} : outbox::queue{context, {}, revision{0}};
  }
  storage::outcome commit(storage::batch what) {
    return storage::wait_for<storage::commit_result>([&](auto done) { store->commit(std::move(what), done); }).outcome;
  }
  /// Stores all batches that wait.
  void flush() {
    for (; !uncommitted.empty(); uncommitted.pop_front())
      ASSERT_EQ(commit(uncommitted.front()), storage::outcome::committed);
  }

  records::OutboxMail accept_later(records::OutboxMail mail = new_mail(),
                                   records::OutboxMail::State state = records::OutboxMail::QUEUED) {
    mail.set_state(state);
    auto blob = std::to_string(queue->counts().last_seq());
    blob.resize(16, 'b');
    mail.set_blob(blob);
    uncommitted.push_back(queue->accept(mail, std::make_shared<const std::string>("body"),
                                        [](const auto&) { return std::vector<storage::operation>{}; }));
    return mail;
  }
  records::OutboxMail accept(records::OutboxMail::State state = records::OutboxMail::QUEUED) {
    auto mail = accept_later(new_mail(), state);
    flush();
    return mail;
  }
  /// The mail goes over to another state.
  records::OutboxMail settle_later(const records::OutboxMail& before, records::OutboxMail::State state,
                                   std::vector<std::string> events = {}) {
    auto after = before;
    now += std::chrono::milliseconds{1};
    after.set_state(state);
    after.set_updated_ms(now.time_since_epoch().count());
    uncommitted.push_back(queue->settle(after, before, now, std::move(events)));
    return after;
  }
  records::OutboxMail settle(const records::OutboxMail& before, records::OutboxMail::State state) {
    auto after = settle_later(before, state);
    flush();
    return after;
  }

  /// What a snapshot shows of the waiting mails from a seq on.
  struct page {
    std::vector<records::OutboxMail> mails;
    bool last = false;
    std::uint64_t asked_at = 0;
    revision seen;
  };
  page ask_page() {
    page out;
    out.asked_at = queue->window_version();
    store->with_snapshot([&](const storage::snapshot& view) {
      auto range = storage::prefix_range(storage::keys::outbox_pendings(tenant, account));
      range.first = storage::keys::outbox_pending(tenant, account, queue->page_from()).key;
      const auto pending = *view.scan(storage::space::outbox, range, limits::outbox_window);
      out.last = pending.size() < limits::outbox_window;
      for (const auto& each : pending)
        EXPECT_TRUE(out.mails.emplace_back().ParseFromString(
            view.get(storage::keys::outbox_mail(tenant, account, storage::keys::seq_of_outbox(each.key)))
                .value()
                ->value));
      if (const auto counts = *view.get(storage::keys::outbox(tenant, account)))
        out.seen = counts->rev;
    });
    return out;
  }
  void hand_over(page what) { queue->page_read(std::move(what.mails), what.last, what.asked_at, what.seen); }
  /// The lowest waiting mail, read from the store where needed.
  const waiting_mail* head() {
    for (int i = 0; i < 3 && queue->wants_page(); ++i)
      hand_over(ask_page());
    return queue->head();
  }

  std::vector<records::OutboxMail> stored_mails() {
    std::vector<records::OutboxMail> out;
    for (auto& each : *storage::list_all<records::OutboxMail>(*store, storage::space::outbox,
                                                              storage::keys::outbox_mails(tenant, account)))
      out.push_back(std::move(each.value));
    return out;
  }
  std::vector<std::uint64_t> stored_pending() {
    std::vector<std::uint64_t> out;
    const auto records = storage::wait_for<result<std::vector<storage::record>>>([&](auto done) {
      store->scan(storage::space::outbox, storage::prefix_range(storage::keys::outbox_pendings(tenant, account)),
                  100'000, false, done);
    });
    for (const auto& each : *records)
      out.push_back(storage::keys::seq_of_outbox(each.key));
    return out;
  }
  std::vector<records::Expiry> stored_expiries() {
    std::vector<records::Expiry> out;
    for (auto& each : *storage::list_all<records::Expiry>(*store, storage::space::expiry, ""))
      out.push_back(std::move(each.value));
    return out;
  }
  records::Outbox stored_counts() {
    return storage::list_all<records::Outbox>(*store, storage::space::outbox,
                                              storage::keys::outbox(tenant, account).key)
        ->at(0)
        .value;
  }
  bool body_is_there(const std::string& blob) {
    blob_id id;
    std::copy(blob.begin(), blob.end(), id.bytes.begin());
    return storage::wait_for<result<std::optional<std::string>>>([&](auto done) { store->read_chunk(id, 0, done); })
        ->has_value();
  }
  /// What is stored agrees with itself.
  void check_store() {
    const auto counts = stored_counts();
    std::map<records::OutboxMail::State, std::uint64_t> by_state;
    std::vector<std::uint64_t> pending;
    std::uint64_t bytes = 0;
    for (const auto& each : stored_mails()) {
      ++by_state[each.state()];
      if (is_pending(each))
        pending.push_back(each.seq());
      if (!is_final(each))
        bytes += each.size();
    }
    EXPECT_EQ(counts.queued(), by_state[records::OutboxMail::QUEUED]);
    EXPECT_EQ(counts.deferred(), by_state[records::OutboxMail::DEFERRED]);
    EXPECT_EQ(counts.held(), by_state[records::OutboxMail::HELD]);
    EXPECT_EQ(counts.sent(), by_state[records::OutboxMail::SENT]);
    EXPECT_EQ(counts.failed(), by_state[records::OutboxMail::FAILED]);
    EXPECT_EQ(counts.cancelled(), by_state[records::OutboxMail::CANCELLED]);
    EXPECT_EQ(counts.bytes(), bytes);
    EXPECT_EQ(stored_pending(), pending);
    if (!pending.empty())
      EXPECT_LE(counts.first_pending(), pending.front()) << "a mail before the hint is never sent";
    EXPECT_EQ(stored_expiries().size(), counts.sent() + counts.failed() + counts.cancelled());
  }
};

} // namespace postroom::outbox
