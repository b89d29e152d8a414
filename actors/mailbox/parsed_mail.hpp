#pragma once

#include "actors/parsing/parse_pool.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace postroom::mailbox {

/// One fetched mail on its way to the store: what the server told, where its bytes are, and what parsing made of it.
struct parsed_mail {
  message_uid uid;
  message_id stable_id;
  wall_time received{};
  std::uint64_t bytes = 0;
  blob_id blob;
  /// Pieces of the body already staged; `rest` is the last piece, staged too unless it is the only one.
  std::uint32_t chunks = 0;
  std::shared_ptr<const std::string> rest;
  parsing::parse_outcome outcome;
};

} // namespace postroom::mailbox
