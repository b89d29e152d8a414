#pragma once

#include "base/result.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace postroom::mime {

/// Where the raw bytes of one mail come from: memory, chunks of the store, a file. Read from one thread at a time.
class byte_source {
public:
  virtual ~byte_source() = default;

  /// Bytes of the whole mail; the same for the life of the source.
  [[nodiscard]] virtual std::uint64_t size() const = 0;
  /// Copies bytes from `offset` on into `into` and answers how many; at least one unless `offset` is at or behind the
  /// end or `into` is empty. Fails only when the bytes cannot be had (store failing), never because of their content.
  [[nodiscard]] virtual result<std::size_t> read(std::uint64_t offset, std::span<char> into) = 0;
};

/// A mail in memory. The viewed bytes must outlive the source.
class memory_source final : public byte_source {
public:
  explicit memory_source(std::string_view bytes) noexcept : bytes_(bytes) {}

  [[nodiscard]] std::uint64_t size() const override { return bytes_.size(); }
  [[nodiscard]] result<std::size_t> read(std::uint64_t offset, std::span<char> into) override {
    if (offset >= bytes_.size())
      return std::size_t{0};
    const auto count = std::min<std::size_t>(into.size(), bytes_.size() - offset);
    if (count > 0)
      std::memcpy(into.data(), bytes_.data() + offset, count);
    return count;
  }

private:
  std::string_view bytes_;
};

} // namespace postroom::mime
