#include "actors/mailbox/mailbox.hpp"

#include "actors/admission/host_row.hpp"
#include "actors/tenant/tenant_config.hpp"
#include "storage/blocking.hpp"
#include "storage/directory.hpp"
#include "tests/actors/support/credit_holder.hpp"
#include "tests/actors/support/pretended_provider.hpp"
#include "tests/actors/support/world_fixture.hpp"

#include <gtest/gtest.h>

namespace postroom::mailbox {
namespace {

using namespace std::chrono_literals;
using mood = pretended_server::mood;

class mailbox_test : public testing::Test, public world_fixture {
protected:
  explicit mailbox_test(const std::function<void(const std::filesystem::path&)>& prepare = {})
      : world_fixture(prepare) {
    provider = system.spawn([this](provider_actor::pointer) -> provider_actor::behavior_type {
      return pretended_provider([this](const want_access_token& wish) {
        refreshes.push_back(wish.refresh);
        return access_token{secret<>{"token"}, "andrea@example.com", time.now() + 24h};
      });
    });
    supervisor = system.spawn([this](mailbox_supervisor::pointer) -> mailbox_supervisor::behavior_type {
      return {[this](const account_status& status) { seen.push_back(status); }};
    });
  }
  ~mailbox_test() override {
    quit(box);
    quit(provider);
    quit(supervisor);
  }
  void start() {
    auto made = tenant::assign(put_account("acme", "sales"), put_provider("acme", "mail", "password"), keys);
    ASSERT_TRUE(made) << to_string(made.error());
    made->provider = provider;
    made->supervisor = supervisor;
    box = system.spawn(mailbox, std::make_shared<const assignment>(std::move(*made)), &world);
    settle();
  }
  /// Waits long enough for any single retry.
  void let_retry() { let_pass(6min, 10s); }
  account_status status() { return *ask<account_status>(box, ask_status{}).get(); }
  pretended_server::account& account() { return server.accounts["sales@example.com"]; }
  std::vector<std::string> announced() {
    std::vector<std::string> out;
    for (const auto& each : events_of("acme"))
      out.push_back(each.type());
    return out;
  }
  static std::vector<std::string> received(std::size_t count) {
    return std::vector<std::string>(count, "message.received");
  }
  bool all_credit_is_back() { return metrics_show("postroom_credit_bytes{state=\"used\"} 0"); }
  bool ended() {
    const auto answer = ask<account_status>(box, ask_status{});
    return answer.there() && !answer.get();
  }

  provider_actor provider;
  mailbox_supervisor supervisor;
  mailbox_actor box;
  std::vector<bool> refreshes;
  std::vector<account_status> seen;
};

TEST_F(mailbox_test, brings_what_lies_there_and_what_arrives_into_the_log) {
  for (int i = 0; i < 3; ++i)
    account().deliver();
  start();
  EXPECT_EQ(announced(), received(3));
  account().deliver("Berta <berta@example.com>");
  server.announce("sales@example.com");
  settle();
  EXPECT_EQ(announced(), received(4));
  const auto now = status();
  EXPECT_EQ(now.state, mailbox_state::idle);
  EXPECT_TRUE(now.in_step);
  EXPECT_EQ(now.announced, 4U);
  EXPECT_EQ(now.last_uid, 4U);
  EXPECT_EQ(now.last_error, std::nullopt);
  EXPECT_TRUE(all_credit_is_back());
  const auto contacts = storage::list_all<records::Contact>(*memory, storage::space::contact, "acme/friends/");
  EXPECT_EQ(contacts->size(), 2U);
}

TEST_F(mailbox_test, logs_in_as_it_is_told_with_the_token_it_was_given) {
  start();
  const auto open = server.open_sessions("sales@example.com");
  ASSERT_EQ(open.size(), 1U);
  EXPECT_EQ(open[0]->target.host, "mail.example.com");
  EXPECT_EQ(open[0]->target.session.token_or_password.expose(), "token");
  EXPECT_EQ(refreshes, std::vector<bool>{false});
}

TEST_F(mailbox_test, tells_its_supervisor_each_state_that_lasts) {
  account().deliver();
  start();
  std::vector<mailbox_state> states;
  for (const auto& each : seen)
    if (states.empty() || states.back() != each.state)
      states.push_back(each.state);
  EXPECT_EQ(states, (std::vector{mailbox_state::catching_up, mailbox_state::idle})) << "steps of a login are not told";
  EXPECT_TRUE(seen.back().in_step) << "the supervisor hears of a state, not of what follows it";
}

TEST_F(mailbox_test, comes_back_after_its_connection_broke_and_announces_nothing_twice) {
  account().deliver();
  start();
  pretended_server::drop(*server.open_sessions("sales@example.com")[0], fail(errc::connection_lost, "gone"));
  settle();
  EXPECT_EQ(status().state, mailbox_state::waiting);
  EXPECT_EQ(status().last_error->code, errc::connection_lost);
  account().deliver();
  let_retry();
  EXPECT_EQ(status().state, mailbox_state::idle);
  EXPECT_EQ(announced(), received(2));
}

TEST_F(mailbox_test, keeps_its_place_before_the_server_when_it_begins_anew) {
  for (std::uint32_t i = 0; i < admission::host_row::failures_until_down; ++i)
    caf::anon_send(world.admission, connection_tried{"mail.example.com", 993, false});
  const auto first = ask<ack>(world.admission, want_connection{"mail.example.com", 993});
  start();
  caf::anon_send(box, input{0, std::make_shared<event_type>(event::link_closed{fail(errc::connection_lost, "gone")})});
  let_pass(1100ms, 100ms);
  ASSERT_TRUE(first.there());
  EXPECT_EQ(account().dialled, 0U);
  let_pass(2s, 100ms);
  EXPECT_EQ(account().dialled, 1U) << "the turn of the place it had, not of a second one";
}

TEST_F(mailbox_test, waits_for_credit_with_the_mail_still_on_the_server) {
  credit_holder others{system, world.admission};
  for (int i = 0; i < 4; ++i)
    others.ask(credit_bytes / 4);
  run();
  account().deliver();
  start();
  EXPECT_EQ(account().bodies_sent, 0U);
  EXPECT_TRUE(announced().empty());
  others.give_back(0);
  settle();
  EXPECT_EQ(announced(), received(1));
  others.end();
}

TEST_F(mailbox_test, takes_no_credit_along_when_it_ends_while_waiting_for_it) {
  credit_holder others{system, world.admission};
  for (int i = 0; i < 4; ++i)
    others.ask(credit_bytes / 4);
  run();
  account().deliver();
  start();
  quit(box);
  others.end();
  run();
  EXPECT_TRUE(all_credit_is_back());
}

TEST_F(mailbox_test, takes_no_credit_along_when_it_crashes_with_mail_in_its_hands) {
  account().deliver();
  start();
  // Comparing what was fetched with what is known from before is the last step before the commit.
  account().validity = 15;
  bool held = false;
  store.before_snapshot = [&] {
    held = !all_credit_is_back();
    throw std::runtime_error("a bug");
  };
  pretended_server::drop(*server.open_sessions("sales@example.com")[0], fail(errc::connection_lost, "gone"));
  let_retry();
  store.before_snapshot = {};
  EXPECT_TRUE(ended());
  EXPECT_TRUE(held);
  EXPECT_EQ(server.open_count(), 0U);
  EXPECT_TRUE(all_credit_is_back());
}

TEST_F(mailbox_test, gives_back_what_was_granted_for_a_connection_that_is_gone) {
  credit_holder others{system, world.admission};
  for (int i = 0; i < 4; ++i)
    others.ask(credit_bytes / 4);
  run();
  account().deliver();
  start();
  account().mood = mood::refuses;
  pretended_server::drop(*server.open_sessions("sales@example.com")[0], fail(errc::connection_lost, "gone"));
  run();
  others.end();
  settle();
  EXPECT_TRUE(all_credit_is_back());
}

TEST_F(mailbox_test, ends_at_once_when_told_to_and_lets_go_of_everything) {
  account().deliver();
  account().holds_bodies = true;
  start();
  quit(box);
  EXPECT_TRUE(ended());
  EXPECT_EQ(server.open_count(), 0U);
  EXPECT_TRUE(all_credit_is_back());
  EXPECT_TRUE(metrics_show("postroom_mailboxes{state=\"inactive\"} 0")) << "one that is gone is in no state";
}

TEST_F(mailbox_test, believes_the_store_when_someone_else_moved_its_cursor) {
  account().deliver();
  account().deliver();
  bool moved = false;
  store.before_commit = [&](storage::batch& what) {
    const bool ingest = std::any_of(what.operations.begin(), what.operations.end(),
                                    [](auto& op) { return std::holds_alternative<storage::append>(op); });
    if (!ingest || std::exchange(moved, true))
      return;
    records::Cursor cursor;
    cursor.set_uid_validity(14);
    cursor.set_last_uid(1);
    ASSERT_TRUE(storage::commit_now(
        *memory, {storage::put_of(storage::keys::cursor(tenant_id{"acme"}, account_id{"sales"}, "INBOX"), cursor)}));
  };
  start();
  EXPECT_TRUE(announced().empty());
  let_retry();
  EXPECT_EQ(announced(), received(1)) << "the first mail was the other's";
  EXPECT_EQ(status().state, mailbox_state::idle);
}

TEST_F(mailbox_test, ends_when_another_process_has_taken_over) {
  account().deliver();
  start();
  (void)storage::wait_for<result<std::vector<storage::fence>>>(
      [&](auto done) { memory->claim({shard_of("sales")}, done); });
  account().deliver();
  server.announce("sales@example.com");
  settle();
  EXPECT_TRUE(ended());
  EXPECT_EQ(server.open_count(), 0U);
  EXPECT_EQ(announced(), received(1));
}

TEST_F(mailbox_test, recognises_its_mail_when_the_folder_got_a_new_validity) {
  for (int i = 0; i < 3; ++i)
    account().deliver();
  start();
  ASSERT_EQ(announced(), received(3));
  account().validity = 15;
  account().deliver();
  pretended_server::drop(*server.open_sessions("sales@example.com")[0], fail(errc::connection_lost, "gone"));
  let_retry();
  EXPECT_EQ(announced(), received(4)) << "only the really new one";
}

TEST_F(mailbox_test, announces_the_mail_of_a_mailbox_that_was_made_anew_under_ids_of_its_own) {
  for (int i = 0; i < 3; ++i)
    account().deliver();
  start();
  account().mails.clear();
  account().uid_next = 1;
  account().deliver("Berta <berta@example.com>");
  pretended_server::drop(*server.open_sessions("sales@example.com")[0], fail(errc::connection_lost, "gone"));
  let_retry();
  account().deliver("Berta <berta@example.com>");
  server.announce("sales@example.com");
  settle();
  std::set<std::string> ids;
  for (const auto& each : events_of("acme"))
    ids.insert(each.id());
  EXPECT_EQ(ids.size(), 5U) << "consumers drop what has an id that they know";
}

TEST_F(mailbox_test, passes_no_mail_over_whose_body_the_server_withholds) {
  for (int i = 0; i < 3; ++i)
    account().deliver();
  account().withheld = {2};
  start();
  let_pass(1min, 5s);
  EXPECT_EQ(announced(), received(1));
  EXPECT_EQ(status().last_error->code, errc::command_refused);
  account().withheld = {};
  let_retry();
  EXPECT_EQ(announced(), received(3));
}

parsing::inflight_key first_mail_of_sales() {
  return parsing::inflight_key_of(account_id{"sales"}, "INBOX", uid_validity{14}, message_uid{1});
}

class mailbox_after_crashes_test : public mailbox_test {
protected:
  mailbox_after_crashes_test()
      : mailbox_test([](const std::filesystem::path& path) {
          for (int crash = 0; crash < 2; ++crash)
            (*parsing::inflight_file::open(path))->begin(0, first_mail_of_sales());
        }) {}
};

TEST_F(mailbox_after_crashes_test, remembers_a_mail_that_crashed_the_parser_until_it_is_quarantined) {
  ASSERT_TRUE(inflight->condemned(first_mail_of_sales()));
  account().deliver();
  start();
  EXPECT_EQ(announced(), std::vector<std::string>{"message.quarantined"});
  EXPECT_FALSE(inflight->suspected(first_mail_of_sales()));
}

} // namespace
} // namespace postroom::mailbox
