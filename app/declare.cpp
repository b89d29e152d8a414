#include "app/declare.hpp"

#include "app/departures.hpp"
#include "base/crypto.hpp"
#include "base/limits.hpp"
#include "base/log.hpp"
#include "storage/blocking.hpp"
#include "storage/previous_secrets.hpp"
#include "storage/secrets.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <variant>

namespace postroom::app {
namespace {

using storage::operation;

template <class T>
const storage::versioned<T>* find(const stored_by_key<T>& in, const T& wanted) {
  const auto at = in.find(storage::key_of(wanted).key);
  return at == in.end() ? nullptr : &at->second;
}

/// What one kind of object needs done.
struct plan {
  std::vector<operation> writes;
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

/// For objects without secrets.
template <class T>
result<plan> plan_plain(const stored_by_key<T>& stored, const std::vector<T>& wanted, wall_time now) {
  plan out;
  for (const auto& each : wanted)
    add_write(out, each, find(stored, each), now);
  return out;
}

/// A value sealed anew differs from the one stored even if the secret is the same: so the stored one is looked into.
result<void> take_secret(const storage::keyring& keys, records::Provider& into, const char* field,
                         const secret<>& declared, const records::Provider* stored) {
  const auto* descriptor = into.GetDescriptor()->FindFieldByName(field);
  const auto sealed = stored ? stored->GetReflection()->GetString(*stored, descriptor) : std::string{};
  // What a lost key sealed is simply replaced.
  if (keys.holds_key_of(sealed)) {
    const auto known = storage::open_secret(keys, *stored, field);
    if (!known)
      return known.error();
    if (constant_time_equal(known->expose(), declared.expose())) {
      into.GetReflection()->SetString(&into, descriptor, sealed);
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

result<plan> plan_providers(const stored_by_key<records::Provider>& stored, const storage::keyring& keys,
                            const std::vector<declared_provider>& wanted, wall_time now) {
  plan out;
  for (const auto& each : wanted) {
    auto record = each.record;
    const auto* known = find(stored, record);
    if (const auto taken = take_secrets(keys, record, each, known ? &known->value : nullptr, now); !taken)
      return taken.error();
    add_write(out, std::move(record), known, now);
  }
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
  if (!stored.refresh_token().empty() && !keys.holds_key_of(stored.refresh_token()))
    return false; // its key is lost: the declared one is all there is
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

result<plan> plan_grants(const stored_by_key<records::Grant>& stored, const storage::keyring& keys,
                         const std::vector<declared_grant>& wanted, wall_time now) {
  plan out;
  for (const auto& each : wanted) {
    auto record = each.record;
    const auto* known = find(stored, record);
    if (const auto taken = take_sign_in(keys, record, each, known ? &known->value : nullptr); !taken)
      return taken.error();
    add_write(out, std::move(record), known, now);
  }
  return out;
}

/// In as many batches as the limits ask for. A crash between two leaves a state from which the next run goes on.
result<void> carry_out(storage::store& store, std::vector<operation> all) {
  // A configuration record may be 4 MiB but is about 1 KiB; a quarter of the batch's bytes leaves room for long ones.
  constexpr auto operations_max = static_cast<std::ptrdiff_t>(limits::batch_ops_max / 4);
  for (auto begin = all.begin(); begin != all.end();) {
    auto end = begin + std::min(operations_max, all.end() - begin);
    // A condition stands in the batch of what follows it.
    while (end != all.end() && std::holds_alternative<storage::assert_revision>(*std::prev(end)))
      --end;
    if (auto done = storage::commit_now(store, {std::make_move_iterator(begin), std::make_move_iterator(end)}); !done)
      return done;
    begin = end;
  }
  return {};
}

void log_changes(const declared_changes& all, const departures& gone) {
  for (const auto& [kind, ids] : gone.removed) {
    std::string names;
    for (const auto& each : ids)
      names.append(names.empty() ? "" : " ").append(each);
    log::info("configuration.removed", {{"kind", to_string(kind)}, {"count", ids.size()}, {"ids", names}});
  }
  for (const auto& each : gone.kept)
    log::warning("configuration.kept",
                 {{"kind", to_string(each.kind)}, {"id", each.id}, {"detail", each.why}, {"remedy", each.remedy}});
  log::info("configuration.declared",
            {{"written", all.written}, {"unchanged", all.unchanged}, {"removed", all.removed}, {"kept", all.kept}});
}

} // namespace

result<declared_changes> declare(storage::store& store, const storage::keyring& keys, const configuration& config,
                                 wall_time now) {
  const auto stored = read_stored_objects(store);
  if (!stored)
    return stored.error();
  std::array plans{
      plan_plain(stored->tenants, config.tenants, now), plan_providers(stored->providers, keys, config.providers, now),
      plan_grants(stored->grants, keys, config.grants, now), plan_plain(stored->accounts, config.accounts, now)};
  declared_changes out;
  std::vector<operation> operations;
  for (auto& each : plans) {
    if (!each)
      return each.error();
    out.unchanged += each->unchanged;
    out.written += each->writes.size();
    std::ranges::move(each->writes, std::back_inserter(operations));
  }
  auto gone = plan_departures(store, *stored, config, now);
  if (!gone)
    return gone.error();
  for (const auto& [kind, ids] : gone->removed)
    out.removed += ids.size();
  out.kept = gone->kept.size();
  std::ranges::move(gone->changes, std::back_inserter(operations));
  if (auto done = carry_out(store, std::move(operations)); !done)
    return done.error();
  log_changes(out, *gone);
  return out;
}

} // namespace postroom::app
