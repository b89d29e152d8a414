#pragma once

#include "actors/ports.hpp"
#include "actors/provider/grant_tokens.hpp"
#include "net/http_client.hpp"

#include "records.pb.h"

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace postroom::provider {

/// One grant as stored.
struct stored_grant {
  records::Grant record;
  revision rev;
};
/// The grants of this provider were read.
struct grants_read {
  std::shared_ptr<const std::vector<stored_grant>> grants;
  std::optional<error> failed;
};
/// The token endpoint has answered, or could not be reached.
struct endpoint_answered {
  std::string grant;
  std::shared_ptr<const result<net::http_answer>> answer;
};
/// Time to refresh ahead of need; one with an old number is ignored.
struct refresh_due {
  std::string grant;
  std::uint64_t number = 0;
};
struct load_again {};

using provider_self =
    provider_actor::extend<accepts<grants_read>, accepts<endpoint_answered>, accepts<refresh_due>, accepts<load_again>>;

struct grant_entry {
  stored_grant stored;
  grant_tokens tokens;
  std::vector<caf::typed_response_promise<access_token>> waiting;
  std::uint64_t timer_number = 0;
  bool asking = false; ///< one request in flight
};

struct state {
  static inline constexpr const char* name = "postroom.provider";
  std::shared_ptr<const records::Provider> config;
  const ports* world = nullptr;
  std::map<std::string, grant_entry, std::less<>> grants;
  std::map<std::string, std::string, std::less<>> by_delegate; ///< lower-cased delegate → grant
  /// Asked before the grants were read.
  std::vector<std::pair<want_access_token, caf::typed_response_promise<access_token>>> early;
  std::minstd_rand random;
  bool loaded = false;
};

/// Spawn with `system.spawn(provider::provider, config, world)`; to change the configuration the actor is replaced.
provider_self::behavior_type provider(provider_self::stateful_pointer<state> self,
                                      std::shared_ptr<const records::Provider> config, const ports* world);

} // namespace postroom::provider

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::provider::grants_read)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::provider::endpoint_answered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::provider::refresh_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::provider::load_again)
