#pragma once

#include "storage/store.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

/// The data of the memory store and what one batch does to it. No locks, no clock.
namespace postroom::storage::memory {

struct entry {
  revision rev;
  shard_id shard;
  std::string value;
};

/// What snapshots freeze.
struct tables {
  std::map<record_key, entry> records;
  std::map<std::string, std::vector<std::string>> streams; ///< entry n has seq n+1
};

enum class body_state : std::uint8_t { staged, referenced, released };

struct body {
  body_state state = body_state::staged;
  std::int64_t since_ms = 0; ///< when its last chunk was staged
  std::map<std::uint32_t, std::string> chunks;

  /// Whether it consists of exactly chunks 0 … `count`-1.
  [[nodiscard]] bool has_exactly(std::uint32_t count) const {
    return chunks.size() == count && (count == 0 || chunks.rbegin()->first == count - 1);
  }
};

using bodies = std::unordered_map<blob_id, body>;

/// Applies the operations in order; on a conflict takes back what it did.
[[nodiscard]] commit_result apply(const std::vector<operation>& operations, tables& to, bodies& blobs,
                                  std::int64_t now_ms);

[[nodiscard]] std::vector<record> scan(const tables& in, space where, const key_range& range, std::size_t limit,
                                       bool reverse);
[[nodiscard]] std::vector<stream_entry> read_stream(const tables& in, const std::string& stream, std::uint64_t after,
                                                    std::size_t limit, std::size_t bytes_max);
[[nodiscard]] std::optional<record> get(const tables& in, const record_key& key);

} // namespace postroom::storage::memory
