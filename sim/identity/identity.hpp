#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "sim/identity/access_tokens.hpp"
#include "sim/identity/platform.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace postroom::sim {

struct http_answer {
  unsigned status = 200;
  std::string body;
};

/// The identity platform without its sockets: users, refresh tokens that rotate while the old ones stay valid, access
/// tokens (JWT, RS256), and error bodies as Entra writes them. Not thread-safe.
class identity {
public:
  struct options {
    std::string tenant_id;
    std::string client_id;
    secret<> client_secret;
    std::chrono::seconds access_token_life{3600};
  };

  identity(options options, const access_tokens& tokens, const clock& time);

  /// A refresh token for the user.
  [[nodiscard]] secret<> sign_in(const std::string& upn);
  /// All refresh tokens of the user are dead.
  void revoke(const std::string& upn);

  /// `POST /<tenant>/oauth2/v2.0/token`
  [[nodiscard]] http_answer token_request(std::string_view tenant, const form_fields& form);

private:
  [[nodiscard]] http_answer refuse(unsigned status, std::string_view error, unsigned code, std::string_view text,
                                   std::string_view suberror = {}) const;
  [[nodiscard]] std::optional<http_answer> refuse_client(std::string_view tenant, const form_fields& form) const;
  [[nodiscard]] http_answer answer_refresh(const form_fields& form);
  [[nodiscard]] http_answer answer_client_credentials(const form_fields& form) const;
  [[nodiscard]] std::string access_token(const std::string& upn, std::string_view scope) const;

  options options_;
  const access_tokens& tokens_;
  const clock& time_;
  std::unordered_map<std::string, std::string> users_by_refresh_token_; ///< no user: revoked
};

} // namespace postroom::sim
