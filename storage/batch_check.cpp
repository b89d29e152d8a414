#include "storage/batch_check.hpp"

#include "base/limits.hpp"
#include "storage/keys.hpp"

#include <algorithm>

namespace postroom::storage {
namespace {

struct size_of_operation {
  std::size_t operator()(const put& op) const { return op.key.key.size() + op.value.size(); }
  std::size_t operator()(const put_if_absent& op) const { return op.key.key.size() + op.value.size(); }
  std::size_t operator()(const erase& op) const { return op.key.key.size(); }
  std::size_t operator()(const assert_revision& op) const { return op.key.key.size(); }
  std::size_t operator()(const append& op) const { return op.stream.size() + op.value.size(); }
  std::size_t operator()(const reference_body& op) const { return op.inline_chunk ? op.inline_chunk->size() : 0; }
  std::size_t operator()(const release_body&) const { return 0; }
};

std::optional<error> refuse_key(const record_key& key) {
  if (std::find(std::begin(all_spaces), std::end(all_spaces), key.space) == std::end(all_spaces))
    return fail(errc::invalid_argument, "unknown record space");
  if (key.key.empty())
    return fail(errc::invalid_argument, "empty record key");
  if (key.key.size() > limits::record_key_bytes_max)
    return fail(errc::too_large, "record key of " + std::to_string(key.key.size()) + " bytes, allowed are " +
                                     std::to_string(limits::record_key_bytes_max));
  return {};
}

std::optional<error> refuse_written_key(const record_key& key) {
  if (key.space == space::meta && (key.key.starts_with("e/") || key == keys::format_version()))
    return fail(errc::invalid_argument, "record " + key.key + " is written by the store alone");
  return refuse_key(key);
}

std::optional<error> refuse_value(std::size_t bytes) {
  if (bytes > limits::record_bytes_max)
    return fail(errc::too_large, "record of " + std::to_string(bytes) + " bytes, allowed are " +
                                     std::to_string(limits::record_bytes_max));
  return {};
}

std::optional<error> refuse_shard(shard_id shard) {
  if (shard.value >= shard_count)
    return fail(errc::invalid_argument, "no such shard: " + std::to_string(shard.value));
  return {};
}

template <class Put>
std::optional<error> refuse_put(const Put& op) {
  if (auto bad = refuse_written_key(op.key))
    return bad;
  if (auto bad = refuse_shard(op.shard))
    return bad;
  return refuse_value(op.value.size());
}

struct refuse_operation {
  std::optional<error> operator()(const put& op) const { return refuse_put(op); }
  std::optional<error> operator()(const put_if_absent& op) const { return refuse_put(op); }
  std::optional<error> operator()(const erase& op) const { return refuse_written_key(op.key); }
  std::optional<error> operator()(const assert_revision& op) const { return refuse_key(op.key); }
  std::optional<error> operator()(const append& op) const {
    if (op.stream.empty() || op.stream.size() > limits::stream_name_bytes_max)
      return fail(errc::invalid_argument, "a stream's name has 1 to " + std::to_string(limits::stream_name_bytes_max) +
                                              " bytes, not " + std::to_string(op.stream.size()));
    return refuse_value(op.value.size());
  }
  std::optional<error> operator()(const reference_body& op) const {
    if (op.inline_chunk && op.chunks > 1)
      return fail(errc::invalid_argument, "an inline body has one chunk");
    if (op.chunks > limits::body_chunks_max)
      return fail(errc::too_large, "body of " + std::to_string(op.chunks) + " chunks");
    if (op.inline_chunk)
      return refuse_chunk(0, op.inline_chunk->size());
    return {};
  }
  std::optional<error> operator()(const release_body&) const { return {}; }
};

} // namespace

std::optional<error> refuse(const batch& what) {
  if (what.operations.size() > limits::batch_ops_max)
    return fail(errc::too_large, "batch of " + std::to_string(what.operations.size()) + " operations, allowed are " +
                                     std::to_string(limits::batch_ops_max));
  for (const auto& each : what.relies_on)
    if (auto bad = refuse_shard(each.shard))
      return bad;
  for (const auto& op : what.operations)
    if (auto bad = std::visit(refuse_operation{}, op))
      return bad;
  if (const auto bytes = weight(what); bytes > limits::batch_bytes_max)
    return fail(errc::too_large,
                "batch of " + std::to_string(bytes) + " bytes, allowed are " + std::to_string(limits::batch_bytes_max));
  return {};
}

std::optional<error> refuse_chunk(std::uint32_t index, std::size_t bytes) {
  if (index >= limits::body_chunks_max)
    return fail(errc::too_large, "chunk " + std::to_string(index) + " of a body, allowed are " +
                                     std::to_string(limits::body_chunks_max));
  if (bytes > limits::chunk_bytes_max)
    return fail(errc::too_large,
                "chunk of " + std::to_string(bytes) + " bytes, allowed are " + std::to_string(limits::chunk_bytes_max));
  return {};
}

std::optional<error> refuse_claim(const std::vector<shard_id>& shards) {
  for (auto each : shards)
    if (auto bad = refuse_shard(each))
      return bad;
  if (shards.size() > shard_count)
    return fail(errc::invalid_argument, "more shards claimed than exist");
  return {};
}

std::size_t weight(const batch& what) noexcept {
  std::size_t sum = 0;
  for (const auto& op : what.operations)
    sum += std::visit(size_of_operation{}, op);
  return sum;
}

commit_result unavailable(error why) {
  commit_result answer;
  answer.outcome = outcome::unavailable;
  answer.error = std::move(why);
  return answer;
}

bool is_complete(const std::vector<bool>& staged, std::uint32_t chunks) {
  return staged.size() == chunks && std::find(staged.begin(), staged.end(), false) == staged.end();
}

std::string encode_epoch(shard_epoch epoch) {
  std::string bytes(8, '\0');
  for (int i = 0; i < 8; ++i)
    bytes[static_cast<std::size_t>(i)] = static_cast<char>(epoch.value >> (56 - 8 * i));
  return bytes;
}

std::optional<shard_epoch> decode_epoch(std::string_view value) {
  if (value.size() != 8)
    return {};
  std::uint64_t number = 0;
  for (unsigned char c : value)
    number = number << 8 | c;
  return shard_epoch{number};
}

} // namespace postroom::storage
