#include "actors/errors.hpp"

#include "base/result.hpp"
#include "protocol/knowledge/entry.hpp"

#include <caf/sec.hpp>
#include <gtest/gtest.h>

namespace postroom {
namespace {

error there_and_back(const error& e) {
  return from_caf(to_caf(e));
}

TEST(errors_between_actors, stay_what_they_are) {
  for (std::size_t i = 1; i < errc_count; ++i) {
    const auto back = there_and_back({static_cast<errc>(i), "words"});
    EXPECT_EQ(back.code, static_cast<errc>(i));
    EXPECT_EQ(back.detail, "words");
    EXPECT_EQ(back.cause, "");
  }
}

TEST(errors_between_actors, keep_their_cause_as_the_table_has_it) {
  for (const auto* each : knowledge::all()) {
    const std::string own{each->key}; // the view that comes back must not depend on it
    const auto back = there_and_back({each->code, "words", own});
    EXPECT_EQ(back.cause.data(), each->key.data());
    EXPECT_EQ(back.detail, "words");
  }
}

TEST(errors_between_actors, lose_a_cause_that_is_not_in_the_table) {
  const auto back = there_and_back({errc::throttled, "words", "made.up"});
  EXPECT_EQ(back.code, errc::throttled);
  EXPECT_EQ(back.detail, "words");
  EXPECT_EQ(back.cause, "");
}

TEST(errors_between_actors, are_made_of_cafs_own) {
  EXPECT_EQ(from_caf(caf::make_error(caf::sec::request_timeout)).code, errc::timeout);
  EXPECT_EQ(from_caf(caf::make_error(caf::sec::request_receiver_down)).code, errc::cancelled);
  EXPECT_EQ(from_caf(caf::make_error(caf::sec::unexpected_message)).code, errc::internal);
  EXPECT_EQ(from_caf(caf::make_error(errc::busy)).detail, "");
}

} // namespace
} // namespace postroom
