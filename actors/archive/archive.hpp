#pragma once

#include "actors/interfaces.hpp"
#include "metrics/probes.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <cstdint>
#include <map>
#include <memory>

namespace postroom::archive {

/// How long a patient commit waits for others: thousands of mailboxes that connect one after the other would each cost
/// a write of their own.
inline constexpr auto patience = std::chrono::milliseconds{100};

/// The store has answered a commit.
struct stored {
  std::uint64_t number = 0;
  std::shared_ptr<storage::commit_result> result;
};
/// The store has said what became of a commit whose outcome was unknown.
struct resolved {
  std::uint64_t number = 0;
  std::optional<storage::outcome> outcome; ///< nothing: still cannot be told
};
/// Ask again what became of a commit.
struct resolve_again {
  std::uint64_t number = 0;
};
/// Patient commits have waited long enough.
struct gathering_over {};

using archive_self =
    archive_actor::extend<accepts<stored>, accepts<resolved>, accepts<resolve_again>, accepts<gathering_over>>;

struct pending {
  caf::typed_response_promise<commit_answer> promise;
  batch_id id;
  std::vector<tenant_id> tenants; ///< whose logs grow, in the order of the appends
  mono_time since;
  std::shared_ptr<storage::commit_result> result;
};

struct state {
  static inline constexpr const char* name = "postroom.archive";
  std::map<std::uint64_t, pending> waiting;
  std::map<std::uint64_t, std::shared_ptr<storage::batch>> patient; ///< of those waiting, not yet with the store
  std::uint64_t next_number = 0;
};

/// Spawn with `system.spawn(archive::archive, store, events, time, metrics)`; the pointers outlive the actor system.
archive_self::behavior_type archive(archive_self::stateful_pointer<state> self, storage::store* store,
                                    events_actor events, const clock* time, metrics::store_probe* metrics);

} // namespace postroom::archive

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::archive::stored)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::archive::resolved)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::archive::resolve_again)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::archive::gathering_over)
