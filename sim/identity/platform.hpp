#pragma once

#include "base/clock.hpp"
#include "sim/control/faults.hpp"
#include "sim/identity/access_tokens.hpp"
#include "sim/identity/authorizations.hpp"
#include "sim/identity/registry.hpp"
#include "sim/net/http_server.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postroom::sim {

/// A form as posted, or a query: decoded names and values.
using form_fields = std::map<std::string, std::string>;
[[nodiscard]] form_fields parse_form(std::string_view body);

/// What the parts of the platform share.
struct identity_services {
  std::string base_url; ///< `https://localhost:port`
  std::chrono::seconds access_token_life{3600};
  registry& people;
  access_tokens& tokens;
  authorizations& grants;
  const fault_desk& faults;
  const clock& time;
};

/// Everything that is asked of Entra and of Google's identity platform over HTTP. Both are one server here: Entra's
/// paths begin with a tenant, Google's do not. Not thread-safe.
///
/// Entra, under `/{tenant}`: `/v2.0/.well-known/openid-configuration`, `/discovery/v2.0/keys`, `/oauth2/v2.0/token`,
/// `/oauth2/v2.0/devicecode`, `/oauth2/v2.0/authorize`, `/v2.0/adminconsent`, `/oauth2/v2.0/logout`; and
/// `/devicelogin`. Google: `/.well-known/openid-configuration`, `/oauth2/v3/certs`, `/token`, `/revoke`,
/// `/o/oauth2/v2/auth`.
class identity_platform {
public:
  explicit identity_platform(identity_services services);

  /// 404 for what is not its own.
  [[nodiscard]] http_response answer(const http_request& request);
  [[nodiscard]] std::uint64_t token_requests() const noexcept { return token_requests_; }

private:
  identity_services services_;
  std::uint64_t token_requests_ = 0;
};

/// A sign-in without a browser, for scenarios and tests: consent is recorded, the refresh token given. `upn` must
/// exist.
[[nodiscard]] secret<> sign_in(const identity_services& services, std::string_view client_id, std::string_view upn,
                               const std::vector<std::string>& scopes);
/// Scopes for IMAP and SMTP at the service, with `offline_access`.
[[nodiscard]] std::vector<std::string> mail_scopes(service kind);

} // namespace postroom::sim
