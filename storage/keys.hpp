#pragma once

#include "base/ids.hpp"
#include "storage/store.hpp"

#include <cstdint>
#include <string>
#include <string_view>

/// Every key of the gateway in one place. Ids never contain '/', so it separates; free text (folder, address) stands
/// last. Numbers are big-endian, so that byte order is number order.
namespace postroom::storage::keys {

/// `t/<tenant>`
[[nodiscard]] record_key tenant(const tenant_id& tenant);
/// `p/<tenant>/<provider>`
[[nodiscard]] record_key provider(const tenant_id& tenant, const provider_id& id);
/// `g/<tenant>/<grant>`
[[nodiscard]] record_key grant(const tenant_id& tenant, const grant_id& id);
/// `a/<tenant>/<account>`
[[nodiscard]] record_key account(const tenant_id& tenant, const account_id& id);
/// Prefixes of the above in space `config`, for listing; without a tenant: of all tenants.
[[nodiscard]] std::string tenants();
[[nodiscard]] std::string providers(const tenant_id& tenant = {});
[[nodiscard]] std::string grants(const tenant_id& tenant = {});
[[nodiscard]] std::string accounts(const tenant_id& tenant = {});

/// `<token>` in space `token`
[[nodiscard]] record_key api_token(const token_id& id);

/// `<tenant>/<account>/<folder>` in space `cursor`
[[nodiscard]] record_key cursor(const tenant_id& tenant, const account_id& account, std::string_view folder);
/// `<tenant>/<account>/<message>` in space `message`
[[nodiscard]] record_key message(const tenant_id& tenant, const account_id& account, const message_id& id);
/// `<tenant>/<account>/<message>` in space `quarantine`
[[nodiscard]] record_key quarantined(const tenant_id& tenant, const account_id& account, const message_id& id);
/// `<tenant>/<list>/<lower-cased address>` in space `contact`
[[nodiscard]] record_key contact(const tenant_id& tenant, const list_id& list, std::string_view address);
/// `<tenant>/<account>/` : what all cursors, messages and quarantined messages of an account start with.
[[nodiscard]] std::string of_account(const tenant_id& tenant, const account_id& account);
/// `<tenant>/<list>/` : what all contacts of a list start with.
[[nodiscard]] std::string of_list(const tenant_id& tenant, const list_id& list);

/// `<tenant>/<account>/r/<be64 received><message>` in space `index`: scanned in reverse it lists newest first.
[[nodiscard]] record_key by_received(const tenant_id& tenant, const account_id& account, std::int64_t received_ms,
                                     const message_id& id);
/// What all `by_received` keys of an account start with.
[[nodiscard]] std::string all_by_received(const tenant_id& tenant, const account_id& account);
/// The message id at the end of a `by_received` key; empty when it is not one.
[[nodiscard]] message_id message_of_received(std::string_view key);
/// `<tenant>/<account>/f/<fingerprint>` in space `index`: finds a message again after UIDVALIDITY changed.
[[nodiscard]] record_key by_fingerprint(const tenant_id& tenant, const account_id& account,
                                        std::string_view fingerprint);

/// `m/<tenant>/<account>/<be64 seq>` in space `outbox`
[[nodiscard]] record_key outbox_mail(const tenant_id& tenant, const account_id& account, std::uint64_t seq);
/// What all mails of an account's outbox start with.
[[nodiscard]] std::string outbox_mails(const tenant_id& tenant, const account_id& account);
/// `q/<tenant>/<account>` in space `outbox`
[[nodiscard]] record_key outbox(const tenant_id& tenant, const account_id& account);
/// What all outboxes of a tenant start with.
[[nodiscard]] std::string outboxes(const tenant_id& tenant);
/// `p/<tenant>/<account>/<be64 seq>` in space `outbox`: stands as long as a mail is queued or deferred.
[[nodiscard]] record_key outbox_pending(const tenant_id& tenant, const account_id& account, std::uint64_t seq);
[[nodiscard]] std::string outbox_pendings(const tenant_id& tenant, const account_id& account);
/// The number at the end of such a key; 0 when it is none.
[[nodiscard]] std::uint64_t seq_of_outbox(std::string_view key);

/// `<tenant>/<upload>` in space `upload`
[[nodiscard]] record_key upload(const tenant_id& tenant, std::string_view id);
/// `<tenant>/<digest of key and resource>` in space `idempotency`
[[nodiscard]] record_key idempotency(const tenant_id& tenant, std::string_view digest);
/// `<be64 time><space><key>` in space `expiry`
[[nodiscard]] record_key expiry(std::int64_t at_ms, space where, std::string_view key);
/// Everything that expires before `at_ms`.
[[nodiscard]] key_range expired_before(std::int64_t at_ms);

/// `<sign-in>` in space `sign_in`
[[nodiscard]] record_key sign_in(std::string_view id);
/// `i/<tenant>/<subject>` in space `state`; a subject is `provider/<id>`, `grant/<id>` or `account/<id>`.
[[nodiscard]] record_key incident(const tenant_id& tenant, std::string_view subject);
/// What all incidents of a tenant start with.
[[nodiscard]] std::string incidents(const tenant_id& tenant);
/// `u/<tenant>/<account>` in space `state`
[[nodiscard]] record_key login_names(const tenant_id& tenant, const account_id& account);
[[nodiscard]] std::string all_login_names(const tenant_id& tenant);

/// The stream that holds a tenant's events.
[[nodiscard]] std::string stream_of(const tenant_id& tenant);

/// Installation records in space `meta`.
[[nodiscard]] record_key format_version();
/// `e/<be16 shard>`: written by `store::claim` alone; back ends refuse it in batches.
[[nodiscard]] record_key epoch(shard_id shard);
/// `k/<be32 key id>`: see check_keys().
[[nodiscard]] record_key key_check(std::uint32_t key_id);

} // namespace postroom::storage::keys
