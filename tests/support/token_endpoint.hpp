#pragma once

#include "tests/support/jwt_issuer.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace postroom::test {

/// A planned answer of the token endpoint.
struct planned_answer {
  unsigned status = 400;
  std::string body;
  std::string content_type = "application/json; charset=utf-8";
  /// Further header lines, each ended by CR LF.
  std::string headers;
  std::chrono::milliseconds delay{0};
};

/// An Entra-like error body: `{"error":…,"error_codes":[code],…}`.
[[nodiscard]] std::string entra_error(std::string_view error, unsigned code, std::string_view suberror = {});

/// A form as received: decoded names and values.
using token_request = std::map<std::string, std::string>;

/// A token endpoint over plain HTTP on loopback, whatever the path. It knows the grants `refresh_token` (every use
/// answers with a new refresh token; the old ones stay valid), `authorization_code` and `client_credentials`. Members
/// may be called from any thread.
class token_endpoint {
public:
  struct options {
    std::string client_secret = "test-secret";
    std::chrono::seconds access_token_life{3600};
    std::uint16_t port = 0; ///< 0: any free one
  };

  /// `issuer` must outlive it. Throws std::runtime_error when it cannot listen.
  explicit token_endpoint(const jwt_issuer& issuer);
  token_endpoint(const jwt_issuer& issuer, options options);
  token_endpoint(const token_endpoint&) = delete;
  token_endpoint& operator=(const token_endpoint&) = delete;
  ~token_endpoint();

  /// `http://127.0.0.1:port`
  [[nodiscard]] std::string url() const;
  /// `url()` + `/contoso/oauth2/v2.0/token`
  [[nodiscard]] std::string token_url() const;

  /// A refresh token for the user, as a finished sign-in leaves it behind.
  [[nodiscard]] std::string sign_in(const std::string& upn);
  /// An authorization code for the user; redeemable once.
  [[nodiscard]] std::string authorize(const std::string& upn);
  /// From now on all refresh tokens of the user are answered with invalid_grant, AADSTS50173, bad_token.
  void revoke(const std::string& upn);
  /// Answers of the next requests, in this order, before normal service resumes.
  void plan(planned_answer answer);
  /// Life of access tokens issued from now on.
  void set_access_token_life(std::chrono::seconds life);

  /// All requests so far.
  [[nodiscard]] std::vector<token_request> requests() const;

private:
  struct server;
  std::unique_ptr<server> server_;
};

} // namespace postroom::test
