#include "tests/api/import/import_fixture.hpp"
#include "tests/api/import/meddled_store.hpp"

#include "base/limits.hpp"

#include <gmock/gmock.h>

namespace postroom::api::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

/// Whether a batch writes accounts.
bool writes_accounts(const storage::batch& what) {
  for (const auto& each : what.operations)
    if (const auto* put = std::get_if<storage::put>(&each); put && put->key.key.starts_with("a/"))
      return true;
  return false;
}

class import_faults : public import_api {
protected:
  void SetUp() override {
    auto wrapped = std::make_unique<meddled_store>(std::move(store));
    meddled = wrapped.get();
    store = std::move(wrapped);
    import_api::SetUp();
  }
  static std::string many_rows(std::size_t count) {
    std::string rows = "name,email,provider,active\n";
    for (std::size_t i = 0; i < count; ++i)
      rows += "A,a" + std::to_string(i) + "@contoso.example,azure,no\n";
    return rows;
  }
  std::size_t stored_accounts() {
    return storage::list_all<records::Account>(*store, storage::space::config,
                                               storage::keys::accounts(tenant_id{"acme"}))
        .value()
        .size();
  }
  /// Writes a record past everybody.
  template <class Record>
  void overwrite(const Record& of) {
    ASSERT_TRUE(storage::commit_now(meddled->inner(), {storage::put_config(of, {})}));
  }

  meddled_store* meddled = nullptr;
};

TEST_F(import_faults, goes_on_where_a_failing_store_ended_it) {
  const std::size_t rows = 2 * limits::import_batch_accounts + 10;
  // Each batch in turn finds the disk full.
  for (std::size_t good = 0; good < 3; ++good) {
    std::size_t seen = 0;
    meddled->before_commit = [&](const storage::batch& what) -> std::optional<storage::commit_result> {
      if (!writes_accounts(what) || seen++ == 0)
        return {};
      storage::commit_result full;
      full.outcome = storage::outcome::unavailable;
      full.error = fail(errc::disk_full, "for a test");
      return full;
    };
    const auto broken = hand_in(many_rows(rows));
    if (good == 2) {
      EXPECT_EQ(broken.status, 200U) << broken.body;
      break;
    }
    EXPECT_EQ(broken.status, 507U) << broken.body;
    EXPECT_EQ(code_of(broken), "disk_full");
    EXPECT_THAT(broken.body, HasSubstr("256 accounts were written before: send the same file again"));
    EXPECT_EQ(stored_accounts(), (good + 1) * limits::import_batch_accounts) << "complete batches only";
    EXPECT_EQ(broken.json().at("created"), limits::import_batch_accounts);
    EXPECT_EQ(broken.json().at("unchanged"), good * limits::import_batch_accounts);
  }
  EXPECT_EQ(stored_accounts(), rows);
  meddled->before_commit = nullptr;
  EXPECT_EQ(hand_in(many_rows(rows)).json().at("unchanged"), rows);
}

TEST_F(import_faults, writes_what_it_can_when_others_get_ahead) {
  ASSERT_EQ(hand_in(two_rows).status, 200U);
  bool meddle = true;
  meddled->before_commit = [&](const storage::batch& what) -> std::optional<storage::commit_result> {
    if (writes_accounts(what) && std::exchange(meddle, false)) {
      auto changed = stored_account("a");
      changed.set_list("somebody_elses");
      overwrite(changed);
    }
    return {};
  };
  const auto done = hand_in("id,name\na,Mine\nb,Mine\n", "update=true");
  ASSERT_EQ(done.status, 200U) << done.body;
  EXPECT_EQ(counts_of(done), "rows 2, created 0, updated 1, unchanged 0, skipped 1, invalid 0");
  EXPECT_THAT(errors_in(done), ElementsAre(HasSubstr("2 id was changed by somebody else meanwhile")));
  EXPECT_EQ(stored_account("a").list(), "somebody_elses");
  EXPECT_EQ(stored_account("b").name(), "Mine");
}

TEST_F(import_faults, is_not_disturbed_by_a_new_secret_of_the_provider) {
  bool meddle = true;
  meddled->before_commit = [&](const storage::batch& what) -> std::optional<storage::commit_result> {
    if (writes_accounts(what) && std::exchange(meddle, false))
      overwrite(stored<records::Provider>(storage::keys::provider(tenant_id{"acme"}, provider_id{"azure"})));
    return {};
  };
  EXPECT_EQ(counts_of(hand_in(two_rows)), "rows 2, created 2, updated 0, unchanged 0, skipped 0, invalid 0");
}

TEST_F(import_faults, makes_no_account_of_a_provider_that_is_gone) {
  meddled->before_commit = [&](const storage::batch& what) -> std::optional<storage::commit_result> {
    if (writes_accounts(what))
      EXPECT_TRUE(storage::commit_now(
          meddled->inner(), {storage::erase{storage::keys::provider(tenant_id{"acme"}, provider_id{"azure"}), {}}}));
    return {};
  };
  EXPECT_EQ(counts_of(hand_in(two_rows)), "rows 2, created 0, updated 0, unchanged 0, skipped 2, invalid 0");
  EXPECT_EQ(stored_accounts(), 0U);
}

TEST_F(import_faults, has_the_gateway_take_up_every_account) {
  ASSERT_EQ(hand_in(many_rows(limits::import_batch_accounts + 3)).status, 200U);
  const auto known = [&] {
    std::size_t count = 0;
    std::string after;
    do {
      const auto page = writer->get(collection + "?limit=200" + (after.empty() ? "" : "&after=" + after)).json();
      for (const auto& each : page.at("items").as_array())
        count += each.at("status").at("since").is_null() ? 0 : 1;
      after = page.at("next").is_null() ? std::string{} : std::string{page.at("next").as_string()};
    } while (!after.empty());
    return count;
  };
  EXPECT_TRUE(eventually([&] { return known() == limits::import_batch_accounts + 3; })) << known();
}

} // namespace
} // namespace postroom::api::test
