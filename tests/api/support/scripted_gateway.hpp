#pragma once

#include "actors/interfaces.hpp"

#include <caf/actor_system.hpp>

#include <functional>
#include <memory>
#include <mutex>

namespace postroom::api::test {

/// What a gateway answers about sign-ins, as a test says; one that is not set answers not_found. Called on the actor's
/// thread, one at a time, under `mutex`, which a test locks to look at what its answers have noted.
struct gateway_script {
  std::mutex mutex;
  std::function<result<sign_in_plan>(const plan_sign_in&)> plan;
  std::function<result<signed_in>(const redeem_code&)> redeem;
  std::function<result<device_sign_in>(const begin_device_sign_in&)> begin_device;
  std::function<result<device_sign_in>(const ask_device_sign_in&)> ask_device;
  std::function<result<grant_revoked>(const revoke_grant&)> revoke;
  std::function<result<provider_status>(const ask_provider&)> status;
  /// Questions for a diagnosis are kept for ever; `diagnoses` counts them.
  bool keeps_diagnoses = false;
  std::size_t diagnoses = 0;
};

/// Answers what the script says and hands everything else to the real one. Lives until it is told to exit.
[[nodiscard]] gateway_actor spawn_scripted_gateway(caf::actor_system& system, std::shared_ptr<gateway_script> script,
                                                   gateway_actor real);

} // namespace postroom::api::test
