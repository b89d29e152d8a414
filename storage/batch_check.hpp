#pragma once

#include "storage/store.hpp"

#include <optional>

/// What every back end refuses alike, before it looks at its state.
namespace postroom::storage {

/// Why a batch can never be committed (`too_large`, `invalid_argument`); nothing when it is well formed.
[[nodiscard]] std::optional<error> refuse(const batch& what);
[[nodiscard]] std::optional<error> refuse_chunk(std::uint32_t index, std::size_t bytes);
[[nodiscard]] std::optional<error> refuse_claim(const std::vector<shard_id>& shards);

/// Keys, values and overhead of a batch in bytes: what it weighs in queues and groups.
[[nodiscard]] std::size_t weight(const batch& what) noexcept;

/// The answer to a batch that changed nothing because `why`.
[[nodiscard]] commit_result unavailable(error why);

/// Whether a body of `staged` chunks (one bit each, lowest first) consists of exactly chunks 0 … `chunks`-1.
[[nodiscard]] bool is_complete(const std::vector<bool>& staged, std::uint32_t chunks);

/// The value of an epoch record.
[[nodiscard]] std::string encode_epoch(shard_epoch epoch);
[[nodiscard]] std::optional<shard_epoch> decode_epoch(std::string_view value);

} // namespace postroom::storage
