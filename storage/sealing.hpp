#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"
#include "storage/store.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace postroom::storage {

/// The keys that seal secrets before they are stored (AES-256-GCM). Several may be held at once so that keys rotate:
/// the highest id seals, every held one opens. Immutable, hence thread-safe.
///
/// Text form, in a file or the environment: lines `<id>:<base64 of 32 bytes>`; `#` starts a comment line; in the
/// environment lines may be separated by commas. Ids are 1 … 2^32-1.
class keyring {
public:
  /// Refuses (`forbidden`) a file that others than its owner may read.
  [[nodiscard]] static result<keyring> from_file(const std::filesystem::path& file);
  [[nodiscard]] static result<keyring> from_environment(std::string_view value);
  /// Writes a new file (mode 0600) with one random key, id 1. `conflict` when the file exists: a key is never lost by
  /// overwriting it. A process that dies in between leaves a whole file or none, and perhaps `<file>.new`.
  [[nodiscard]] static result<keyring> generate_file(const std::filesystem::path& file);

  /// Seals `plain`. `associated` names where the value belongs (e.g. its record key and field): a sealed value moved
  /// elsewhere does not open there.
  [[nodiscard]] result<std::string> seal(std::string_view plain, std::string_view associated) const;
  /// `wrong_key` when the key is not held, does not fit, or the bytes are not what was sealed for `associated`.
  [[nodiscard]] result<secret<>> open(std::string_view sealed, std::string_view associated) const;

  /// False when the key that sealed these bytes is lost: then nobody gets at them any more, and they may be replaced.
  [[nodiscard]] bool holds_key_of(std::string_view sealed) const { return keys_.contains(key_id_of(sealed)); }

  [[nodiscard]] std::uint32_t active_key_id() const noexcept { return keys_.rbegin()->first; }

private:
  friend class key_checker;
  explicit keyring(std::map<std::uint32_t, secret<>> keys) : keys_(std::move(keys)) {}
  [[nodiscard]] static result<keyring> parse(std::string_view text);
  [[nodiscard]] result<std::string> seal_with(std::uint32_t id, std::string_view plain,
                                              std::string_view associated) const;
  /// Which key sealed these bytes; 0 when they are not a sealed value.
  [[nodiscard]] static std::uint32_t key_id_of(std::string_view sealed) noexcept;

  std::map<std::uint32_t, secret<>> keys_;
};

/// Proves that `keys` are the ones this store's secrets were sealed with, before anything is sealed under others by
/// mistake. A new store remembers the keys; later each known key must open its check record, and at least one must be
/// held: else `wrong_key`. Keys new to the store are remembered. `keys` and `in` must outlive the answer.
void check_keys(store& in, const keyring& keys, completion<result<void>> done);

} // namespace postroom::storage
