#include "actors/archive/archive.hpp"
#include "actors/events/events.hpp"
#include "base/crypto.hpp"
#include "metrics/registry.hpp"
#include "storage/memory/memory_store.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/forwarding_store.hpp"

#include <gtest/gtest.h>

namespace postroom::archive {
namespace {

using namespace std::chrono_literals;

/// A store whose commits succeed but whose answer is lost, a number of times.
class forgetful_store final : public forwarding_store {
public:
  using forwarding_store::forwarding_store;
  int commits = 0;
  int answers_to_lose = 0;
  int resolves_to_fail = 0;

  void commit(storage::batch what, storage::completion<storage::commit_result> done) override {
    ++commits;
    forwarding_store::commit(std::move(what), [this, done](storage::commit_result r) {
      if (answers_to_lose > 0) {
        --answers_to_lose;
        r.outcome = storage::outcome::unknown;
        r.seqs.clear();
        r.error = fail(errc::store_unavailable, "lost");
      }
      done(std::move(r));
    });
  }
  void resolve(batch_id id, storage::completion<result<storage::outcome>> done) override {
    if (resolves_to_fail > 0) {
      --resolves_to_fail;
      done(fail(errc::store_unavailable, "not now"));
      return;
    }
    forwarding_store::resolve(id, std::move(done));
  }
};

class archive_test : public testing::Test, public actor_fixture {
protected:
  metrics::registry metrics{"test"};
  std::unique_ptr<storage::store> memory = storage::open_memory_store(time);
  forgetful_store store{*memory};
  events::events_self hub = system.spawn(events::events);
  archive_self keeper =
      system.spawn(archive, static_cast<storage::store*>(&store), events_actor{hub}, &time, &metrics.probes().store);

  ~archive_test() override {
    quit(keeper);
    quit(hub);
  }
  commit_request two_events() {
    auto batch = std::make_shared<storage::batch>();
    batch->id = random_id128<batch_id>();
    batch->operations.emplace_back(storage::append{"acme", "one"});
    batch->operations.emplace_back(storage::append{"acme", "two"});
    return {batch};
  }
};

TEST_F(archive_test, lets_patient_commits_wait_for_company) {
  std::vector<pending_answer<commit_answer>> answers;
  for (int i = 0; i < 3; ++i) {
    auto request = two_events();
    request.patient = true;
    answers.push_back(ask<commit_answer>(keeper, request));
  }
  EXPECT_EQ(store.commits, 0);
  auto hasty = ask<commit_answer>(keeper, two_events());
  EXPECT_TRUE(hasty.there()) << "others do not wait with them";
  EXPECT_EQ(store.commits, 1);
  pass(archive::patience);
  EXPECT_EQ(store.commits, 4);
  for (auto& each : answers)
    EXPECT_TRUE(each.there());
}

TEST_F(archive_test, commits_and_tells_of_new_events) {
  auto waiting = ask<log_position>(hub, wait_for_events{tenant_id{"acme"}, 0, 60s});
  auto answer = ask<commit_answer>(keeper, two_events());
  ASSERT_TRUE(answer.there());
  EXPECT_EQ(answer.get()->result->outcome, storage::outcome::committed);
  ASSERT_TRUE(waiting.there());
  EXPECT_EQ(waiting.get()->last_seq, 2U);
}

TEST_F(archive_test, finds_out_what_became_of_a_commit_whose_answer_was_lost) {
  store.answers_to_lose = 1;
  store.resolves_to_fail = 2;
  auto answer = ask<commit_answer>(keeper, two_events());
  EXPECT_FALSE(answer.there()) << "unknown is never an answer";
  pass(1100ms);
  pass(1100ms);
  ASSERT_TRUE(answer.there());
  EXPECT_EQ(answer.get()->result->outcome, storage::outcome::committed);
}

TEST_F(archive_test, tells_of_new_events_and_counts_the_commit_whose_answer_was_lost) {
  auto waiting = ask<log_position>(hub, wait_for_events{tenant_id{"acme"}, 0, 60s});
  store.answers_to_lose = 1;
  auto answer = ask<commit_answer>(keeper, two_events());
  ASSERT_TRUE(answer.there());
  ASSERT_TRUE(waiting.there()) << "whoever waits for events must not wait for the next commit";
  EXPECT_EQ(waiting.get()->last_seq, 2U);
  EXPECT_NE(metrics.expose().find("postroom_commit_seconds_count{outcome=\"unknown\"} 1\n"), std::string::npos);
}

} // namespace
} // namespace postroom::archive
