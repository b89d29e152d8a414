#include "storage/rocksdb/layout.hpp"

namespace postroom::storage::embedded {
namespace {

template <class Number>
void put_be(std::string& to, Number n) {
  for (std::size_t i = sizeof(Number); i-- > 0;)
    to.push_back(static_cast<char>(n >> 8 * i));
}

} // namespace

void put_be16(std::string& to, std::uint16_t n) {
  put_be(to, n);
}
void put_be32(std::string& to, std::uint32_t n) {
  put_be(to, n);
}
void put_be64(std::string& to, std::uint64_t n) {
  put_be(to, n);
}

std::uint64_t get_be(std::string_view from, std::size_t bytes) noexcept {
  std::uint64_t n = 0;
  for (std::size_t i = 0; i < bytes; ++i)
    n = n << 8 | static_cast<unsigned char>(from[i]);
  return n;
}

void record_key_into(std::string& to, space where, std::string_view key) {
  to.clear();
  to.push_back(static_cast<char>(where));
  to.append(key);
}

std::string stream_prefix(std::string_view stream) {
  std::string key;
  key.reserve(2 + stream.size() + 8);
  put_be16(key, static_cast<std::uint16_t>(stream.size()));
  key.append(stream);
  return key;
}

std::string chunk_key(const blob_id& blob, std::uint32_t index) {
  std::string key{blob.view()};
  put_be32(key, index);
  return key;
}

std::string blob_key(char prefix, const blob_id& blob) {
  std::string key(1, prefix);
  key.append(blob.view());
  return key;
}

std::array<char, record_header_bytes> record_header(revision rev, shard_id shard) noexcept {
  std::array<char, record_header_bytes> header{};
  for (std::size_t i = 0; i < 8; ++i)
    header[i] = static_cast<char>(rev.value >> (56 - 8 * i));
  header[8] = static_cast<char>(shard.value >> 8);
  header[9] = static_cast<char>(shard.value);
  return header;
}

std::optional<revision> decode_revision(std::string_view stored) {
  if (stored.size() < record_header_bytes)
    return {};
  return revision{get_be(stored, 8)};
}

bool decode_record(std::string_view stored, record& to) {
  if (stored.size() < record_header_bytes)
    return false;
  to.rev.value = get_be(stored, 8);
  to.shard.value = static_cast<std::uint16_t>(get_be(stored.substr(8), 2));
  to.value = stored.substr(record_header_bytes);
  return true;
}

std::string encode(const body_row& row) {
  std::string bytes(1, static_cast<char>(row.state));
  put_be64(bytes, static_cast<std::uint64_t>(row.since_ms));
  put_be32(bytes, static_cast<std::uint32_t>(row.present.size()));
  const auto bitmap = bytes.size();
  bytes.resize(bitmap + (row.present.size() + 7) / 8, '\0');
  for (std::size_t i = 0; i < row.present.size(); ++i)
    if (row.present[i])
      bytes[bitmap + i / 8] = static_cast<char>(bytes[bitmap + i / 8] | 1 << i % 8);
  return bytes;
}

std::optional<body_row> decode_body_row(std::string_view stored) {
  constexpr std::size_t fixed = 1 + 8 + 4;
  if (stored.size() < fixed)
    return {};
  body_row row;
  row.state = static_cast<body_state>(stored[0]);
  row.since_ms = static_cast<std::int64_t>(get_be(stored.substr(1), 8));
  const auto chunks = get_be(stored.substr(9), 4);
  stored.remove_prefix(fixed);
  if (stored.size() != (chunks + 7) / 8)
    return {};
  row.present.resize(chunks);
  for (std::size_t i = 0; i < chunks; ++i)
    row.present[i] = (stored[i / 8] >> i % 8 & 1) != 0;
  return row;
}

std::string encode_batch_row(batch_state state, std::int64_t now_ms) {
  std::string bytes(1, static_cast<char>(state));
  put_be64(bytes, static_cast<std::uint64_t>(now_ms));
  return bytes;
}

std::optional<batch_row> decode_batch_row(std::string_view stored) {
  if (stored.size() != 9)
    return {};
  return batch_row{static_cast<batch_state>(stored[0]), static_cast<std::int64_t>(get_be(stored.substr(1), 8))};
}

} // namespace postroom::storage::embedded
