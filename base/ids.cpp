#include "base/ids.hpp"

namespace postroom {

shard_id shard_of(std::string_view id) noexcept {
  // FNV-1a, 64 bit: tiny, well spread for short names, and frozen here independent of any library.
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (char c : id) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3ULL;
  }
  return shard_id{static_cast<std::uint16_t>((hash ^ (hash >> 32)) % shard_count)};
}

} // namespace postroom
