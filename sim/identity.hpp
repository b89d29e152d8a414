#pragma once

#include "base/clock.hpp"
#include "base/jws.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace postroom::sim {

/// A form as posted: decoded names and values.
using form_fields = std::map<std::string, std::string>;
[[nodiscard]] form_fields parse_form(std::string_view body);

struct http_answer {
  unsigned status = 200;
  std::string body;
};

/// Whom an access token speaks for, and until when.
struct token_holder {
  std::string upn; ///< the client id for app-only tokens
  bool app_only = false;
  wall_time expires{};
};

/// The identity platform without its sockets: users, refresh tokens that rotate while the old ones stay valid, access
/// tokens (JWT, RS256), and error bodies as Entra writes them. Not thread-safe.
class identity {
public:
  struct options {
    std::string tenant_id;
    std::string client_id;
    secret<> client_secret;
    std::string issuer;
    std::chrono::seconds access_token_life{3600};
    /// RSA; nothing: a new pair, which takes a moment.
    std::optional<key_pair_pem> keys;
  };

  identity(options options, const clock& time);

  /// A refresh token for the user.
  [[nodiscard]] secret<> sign_in(const std::string& upn);
  /// All refresh tokens of the user are dead.
  void revoke(const std::string& upn);

  /// `POST /<tenant>/oauth2/v2.0/token`
  [[nodiscard]] http_answer token_request(std::string_view tenant, const form_fields& form);
  /// The JSON Web Key Set.
  [[nodiscard]] std::string keys() const;

  /// `unauthenticated` when the token was not issued here, has expired, is not for Exchange, or lacks the scope; what
  /// an application holds is not looked at so closely.
  [[nodiscard]] result<token_holder> check(std::string_view access_token,
                                           std::string_view scope = "IMAP.AccessAsUser.All") const;

private:
  [[nodiscard]] http_answer refuse(unsigned status, std::string_view error, unsigned code, std::string_view text,
                                   std::string_view suberror = {}) const;
  [[nodiscard]] std::optional<http_answer> refuse_client(std::string_view tenant, const form_fields& form) const;
  [[nodiscard]] http_answer answer_refresh(const form_fields& form);
  [[nodiscard]] http_answer answer_client_credentials(const form_fields& form) const;
  [[nodiscard]] std::string access_token(const token_holder& holder, std::string_view scope) const;

  options options_;
  const clock& time_;
  std::string key_id_;
  key_pair_pem keys_;
  std::unordered_map<std::string, std::string> users_by_refresh_token_; ///< no user: revoked
};

} // namespace postroom::sim
