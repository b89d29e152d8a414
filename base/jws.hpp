#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"

#include <cstdint>
#include <string>
#include <string_view>

/// JSON Web Signatures in compact form (RFC 7515) with the algorithms of RFC 7518 that identity platforms use.
/// Thread-safe. JSON is neither read nor checked here.
namespace postroom {

/// The names of RFC 7518 §3.1, except that `none` and the symmetric ones do not exist here.
enum class jws_algorithm : std::uint8_t { rs256, ps256, es256 };

/// `RS256`, `PS256`, `ES256`.
[[nodiscard]] std::string_view to_string(jws_algorithm algorithm) noexcept;
/// `invalid_argument` for every other name.
[[nodiscard]] result<jws_algorithm> parse_jws_algorithm(std::string_view name);

/// Both parts as JSON texts.
struct jws_content {
  std::string header;
  std::string payload;
};

/// Tokens longer than this are refused: identity tokens of people in hundreds of groups stay below.
inline constexpr std::size_t jws_bytes_max = 64 * 1024;

/// The token. `content.header` must name the same algorithm. `invalid_argument` when the PEM is not a private key of
/// the algorithm's kind.
[[nodiscard]] result<std::string> jws_sign(const jws_content& content, jws_algorithm algorithm,
                                           const secret<>& private_key_pem);

/// The parts *without any check of the signature*: only for choosing the key (`kid`) and for diagnosis.
[[nodiscard]] result<jws_content> jws_decode_unverified(std::string_view token);

/// The parts, after the signature has been checked. The algorithm is the caller's choice (from its key or
/// configuration), never the token's. `signature_invalid` when it does not check, `invalid_argument` for a key that
/// does not fit. Claims (`exp`, `aud`, …) and `crit` are the caller's to check.
[[nodiscard]] result<jws_content> jws_verify(std::string_view token, jws_algorithm algorithm,
                                             std::string_view public_key_pem);

struct key_pair_pem {
  secret<> private_key;
  std::string public_key;
};

/// A new RSA key of 2048 bits (slow: tens of milliseconds and more).
[[nodiscard]] key_pair_pem generate_rsa_key();
/// A new key on P-256.
[[nodiscard]] key_pair_pem generate_ec_key();

/// Modulus and exponent, big-endian bytes: `n` and `e` of a JSON Web Key (RFC 7518 §6.3.1) before base64url.
struct rsa_public_numbers {
  std::string modulus;
  std::string exponent;
};

/// `invalid_argument` for what is not an RSA key of 2048 to 8192 bits.
[[nodiscard]] result<std::string> rsa_public_key_pem(const rsa_public_numbers& numbers);
[[nodiscard]] result<rsa_public_numbers> rsa_numbers_of(std::string_view public_key_pem);

} // namespace postroom
