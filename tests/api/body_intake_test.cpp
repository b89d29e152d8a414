#include "api/body_intake.hpp"

#include "api/chunk_source.hpp"
#include "base/clock.hpp"
#include "base/limits.hpp"
#include "storage/blocking.hpp"
#include "storage/memory/memory_store.hpp"
#include "tests/api/support/sized_store.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <numeric>

namespace postroom::api::test {
namespace {

class body_intake_test : public testing::Test {
protected:
  std::uint64_t written() const { return store.written(); }

  /// Feeds `total` octets in pieces, as a connection does. The most that was held after a flush, and before.
  struct held {
    std::uint64_t after = 0;
    std::uint64_t before = 0;
  };
  held pour(body_intake& into, std::uint64_t total, std::size_t piece) {
    held most;
    boost::asio::io_context context{1};
    bool ended = false;
    boost::asio::co_spawn(
        context,
        [&]() -> boost::asio::awaitable<void> {
          for (std::uint64_t sent = 0; sent < total; sent += piece) {
            into.add(std::string(std::min<std::uint64_t>(piece, total - sent), 'x'));
            most.before = std::max(most.before, into.bytes() - written());
            EXPECT_TRUE(co_await into.flush());
            most.after = std::max(most.after, into.bytes() - written());
          }
          EXPECT_TRUE(co_await into.finish());
          ended = true;
        },
        [](const std::exception_ptr& failed) { EXPECT_FALSE(failed); });
    context.run();
    EXPECT_TRUE(ended);
    return most;
  }

  manual_clock time;
  sized_store store{storage::open_memory_store(time)};
};

TEST_F(body_intake_test, holds_one_chunk_and_a_piece_of_a_mail_of_35_megabytes) {
  body_intake body{store};
  const std::uint64_t total = 35'000'000;
  const auto most = pour(body, total, 64 * limits::kib);
  EXPECT_LE(most.after, limits::chunk_bytes_max);
  EXPECT_LE(most.before, limits::chunk_bytes_max + 64 * limits::kib);
  EXPECT_EQ(body.bytes(), total);
  EXPECT_EQ(written(), total);
  EXPECT_EQ(body.take_small(), nullptr);
  EXPECT_EQ(body.chunks(), (total + limits::chunk_bytes_max - 1) / limits::chunk_bytes_max);
  EXPECT_EQ(store.largest(), limits::chunk_bytes_max);
}

TEST_F(body_intake_test, cuts_at_chunks_whatever_the_pieces) {
  const auto chunk = limits::chunk_bytes_max;
  struct expected {
    std::uint64_t total;
    std::uint32_t chunks;
    bool small;
  };
  for (const auto& [total, chunks, small] : {expected{0, 1, true},
                                             {1, 1, true},
                                             {chunk - 1, 1, true},
                                             {chunk, 1, true},
                                             {chunk + 1, 2, false},
                                             {2 * chunk, 2, false},
                                             {2 * chunk + 1, 3, false}})
    for (const std::size_t piece : {1000UL, static_cast<std::size_t>(chunk), static_cast<std::size_t>(3 * chunk)}) {
      const auto before = written();
      body_intake body{store};
      boost::asio::io_context context{1};
      (void)pour(body, total, piece);
      EXPECT_EQ(body.bytes(), total);
      EXPECT_EQ(body.chunks(), chunks) << total << " by " << piece;
      const auto inside = body.take_small();
      EXPECT_EQ(inside != nullptr, small) << total;
      EXPECT_EQ(written() - before + (inside ? inside->size() : 0), total);
    }
}

TEST_F(body_intake_test, writes_the_same_from_a_thread_that_may_block) {
  body_intake body{store};
  intake_sink sink{body};
  std::string all;
  for (int i = 0; all.size() < 3 * limits::mib; ++i) {
    const auto line = std::to_string(i) + ",";
    all += line;
    ASSERT_TRUE(sink.write(line));
  }
  ASSERT_TRUE(body.finish_blocking());
  EXPECT_EQ(written(), all.size());
  EXPECT_EQ(body.chunks(), 4U);
}

TEST_F(body_intake_test, says_so_when_the_store_fails) {
  store.fail_from(1);
  body_intake body{store};
  body.add(std::string(3 * limits::mib, 'x'));
  const auto failed = body.finish_blocking();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, errc::disk_full);
}

class chunk_source_test : public body_intake_test {
protected:
  chunk_source_test() : plain(storage::open_memory_store(time)) {}
  std::string read_all(chunk_source& from, std::size_t piece) {
    std::string out;
    std::string buffer(piece, '\0');
    while (true) {
      const auto got = from.read(out.size(), buffer);
      EXPECT_TRUE(got) << to_string(got.error());
      if (!got || *got == 0)
        return out;
      out.append(buffer, 0, *got);
    }
  }
  std::unique_ptr<storage::store> plain;
};

TEST_F(chunk_source_test, reads_back_what_was_taken_in_and_again_from_any_place) {
  body_intake body{*plain};
  std::string all;
  for (int i = 0; all.size() < 3 * limits::mib; ++i)
    all += std::to_string(i) + ",";
  body.add(all);
  ASSERT_TRUE(body.finish_blocking());
  chunk_source source{*plain, body.blob(), body.chunks(), body.bytes()};
  EXPECT_TRUE(read_all(source, 64 * limits::kib) == all);
  EXPECT_TRUE(read_all(source, 3000) == all) << "from the beginning once more";
  for (const std::size_t at :
       {all.size() - 1, std::size_t{5}, 2 * limits::chunk_bytes_max, limits::chunk_bytes_max - 1}) {
    char one = 0;
    ASSERT_EQ(source.read(at, {&one, 1}).value(), 1U) << at;
    EXPECT_EQ(one, all[at]);
  }
  char none = 0;
  EXPECT_EQ(source.read(all.size(), {&none, 1}).value(), 0U);
}

TEST_F(chunk_source_test, reads_an_empty_body) {
  const auto blob = random_id128<blob_id>();
  ASSERT_TRUE(storage::commit_now(*plain, {storage::reference_body{blob, 1, std::string{}}}));
  chunk_source source{*plain, blob, 1, 0};
  EXPECT_EQ(read_all(source, 10), "");
}

TEST_F(chunk_source_test, tells_that_a_body_was_collected) {
  chunk_source source{*plain, random_id128<blob_id>(), 2, 2 * limits::mib};
  char one = 0;
  const auto gone = source.read(0, {&one, 1});
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, errc::body_gone);
}

} // namespace
} // namespace postroom::api::test
