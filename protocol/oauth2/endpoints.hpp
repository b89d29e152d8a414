#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

/// Where to ask for tokens and with which scopes.
namespace postroom::oauth2 {

/// The national clouds of Microsoft; each has its own hosts, and registrations do not cross.
enum class cloud : std::uint8_t { worldwide, us_gov_high, us_gov_dod, china };

/// `worldwide`, `us_gov_high`, `us_gov_dod`, `china`; `invalid_argument` otherwise. Empty is `worldwide`.
[[nodiscard]] result<cloud> parse_cloud(std::string_view name);

struct endpoints {
  std::string authorize;
  std::string token;
  std::string device_authorization; ///< empty where there is none
  std::string revocation;           ///< likewise
  std::string admin_consent;        ///< likewise
  std::string discovery;
  std::string keys;
  std::string issuer; ///< of ID tokens; Entra for several directories: with `{tenantid}` in it
  std::string graph;  ///< root of Microsoft Graph, `https://graph.microsoft.com`; empty elsewhere
  std::string imap_host;
  std::string smtp_host;
  std::string mail_scopes;         ///< delegated IMAP and SMTP, with what it takes to get a refresh token
  std::string mail_app_only_scope; ///< for client credentials; empty where there is no such thing
  std::string mail_resource;       ///< what delegated scopes of mail begin with: `https://outlook.office.com`
  /// One scope for all of mail, none for a refresh token, which access_type=offline asks for instead.
  bool google = false;
};

/// `tenant` is a GUID, a domain, or `organizations`, `common`, `consumers`; `invalid_argument` for anything that could
/// not stand in a path.
[[nodiscard]] result<endpoints> microsoft_endpoints(std::string_view tenant, cloud where = cloud::worldwide);
[[nodiscard]] endpoints google_endpoints();

} // namespace postroom::oauth2
