#pragma once

#include "base/clock.hpp"
#include "base/crypto.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

#include <string>
#include <string_view>

/// X.509 certificates as data (RFC 5280). OpenSSL is behind it and nowhere visible. Nothing is verified: neither chain
/// nor validity. Thread-safe.
namespace postroom {

struct certificate_facts {
  std::string subject; ///< RFC 4514: `CN=Postroom,O=Contoso`; at most 1 KiB
  std::string issuer;  ///< likewise
  wall_time not_before{};
  wall_time not_after{};
  sha256_digest thumbprint{};  ///< of the DER
  std::string thumbprint_sha1; ///< hex in capitals, as Entra's pages show it
  std::string public_key_pem;
};

/// The first certificate of a PEM text of at most 64 KiB. `invalid_argument` when there is none.
[[nodiscard]] result<certificate_facts> read_certificate(std::string_view pem);
/// A certificate as it stands on the wire (DER). `invalid_argument` when it is none.
[[nodiscard]] result<certificate_facts> read_certificate_der(std::string_view der);
/// Whether the private key is that of the first certificate. `invalid_argument` when one of them is not PEM, or the key
/// is encrypted.
[[nodiscard]] result<bool> belongs_to(const secret<>& private_key_pem, std::string_view certificate_pem);

} // namespace postroom
