#pragma once

#include "base/secret.hpp"
#include "sim/identity/form.hpp"
#include "sim/identity/services.hpp"
#include "sim/net/http_server.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace postroom::sim {

class sign_in_pages;

/// Everything that is asked of Entra and of Google's identity platform over HTTP. Both are one server here: Entra's
/// paths begin with a tenant, Google's do not. Not thread-safe.
///
/// Entra, under `/{tenant}`: `/v2.0/.well-known/openid-configuration`, `/discovery/v2.0/keys`, `/oauth2/v2.0/token`,
/// `/oauth2/v2.0/devicecode`, and the pages of sign_in_pages. Google: `/.well-known/openid-configuration`,
/// `/oauth2/v3/certs`, `/token`, `/revoke`.
class identity_platform {
public:
  explicit identity_platform(identity_services services);
  ~identity_platform();
  identity_platform(const identity_platform&) = delete; // pages refer to the services
  identity_platform& operator=(const identity_platform&) = delete;

  /// 404 for what is not its own. Each answer tells the platform's time.
  [[nodiscard]] http_response answer(const http_request& request);
  [[nodiscard]] std::uint64_t token_requests() const noexcept { return token_requests_; }

private:
  [[nodiscard]] http_response route(const http_request& request);

  identity_services services_; // before those who refer to it
  std::unique_ptr<sign_in_pages> pages_;
  std::uint64_t token_requests_ = 0;
};

/// A sign-in without a browser, for scenarios and tests: consent is recorded, the refresh token given. Empty when there
/// is no such user.
[[nodiscard]] secret<> sign_in(const identity_services& services, std::string_view client_id, std::string_view upn,
                               const std::vector<std::string>& scopes);
/// Scopes for IMAP and SMTP at the service, with `offline_access`, which Google spells `access_type=offline`.
[[nodiscard]] std::vector<std::string> mail_scopes(service kind);
/// Microsoft Graph's for mail of one's own and of others.
[[nodiscard]] std::vector<std::string> graph_scopes();

} // namespace postroom::sim
