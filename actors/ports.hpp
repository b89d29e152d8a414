#pragma once

#include "actors/interfaces.hpp"
#include "actors/parsing/parse_pool.hpp"
#include "actors/sending/sending.hpp"
#include "base/clock.hpp"
#include "metrics/probes.hpp"
#include "net/http_client.hpp"
#include "net/imap_link.hpp"
#include "net/smtp_link.hpp"
#include "storage/sealing.hpp"
#include "storage/store.hpp"

#include <array>

namespace postroom {

/// Which epoch this process owns each shard with; filled once before any actor runs.
struct ownership {
  std::array<shard_epoch, shard_count> epochs{};
  [[nodiscard]] storage::fence fence_of(std::string_view id) const {
    const auto shard = shard_of(id);
    return {shard, epochs[shard.value]};
  }
};

/// What the actors need from the world. Made in app/, outlives the actor system.
struct ports {
  storage::store& store;
  const storage::keyring& keys;
  net::imap_dialer& dialer;
  net::smtp_dialer& smtp;
  net::http_client& http;
  parsing::parse_pool& parser;
  const clock& time;
  const ownership& owned;
  metrics::probes& metrics;
  archive_actor archive{};
  admission_actor admission{};
  events_actor events{};
  sending_actor sending{};
  std::chrono::seconds sent_search{120}; ///< how long after a doubt a copy may still come into Sent
};

} // namespace postroom
