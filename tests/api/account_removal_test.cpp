#include "tests/api/support/holding_store.hpp"
#include "tests/api/support/outbox_api.hpp"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

#include <algorithm>

/// An account is removed while a mail of it is handed in: one of both must not happen.
namespace postroom::api::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class account_removal : public outbox_api {
protected:
  void SetUp() override {
    auto holding = std::make_unique<holding_store>(std::move(store));
    disk = holding.get();
    store = std::move(holding);
    outbox_api::SetUp();
    remover.emplace(as(scope::write));
  }
  static bool removes_the_account(const storage::batch& what) {
    return std::ranges::any_of(what.operations, [](const storage::operation& each) {
      const auto* erased = std::get_if<storage::erase>(&each);
      return erased && erased->key == storage::keys::account(tenant_id{"acme"}, account_id{"support"});
    });
  }
  static bool takes_a_mail(const storage::batch& what) {
    return std::ranges::any_of(what.operations, [](const storage::operation& each) {
      return std::holds_alternative<storage::reference_body>(each);
    });
  }
  void begin_removal() { remover->write(remover->bytes_of({"DELETE", account, {}, {{"If-Match", "*"}}})); }
  void cancel(const answer& accepted) {
    ASSERT_EQ(writer->send({"POST", accepted.header("location") + "/cancel", {}, {}}).status, 200U);
  }

  holding_store* disk = nullptr;
  std::optional<client> remover;
};

TEST_F(account_removal, is_refused_for_a_mail_that_was_accepted_meanwhile) {
  disk->hold(removes_the_account);
  begin_removal();
  ASSERT_TRUE(eventually([&] { return disk->is_held(); }));
  const auto accepted = submit(sample());
  ASSERT_EQ(accepted.status, 202U) << accepted.body;
  disk->let_go();
  const auto refused = remover->read_answer();
  EXPECT_EQ(refused.status, 409U) << refused.body;
  EXPECT_EQ(code_of(refused), "conflict");
  EXPECT_THAT(refused.body, HasSubstr("1 mails wait"));
  EXPECT_THAT(ids_of(writer->get(outbox)), ElementsAre(accepted.json().at("id").as_string()));
  cancel(accepted);
  EXPECT_EQ(writer->remove(account, "*").status, 204U);
}

TEST_F(account_removal, is_refused_for_a_mail_that_came_and_went_meanwhile) {
  cancel(submit(sample()));
  disk->hold(removes_the_account);
  begin_removal();
  ASSERT_TRUE(eventually([&] { return disk->is_held(); }));
  cancel(submit(sample()));
  disk->let_go();
  const auto refused = remover->read_answer();
  EXPECT_EQ(refused.status, 409U) << refused.body;
  EXPECT_THAT(refused.body, HasSubstr("try again"));
  EXPECT_EQ(writer->remove(account, "*").status, 204U);
}

TEST_F(account_removal, leaves_an_outbox_that_runs_nothing_to_accept) {
  cancel(submit(sample()));
  disk->hold(takes_a_mail);
  writer->write(writer->bytes_of({"POST", outbox, boost::json::serialize(sample()), {}}));
  ASSERT_TRUE(eventually([&] { return disk->is_held(); }));
  EXPECT_EQ(remover->remove(account, "*").status, 204U);
  disk->let_go();
  const auto refused = writer->read_answer();
  EXPECT_NE(refused.status, 202U) << refused.body;
  EXPECT_EQ(count(storage::space::outbox), 2U) << "the cancelled mail and the counters";
  make_account("acme", "support", "azure");
  EXPECT_EQ(writer->get(account + "/outbox-counts").json().at("queued"), 0);
}

TEST_F(account_removal, is_another_revision_for_who_knows_the_one_before) {
  const auto etag = writer->get(account).header("etag");
  disk->hold(removes_the_account);
  remover->write(remover->bytes_of({"DELETE", account, {}, {{"If-Match", etag}}}));
  ASSERT_TRUE(eventually([&] { return disk->is_held(); }));
  ASSERT_EQ(writer->patch(account, {{"name", "Changed"}}, "*").status, 200U);
  disk->let_go();
  EXPECT_EQ(remover->read_answer().status, 412U);
  EXPECT_EQ(writer->get(account).status, 200U);
}

TEST_F(account_removal, does_not_give_the_number_of_a_mail_twice) {
  const auto first = submit(sample());
  cancel(first);
  ASSERT_EQ(writer->remove(account, "*").status, 204U);
  make_account("acme", "support", "azure");
  ASSERT_TRUE(eventually([&] { return submit(sample()).status == 202U; }));
  EXPECT_THAT(writer->get(outbox + "?state=queued").json().at("items").at(0).at("seq").to_number<int>(),
              testing::Gt(first.json().at("seq").to_number<int>()));
}

} // namespace
} // namespace postroom::api::test
