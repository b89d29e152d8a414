#pragma once

#include "sim/identity/page_context.hpp"

/// `/{tenant}/v2.0/adminconsent` and, in its first version, `/{tenant}/adminconsent`: an administrator allows an
/// application what it asks for, for everyone.
namespace postroom::sim {

/// A GET. Version 2 takes `scope` (`<resource>/.default` for application permissions, else delegated scopes) and is not
/// there at `common`; version 1 grants what the registration lists.
[[nodiscard]] http_response start_admin_consent(page_context& context, const std::string& tenant, bool first_version);
/// The next page, or `admin_consent=True&tenant=…&scope=…&state=…` to the redirect URI.
[[nodiscard]] http_response go_on_admin_consent(page_context& context, half_sign_in& flow);
/// What was posted. Declined: `consent_required` (version 2) or `permission_denied` (version 1) with AADSTS65004.
[[nodiscard]] http_response take_admin_consent(page_context& context, half_sign_in& flow);

} // namespace postroom::sim
