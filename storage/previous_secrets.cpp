#include "storage/previous_secrets.hpp"

#include "base/certificate.hpp"
#include "base/crypto.hpp"
#include "storage/secrets.hpp"

namespace postroom::storage {
namespace {

bool has_expired(const std::string& certificate, wall_time now) {
  const auto facts = read_certificate(certificate);
  return !facts || facts->not_after <= now;
}

/// Sealed values are bound to their field: the old one is opened under one name and sealed under the other.
result<void> move_secret(const keyring& keys, records::Provider& into, const records::Provider& before,
                         std::string_view field, std::string_view kept_as) {
  const auto old = open_secret(keys, before, field);
  if (!old)
    return old.error();
  return seal_secret(keys, into, kept_as, *old);
}

} // namespace

result<void> keep_previous_secret(const keyring& keys, records::Provider& into, const records::Provider& before,
                                  wall_time now) {
  drop_previous_secret(into);
  if (before.client_secret().empty() || into.client_secret().empty() || !keys.holds_key_of(before.client_secret()))
    return {};
  const auto old = open_secret(keys, before, "client_secret");
  const auto fresh = open_secret(keys, into, "client_secret");
  if (!old || !fresh)
    return !old ? old.error() : fresh.error();
  if (constant_time_equal(old->expose(), fresh->expose())) {
    into.set_previous_client_secret(before.previous_client_secret());
    into.set_previous_client_secret_expires_ms(before.previous_client_secret_expires_ms());
    return {};
  }
  const auto ends = before.client_secret_expires_ms();
  if (ends != 0 && ends <= now.time_since_epoch().count())
    return {};
  into.set_previous_client_secret_expires_ms(ends);
  return move_secret(keys, into, before, "client_secret", "previous_client_secret");
}

result<void> keep_previous_certificate(const keyring& keys, records::Provider& into, const records::Provider& before,
                                       wall_time now) {
  drop_previous_certificate(into);
  if (before.certificate() == into.certificate()) {
    into.set_previous_certificate(before.previous_certificate());
    into.set_previous_certificate_key(before.previous_certificate_key());
    return {};
  }
  if (before.certificate().empty() || before.certificate_key().empty() || into.certificate().empty() ||
      !keys.holds_key_of(before.certificate_key()) || has_expired(before.certificate(), now))
    return {};
  into.set_previous_certificate(before.certificate());
  return move_secret(keys, into, before, "certificate_key", "previous_certificate_key");
}

void drop_previous_secret(records::Provider& of) {
  of.clear_previous_client_secret();
  of.clear_previous_client_secret_expires_ms();
}

void drop_previous_certificate(records::Provider& of) {
  of.clear_previous_certificate();
  of.clear_previous_certificate_key();
}

} // namespace postroom::storage
