#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

/// Who signed in: ID tokens of OpenID Connect Core 1.0 §3.1.3.7, with Entra's rules for applications of several
/// directories.
namespace postroom::oauth2 {

/// A key of a JSON Web Key Set (RFC 7517) that may sign ID tokens: RSA of 2048 bits and more.
struct signing_key {
  std::string id;     ///< kid
  std::string pem;    ///< public key
  std::string issuer; ///< Entra's extension, may have `{tenantid}` in it; empty: any
};
struct key_set {
  std::vector<signing_key> keys;
  [[nodiscard]] const signing_key* find(std::string_view id) const noexcept;
};
inline constexpr std::size_t keys_max = 64; ///< Entra has half a dozen
inline constexpr std::size_t key_id_bytes_max = 256;
/// Keys that are not for RS256 signatures or have no kid are left out, at most keys_max are kept; of two with one kid
/// the first. `protocol_violation` when it is no key set, or longer than limits::http_answer_bytes_max.
[[nodiscard]] result<key_set> parse_key_set(std::string_view json);

struct id_token_expectation {
  std::string issuer;    ///< of the metadata; `{tenantid}` stands for the token's own `tid`, which must be a GUID
  std::string client_id; ///< aud, and azp where there is one
  std::string nonce;     ///< empty: the sign-in had none (device code)
  std::string allowed_directories; ///< GUIDs separated by blanks; empty: every one
};

struct identity {
  std::string directory_id; ///< tid; empty at Google
  std::string object_id;    ///< oid, else sub; at most 255 visible characters
  std::string upn;          ///< preferred_username, else upn, else email; this and the next: for people only
  std::string email;        ///< may be empty; Google: only if email_verified is not false
  std::string name;
};

/// kid of the token's header, without a check of the signature: tells whether the key set must be fetched anew.
/// `signature_invalid` when it can be no token of ours: not three parts, too long, another algorithm.
[[nodiscard]] result<std::string> key_id_of(const secret<>& id_token);

/// Checks signature (RS256), issuer, audience, validity (5 minutes of skew), nonce and directory. `signature_invalid`
/// for the first two kinds of fault and an unknown key, `unauthenticated` for the others, `blocked_by_policy` for a
/// directory that is not allowed; each with its cause. Details name the claim, never the token.
[[nodiscard]] result<identity> verify_id_token(const secret<>& token, const key_set& keys,
                                               const id_token_expectation& expected, wall_time now);

/// Claims of an access token *without any check*, for diagnosis only: it is opaque to us.
struct token_claims {
  std::string audience;
  std::string issuer;
  std::string directory_id;
  std::string application_id; ///< appid or azp
  std::string upn;
  std::string scopes; ///< scp
  std::vector<std::string> roles;
  std::chrono::seconds expires_at{0}; ///< since 1970
};
/// `invalid_argument` when it is no JWT. Texts are cut at 512 bytes, scopes at 4 KiB, roles at 64.
[[nodiscard]] result<token_claims> peek_claims(const secret<>& access_token);

} // namespace postroom::oauth2
