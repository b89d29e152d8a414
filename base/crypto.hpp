#pragma once

#include "base/encoding.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

/// Hash, authenticated encryption and randomness; signatures are in base/jws.hpp. OpenSSL is behind it and nowhere
/// visible. Thread-safe. When the library itself fails (no randomness, no memory) the process ends: nothing would be
/// safe then.
namespace postroom {

using sha256_digest = std::array<std::uint8_t, 32>;
[[nodiscard]] sha256_digest sha256(std::string_view bytes);
/// The same for bytes that come in pieces. Not thread-safe.
class sha256_stream {
public:
  sha256_stream();
  ~sha256_stream();
  sha256_stream(const sha256_stream&) = delete;
  sha256_stream& operator=(const sha256_stream&) = delete;
  void add(std::string_view bytes);
  /// Once, at the end.
  [[nodiscard]] sha256_digest finish();

private:
  void* context_;
};
[[nodiscard]] sha256_digest hmac_sha256(std::string_view key, std::string_view bytes);

/// The bytes of a digest, e.g. for hex_encode.
template <std::size_t N>
[[nodiscard]] std::string_view as_view(const std::array<std::uint8_t, N>& bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), N};
}

/// Fills from the system's cryptographic generator.
void random_bytes(std::span<std::uint8_t> out);
[[nodiscard]] std::string random_string(std::size_t bytes);

/// A new batch_id, blob_id, …: unguessable, never repeated.
template <class Id>
[[nodiscard]] Id random_id128() {
  Id id;
  random_bytes(id.bytes);
  return id;
}

/// Random UUID, version 4 (RFC 9562 §5.4), e.g. for client-request-id and jti.
[[nodiscard]] std::string random_uuid();

/// Takes the same time wherever the difference is; only the lengths are not hidden.
[[nodiscard]] bool constant_time_equal(std::string_view a, std::string_view b) noexcept;

inline constexpr std::size_t aead_key_bytes = 32;
inline constexpr std::size_t aead_nonce_bytes = 12;
inline constexpr std::size_t aead_tag_bytes = 16;
/// What sealing adds to the length.
inline constexpr std::size_t aead_overhead_bytes = aead_nonce_bytes + aead_tag_bytes;

/// Exactly aead_key_bytes long. Seals at most 2^32 values, since nonces are random (NIST SP 800-38D §8.3).
using aead_key = secret<>;
/// AES-256-GCM: nonce ‖ ciphertext ‖ tag, with a fresh random nonce each time. `associated` is authenticated but not
/// contained. `invalid_argument` for a key of another length.
[[nodiscard]] result<std::string> aead_seal(const aead_key& key, std::string_view plain, std::string_view associated);
/// `wrong_key` when key, bytes or `associated` do not fit.
[[nodiscard]] result<secret<>> aead_open(const aead_key& key, std::string_view sealed, std::string_view associated);

} // namespace postroom
