#pragma once

#include "base/clock.hpp"
#include "base/jws.hpp"
#include "base/result.hpp"
#include "sim/identity/registry.hpp"

#include <boost/json/object.hpp>
#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace postroom::sim {

/// Whom an access token speaks for, what for, and until when.
struct token_holder {
  std::string tenant_id;
  std::string client_id;
  std::string upn; ///< empty for app-only tokens
  bool app_only = false;
  std::string resource;                 ///< its `aud`
  std::vector<std::string> permissions; ///< scopes or roles, without the resource: `IMAP.AccessAsUser.All`
  wall_time begins{};
  wall_time expires{};

  [[nodiscard]] bool may(std::string_view permission) const;
};

/// What a token is to say.
struct token_wish {
  const tenant& directory;
  const application& client;
  const user* holder = nullptr; ///< null: app-only
  std::string resource;         ///< `https://outlook.office.com`, `https://graph.microsoft.com`, …: its `aud`
  std::vector<std::string> permissions;
  std::chrono::seconds life{3600};
};

/// Whom an ID token is for and about.
struct id_token_wish {
  const tenant& directory;
  const application& client;
  const user& holder;
  /// OpenID Connect's: `profile` tells name and, at Entra, user name and object id; `email` the address.
  const std::vector<std::string>& scopes;
  std::string_view nonce; ///< empty: none was sent
};

/// Signs tokens (JWT, RS256) with a key that can be changed while old ones are still checked, and checks what the mail
/// servers are given. Checked tokens are remembered, so a thousand sessions with one token cost one signature check.
/// Not thread-safe.
class access_tokens {
public:
  /// `issuer_base`: `https://localhost:port`. `keys`: RSA; nothing: a new pair, which takes a moment.
  access_tokens(std::string issuer_base, const clock& time, std::optional<key_pair_pem> keys = {});

  /// With the claims Entra writes: aud, iss, iat, nbf, exp, tid, oid, sub, appid, azp, upn, scp or roles, idtyp, uti,
  /// ver.
  [[nodiscard]] std::string issue(const token_wish& wish) const;
  /// With the claims of who issues it: Entra's tid, oid, preferred_username; Google's azp, hd, email_verified and a
  /// `sub` of digits, which is the same for all applications.
  [[nodiscard]] std::string issue_id_token(const id_token_wish& wish) const;
  /// `unauthenticated` when it was not signed here, has expired, is not valid yet, or is for another resource than
  /// Exchange's (`https://outlook.office.com` and `https://outlook.office365.com` are one) or Google's mail.
  [[nodiscard]] result<token_holder> check(std::string_view token) const;
  /// Of any resource, and expired or not: what is left is the caller's to tell. `unauthenticated` when it was not
  /// signed here or is not valid yet.
  [[nodiscard]] result<token_holder> read(std::string_view token) const;

  /// From now on a new key signs; the old ones stay in the key set until `retire_old_keys()`.
  void rotate_keys();
  void retire_old_keys();
  /// The JSON Web Key Set: kty, use, kid, alg, n, e; Entra's with x5t and issuer (with `{tenantid}`).
  [[nodiscard]] std::string key_set(service whose = service::microsoft) const;
  /// Of the key that signs. For servers that read keys from files.
  [[nodiscard]] std::string key_id() const;
  [[nodiscard]] std::string public_key_pem() const;

private:
  struct signing_key {
    std::string id;
    key_pair_pem pair;
  };
  [[nodiscard]] std::string sign(const signing_key& key, const boost::json::object& claims) const;
  [[nodiscard]] result<token_holder> check_signed(std::string_view token) const;

  std::string issuer_base_;
  const clock& time_;
  std::deque<signing_key> keys_;                                  ///< the first signs
  mutable std::unordered_map<std::string, token_holder> checked_; ///< lately, by the token
};

} // namespace postroom::sim
