#include "base/limits.hpp"

#include <gtest/gtest.h>

namespace postroom::limits {
namespace {

// Limits that only make sense together.
TEST(limits, fit_each_other) {
  EXPECT_LE(std::uint64_t{chunk_bytes_max} * 256, imap_body_bytes_max);
  EXPECT_GE(std::uint64_t{chunk_bytes_max} * body_chunks_max, imap_body_bytes_max);
  EXPECT_LT(record_bytes_max, batch_bytes_max);
  EXPECT_LT(fetch_range_bytes, credit_pool_bytes);
  EXPECT_LE(credit_pool_bytes, commit_queue_bytes_max);
  EXPECT_LT(imap_command_line_bytes_max, 10'240U);
  EXPECT_LT(2 * event_text_bytes_max, record_bytes_max);
  EXPECT_LT(event_wait_max, http_idle_deadline);
}

} // namespace
} // namespace postroom::limits
