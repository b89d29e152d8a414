#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"

#include <string>
#include <string_view>

/// The authorization request (RFC 6749 §4.1.1) with PKCE (RFC 7636) and OpenID Connect's nonce. Randomness comes in.
namespace postroom::oauth2 {

struct authorize_request {
  std::string endpoint; ///< may have a query already
  std::string client_id;
  std::string redirect_uri;
  std::string scope;
  std::string state;
  std::string nonce;
  secret<> code_verifier;
  std::string prompt;     ///< empty: not sent; Google: `consent` is added
  std::string login_hint; ///< empty: not sent
  bool form_post = false; ///< response_mode
  bool google = false;    ///< access_type=offline, and consent each time: only then it gives a refresh token
};
/// The address to send the browser to. `invalid_argument` when a part is missing, the verifier is not 43 to 128
/// unreserved characters, endpoint or redirect URI are not https (http for loopback only) or have a fragment, or the
/// whole is longer than http::url_bytes_max.
[[nodiscard]] result<std::string> make_authorize_url(const authorize_request& request);

/// S256 of a verifier: base64url(SHA-256(verifier)).
[[nodiscard]] std::string code_challenge_of(const secret<>& code_verifier);
/// A verifier of 43 characters.
[[nodiscard]] secret<> make_code_verifier();

/// Admin consent of Entra v2: `<base>/v2.0/adminconsent`. `scope` is `<resource>/.default` for application permissions.
/// Errors as above.
[[nodiscard]] result<std::string> make_admin_consent_url(std::string_view endpoint, std::string_view client_id,
                                                         std::string_view scope, std::string_view redirect_uri,
                                                         std::string_view state);

} // namespace postroom::oauth2
