#pragma once

#include "base/result.hpp"
#include "protocol/oauth2/endpoints.hpp"
#include "protocol/oauth2/metadata.hpp"
#include "protocol/oauth2/purposes.hpp"

#include "records.pb.h"

#include <string>
#include <string_view>
#include <vector>

/// Where a provider's identity platform is and what is asked of it: what its service stands for, with what the
/// discovery document says put over it, and over both what its configuration says. Pure.
namespace postroom::provider {

/// `directory`: of the grant, once its person's is known; empty: the provider's. `found` may be null.
/// `invalid_argument` when no token endpoint is known.
[[nodiscard]] result<oauth2::endpoints> endpoints_of(const records::Provider& provider, std::string_view directory,
                                                     const oauth2::metadata* found);
/// Where the discovery document is; empty when there is none.
[[nodiscard]] std::string discovery_url_of(const records::Provider& provider);
/// The hosts that secrets of this provider may be sent to.
[[nodiscard]] std::vector<std::string> trusted_hosts_of(const records::Provider& provider);

/// Scopes the person is asked for.
[[nodiscard]] result<std::string> consent_scope_of(const records::Provider& provider, const oauth2::endpoints& where);
/// Scopes of a token request for one resource; `app_only` for an application by itself. `invalid_argument` when the
/// provider's purposes have nothing to do with the resource.
[[nodiscard]] result<std::string> token_scope_of(const records::Provider& provider, const oauth2::endpoints& where,
                                                 oauth2::resource what, bool app_only);

/// `/api/cloudProviders/oauth2/…/callback` is where browsers come back to; what the provider says, else nothing.
[[nodiscard]] result<std::string> redirect_uri_of(const records::Provider& provider);

} // namespace postroom::provider
