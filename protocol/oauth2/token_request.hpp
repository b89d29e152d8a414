#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace postroom::oauth2 {

/// What to send to a token endpoint: always a POST.
struct http_request {
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers; ///< without Host and Content-Length
  secret<> body;
};

/// Who we are at the identity platform. Either a secret or a signed assertion (RFC 7523); the assertion wins.
struct client_identity {
  std::string client_id;
  secret<> client_secret;
  secret<> client_assertion;
};

/// RFC 6749 §6. `scope` is space-separated, of one resource only; empty asks for what was granted.
struct refresh_token_grant {
  secret<> refresh_token;
  std::string scope;
};

/// RFC 6749 §4.4, e.g. with scope `https://outlook.office365.com/.default`.
struct client_credentials_grant {
  std::string scope;
};

/// RFC 6749 §4.1.3 with PKCE (RFC 7636).
struct authorization_code_grant {
  secret<> code;
  std::string redirect_uri;
  secret<> code_verifier;
  std::string scope;
};

/// `request_id` is a fresh UUID; the platform repeats it as correlation id, and its support asks for it.
/// `invalid_argument` when a required part is empty, the endpoint is no https URL (http is taken for loopback hosts
/// only, see http::may_carry_secrets), or `request_id` is not made of hex digits and hyphens.
[[nodiscard]] result<http_request> make_request(std::string_view token_endpoint, const client_identity& who,
                                                const refresh_token_grant& grant, std::string_view request_id);
[[nodiscard]] result<http_request> make_request(std::string_view token_endpoint, const client_identity& who,
                                                const client_credentials_grant& grant, std::string_view request_id);
[[nodiscard]] result<http_request> make_request(std::string_view token_endpoint, const client_identity& who,
                                                const authorization_code_grant& grant, std::string_view request_id);

} // namespace postroom::oauth2
