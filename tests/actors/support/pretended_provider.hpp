#pragma once

#include "actors/errors.hpp"
#include "actors/interfaces.hpp"

#include <utility>

namespace postroom {

/// A provider that hands out tokens as `give` says (a callable of want_access_token), and can nothing else.
template <class Give>
provider_actor::behavior_type pretended_provider(Give give) {
  const auto refused = [] { return to_caf(fail(errc::not_found, "a pretended provider")); };
  return {
      std::move(give),
      [](const config_changed&) { return ack{}; },
      [refused](const plan_sign_in&) -> caf::result<sign_in_plan> { return refused(); },
      [refused](const redeem_code&) -> caf::result<signed_in> { return refused(); },
      [refused](const begin_device_sign_in&) -> caf::result<device_sign_in> { return refused(); },
      [refused](const ask_device_sign_in&) -> caf::result<device_sign_in> { return refused(); },
      [refused](const revoke_grant&) -> caf::result<grant_revoked> { return refused(); },
      [refused](const ask_provider&) -> caf::result<provider_status> { return refused(); },
  };
}

} // namespace postroom
