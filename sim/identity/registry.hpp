#pragma once

#include "base/clock.hpp"
#include "base/secret.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

/// Who exists at the identity platforms, and what they may do. Data only; nothing here is thread-safe.
namespace postroom::sim {

/// Whose identity platform, and whose mail server, a tenant is a customer of.
enum class service : std::uint8_t {
  microsoft, ///< Entra and Exchange Online
  google,    ///< Google's accounts and Gmail
  generic,   ///< Entra's tokens or a password, at a mail server like Dovecot
};
/// `microsoft`, `google`, `generic`.
[[nodiscard]] std::string_view to_string(service service);

struct user {
  std::string upn;       ///< spelled as registered; what one signs in as
  std::string mail{};    ///< where mail reaches the user; empty: the UPN
  std::string object_id; ///< GUID
  std::string name;      ///< as pages show it
  secret<> password;
  bool enabled = true;       ///< otherwise AADSTS50057
  bool locked = false;       ///< AADSTS50053
  bool mfa_required = false; ///< sign-in asks for a code; a refresh answers AADSTS50076 until then
  bool mfa_enrolled = true;  ///< otherwise AADSTS50079
  bool administrator = false;
  /// The code of the MFA step is always this one, so that people and tests can pass it.
  static constexpr std::string_view mfa_code = "123456";
  /// Refresh tokens issued before are dead (AADSTS50173).
  wall_time sessions_valid_from{};
  wall_time last_mfa{};

  [[nodiscard]] const std::string& address() const noexcept { return mail.empty() ? upn : mail; }
};

struct client_secret {
  std::string key_id; ///< the secret's *ID*, which people paste for its value
  secret<> value;
  wall_time expires = wall_time::max();
};

struct client_certificate {
  std::string thumbprint_sha1; ///< base64url of SHA-1 over the DER, as in `x5t`; may be empty
  std::string thumbprint;      ///< base64url of SHA-256, as in `x5t#S256`
  std::string public_key_pem;
  wall_time expires = wall_time::max();
};

enum class redirect_kind : std::uint8_t { web, spa, native };
struct redirect_uri {
  std::string uri;
  redirect_kind kind = redirect_kind::web;
};

/// An app registration, in its home tenant.
struct application {
  std::string client_id;
  std::string name;
  std::string home_tenant; ///< id
  bool multi_tenant = false;
  bool public_client = false; ///< device code and native sign-in without a secret
  std::vector<client_secret> secrets;
  std::vector<client_certificate> certificates;
  std::vector<redirect_uri> redirect_uris;
  /// Application permissions that were asked for: `IMAP.AccessAsApp`, `SMTP.SendAsApp`. They count once an
  /// administrator of the tenant has consented.
  std::set<std::string> roles;
};

/// An application as a tenant sees it: its Enterprise Application.
struct service_principal {
  std::string object_id;
  bool enabled = true;              ///< otherwise AADSTS7000112
  bool assignment_required = false; ///< AADSTS50105 for who is not assigned
  std::set<std::string> assigned;   ///< lower-case UPNs
  std::set<std::string> roles;      ///< granted by an administrator
  std::set<std::string> scopes;     ///< delegated, consented to by an administrator for everyone
  std::unordered_map<std::string, std::set<std::string>> user_scopes; ///< by lower-case UPN
  /// An application access policy: by Graph, too, the application opens only the mailboxes it has rights to.
  bool mailboxes_restricted = false;
};

struct tenant_policies {
  bool users_may_consent = true;             ///< otherwise AADSTS90094, "Need admin approval"
  bool device_code_allowed = true;           ///< otherwise AADSTS53003
  bool security_defaults = false;            ///< also refuses SMTP AUTH
  bool smtp_auth_disabled = false;           ///< the organisation's SmtpClientAuthenticationDisabled
  std::chrono::seconds sign_in_frequency{0}; ///< 0: none; AADSTS70043 when older
  std::chrono::seconds access_token_life{0}; ///< 0: the stand-in's default
};

struct tenant {
  std::string id; ///< directory id, a GUID
  std::string name;
  std::vector<std::string> domains; ///< lower case; the first is the default one
  service kind = service::microsoft;
  tenant_policies policies;
  std::unordered_map<std::string, user> users;                   ///< by lower-case UPN
  std::unordered_map<std::string, service_principal> principals; ///< by client id

  [[nodiscard]] user* find_user(std::string_view upn);
  [[nodiscard]] const user* find_user(std::string_view upn) const;
};

/// All tenants and applications. Pointers and references stay valid; nothing is ever removed.
class registry {
public:
  tenant& add_tenant(tenant tenant);
  application& add_application(application application);

  /// By id or by one of its domains, any case. Null when there is none; `organizations` and `common` are the caller's.
  [[nodiscard]] tenant* find_tenant(std::string_view id_or_domain);
  [[nodiscard]] const tenant* find_tenant(std::string_view id_or_domain) const;
  /// The tenant whose domain the address has. Null when there is none.
  [[nodiscard]] tenant* tenant_of(std::string_view address);
  [[nodiscard]] const tenant* tenant_of(std::string_view address) const;
  [[nodiscard]] application* find_application(std::string_view client_id);
  [[nodiscard]] const application* find_application(std::string_view client_id) const;
  [[nodiscard]] const std::deque<tenant>& tenants() const { return tenants_; }
  [[nodiscard]] std::deque<tenant>& tenants() { return tenants_; }

private:
  std::deque<tenant> tenants_;
  std::deque<application> applications_;
  std::unordered_map<std::string, tenant*> tenants_by_name_; ///< ids and domains, lower case
  std::unordered_map<std::string, application*> applications_by_id_;
};

} // namespace postroom::sim
