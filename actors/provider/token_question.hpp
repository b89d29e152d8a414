#pragma once

#include "base/result.hpp"
#include "protocol/oauth2/token_request.hpp"
#include "storage/sealing.hpp"

#include "records.pb.h"

namespace postroom::provider {

/// The request that gets an access token for `grant`: refresh token or client credentials, with endpoint and scope
/// from the provider, else from what its service means. Fails with invalid_argument when the configuration lacks
/// something, wrong_key when a secret cannot be opened.
[[nodiscard]] result<oauth2::http_request> token_question(const records::Provider& provider,
                                                          const records::Grant& grant, const storage::keyring& keys);

} // namespace postroom::provider
