#include "tests/integration/support/outgoing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

/// Mail handed in by HTTP leaves through a real Postfix as the shared mailbox, signed in as the delegate.
namespace postroom::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;

std::vector<std::string> types_of(const std::vector<received_event>& log, const std::string& mail) {
  std::vector<std::string> out;
  for (const auto& each : log)
    if (each.text("id") == mail)
      out.push_back(each.type);
  return out;
}

std::size_t copies(office& world, const std::string& mailbox) {
  const auto count = world.server().message_count(mailbox, "Sent Items");
  return count ? *count : 0;
}

TEST(sending, leaves_as_the_shared_mailbox_once_with_a_copy_in_the_delegates_sent_folder) {
  office world{sending_office()};
  world.start();
  const auto mail = submit(world, "support", letter("anna@example.test", "first"));
  EXPECT_EQ(text_of(mail, "state"), "queued");
  const auto arrived = world.submission().relay().await_mail(id_in_header(mail), 20s);
  ASSERT_TRUE(arrived);
  EXPECT_EQ(arrived->mail_from, "support@contoso.test");
  EXPECT_THAT(arrived->recipients, ElementsAre("anna@example.test"));
  EXPECT_THAT(arrived->field("From"), HasSubstr("support@contoso.test"));
  const auto sent = await_state(world, mail, "sent");
  EXPECT_EQ(text_of(sent, "state"), "sent");
  EXPECT_EQ(sent.at("attempts").to_number<int>(), 1);
  EXPECT_THAT(world.submission().log(), HasSubstr("sasl_username=" + std::string{office::delegate}));
  EXPECT_TRUE(wait_until([&] { return copies(world, office::delegate) == 1; }, 10s));
  EXPECT_THAT(types_of(world.await_events(1), text_of(mail, "id")), ElementsAre("outbox.sent"));
  EXPECT_EQ(world.submission().relay().count(), 1u);
}

TEST(sending, answers_a_received_mail_in_its_thread_with_an_uploaded_file) {
  office world{sending_office()};
  world.deliver("support", office::mail("question"));
  world.start();
  const auto log = world.await_events(1);
  ASSERT_EQ(log.size(), 1u);
  const auto file =
      world.send({"POST", "/v1/uploads?filename=r%C3%A9sum%C3%A9.txt", "the file\n", {{"Content-Type", "text/plain"}}});
  ASSERT_EQ(file.status, 201u) << file.body;
  boost::json::object mail{{"text", "An answer."},
                           {"reply", {{"message", log[0].text("message_id")}}},
                           {"attachments", {boost::json::object{{"upload", file.json().at("id")}}}}};
  const auto made = submit(world, "support", mail);
  const auto arrived = world.submission().relay().await_mail(id_in_header(made), 20s);
  ASSERT_TRUE(arrived);
  EXPECT_EQ(arrived->field("In-Reply-To"), "<question@example.test>");
  EXPECT_THAT(arrived->field("References"), HasSubstr("<question@example.test>"));
  EXPECT_EQ(arrived->field("Subject"), "Re: question");
  EXPECT_THAT(arrived->recipients, ElementsAre("anna@example.test"));
  EXPECT_THAT(arrived->raw, HasSubstr("dGhlIGZpbGUK"));
}

TEST(sending, keeps_the_order_of_a_mailbox) {
  office world{sending_office()};
  world.start();
  for (int i = 0; i < 30; ++i)
    (void)submit(world, "support", letter("anna@example.test", std::to_string(i)));
  // Postfix hands on several at a time: what counts is the order in which it took them.
  ASSERT_TRUE(world.submission().relay().await(30, 60s));
  const auto log = world.await_events(30);
  ASSERT_EQ(log.size(), 30u);
  for (int i = 0; i < 30; ++i)
    EXPECT_EQ(log[static_cast<std::size_t>(i)].subject(), std::to_string(i));
}

TEST(sending, mailboxes_of_one_delegate_share_a_single_connection) {
  auto options = sending_office();
  options.mailboxes = {"a", "b", "c", "d", "e"};
  const std::string many = "smtp_connections = 50";
  options.provider_config.replace(options.provider_config.find(many), many.size(), "smtp_connections = 1");
  office world{std::move(options)};
  world.start();
  for (int round = 0; round < 3; ++round)
    for (const auto* mailbox : {"a", "b", "c", "d", "e"})
      (void)submit(world, mailbox, letter("anna@example.test", mailbox));
  EXPECT_TRUE(world.submission().relay().await(15, 12s)) << "whoever has nothing to send must not keep it";
}

struct refusal {
  const char* recipient;
  const char* state;
  const char* klass;
};

TEST(sending, knows_every_class_of_refusal) {
  auto options = sending_office();
  options.mailboxes = {"a", "b", "c", "d", "e", "f", "g", "h"};
  office world{std::move(options)};
  world.start();
  const refusal table[] = {
      {"code-450-4.2.0@example.test", "deferred", "recipient_deferred"},
      {"code-451-4.7.1@example.test", "deferred", "recipient_deferred"},
      {"code-550-5.1.1@example.test", "failed", "recipient_rejected"},
      {"data-451-4.3.0@example.test", "deferred", "message_deferred"},
      {"data-554-5.7.1@example.test", "failed", "message_rejected"},
      {"end-452-4.3.1@example.test", "deferred", "message_deferred"},
      {"end-554-5.6.0@example.test", "failed", "message_rejected"},
      {"code-421-4.7.0@example.test", "deferred", "throttled"}, // the last: from here on the identity rests
  };
  std::size_t box = 0;
  for (const auto& row : table) {
    const auto mailbox = std::string(1, static_cast<char>('a' + box++));
    const auto mail = submit(world, mailbox, letter(row.recipient, row.klass));
    const auto now = await_state(world, mail, row.state);
    EXPECT_EQ(text_of(now, "state"), row.state) << row.recipient << boost::json::serialize(now);
    EXPECT_EQ(class_of(now), row.klass) << row.recipient;
    EXPECT_FALSE(text_of(now.at("last_error").as_object(), "remedy").empty());
  }
  EXPECT_EQ(world.submission().relay().count(), 0u);
}

TEST(sending, serves_those_who_can_be_served_and_names_the_others) {
  office world{sending_office()};
  world.start();
  boost::json::object mail = letter("anna@example.test", "three");
  mail["cc"] = {"code-550-5.1.1@example.test", "bert@example.test"};
  const auto made = submit(world, "support", mail);
  const auto now = await_state(world, made, "failed");
  ASSERT_EQ(text_of(now, "state"), "failed");
  std::vector<std::string> states;
  for (const auto& each : now.at("recipients").as_array())
    states.emplace_back(each.at("state").as_string());
  EXPECT_THAT(states, ElementsAre("accepted", "rejected", "accepted"));
  ASSERT_TRUE(world.submission().relay().await(1));
  EXPECT_EQ(world.submission().relay().mails()[0].recipients.size(), 2u);
}

TEST(sending, says_who_must_act_when_the_delegate_may_not_send_as_the_mailbox) {
  office world{sending_office()};
  world.submission().forbid(office::delegate, office::address("support"));
  world.start();
  const auto mail = submit(world, "support", letter("anna@example.test", "forbidden"));
  const auto refused = await_state(world, mail, "deferred");
  EXPECT_EQ(class_of(refused), "sender_denied");
  EXPECT_EQ(text_of(refused.at("last_error").as_object(), "who_acts"), "operator");
  EXPECT_THAT(types_of(world.await_events(1), text_of(mail, "id")), ElementsAre("outbox.deferred"));
  world.submission().allow(office::delegate, office::address("support"));
  EXPECT_EQ(act(world, mail, "requeue").status, 200u);
  EXPECT_EQ(text_of(await_state(world, mail, "sent"), "state"), "sent");
  EXPECT_TRUE(world.submission().relay().await(1));
  EXPECT_EQ(world.submission().relay().count(id_in_header(mail)), 1u);
}

TEST(sending, waits_for_a_server_that_is_down_and_then_sends_each_mail_once) {
  office world{sending_office()};
  world.submission().kill();
  world.start();
  std::vector<boost::json::object> mails;
  for (int i = 0; i < 5; ++i)
    mails.push_back(submit(world, "support", letter("anna@example.test", std::to_string(i))));
  const auto first = await_state(world, mails[0], "deferred");
  EXPECT_EQ(class_of(first), "server_unavailable");
  ASSERT_TRUE(world.submission().restart());
  EXPECT_EQ(act(world, mails[0], "requeue").status, 200u);
  for (const auto& each : mails) {
    EXPECT_EQ(text_of(await_state(world, each, "sent", 60s), "state"), "sent");
    EXPECT_TRUE(world.submission().relay().await_mail(id_in_header(each), 20s));
    EXPECT_EQ(world.submission().relay().count(id_in_header(each)), 1u);
  }
}

TEST(sending, holds_releases_and_cancels) {
  office world{sending_office()};
  world.start();
  auto held = letter("anna@example.test", "held");
  held["hold"] = true;
  const auto mail = submit(world, "support", held);
  EXPECT_EQ(text_of(mail, "state"), "held");
  const auto other = submit(world, "support", letter("anna@example.test", "passes it"));
  EXPECT_EQ(text_of(await_state(world, other, "sent"), "state"), "sent");
  const auto cancelled = submit(world, "support", held);
  EXPECT_EQ(act(world, cancelled, "cancel").status, 200u);
  EXPECT_EQ(act(world, cancelled, "release").status, 409u);
  EXPECT_EQ(act(world, mail, "release").status, 200u);
  EXPECT_EQ(text_of(await_state(world, mail, "sent"), "state"), "sent");
  EXPECT_EQ(act(world, mail, "cancel").status, 409u);
  const auto counts = world.json("/v1/accounts/support/outbox-counts");
  EXPECT_EQ(counts.at("sent").to_number<int>(), 2);
  EXPECT_EQ(counts.at("cancelled").to_number<int>(), 1);
  EXPECT_EQ(counts.at("held").to_number<int>(), 0);
  EXPECT_EQ(world.submission().relay().count(id_in_header(cancelled)), 0u);
}

TEST(sending, a_revoked_sign_in_defers_and_a_new_one_sends) {
  auto options = sending_office();
  options.token_life = 121s;
  office world{std::move(options)};
  world.identity().revoke(office::delegate);
  world.start();
  const auto mail = submit(world, "support", letter("anna@example.test", "revoked"));
  const auto refused = await_state(world, mail, "deferred");
  EXPECT_EQ(class_of(refused), "auth_rejected");
  EXPECT_THAT(text_of(refused.at("last_error").as_object(), "detail"), HasSubstr("grant_dead"));
}

TEST(sending, the_same_idempotency_key_sends_once_also_after_a_crash) {
  office world{sending_office()};
  world.start();
  const auto first = try_submit(world, "support", letter("anna@example.test", "once"), "key-1");
  ASSERT_EQ(first.status, 202u) << first.body;
  world.kill();
  world.start();
  const auto again = try_submit(world, "support", letter("anna@example.test", "once"), "key-1");
  ASSERT_EQ(again.status, 202u) << again.body;
  EXPECT_EQ(again.header("idempotency-replayed"), "true");
  EXPECT_EQ(text_of(first.json(), "id"), text_of(again.json(), "id"));
  EXPECT_EQ(try_submit(world, "support", letter("anna@example.test", "other"), "key-1").status, 422u);
  EXPECT_EQ(text_of(await_state(world, first.json(), "sent", 150s), "state"), "sent");
  EXPECT_TRUE(world.submission().relay().await(1));
  EXPECT_TRUE(wait_until([&] { return world.submission().queued() == 0; }, 10s));
  EXPECT_EQ(world.submission().relay().count(), 1u);
}

} // namespace
} // namespace postroom::test
