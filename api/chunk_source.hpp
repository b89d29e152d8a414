#pragma once

#include "base/ids.hpp"
#include "protocol/mime/byte_source.hpp"
#include "storage/store.hpp"

#include <cstdint>
#include <string>

namespace postroom::api {

/// The chunks of a stored body as one row of bytes; holds one chunk. Waits for the store, hence never on a storage or
/// io thread. The store must outlive it.
class chunk_source final : public mime::byte_source {
public:
  chunk_source(storage::store& store, blob_id blob, std::uint32_t chunks, std::uint64_t bytes)
      : store_(store), blob_(blob), chunks_(chunks), bytes_(bytes) {}

  [[nodiscard]] std::uint64_t size() const override { return bytes_; }
  /// `body_gone` when a chunk was collected.
  [[nodiscard]] result<std::size_t> read(std::uint64_t offset, std::span<char> into) override;

private:
  void rewind();
  [[nodiscard]] result<void> fetch_next();

  storage::store& store_;
  blob_id blob_;
  std::uint32_t chunks_;
  std::uint64_t bytes_;
  std::string chunk_;
  std::uint64_t chunk_begin_ = 0;
  std::uint32_t index_ = 0;
};

} // namespace postroom::api
