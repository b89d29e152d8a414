#pragma once

#include "app/config.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "storage/directory.hpp"
#include "storage/object_schema.hpp"
#include "storage/store.hpp"

#include "records.pb.h"

#include <map>
#include <string>
#include <vector>

namespace postroom::app {

template <class T>
using stored_by_key = std::map<std::string, storage::versioned<T>>;

/// The configuration as it is stored, by the records' keys.
struct stored_objects {
  stored_by_key<records::Tenant> tenants;
  stored_by_key<records::Provider> providers;
  stored_by_key<records::Grant> grants;
  stored_by_key<records::Account> accounts;
};
/// Waits for the store.
[[nodiscard]] result<stored_objects> read_stored_objects(storage::store& from);

/// An object that left the file and stays all the same, no longer as a declared one.
struct kept_object {
  storage::object_kind kind{};
  std::string id; ///< `<tenant>/<id>`; of a tenant its id
  std::string why;
  std::string remedy;
};

/// What becomes of the objects that were declared and are in the file no longer.
struct departures {
  /// What refers to others goes first, so that no moment shows a reference to nothing.
  std::vector<storage::operation> changes;
  std::map<storage::object_kind, std::vector<std::string>> removed; ///< `<tenant>/<id>`, by kind
  std::vector<kept_object> kept;
};
/// They are removed, except for what the API would not remove either: an account whose outbox is not empty is switched
/// off instead, and a provider, grant or tenant stays that is needed by something which stays. From then on these are
/// the API's to change. Waits for the store; the changes hold only if the outboxes are as they were seen here.
[[nodiscard]] result<departures> plan_departures(storage::store& store, const stored_objects& stored,
                                                 const configuration& config, wall_time now);

} // namespace postroom::app
