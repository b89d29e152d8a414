#pragma once

#include "actors/mailbox/mailbox.hpp"
#include "actors/outbox/outbox.hpp"
#include "base/result.hpp"
#include "storage/directory.hpp"
#include "storage/sealing.hpp"
#include "storage/store.hpp"

#include "records.pb.h"

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

namespace postroom::tenant {

/// All that is configured for one tenant, as stored.
struct tenant_config {
  std::map<std::string, records::Provider, std::less<>> providers;
  std::map<std::string, records::Account, std::less<>> accounts;
  std::map<std::string, records::Outbox, std::less<>> outboxes; ///< by account
  std::vector<storage::versioned<records::Incident>> incidents;
  std::set<std::string> gone_grants;              ///< of which there is an incident, but no record
  std::map<std::string, std::string> login_names; ///< by account: under which the IMAP server knows it
};

/// Reads a tenant's providers and accounts from one snapshot, on a storage thread.
void load(storage::store& from, const tenant_id& tenant,
          std::function<void(result<std::shared_ptr<tenant_config>>)> done);

/// Reads what is stored of a subject (`grant/andrea`), the fault and what expires, from one snapshot.
void load_incidents(storage::store& from, const tenant_id& tenant, const std::string& subject,
                    std::function<void(result<std::vector<storage::versioned<records::Incident>>>)> done);

/// Where the IMAP server of a provider is: what it says, else what its type means.
struct mail_host {
  std::string host;
  std::uint16_t port = 993;
};
[[nodiscard]] mail_host imap_host_of(const records::Provider& provider);
/// Likewise for submission.
[[nodiscard]] mail_host smtp_host_of(const records::Provider& provider);

/// What a mailbox actor needs to run `account`, without the actors. `keys` open the proxy's password. Fails with
/// invalid_argument when the configuration does not allow it, naming the field; wrong_key.
[[nodiscard]] result<mailbox::assignment> assign(const records::Account& account, const records::Provider& provider,
                                                 const storage::keyring& keys);

/// The names under which an account's IMAP server may know the mailbox, the likeliest first: the one that worked last
/// (empty: none; one that is no longer the account's: likewise), the username, the address, the login name.
[[nodiscard]] std::vector<std::string> login_names_of(const records::Account& account, const std::string& worked);

/// Likewise for an outbox actor.
[[nodiscard]] result<outbox::assignment> assign_outbox(const records::Account& account,
                                                       const records::Provider& provider, const storage::keyring& keys,
                                                       std::chrono::seconds sent_search);

} // namespace postroom::tenant
