#include "storage/keys.hpp"

#include "base/ascii.hpp"

#include <algorithm>

namespace postroom::storage::keys {
namespace {

template <class Number>
std::string big_endian(Number n) {
  std::string bytes(sizeof(Number), '\0');
  for (std::size_t i = 0; i < sizeof(Number); ++i)
    bytes[i] = static_cast<char>(n >> 8 * (sizeof(Number) - 1 - i));
  return bytes;
}

std::string under(std::string_view kind, const tenant_id& tenant) {
  std::string prefix{kind};
  if (!tenant.empty())
    prefix.append(tenant.str()).append("/");
  return prefix;
}

record_key of_message(space where, const tenant_id& tenant, const account_id& account, const message_id& id) {
  return {where, of_account(tenant, account) + id.str()};
}

constexpr std::size_t received_bytes = 8;

} // namespace

record_key tenant(const tenant_id& tenant) {
  return {space::config, tenants() + tenant.str()};
}
record_key provider(const tenant_id& tenant, const provider_id& id) {
  return {space::config, providers(tenant) + id.str()};
}
record_key grant(const tenant_id& tenant, const grant_id& id) {
  return {space::config, grants(tenant) + id.str()};
}
record_key account(const tenant_id& tenant, const account_id& id) {
  return {space::config, accounts(tenant) + id.str()};
}

std::string tenants() {
  return "t/";
}
std::string providers(const tenant_id& tenant) {
  return under("p/", tenant);
}
std::string grants(const tenant_id& tenant) {
  return under("g/", tenant);
}
std::string accounts(const tenant_id& tenant) {
  return under("a/", tenant);
}

record_key api_token(const token_id& id) {
  return {space::token, id.str()};
}

record_key cursor(const tenant_id& tenant, const account_id& account, std::string_view folder) {
  return {space::cursor, of_account(tenant, account).append(folder)};
}
record_key message(const tenant_id& tenant, const account_id& account, const message_id& id) {
  return of_message(space::message, tenant, account, id);
}
record_key quarantined(const tenant_id& tenant, const account_id& account, const message_id& id) {
  return of_message(space::quarantine, tenant, account, id);
}

record_key contact(const tenant_id& tenant, const list_id& list, std::string_view address) {
  return {space::contact, of_list(tenant, list) + ascii_lower(address)};
}

std::string of_account(const tenant_id& tenant, const account_id& account) {
  return tenant.str() + "/" + account.str() + "/";
}
std::string of_list(const tenant_id& tenant, const list_id& list) {
  return tenant.str() + "/" + list.str() + "/";
}

record_key by_received(const tenant_id& tenant, const account_id& account, std::int64_t received_ms,
                       const message_id& id) {
  const auto time = static_cast<std::uint64_t>(std::max<std::int64_t>(received_ms, 0));
  return {space::index, all_by_received(tenant, account) + big_endian(time) + id.str()};
}
std::string all_by_received(const tenant_id& tenant, const account_id& account) {
  return of_account(tenant, account) + "r/";
}
message_id message_of_received(std::string_view key) {
  // The time is binary and may hold any byte: skip to it by the separators before it, not from the end.
  for (int parts = 0; parts < 3; ++parts) {
    const auto slash = key.find('/');
    if (slash == std::string_view::npos)
      return {};
    if (parts == 2 && key.substr(0, slash) != "r")
      return {};
    key.remove_prefix(slash + 1);
  }
  return key.size() > received_bytes ? message_id{std::string{key.substr(received_bytes)}} : message_id{};
}
record_key by_fingerprint(const tenant_id& tenant, const account_id& account, std::string_view fingerprint) {
  return {space::index, (of_account(tenant, account) + "f/").append(fingerprint)};
}

std::string outbox_mails(const tenant_id& tenant, const account_id& account) {
  return "m/" + of_account(tenant, account);
}
record_key outbox_mail(const tenant_id& tenant, const account_id& account, std::uint64_t seq) {
  return {space::outbox, outbox_mails(tenant, account) + big_endian(seq)};
}
std::string outboxes(const tenant_id& tenant) {
  return under("q/", tenant);
}
record_key outbox(const tenant_id& tenant, const account_id& account) {
  return {space::outbox, outboxes(tenant) + account.str()};
}
std::string outbox_pendings(const tenant_id& tenant, const account_id& account) {
  return "p/" + of_account(tenant, account);
}
record_key outbox_pending(const tenant_id& tenant, const account_id& account, std::uint64_t seq) {
  return {space::outbox, outbox_pendings(tenant, account) + big_endian(seq)};
}
std::uint64_t seq_of_outbox(std::string_view key) {
  if (key.size() < sizeof(std::uint64_t))
    return 0;
  std::uint64_t seq = 0;
  for (const char c : key.substr(key.size() - sizeof(seq)))
    seq = seq << 8 | static_cast<unsigned char>(c);
  return seq;
}

record_key upload(const tenant_id& tenant, std::string_view id) {
  return {space::upload, (tenant.str() + "/").append(id)};
}
record_key idempotency(const tenant_id& tenant, std::string_view digest) {
  return {space::idempotency, (tenant.str() + "/").append(digest)};
}
record_key expiry(std::int64_t at_ms, space where, std::string_view key) {
  auto bytes = big_endian(static_cast<std::uint64_t>(at_ms));
  bytes.push_back(static_cast<char>(where));
  return {space::expiry, bytes.append(key)};
}
key_range expired_before(std::int64_t at_ms) {
  return {{}, big_endian(static_cast<std::uint64_t>(at_ms))};
}

record_key sign_in(std::string_view id) {
  return {space::sign_in, std::string{id}};
}
std::string incidents(const tenant_id& tenant) {
  return under("i/", tenant);
}
record_key incident(const tenant_id& tenant, std::string_view subject) {
  return {space::state, incidents(tenant).append(subject)};
}
record_key login_names(const tenant_id& tenant, const account_id& account) {
  return {space::state, all_login_names(tenant) + account.str()};
}
std::string all_login_names(const tenant_id& tenant) {
  return under("u/", tenant);
}

std::string stream_of(const tenant_id& tenant) {
  return tenant.str();
}

record_key format_version() {
  return {space::meta, "format"};
}
record_key epoch(shard_id shard) {
  return {space::meta, "e/" + big_endian(shard.value)};
}
record_key key_check(std::uint32_t key_id) {
  return {space::meta, "k/" + big_endian(key_id)};
}

} // namespace postroom::storage::keys
