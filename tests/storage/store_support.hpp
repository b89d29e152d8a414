#pragma once

#include "base/clock.hpp"
#include "storage/memory/memory_store.hpp"
#include "storage/rocksdb/rocksdb_store.hpp"
#include "storage/store.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <future>
#include <random>
#include <string>

namespace postroom::storage {

/// A directory of its own that disappears with the test. In memory where possible: what is tested is the order of
/// writes and syncs, not the disk's speed.
class temporary_directory {
public:
  temporary_directory() {
    const std::filesystem::path memory{"/dev/shm"};
    const auto root = ::access(memory.c_str(), W_OK) == 0 ? memory : std::filesystem::temp_directory_path();
    auto pattern = (root / "postroom-store-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~temporary_directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  temporary_directory(const temporary_directory&) = delete;
  temporary_directory& operator=(const temporary_directory&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
  std::filesystem::path path_;
};

/// Starts an asynchronous call; the future holds its answer.
template <class T, class Call>
std::future<T> start(Call call) {
  auto answer = std::make_shared<std::promise<T>>();
  auto future = answer->get_future();
  call([answer](T value) { answer->set_value(std::move(value)); });
  return future;
}

inline commit_result commit(store& to, batch what) {
  return start<commit_result>([&](auto done) { to.commit(std::move(what), done); }).get();
}
inline result<outcome> resolve(store& of, batch_id id) {
  return start<result<outcome>>([&](auto done) { of.resolve(id, done); }).get();
}
inline result<std::optional<record>> read(store& from, record_key key) {
  return start<result<std::optional<record>>>([&](auto done) { from.get(std::move(key), done); }).get();
}
inline result<std::vector<record>> scan(store& in, space where, key_range range, std::size_t limit = 100'000,
                                        bool reverse = false) {
  return start<result<std::vector<record>>>([&](auto done) { in.scan(where, std::move(range), limit, reverse, done); })
      .get();
}
inline result<std::vector<stream_entry>> read_stream(store& from, std::string stream, std::uint64_t after = 0,
                                                     std::size_t limit = 1'000'000,
                                                     std::size_t bytes_max = std::size_t{1} << 40) {
  return start<result<std::vector<stream_entry>>>(
             [&](auto done) { from.read_stream(std::move(stream), after, limit, bytes_max, done); })
      .get();
}
inline result<void> write_chunk(store& to, blob_id blob, std::uint32_t index, std::string bytes) {
  return start<result<void>>([&](auto done) { to.write_chunk(blob, index, std::move(bytes), done); }).get();
}
inline result<std::optional<std::string>> read_chunk(store& from, blob_id blob, std::uint32_t index) {
  return start<result<std::optional<std::string>>>([&](auto done) { from.read_chunk(blob, index, done); }).get();
}
inline result<std::size_t> collect(store& in, std::int64_t staged_before_ms) {
  return start<result<std::size_t>>([&](auto done) { in.collect_bodies(staged_before_ms, done); }).get();
}
inline result<std::vector<fence>> claim(store& in, std::vector<shard_id> shards) {
  return start<result<std::vector<fence>>>([&](auto done) { in.claim(std::move(shards), done); }).get();
}

/// A fresh id each time; ids need only differ.
template <class Id>
Id next_id() {
  static std::atomic<std::uint64_t> counter{std::random_device{}()};
  Id id;
  const auto n = ++counter;
  for (std::size_t i = 0; i < 8; ++i)
    id.bytes[i] = static_cast<std::uint8_t>(n * 0x9E3779B97F4A7C15u >> 8 * i);
  for (std::size_t i = 0; i < 8; ++i)
    id.bytes[8 + i] = static_cast<std::uint8_t>(n >> 8 * i);
  return id;
}

inline batch make_batch(std::vector<operation> operations, std::vector<fence> relies_on = {}) {
  return {next_id<batch_id>(), std::move(relies_on), std::move(operations)};
}

inline rocksdb_options small_store(const std::filesystem::path& directory) {
  rocksdb_options options;
  options.directory = directory;
  options.memory_bytes_max = 6 * 1024 * 1024;
  return options;
}

inline std::unique_ptr<store> open_or_fail(rocksdb_options options, const clock& time) {
  auto opened = open_rocksdb_store(std::move(options), time);
  if (!opened)
    throw std::runtime_error(to_string(opened.error()));
  return std::move(*opened);
}

/// The contract suites run once with each kind of store.
class any_store : public testing::TestWithParam<const char*> {
protected:
  manual_clock time;
  temporary_directory directory;
  std::unique_ptr<store> kept =
      std::string{GetParam()} == "memory" ? open_memory_store(time) : open_or_fail(small_store(directory.path()), time);
  store& db = *kept;

  /// A record put with a condition or without; what came of it.
  commit_result write(const std::string& key, const std::string& value, std::optional<revision> expected = {}) {
    return commit(db, make_batch({put{{space::message, key}, value, shard_id{3}, expected}}));
  }
  std::optional<record> at(const std::string& key, space where = space::message) {
    return read(db, {where, key}).value();
  }
};

inline const auto every_store = testing::Values("memory", "rocksdb");
inline const auto store_name = [](const auto& info) { return std::string{info.param}; };

} // namespace postroom::storage
