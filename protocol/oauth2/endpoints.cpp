#include "protocol/oauth2/endpoints.hpp"

#include "base/ascii.hpp"
#include "base/guid.hpp"

#include <algorithm>
#include <array>

namespace postroom::oauth2 {
namespace {

struct cloud_row {
  std::string_view name;
  std::string_view login_host;
  std::string_view graph_host;
  std::string_view imap_host;
  std::string_view smtp_host;
  std::string_view scope_host;          // of delegated scopes
  std::string_view app_only_scope_host; // of client credentials
};

// Indexed by cloud.
constexpr std::array<cloud_row, 4> clouds{{
    {"worldwide", "login.microsoftonline.com", "graph.microsoft.com", "outlook.office365.com", "smtp.office365.com",
     "outlook.office.com", "outlook.office365.com"},
    {"us_gov_high", "login.microsoftonline.us", "graph.microsoft.us", "outlook.office365.us", "smtp.office365.us",
     "outlook.office365.us", "outlook.office365.us"},
    {"us_gov_dod", "login.microsoftonline.us", "dod-graph.microsoft.us", "outlook-dod.office365.us",
     "outlook-dod.office365.us", "outlook.office365.us", "outlook.office365.us"},
    {"china", "login.partner.microsoftonline.cn", "microsoftgraph.chinacloudapi.cn", "partner.outlook.cn",
     "partner.outlook.cn", "partner.outlook.cn", "partner.outlook.cn"},
}};

bool is_directory(std::string_view tenant) {
  constexpr std::size_t longest = 253; // a domain name
  return !tenant.empty() && tenant.size() <= longest && tenant.front() != '.' &&
         std::all_of(tenant.begin(), tenant.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
         });
}

/// Personal accounts have a directory of their own.
constexpr std::string_view consumer_directory = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// The directory in the issuer of its ID tokens: always the GUID. Where the name does not tell it, any is possible as
/// far as is known here: the discovery document of a domain says which.
std::string directory_of_issuer(std::string_view tenant) {
  if (is_guid(tenant))
    return ascii_lower(tenant);
  return std::string{ascii_iequals(tenant, "consumers") ? consumer_directory : "{tenantid}"};
}

/// Administrators consent for a directory: a personal account has none, and `common` is refused.
std::string admin_consent_of(std::string_view login, std::string_view tenant) {
  if (ascii_iequals(tenant, "consumers") || ascii_iequals(tenant, consumer_directory))
    return {};
  const auto directory = ascii_iequals(tenant, "common") ? std::string_view{"organizations"} : tenant;
  return std::string{login}.append(directory).append("/v2.0/adminconsent");
}

} // namespace

result<cloud> parse_cloud(std::string_view name) {
  if (name.empty())
    return cloud::worldwide;
  for (std::size_t i = 0; i < clouds.size(); ++i)
    if (name == clouds[i].name)
      return static_cast<cloud>(i);
  return fail(errc::invalid_argument, "the cloud is one of worldwide, us_gov_high, us_gov_dod, china");
}

result<endpoints> microsoft_endpoints(std::string_view tenant, cloud where) {
  if (!is_directory(tenant))
    return fail(errc::invalid_argument, "the directory is a GUID, a domain, organizations, common or consumers");
  const auto& row = clouds[static_cast<std::size_t>(where)];
  const auto login = "https://" + std::string{row.login_host} + '/';
  const auto base = login + std::string{tenant};
  const auto resource = "https://" + std::string{row.scope_host};
  endpoints out;
  out.authorize = base + "/oauth2/v2.0/authorize";
  out.token = base + "/oauth2/v2.0/token";
  out.device_authorization = base + "/oauth2/v2.0/devicecode";
  out.admin_consent = admin_consent_of(login, tenant);
  out.discovery = base + "/v2.0/.well-known/openid-configuration";
  out.keys = base + "/discovery/v2.0/keys";
  out.issuer = login + directory_of_issuer(tenant) + "/v2.0";
  out.graph = "https://" + std::string{row.graph_host};
  out.imap_host = row.imap_host;
  out.smtp_host = row.smtp_host;
  out.mail_scopes = resource + "/IMAP.AccessAsUser.All " + resource + "/SMTP.Send offline_access";
  out.mail_app_only_scope = "https://" + std::string{row.app_only_scope_host} + "/.default";
  out.mail_resource = resource;
  return out;
}

endpoints google_endpoints() {
  endpoints out;
  out.google = true;
  // No device authorization: there Google takes no scope of mail.
  // Google gives a refresh token for access_type=offline in the authorize request, not for a scope.
  out.authorize = "https://accounts.google.com/o/oauth2/v2/auth";
  out.token = "https://oauth2.googleapis.com/token";
  out.revocation = "https://oauth2.googleapis.com/revoke";
  out.discovery = "https://accounts.google.com/.well-known/openid-configuration";
  out.keys = "https://www.googleapis.com/oauth2/v3/certs";
  out.issuer = "https://accounts.google.com";
  out.imap_host = "imap.gmail.com";
  out.smtp_host = "smtp.gmail.com";
  out.mail_scopes = "https://mail.google.com/";
  out.mail_resource = "https://mail.google.com";
  return out;
}

} // namespace postroom::oauth2
