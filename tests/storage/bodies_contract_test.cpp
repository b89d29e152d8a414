#include "store_support.hpp"

#include "base/limits.hpp"

namespace postroom::storage {
namespace {

class bodies_contract : public any_store {
protected:
  const blob_id blob = next_id<blob_id>();

  commit_result reference(std::uint32_t chunks, std::optional<std::string> inline_chunk = {}) {
    return commit(db, make_batch({reference_body{blob, chunks, std::move(inline_chunk)}}));
  }
  commit_result release() { return commit(db, make_batch({release_body{blob}})); }
  std::optional<std::string> chunk(std::uint32_t index = 0) { return read_chunk(db, blob, index).value(); }
  std::int64_t now_ms() { return time.now().time_since_epoch().count(); }
};
INSTANTIATE_TEST_SUITE_P(stores, bodies_contract, every_store, store_name);

TEST_P(bodies_contract, keeps_bodies_of_every_size) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{1023}, std::size_t{1024},
                                 limits::chunk_bytes_max - 1, limits::chunk_bytes_max}) {
    const auto one = next_id<blob_id>();
    const std::string bytes(size, 'x');
    ASSERT_TRUE(write_chunk(db, one, 0, bytes));
    EXPECT_EQ(commit(db, make_batch({reference_body{one, 1, {}}})).outcome, outcome::committed);
    EXPECT_EQ(read_chunk(db, one, 0).value(), bytes) << size;
    EXPECT_EQ(read_chunk(db, one, 1).value(), std::nullopt);
  }
  EXPECT_EQ(write_chunk(db, blob, 0, std::string(limits::chunk_bytes_max + 1, 'x')).error().code, errc::too_large);
  EXPECT_EQ(write_chunk(db, blob, limits::body_chunks_max, "x").error().code, errc::too_large);
}

TEST_P(bodies_contract, keeps_many_chunks) {
  for (std::uint32_t i = 0; i < 35; ++i)
    ASSERT_TRUE(write_chunk(db, blob, i, std::string(limits::chunk_bytes_max, static_cast<char>('a' + i % 26))));
  EXPECT_EQ(reference(35).outcome, outcome::committed);
  for (std::uint32_t i = 0; i < 35; ++i)
    EXPECT_EQ(chunk(i), std::string(limits::chunk_bytes_max, static_cast<char>('a' + i % 26)));
}

TEST_P(bodies_contract, refuses_a_body_with_a_hole) {
  ASSERT_TRUE(write_chunk(db, blob, 0, "a"));
  ASSERT_TRUE(write_chunk(db, blob, 2, "c"));
  for (const std::uint32_t wrong : {0u, 1u, 2u, 3u, 4u})
    EXPECT_EQ(reference(wrong).outcome, outcome::conflict) << wrong;
  ASSERT_TRUE(write_chunk(db, blob, 1, "b"));
  EXPECT_EQ(reference(2).outcome, outcome::conflict);
  EXPECT_EQ(reference(4).outcome, outcome::conflict);
  EXPECT_EQ(reference(3).outcome, outcome::committed);
  EXPECT_EQ(reference(3).outcome, outcome::committed) << "again changes nothing";
  EXPECT_EQ(reference(2).outcome, outcome::conflict);
  EXPECT_EQ(commit(db, make_batch({reference_body{next_id<blob_id>(), 1, {}}})).outcome, outcome::conflict);
}

TEST_P(bodies_contract, knows_bodies_without_chunks) {
  EXPECT_EQ(reference(0).outcome, outcome::committed);
  EXPECT_EQ(chunk(), std::nullopt);
  release();
  EXPECT_EQ(collect(db, 0).value(), 1u);
}

TEST_P(bodies_contract, replaces_a_staged_chunk_but_no_referenced_one) {
  ASSERT_TRUE(write_chunk(db, blob, 0, "first"));
  EXPECT_EQ(chunk(), "first");
  ASSERT_TRUE(write_chunk(db, blob, 0, "second"));
  EXPECT_EQ(chunk(), "second");
  reference(1);
  EXPECT_EQ(write_chunk(db, blob, 0, "third").error().code, errc::conflict);
  EXPECT_EQ(write_chunk(db, blob, 1, "more").error().code, errc::conflict);
  EXPECT_EQ(chunk(), "second");
}

TEST_P(bodies_contract, stores_small_bodies_in_the_commit) {
  EXPECT_EQ(reference(1, "small").outcome, outcome::committed);
  EXPECT_EQ(chunk(), "small");
  EXPECT_EQ(reference(1).outcome, outcome::committed);
  EXPECT_EQ(reference(0, "replaced").outcome, outcome::committed);
  EXPECT_EQ(chunk(), "replaced");
  ASSERT_TRUE(write_chunk(db, next_id<blob_id>(), 0, "x"));
  EXPECT_EQ(collect(db, now_ms()).value(), 0u);
  EXPECT_EQ(chunk(), "replaced");
}

TEST_P(bodies_contract, does_not_replace_a_larger_body_by_a_small_one) {
  ASSERT_TRUE(write_chunk(db, blob, 0, "a"));
  ASSERT_TRUE(write_chunk(db, blob, 1, "b"));
  EXPECT_EQ(reference(1, "small").outcome, outcome::conflict);
  reference(2);
  EXPECT_EQ(reference(1, "small").outcome, outcome::conflict);
}

TEST_P(bodies_contract, collects_what_was_released) {
  reference(1, "small");
  EXPECT_EQ(collect(db, now_ms() + 1).value(), 0u);
  EXPECT_EQ(release().outcome, outcome::committed);
  EXPECT_EQ(chunk(), std::nullopt) << "gone at once";
  EXPECT_EQ(reference(1).outcome, outcome::conflict);
  EXPECT_EQ(write_chunk(db, blob, 0, "x").error().code, errc::conflict);
  EXPECT_EQ(collect(db, 0).value(), 1u);
  EXPECT_EQ(collect(db, 0).value(), 0u);
  EXPECT_EQ(chunk(), std::nullopt);
  EXPECT_EQ(release().outcome, outcome::committed) << "not there is no error";
  EXPECT_EQ(reference(1).outcome, outcome::conflict);
}

TEST_P(bodies_contract, collects_what_was_staged_long_ago) {
  ASSERT_TRUE(write_chunk(db, blob, 0, "a"));
  ASSERT_TRUE(write_chunk(db, blob, 1, "b"));
  const auto staged = now_ms();
  time.advance(std::chrono::hours{1});
  EXPECT_EQ(collect(db, staged).value(), 0u);
  EXPECT_EQ(collect(db, staged + 1).value(), 1u);
  EXPECT_EQ(chunk(0), std::nullopt);
  EXPECT_EQ(chunk(1), std::nullopt);
  EXPECT_EQ(reference(2).outcome, outcome::conflict);
  // Its id may be staged anew: nothing is left of it.
  ASSERT_TRUE(write_chunk(db, blob, 0, "again"));
  EXPECT_EQ(reference(1).outcome, outcome::committed);
}

TEST_P(bodies_contract, spares_a_body_that_arrives_slowly) {
  ASSERT_TRUE(write_chunk(db, blob, 0, "a"));
  time.advance(std::chrono::minutes{50});
  ASSERT_TRUE(write_chunk(db, blob, 1, "b"));
  time.advance(std::chrono::minutes{20});
  EXPECT_EQ(collect(db, now_ms() - 3'600'000).value(), 0u);
  EXPECT_EQ(reference(2).outcome, outcome::committed);
}

TEST_P(bodies_contract, collects_more_than_one_slice) {
  const auto many = static_cast<int>(limits::collect_slice_bodies) * 2 + 1;
  std::vector<operation> references;
  std::vector<operation> releases;
  for (int i = 0; i < many; ++i) {
    const auto one = next_id<blob_id>();
    references.push_back(reference_body{one, 1, "small"});
    releases.push_back(release_body{one});
  }
  ASSERT_EQ(commit(db, make_batch(references)).outcome, outcome::committed);
  ASSERT_EQ(commit(db, make_batch(releases)).outcome, outcome::committed);
  ASSERT_TRUE(write_chunk(db, blob, 0, "young"));
  EXPECT_EQ(collect(db, now_ms()).value(), static_cast<std::size_t>(many));
  EXPECT_EQ(chunk(), "young");
}

TEST_P(bodies_contract, references_in_the_commit_that_needs_them) {
  ASSERT_TRUE(write_chunk(db, blob, 0, "a"));
  const auto refused =
      commit(db, make_batch({reference_body{blob, 1, {}}, assert_revision{{space::message, "none"}, revision{1}}}));
  EXPECT_EQ(refused.outcome, outcome::conflict);
  EXPECT_EQ(collect(db, now_ms() + 1).value(), 1u) << "still only staged";
}

} // namespace
} // namespace postroom::storage
