#pragma once

#include "actors/mailbox/mailbox.hpp"
#include "base/result.hpp"
#include "storage/store.hpp"

#include "records.pb.h"

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace postroom::tenant {

/// All that is configured for one tenant, as stored.
struct tenant_config {
  std::map<std::string, records::Provider, std::less<>> providers;
  std::map<std::string, records::Account, std::less<>> accounts;
};

/// Reads a tenant's providers and accounts from one snapshot, on a storage thread.
void load(storage::store& from, const tenant_id& tenant,
          std::function<void(result<std::shared_ptr<tenant_config>>)> done);

/// Where the IMAP server of a provider is: what it says, else what its type means.
struct mail_host {
  std::string host;
  std::uint16_t port = 993;
};
[[nodiscard]] mail_host imap_host_of(const records::Provider& provider);

/// What a mailbox actor needs to run `account`, without the actors. Fails with invalid_argument when the configuration
/// does not allow it, naming the field.
[[nodiscard]] result<mailbox::assignment> assign(const records::Account& account, const records::Provider& provider);

} // namespace postroom::tenant
