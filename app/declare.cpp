#include "app/declare.hpp"

#include "base/crypto.hpp"
#include "base/limits.hpp"
#include "storage/blocking.hpp"
#include "storage/previous_secrets.hpp"
#include "storage/secrets.hpp"

#include <map>
#include <ranges>

namespace postroom::app {
namespace {

using storage::operation;

template <class T>
using stored_by_key = std::map<std::string, storage::versioned<T>>;

template <class T>
result<stored_by_key<T>> read_stored(storage::store& from, const std::string& prefix) {
  auto all = storage::list_all<T>(from, storage::space::config, prefix);
  if (!all)
    return all.error();
  stored_by_key<T> out;
  for (auto& each : *all)
    out.emplace(each.key, std::move(each));
  return out;
}

template <class T>
const storage::versioned<T>* find(const stored_by_key<T>& in, const T& wanted) {
  const auto at = in.find(storage::key_of(wanted).key);
  return at == in.end() ? nullptr : &at->second;
}

/// What one kind of object needs done.
struct plan {
  std::vector<operation> writes;
  std::vector<operation> removals;
  std::size_t unchanged = 0;
};

template <class T>
void add_write(plan& to, T wanted, const storage::versioned<T>* stored, wall_time now) {
  const auto now_ms = now.time_since_epoch().count();
  wanted.set_declared(true);
  wanted.set_created_ms(stored ? stored->value.created_ms() : now_ms);
  wanted.set_updated_ms(stored ? stored->value.updated_ms() : now_ms);
  if (stored && wanted.SerializeAsString() == stored->value.SerializeAsString()) {
    ++to.unchanged;
    return;
  }
  wanted.set_updated_ms(now_ms);
  to.writes.emplace_back(storage::put_config(wanted, stored ? stored->rev : revision{0}));
}

template <class T, std::ranges::input_range Wanted>
void add_removals(plan& to, const stored_by_key<T>& stored, const Wanted& wanted) {
  std::map<std::string, bool> kept;
  for (const T& each : wanted)
    kept.emplace(storage::key_of(each).key, true);
  for (const auto& [key, each] : stored)
    if (each.value.declared() && !kept.contains(key))
      to.removals.emplace_back(storage::erase{{storage::space::config, key}, each.rev});
}

/// For objects without secrets.
template <class T>
result<plan> plan_plain(storage::store& store, const std::string& prefix, const std::vector<T>& wanted, wall_time now) {
  const auto stored = read_stored<T>(store, prefix);
  if (!stored)
    return stored.error();
  plan out;
  for (const auto& each : wanted)
    add_write(out, each, find(*stored, each), now);
  add_removals(out, *stored, wanted);
  return out;
}

/// A value sealed anew differs from the one stored even if the secret is the same: so the stored one is looked into.
result<void> take_secret(const storage::keyring& keys, records::Provider& into, const char* field,
                         const secret<>& declared, const records::Provider* stored) {
  if (stored) {
    const auto known = storage::open_secret(keys, *stored, field);
    if (!known)
      return known.error();
    if (constant_time_equal(known->expose(), declared.expose())) {
      const auto* descriptor = into.GetDescriptor()->FindFieldByName(field);
      into.GetReflection()->SetString(&into, descriptor, stored->GetReflection()->GetString(*stored, descriptor));
      return {};
    }
  }
  return storage::seal_secret(keys, into, field, declared);
}

/// All that a declaration gives; what it replaces stays in force beside it.
result<void> take_secrets(const storage::keyring& keys, records::Provider& into, const declared_provider& declared,
                          const records::Provider* stored, wall_time now) {
  for (const auto& [field, value] :
       {std::pair{"client_secret", &declared.client_secret}, std::pair{"certificate_key", &declared.certificate_key},
        std::pair{"proxy_password", &declared.proxy_password}})
    if (auto taken = take_secret(keys, into, field, *value, stored); !taken)
      return taken;
  if (!stored)
    return {};
  if (auto kept = storage::keep_previous_secret(keys, into, *stored, now); !kept)
    return kept;
  return storage::keep_previous_certificate(keys, into, *stored, now);
}

result<plan> plan_providers(storage::store& store, const storage::keyring& keys,
                            const std::vector<declared_provider>& wanted, wall_time now) {
  const auto stored = read_stored<records::Provider>(store, storage::keys::providers());
  if (!stored)
    return stored.error();
  plan out;
  for (const auto& each : wanted) {
    auto record = each.record;
    const auto* known = find(*stored, record);
    if (const auto taken = take_secrets(keys, record, each, known ? &known->value : nullptr, now); !taken)
      return taken.error();
    add_write(out, std::move(record), known, now);
  }
  add_removals(out, *stored, wanted | std::views::transform(&declared_provider::record));
  return out;
}

std::string fingerprint_of(const secret<>& token) {
  return std::string{as_view(sha256(token.expose()))};
}

/// Whether what the sign-in left behind is still the declared one, even if the token has rotated since.
result<bool> is_same_sign_in(const storage::keyring& keys, const declared_grant& declared,
                             const records::Grant& stored) {
  const auto& wanted = declared.record;
  if (stored.kind() != wanted.kind() || stored.provider() != wanted.provider())
    return false;
  if (wanted.kind() == "refresh_token")
    return stored.imported_fingerprint() == fingerprint_of(declared.secret_value);
  // A password has no fingerprint: its hash would help to guess it.
  const auto known = storage::open_refresh_token(keys, stored);
  if (!known)
    return known.error();
  return constant_time_equal(known->expose(), declared.secret_value.expose());
}

/// Who signed in, for what, and whether it was given up: learnt while running, not declared.
void take_person(records::Grant& into, const records::Grant& stored) {
  into.set_directory_id(stored.directory_id());
  into.set_object_id(stored.object_id());
  into.set_upn(stored.upn());
  into.set_display_name(stored.display_name());
  into.set_signed_in_ms(stored.signed_in_ms());
  into.set_consented_scope(stored.consented_scope());
  into.set_revoked_ms(stored.revoked_ms());
  *into.mutable_resources() = stored.resources();
}

result<void> take_sign_in(const storage::keyring& keys, records::Grant& into, const declared_grant& declared,
                          const records::Grant* stored) {
  if (stored) {
    const auto same = is_same_sign_in(keys, declared, *stored);
    if (!same)
      return same.error();
    if (*same) {
      into.set_refresh_token(stored->refresh_token());
      into.set_access_token(stored->access_token());
      into.set_access_token_expires_ms(stored->access_token_expires_ms());
      into.set_granted_scope(stored->granted_scope());
      into.set_refreshed_ms(stored->refreshed_ms());
      into.set_imported_fingerprint(stored->imported_fingerprint());
      take_person(into, *stored);
      return {};
    }
  }
  if (into.kind() == "refresh_token")
    into.set_imported_fingerprint(fingerprint_of(declared.secret_value));
  return storage::seal_refresh_token(keys, into, declared.secret_value);
}

result<plan> plan_grants(storage::store& store, const storage::keyring& keys, const std::vector<declared_grant>& wanted,
                         wall_time now) {
  const auto stored = read_stored<records::Grant>(store, storage::keys::grants());
  if (!stored)
    return stored.error();
  plan out;
  for (const auto& each : wanted) {
    auto record = each.record;
    const auto* known = find(*stored, record);
    if (const auto taken = take_sign_in(keys, record, each, known ? &known->value : nullptr); !taken)
      return taken.error();
    add_write(out, std::move(record), known, now);
  }
  add_removals(out, *stored, wanted | std::views::transform(&declared_grant::record));
  return out;
}

/// In as many batches as the limits ask for. A crash between two leaves a state from which the next run goes on.
result<void> carry_out(storage::store& store, std::vector<operation> all) {
  // A configuration record may be 4 MiB but is about 1 KiB; a quarter of the batch's bytes leaves room for long ones.
  constexpr std::size_t operations_max = limits::batch_ops_max / 4;
  for (std::size_t at = 0; at < all.size(); at += operations_max) {
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(at);
    const auto end = all.begin() + static_cast<std::ptrdiff_t>(std::min(at + operations_max, all.size()));
    if (auto done = storage::commit_now(store, {std::make_move_iterator(begin), std::make_move_iterator(end)}); !done)
      return done;
  }
  return {};
}

} // namespace

result<declared_changes> declare(storage::store& store, const storage::keyring& keys, const configuration& config,
                                 wall_time now) {
  namespace k = storage::keys;
  std::array plans{plan_plain<records::Tenant>(store, k::tenants(), config.tenants, now),
                   plan_providers(store, keys, config.providers, now), plan_grants(store, keys, config.grants, now),
                   plan_plain<records::Account>(store, k::accounts(), config.accounts, now)};
  declared_changes out;
  std::vector<operation> operations;
  for (auto& each : plans) {
    if (!each)
      return each.error();
    out.unchanged += each->unchanged;
    out.written += each->writes.size();
    out.removed += each->removals.size();
    std::ranges::move(each->writes, std::back_inserter(operations));
  }
  // What refers to others goes first, so that no moment shows a reference to nothing.
  for (auto& each : plans | std::views::reverse)
    std::ranges::move(each->removals, std::back_inserter(operations));
  if (auto done = carry_out(store, std::move(operations)); !done)
    return done.error();
  return out;
}

} // namespace postroom::app
