#include "storage/expiry.hpp"

#include "storage/directory.hpp"
#include "storage/keys.hpp"
#include "tests/storage/store_support.hpp"
#include "tests/support/forwarding_store.hpp"

#include <algorithm>
#include <functional>

namespace postroom::storage {
namespace {

/// Somebody changes something between what is read and what is erased.
class interfered_store final : public forwarding_store {
public:
  using forwarding_store::forwarding_store;
  std::function<void()> before_commit;

  void commit(batch what, completion<commit_result> done) override {
    if (const auto act = std::exchange(before_commit, nullptr))
      act();
    forwarding_store::commit(std::move(what), std::move(done));
  }
};

class expiry_test : public any_store {
protected:
  static constexpr std::int64_t now_ms = 1'000'000;

  /// A record that expires then; its body with it.
  void put_expiring(const std::string& key, std::int64_t at_ms, std::optional<blob_id> body = {}) {
    std::vector<operation> all{put{{space::upload, key}, "x", {}, {}}};
    records::Expiry expiry;
    expiry.set_space(static_cast<std::uint32_t>(space::upload));
    expiry.set_key(key);
    if (body) {
      expiry.set_blob(std::string{body->bytes.begin(), body->bytes.end()});
      all.emplace_back(reference_body{*body, 1, "octets"});
    }
    all.emplace_back(put_of(entry(key, at_ms), expiry));
    ASSERT_EQ(commit(db, make_batch(std::move(all))).outcome, outcome::committed);
  }
  static record_key entry(const std::string& key, std::int64_t at_ms) {
    return keys::expiry(at_ms, space::upload, key);
  }
  result<std::size_t> erase_now(store& from) {
    return start<result<std::size_t>>([&](auto done) { erase_expired(from, now_ms, done); }).get();
  }
  std::vector<std::string> left() {
    std::vector<std::string> out;
    for (const auto& each : *scan(db, space::upload, {}))
      out.push_back(each.key);
    return out;
  }
  std::size_t entries() { return scan(db, space::expiry, {})->size(); }
};

TEST_P(expiry_test, erases_what_is_over_and_nothing_else) {
  put_expiring("over", now_ms - 1);
  put_expiring("long over", 1);
  put_expiring("just now", now_ms);
  put_expiring("later", now_ms + 1);
  EXPECT_EQ(*erase_now(db), 2U);
  EXPECT_EQ(left(), (std::vector<std::string>{"just now", "later"}));
  EXPECT_EQ(entries(), 2U);
  EXPECT_EQ(*erase_now(db), 0U) << "harmless to repeat";
}

TEST_P(expiry_test, takes_keys_that_are_no_text) {
  const auto binary = std::string{"acme/\x80\xff"} + '\0';
  put_expiring(binary, 1);
  EXPECT_EQ(*erase_now(db), 1U);
  EXPECT_TRUE(left().empty());
}

TEST_P(expiry_test, releases_the_body_with_the_record) {
  const auto gone = next_id<blob_id>();
  const auto kept = next_id<blob_id>();
  put_expiring("over", 1, gone);
  put_expiring("later", now_ms + 1, kept);
  EXPECT_EQ(*erase_now(db), 1U);
  EXPECT_FALSE(read_chunk(db, gone, 0)->has_value());
  EXPECT_EQ(read_chunk(db, kept, 0)->value(), "octets");
}

TEST_P(expiry_test, goes_page_by_page_the_oldest_first) {
  const auto many = expiry_page * 2 + 7;
  for (std::size_t i = 0; i < many; ++i)
    put_expiring("k" + std::to_string(i), static_cast<std::int64_t>(many - i)); // the last put expires first
  EXPECT_EQ(*erase_now(db), expiry_page);
  const auto still = left();
  EXPECT_EQ(still.size(), many - expiry_page);
  EXPECT_TRUE(std::ranges::find(still, "k0") != still.end());
  EXPECT_TRUE(std::ranges::find(still, "k" + std::to_string(many - 1)) == still.end());
  EXPECT_EQ(*erase_now(db), expiry_page);
  EXPECT_EQ(*erase_now(db), 7U) << "fewer than a page: there is no more";
  EXPECT_EQ(entries(), 0U);
}

TEST_P(expiry_test, what_was_taken_back_before_is_kept) {
  put_expiring("wanted", 1);
  put_expiring("over", 1);
  ASSERT_EQ(commit(db, make_batch({erase{entry("wanted", 1), {}}})).outcome, outcome::committed);
  EXPECT_EQ(*erase_now(db), 1U);
  EXPECT_EQ(left(), std::vector<std::string>{"wanted"});
}

TEST_P(expiry_test, what_is_taken_back_at_the_same_moment_is_kept) {
  const auto body = next_id<blob_id>();
  put_expiring("wanted", 1, body);
  put_expiring("over", 1);
  interfered_store between{db};
  between.before_commit = [&] {
    // The commit under way is on the store's own thread: its answer may not be awaited there.
    db.commit(make_batch({erase{entry("wanted", 1), {}}}),
              [](const commit_result& r) { EXPECT_EQ(r.outcome, outcome::committed); });
  };
  const auto first = erase_now(between);
  ASSERT_FALSE(first);
  EXPECT_EQ(first.error().code, errc::conflict);
  EXPECT_EQ(left().size(), 2U) << "all of a page or nothing";
  EXPECT_EQ(*erase_now(between), 1U);
  EXPECT_EQ(left(), std::vector<std::string>{"wanted"});
  EXPECT_EQ(read_chunk(db, body, 0)->value(), "octets");
}

TEST_P(expiry_test, an_entry_that_cannot_be_read_is_told) {
  ASSERT_EQ(commit(db, make_batch({put{entry("x", 1), "\xff\xff", {}, {}}})).outcome, outcome::committed);
  const auto told = erase_now(db);
  ASSERT_FALSE(told);
  EXPECT_EQ(told.error().code, errc::store_corrupt);
}

INSTANTIATE_TEST_SUITE_P(every_store, expiry_test, every_store, store_name);

TEST(expiry_keys, are_in_the_order_of_time_whatever_expires) {
  const auto early = keys::expiry(255, space::upload, "z");
  const auto late = keys::expiry(256, space::outbox, "a");
  EXPECT_LT(early.key, late.key);
  const auto due = keys::expired_before(256);
  EXPECT_LT(early.key, due.last);
  EXPECT_GE(late.key, due.last);
}

TEST(outbox_keys, keep_mails_in_order_and_accounts_apart) {
  const tenant_id acme{"acme"};
  const account_id sales{"sales"};
  EXPECT_LT(keys::outbox_mail(acme, sales, 255).key, keys::outbox_mail(acme, sales, 256).key);
  EXPECT_EQ(keys::seq_of_outbox(keys::outbox_pending(acme, sales, 0x0123456789abcdefu).key), 0x0123456789abcdefu);
  EXPECT_EQ(keys::seq_of_outbox("short"), 0U);
  const auto other = keys::outbox_mail(acme, account_id{"sales2"}, 1).key;
  EXPECT_FALSE(other.starts_with(keys::outbox_mails(acme, sales)));
  EXPECT_FALSE(keys::outbox(tenant_id{"acme2"}, sales).key.starts_with(keys::outboxes(acme)));
  EXPECT_TRUE(keys::outbox(acme, sales).key.starts_with(keys::outboxes(acme)));
}

} // namespace
} // namespace postroom::storage
