#pragma once

#include "actors/ports.hpp"
#include "actors/provider/app_breaker.hpp"
#include "actors/provider/credential_choice.hpp"
#include "actors/provider/grant_tokens.hpp"
#include "actors/provider/refresh_calendar.hpp"
#include "protocol/oauth2/id_token.hpp"
#include "protocol/oauth2/metadata.hpp"

#include "records.pb.h"

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace postroom::provider {

/// What a provider tells its tenant, when it changes.
struct report {
  std::string provider;
  std::string grant; ///< empty: of the application itself
  std::string delegate;
  std::optional<error> failure;  ///< nothing: all is well
  bool sign_in_changed = false;  ///< somebody has signed in, or the grant was given up: whoever uses it begins anew
  std::optional<wall_time> dies; ///< when the grant dies unless it is used or signed in to anew
  bool gone = false;             ///< the grant was removed
};
using supervisor_actor = caf::typed_actor<accepts<report>>;

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
/// What was awaited has come: goes on where it was left. Runs in the actor, not at all when the actor is gone.
struct resumed {
  std::function<void()> next;
};
/// Time to refresh ahead of need; one with an old number is ignored.
struct refresh_due {
  std::string grant;
  token_resource resource{};
  std::uint64_t number = 0;
};
struct load_again {};
/// Another secret or certificate; all else is as it was. Whoever uses the provider goes on, and whoever was refused
/// because of the old one may ask again.
struct credentials_changed {
  std::shared_ptr<const records::Provider> config;
};
/// Whether nothing but secrets and certificates is different.
[[nodiscard]] bool differ_in_credentials_only(records::Provider one, records::Provider other);

using provider_self = provider_actor::extend<accepts<grants_read>, accepts<resumed>, accepts<refresh_due>,
                                             accepts<load_again>, accepts<credentials_changed>>;

using token_promise = caf::typed_response_promise<access_token>;

/// One resource's access token of one grant.
struct resource_entry {
  grant_tokens tokens;
  std::vector<token_promise> waiting;
  std::uint64_t timer_number = 0;
  bool due = false; ///< to be asked for as soon as the grant is free
};

struct received_tokens;

struct grant_entry {
  stored_grant stored;
  resource_entry mail;
  std::unique_ptr<resource_entry> graph; ///< once somebody wants it
  bool asking = false;                   ///< one request in flight: two would each bring another refresh token
  /// The store refused them: it is asked again, not the platform, which may take each refresh token only once.
  std::shared_ptr<const received_tokens> unstored;
  std::optional<wall_time> failing_since;
  bool told_well = false; ///< the tenant has heard that it works
  std::string_view shown; ///< its state in the metrics: ok, failing, revoked

  [[nodiscard]] resource_entry& of(token_resource what) {
    if (what == token_resource::mail)
      return mail;
    if (!graph)
      graph = std::make_unique<resource_entry>();
    return *graph;
  }
};

/// A sign-in on another device, while it is waited for and some time after.
struct device_entry {
  device_sign_in shown;
  begin_device_sign_in wish;
  secret<> device_code;
  std::chrono::seconds interval{5};
};

struct state {
  explicit state() = default;
  static inline constexpr const char* name = "postroom.provider";
  std::shared_ptr<const records::Provider> config;
  const ports* world = nullptr;
  supervisor_actor supervisor;
  std::map<std::string, grant_entry, std::less<>> grants;
  std::map<std::string, std::string, std::less<>> by_delegate; ///< lower-cased delegate or login name → grant
  /// Asked before the grants were read.
  std::vector<std::pair<want_access_token, token_promise>> early;
  std::map<std::string, device_entry> devices;
  std::optional<credential_choice> credentials;
  app_breaker breaker;
  std::optional<wall_time> failing_since; ///< the application itself
  bool told_well = false;                 ///< the tenant has heard that the application works
  refresh_calendar calendar;
  std::optional<oauth2::metadata> platform;
  mono_time platform_read{};
  std::optional<oauth2::key_set> keys;
  mono_time keys_read{};
  std::minstd_rand random;
  bool loaded = false;
};

/// Spawn with `system.spawn(provider::provider, config, world, supervisor)`; to change more of the configuration than
/// its credentials the actor is replaced. `supervisor` may be null.
provider_self::behavior_type provider(provider_self::stateful_pointer<state> self,
                                      std::shared_ptr<const records::Provider> config, const ports* world,
                                      supervisor_actor supervisor);

} // namespace postroom::provider

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::provider::report)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::provider::grants_read)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::provider::resumed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::provider::refresh_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::provider::load_again)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::provider::credentials_changed)
