#pragma once

#include "actors/provider/credential_choice.hpp"
#include "base/clock.hpp"
#include "net/http_client.hpp"
#include "protocol/oauth2/endpoints.hpp"
#include "protocol/oauth2/purposes.hpp"
#include "protocol/oauth2/token_request.hpp"
#include "storage/sealing.hpp"

#include "records.pb.h"

#include <string>

namespace postroom::provider {

/// How the application proves itself with `which`: the secret, or an assertion signed now. Fails with wrong_key when a
/// secret cannot be opened, invalid_argument when a certificate is not usable.
[[nodiscard]] result<oauth2::client_identity> identity_with(const records::Provider& provider, credential which,
                                                            const std::string& token_endpoint,
                                                            const storage::keyring& keys, wall_time now);

/// The request that gets an access token for `grant`: refresh token or client credentials.
[[nodiscard]] result<oauth2::http_request>
token_question(const records::Provider& provider, const oauth2::endpoints& where, const oauth2::client_identity& who,
               const records::Grant& grant, oauth2::resource what, const storage::keyring& keys);

/// What goes over the wire: through the provider's proxy, and to the hosts it trusts only.
[[nodiscard]] result<net::http_request> outward(const records::Provider& provider, oauth2::http_request question,
                                                const storage::keyring& keys);
[[nodiscard]] result<net::http_request> outward_get(const records::Provider& provider, std::string url,
                                                    const storage::keyring& keys);

} // namespace postroom::provider
