#pragma once

#include "base/result.hpp"
#include "net/proxy.hpp"
#include "storage/sealing.hpp"

#include "records.pb.h"

namespace postroom::provider {

/// The proxy through which a provider's servers are reached; none when it names none. Errors: invalid_argument (not a
/// proxy's address), wrong_key (its password cannot be opened).
[[nodiscard]] result<net::proxy_server> proxy_of(const records::Provider& provider, const storage::keyring& keys);

} // namespace postroom::provider
