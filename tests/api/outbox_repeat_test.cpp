#include "base/limits.hpp"
#include "tests/api/support/object_checks.hpp"
#include "tests/api/support/outbox_api.hpp"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

namespace postroom::api::test {
namespace {

using outbox_repeat_api = outbox_api;
using keyed = std::map<std::string, std::string>;

const std::string raw = "From: support@contoso.example\r\nTo: bea@example.org\r\n\r\nHello";

TEST_F(outbox_repeat_api, brings_the_same_mail_for_the_same_key) {
  const keyed key{{"Idempotency-Key", "order-4711"}};
  const auto first = submit(sample(), key);
  ASSERT_EQ(first.status, 202U) << first.body;
  EXPECT_EQ(first.header("idempotency-replayed"), "");
  time.advance(std::chrono::hours{1});
  const auto second = submit(sample(), key);
  ASSERT_EQ(second.status, 202U) << second.body;
  EXPECT_EQ(second.header("idempotency-replayed"), "true");
  EXPECT_EQ(second.body, first.body);
  EXPECT_EQ(second.header("location"), first.header("location"));
  EXPECT_EQ(ids_of(writer->get(outbox)).size(), 1U);
  EXPECT_NE(submit(sample(), {{"Idempotency-Key", "order-4712"}}).json().at("id"), first.json().at("id"));
  EXPECT_NE(submit(sample()).json().at("id"), submit(sample()).json().at("id")) << "without a key each is new";
}

TEST_F(outbox_repeat_api, brings_the_same_mail_for_a_whole_one) {
  const keyed key{{"Idempotency-Key", "k"}};
  const auto first = submit_raw(raw, key);
  ASSERT_EQ(first.status, 202U) << first.body;
  const auto second = submit_raw(raw, key);
  EXPECT_EQ(second.status, 202U);
  EXPECT_EQ(second.header("idempotency-replayed"), "true");
  EXPECT_EQ(second.json().at("message_id"), first.json().at("message_id"));
  EXPECT_EQ(submit_raw(raw + "!", key).status, 422U);
}

TEST_F(outbox_repeat_api, refuses_a_key_that_was_used_for_another_request) {
  const keyed key{{"Idempotency-Key", "order-4711"}};
  ASSERT_EQ(submit(sample(), key).status, 202U);
  const auto refused = submit(with(sample(), "subject", "Other"), key);
  EXPECT_EQ(refused.status, 422U);
  EXPECT_EQ(code_of(refused), "key_reused");
  const auto json = boost::json::serialize(sample());
  ASSERT_EQ(submit_raw(raw, {{"Idempotency-Key", "bytes"}}).status, 202U);
  EXPECT_NE(writer->send({"POST", outbox, raw, {{"Idempotency-Key", "bytes"}}}).status, 202U)
      << "the same octets as another type";
  EXPECT_EQ(ids_of(writer->get(outbox)).size(), 2U);
}

TEST_F(outbox_repeat_api, keeps_the_keys_of_accounts_apart) {
  make_account("acme", "sales", "azure");
  const keyed key{{"Idempotency-Key", "same"}};
  ASSERT_EQ(submit(sample(), key).status, 202U);
  const std::string sales = "/v1/tenants/acme/accounts/sales";
  ASSERT_TRUE(eventually([&] { return !writer->get(sales + "/status").json().at("since").is_null(); }));
  const auto other = writer->send({"POST", sales + "/outbox", boost::json::serialize(sample()), key});
  EXPECT_EQ(other.status, 202U) << other.body;
  EXPECT_EQ(other.header("idempotency-replayed"), "");
}

TEST_F(outbox_repeat_api, leaves_a_key_free_when_the_request_was_refused) {
  const keyed key{{"Idempotency-Key", "again"}};
  EXPECT_EQ(submit(with(sample(), "to", "nobody"), key).status, 400U);
  const auto mended = submit(sample(), key);
  EXPECT_EQ(mended.status, 202U) << mended.body;
  EXPECT_EQ(mended.header("idempotency-replayed"), "");
}

TEST_F(outbox_repeat_api, wants_a_key_that_can_be_told_from_others) {
  for (const auto& wrong : {std::string{"two words"}, std::string(256, 'k'), std::string{"k\xc3\xa9y"}}) {
    const auto refused = submit(sample(), {{"Idempotency-Key", wrong}});
    EXPECT_EQ(refused.status, 400U) << wrong;
    EXPECT_EQ(code_of(refused), "invalid_argument");
  }
  EXPECT_EQ(submit(sample(), {{"Idempotency-Key", std::string(255, 'k')}}).status, 202U);
}

TEST_F(outbox_repeat_api, stores_one_mail_when_the_request_comes_twice_at_once) {
  auto first = as(scope::write);
  auto second = as(scope::write);
  const auto bytes = first.bytes_of({"POST", outbox, boost::json::serialize(sample()), {{"Idempotency-Key", "twice"}}});
  const auto also = second.bytes_of({"POST", outbox, boost::json::serialize(sample()), {{"Idempotency-Key", "twice"}}});
  first.write(bytes);
  second.write(also);
  const auto a = first.read_answer();
  const auto b = second.read_answer();
  EXPECT_EQ(a.status, 202U) << a.body;
  EXPECT_EQ(b.status, 202U) << b.body;
  EXPECT_EQ(a.json().at("id"), b.json().at("id"));
  EXPECT_NE(a.header("idempotency-replayed"), b.header("idempotency-replayed"));
}

TEST_F(outbox_repeat_api, shows_a_repeated_mail_as_it_is_now) {
  const keyed key{{"Idempotency-Key", "k"}};
  const auto first = submit(sample(), key);
  ASSERT_EQ(writer->send({"POST", first.header("location") + "/cancel", {}, {}}).status, 200U);
  EXPECT_EQ(submit(sample(), key).json().at("state"), "cancelled");
}

TEST_F(outbox_repeat_api, brings_the_same_mail_when_what_it_was_made_of_is_gone) {
  const keyed key{{"Idempotency-Key", "k"}};
  const auto file = upload("content", "a.txt", "text/plain");
  const auto mail = with(sample(), "attachments", boost::json::array{boost::json::object{{"upload", file}}});
  const auto first = submit(mail, key);
  ASSERT_EQ(first.status, 202U) << first.body;
  time.advance(limits::upload_life + std::chrono::hours{1});
  const auto second = submit(mail, key);
  EXPECT_EQ(second.status, 202U) << second.body;
  EXPECT_EQ(second.body, first.body);
}

} // namespace
} // namespace postroom::api::test
