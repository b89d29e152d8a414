#include "storage/blocking.hpp"
#include "tests/actors/outbox/outbox_fixture.hpp"
#include "tests/actors/tenant/tenant_fixture.hpp"

namespace postroom::tenant {
namespace {

using namespace std::chrono_literals;
using kind = config_changed::kind;
using smtp_mood = pretended_smtp::mood;
using outbox::submission_of;
using records::OutboxMail;

class outboxes_test : public tenant_fixture {
protected:
  using answer = pending_answer<mail_answer>;

  outboxes_test() { put_account("acme", "sales"); }

  answer submit(const std::string& name, const std::string& account = "sales") {
    return ask<mail_answer>(boss, submission_of(name, account));
  }
  pretended_smtp::account& smtp_of(const std::string& account = "sales") {
    return smtp.accounts[account + "@example.com"];
  }
  std::size_t sent(const std::string& account = "sales") { return smtp_of(account).mails.size(); }
  std::vector<OutboxMail> mails(const std::string& account = "sales") {
    std::vector<OutboxMail> out;
    for (auto& each : *storage::list_all<OutboxMail>(
             *memory, storage::space::outbox, storage::keys::outbox_mails(tenant_id{"acme"}, account_id{account})))
      out.push_back(std::move(each.value));
    return out;
  }
  /// Lets a day's timers ring without a parser's turn for each.
  void wait(std::chrono::milliseconds total, std::chrono::milliseconds step = 5s) {
    for (; total.count() > 0; total -= step)
      pass(step);
    settle();
  }
  void start_anew() {
    quit(boss);
    pass(10s);
    start();
  }
};

TEST_F(outboxes_test, an_outbox_is_there_when_somebody_asks) {
  start();
  EXPECT_TRUE(smtp.sessions.empty());
  const auto answer = submit("one");
  ASSERT_TRUE(answer.there() && answer.get());
  EXPECT_EQ(sent(), 1U);
  EXPECT_EQ(submit("two", "nobody").get().error().code, errc::not_found);
  const auto cancel = ask<mail_answer>(
      boss, change_mail{tenant_id{"acme"}, account_id{"sales"}, answer.get()->mail->id(), mail_action::cancel});
  EXPECT_EQ(cancel.get().error().code, errc::conflict) << "it is sent";
}

TEST_F(outboxes_test, mailboxes_do_not_wait_for_each_other) {
  put_account("acme", "support");
  start();
  smtp_of("sales").mood = smtp_mood::silent;
  submit("one", "sales");
  submit("two", "support");
  EXPECT_EQ(sent("support"), 1U);
}

TEST_F(outboxes_test, one_that_has_retired_comes_back_when_it_is_needed) {
  start();
  submit("one");
  wait(3min);
  EXPECT_EQ(smtp.open_count(), 0U);
  const auto again = submit("two");
  ASSERT_TRUE(again.there() && again.get());
  EXPECT_EQ(again.get()->mail->seq(), 2U);
  EXPECT_EQ(sent(), 2U);
  EXPECT_FALSE(metrics_show("postroom_actor_restarts_total{actor=\"outbox\"} 1"));
}

TEST_F(outboxes_test, what_waited_is_sent_after_a_restart_though_nobody_asks) {
  start();
  smtp_of().mood = smtp_mood::refuses;
  submit("one");
  start_anew();
  smtp_of().mood = smtp_mood::serves;
  wait(1min);
  EXPECT_EQ(sent(), 1U);
}

TEST_F(outboxes_test, a_store_that_fails_is_told_and_loses_nothing) {
  start();
  smtp_of().mood = smtp_mood::silent;
  submit("kept");
  store.commits_fail = fail(errc::store_unavailable, "disk full");
  const auto lost = submit("lost");
  ASSERT_TRUE(lost.there());
  EXPECT_EQ(lost.get().error().code, errc::store_unavailable);
  const auto meanwhile = submit("too early");
  ASSERT_TRUE(meanwhile.there());
  EXPECT_EQ(meanwhile.get().error().code, errc::busy);
  store.commits_fail.reset();
  smtp_of().mood = smtp_mood::serves;
  wait(10s);
  EXPECT_EQ(sent(), 1U) << "the one that was acknowledged";
  const auto later = submit("later");
  ASSERT_TRUE(later.there() && later.get());
  EXPECT_EQ(sent(), 2U);
  EXPECT_EQ(mails().size(), 2U);
}

TEST_F(outboxes_test, a_change_of_configuration_loses_no_answer) {
  start();
  submit("one");
  store.holds_commits = true;
  const auto under_way = submit("two");
  EXPECT_FALSE(under_way.there());
  put_account("acme", "sales", [](auto& a) { a.set_username("shared@example.com"); });
  tell_changed(kind::account, "sales");
  EXPECT_FALSE(under_way.there());
  store.let_commit();
  settle();
  ASSERT_TRUE(under_way.there());
  ASSERT_TRUE(under_way.get());
  EXPECT_EQ(sent(), 2U) << "it was about to leave";
  const auto next = submit("three");
  ASSERT_TRUE(next.there() && next.get());
  EXPECT_EQ(next.get()->mail->seq(), 3U);
  EXPECT_EQ(smtp_of("shared").mails.size(), 1U) << "by the new configuration";
}

TEST_F(outboxes_test, a_changed_provider_replaces_its_outboxes) {
  start();
  smtp_of().mood = smtp_mood::refuses;
  submit("one");
  smtp_of().mood = smtp_mood::serves;
  auto provider = put_provider("acme", "mail", "password");
  provider.set_smtp_host("other.example.com");
  ASSERT_TRUE(storage::commit_now(*memory, {storage::put_config(provider, {})}));
  tell_changed(kind::provider, "mail");
  wait(1min);
  ASSERT_EQ(sent(), 1U);
  EXPECT_EQ(smtp.sessions.back()->target.host, "other.example.com");
}

TEST_F(outboxes_test, a_new_sign_in_sends_what_waits_at_once) {
  start();
  smtp_of().mood = smtp_mood::rejects_login;
  submit("one");
  EXPECT_EQ(mails().at(0).state(), OutboxMail::DEFERRED);
  smtp_of().mood = smtp_mood::serves;
  tell_changed(kind::grant, "andrea");
  EXPECT_EQ(sent(), 1U);
}

TEST_F(outboxes_test, an_account_that_is_removed_takes_its_outbox_along) {
  start();
  smtp_of().mood = smtp_mood::silent;
  submit("one");
  erase(storage::keys::account(tenant_id{"acme"}, account_id{"sales"}));
  tell_changed(kind::account, "sales");
  EXPECT_EQ(smtp.open_count(), 0U);
  EXPECT_EQ(submit("two").get().error().code, errc::not_found);
}

TEST_F(outboxes_test, an_account_that_is_removed_and_made_anew_has_one_outbox) {
  const auto record = std::make_shared<records::Account>(put_account("acme", "sales"));
  start();
  ASSERT_TRUE(submit("one").get());
  // Both before the one that runs has ended.
  caf::anon_send(boss, account_read{"sales", nullptr});
  caf::anon_send(boss, account_read{"sales", record});
  const auto two = submit("two");
  wait(10s);
  ASSERT_TRUE(two.there() && two.get());
  EXPECT_FALSE(metrics_show("postroom_actor_restarts_total{actor=\"outbox\"} 1"));
  const auto three = submit("three");
  ASSERT_TRUE(three.there() && three.get());
  EXPECT_EQ(sent(), 3U);
}

TEST_F(outboxes_test, an_account_that_is_switched_off_takes_mail_in_and_sends_it_later) {
  put_account("acme", "sales", [](auto& a) { a.set_active(false); });
  start();
  ASSERT_TRUE(submit("one").get());
  EXPECT_EQ(sent(), 0U);
  put_account("acme", "sales");
  tell_changed(kind::account, "sales");
  EXPECT_EQ(sent(), 1U);
}

TEST_F(outboxes_test, a_tenant_ends_only_when_its_outboxes_have) {
  start();
  smtp_of().mood = smtp_mood::holds_verdict;
  submit("one");
  quit(boss);
  EXPECT_EQ(mails().at(0).state(), OutboxMail::QUEUED);
  pretended_smtp::answer_verdict(*smtp.sessions.back());
  settle();
  EXPECT_EQ(mails().at(0).state(), OutboxMail::SENT);
  EXPECT_TRUE(ended());
}

} // namespace
} // namespace postroom::tenant
