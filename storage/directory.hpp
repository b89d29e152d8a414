#pragma once

#include "storage/keys.hpp"
#include "storage/store.hpp"

#include "records.pb.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

/// Typed access to records that are Protocol Buffers: the bytes stay in here. Thin on purpose: what to do about a
/// conflict is the caller's decision.
namespace postroom::storage {

/// A record as read: the message and what is needed to write it back.
template <class T>
struct versioned {
  T value;
  revision rev;
  shard_id shard;
  std::string key;
};

/// `store_corrupt` when the bytes are not a `T`.
template <class T>
[[nodiscard]] result<versioned<T>> decode(record from) {
  versioned<T> to{{}, from.rev, from.shard, std::move(from.key)};
  if (!to.value.ParseFromString(from.value))
    return fail(errc::store_corrupt, "record " + to.key + " is not a " + T::descriptor()->name());
  return to;
}

/// Decodes a list; the first damaged record fails it.
template <class T>
[[nodiscard]] result<std::vector<versioned<T>>> decode_all(std::vector<record> from) {
  std::vector<versioned<T>> to;
  to.reserve(from.size());
  for (auto& each : from) {
    auto one = decode<T>(std::move(each));
    if (!one)
      return one.error();
    to.push_back(std::move(*one));
  }
  return to;
}

/// The operation that writes `value`. With `expected` it replaces exactly that revision (0: creates).
template <class T>
[[nodiscard]] put put_of(record_key key, const T& value, shard_id shard = {}, std::optional<revision> expected = {}) {
  return {std::move(key), value.SerializeAsString(), shard, expected};
}

/// Reads one record; nothing when it does not exist.
template <class T>
void get(store& from, record_key key, completion<result<std::optional<versioned<T>>>> done) {
  from.get(std::move(key), [done = std::move(done)](result<std::optional<record>> got) {
    using answer = result<std::optional<versioned<T>>>;
    if (!got)
      return done(answer{got.error()});
    if (!*got)
      return done(answer{std::optional<versioned<T>>{}});
    auto one = decode<T>(std::move(**got));
    done(one ? answer{std::optional{std::move(*one)}} : answer{one.error()});
  });
}

/// Reads at most `limit` records whose key starts with `prefix`, in key order, those after the key `after` (empty:
/// from the first).
template <class T>
void list(store& from, space where, const std::string& prefix, const std::string& after, std::size_t limit,
          completion<result<std::vector<versioned<T>>>> done) {
  auto range = prefix_range(prefix);
  if (after >= range.first)
    range.first = after + '\0';
  from.scan(where, std::move(range), limit, false, [done = std::move(done)](result<std::vector<record>> got) {
    done(got ? decode_all<T>(std::move(*got)) : result<std::vector<versioned<T>>>{got.error()});
  });
}

/// The key under which a configuration record stands.
[[nodiscard]] record_key key_of(const records::Tenant& of);
[[nodiscard]] record_key key_of(const records::Provider& of);
[[nodiscard]] record_key key_of(const records::Grant& of);
[[nodiscard]] record_key key_of(const records::Account& of);
[[nodiscard]] record_key key_of(const records::ApiToken& of);
[[nodiscard]] record_key key_of(const records::SignIn& of);
[[nodiscard]] record_key key_of(const records::Incident& of);
[[nodiscard]] record_key key_of(const records::LoginNames& of);

/// The operation that writes a configuration record under its own key.
template <class T>
[[nodiscard]] put put_config(const T& value, std::optional<revision> expected) {
  return put_of(key_of(value), value, {}, expected);
}

} // namespace postroom::storage
