#pragma once

#include "storage/store.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// How things are laid out in RocksDB. Stored for ever: change only together with `format_version`.
///
/// family    | key                                  | value
/// ----------|--------------------------------------|--------------------------------------------------------------
/// default   | space byte, record key               | be64 revision, be16 shard, value
/// default   | 0xF0, blob id                        | body row: state byte, be64 since_ms, be32 chunks, bitmap
/// default   | 0xF1, blob id                        | empty; there while the body is staged or released
/// streams   | be16 length, stream name, be64 seq   | entry
/// bodies    | blob id, be32 chunk index            | bytes
/// batches   | batch id                             | state byte, be64 written_ms
///
/// Most bodies are small and come inside a commit: chunk 0 without a body row is a referenced body of one chunk.
namespace postroom::storage::embedded {

inline constexpr std::string_view format_version = "1";

inline constexpr char body_prefix = static_cast<char>(0xF0);
inline constexpr char unreferenced_prefix = static_cast<char>(0xF1);

void put_be16(std::string& to, std::uint16_t n);
void put_be32(std::string& to, std::uint32_t n);
void put_be64(std::string& to, std::uint64_t n);
/// The first `bytes` bytes of `from` as a number; `from` must be that long.
[[nodiscard]] std::uint64_t get_be(std::string_view from, std::size_t bytes) noexcept;

/// Into `to`, whose memory is used again: keys are built for every operation.
void record_key_into(std::string& to, space where, std::string_view key);
[[nodiscard]] std::string stream_prefix(std::string_view stream);
[[nodiscard]] std::string chunk_key(const blob_id& blob, std::uint32_t index);
[[nodiscard]] std::string blob_key(char prefix, const blob_id& blob);

inline constexpr std::size_t record_header_bytes = 10;
[[nodiscard]] std::array<char, record_header_bytes> record_header(revision rev, shard_id shard) noexcept;
/// `value` as stored; false when it is too short to be a record.
[[nodiscard]] bool decode_record(std::string_view stored, record& to);
[[nodiscard]] std::optional<revision> decode_revision(std::string_view stored);

enum class body_state : std::uint8_t { staged = 1, referenced = 2, released = 3 };

struct body_row {
  body_state state = body_state::staged;
  std::int64_t since_ms = 0; ///< when its last chunk was staged
  std::vector<bool> present; ///< which chunks are there
  friend bool operator==(const body_row&, const body_row&) = default;
};
[[nodiscard]] std::string encode(const body_row& row);
[[nodiscard]] std::optional<body_row> decode_body_row(std::string_view stored);

enum class batch_state : std::uint8_t { committed = 1, burnt = 2 };
[[nodiscard]] std::string encode_batch_row(batch_state state, std::int64_t now_ms);
struct batch_row {
  batch_state state{};
  std::int64_t written_ms = 0;
};
[[nodiscard]] std::optional<batch_row> decode_batch_row(std::string_view stored);

} // namespace postroom::storage::embedded
