#pragma once

#include "storage/rocksdb/database.hpp"
#include "storage/store.hpp"

namespace postroom::storage::embedded {

/// Everything that reads for callers. With `frozen` it sees the database as it was then. Thread-safe.
class view : public snapshot {
public:
  explicit view(const database& of, const rocksdb::Snapshot* frozen = nullptr) : database_(of), frozen_(frozen) {}

  [[nodiscard]] result<std::optional<record>> get(const record_key& key) const override;
  [[nodiscard]] result<std::vector<record>> scan(space where, const key_range& range, std::size_t limit,
                                                 bool reverse) const override;
  [[nodiscard]] result<std::vector<stream_entry>> read_stream(const std::string& stream, std::uint64_t after,
                                                              std::size_t limit, std::size_t bytes_max) const override;
  [[nodiscard]] result<std::uint64_t> last_seq(const std::string& stream) const override;
  [[nodiscard]] result<std::optional<std::string>> read_chunk(const blob_id& blob, std::uint32_t index) const;

private:
  [[nodiscard]] rocksdb::ReadOptions options() const;

  const database& database_;
  const rocksdb::Snapshot* frozen_;
};

} // namespace postroom::storage::embedded
