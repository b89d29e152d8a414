#include "tests/api/support/scripted_gateway.hpp"

#include "actors/errors.hpp"

#include <caf/typed_event_based_actor.hpp>

namespace postroom::api::test {
namespace {

template <class Answer, class Question>
caf::result<Answer> answer(gateway_script& script, std::function<result<Answer>(const Question&)> gateway_script::*by,
                           const Question& question) {
  const std::lock_guard lock{script.mutex};
  if (!(script.*by))
    return to_caf(fail(errc::not_found, "the script has no answer"));
  auto said = (script.*by)(question);
  if (!said)
    return to_caf(said.error());
  return std::move(*said);
}

caf::result<diagnosis> diagnose(gateway_actor::pointer self, gateway_script& script, const gateway_actor& real,
                                const diagnose_account& question) {
  const std::lock_guard lock{script.mutex};
  if (!script.keeps_diagnoses)
    return self->delegate(real, diagnose_account{question});
  ++script.diagnoses;
  // A promise that is dropped answers nothing.
  return self->make_response_promise<diagnosis>();
}

gateway_actor::behavior_type scripted(gateway_actor::pointer self, std::shared_ptr<gateway_script> script,
                                      gateway_actor real) {
  return {
      [=](const config_changed& it) { return self->delegate(real, config_changed{it}); },
      [=](const ask_account& it) { return self->delegate(real, ask_account{it}); },
      [=](const ask_accounts& it) { return self->delegate(real, ask_accounts{it}); },
      [=](const ask_overview& it) { return self->delegate(real, ask_overview{it}); },
      [=](const submit_mail& it) { return self->delegate(real, submit_mail{it}); },
      [=](const change_mail& it) { return self->delegate(real, change_mail{it}); },
      [=](const plan_sign_in& it) { return answer(*script, &gateway_script::plan, it); },
      [=](const redeem_code& it) { return answer(*script, &gateway_script::redeem, it); },
      [=](const begin_device_sign_in& it) { return answer(*script, &gateway_script::begin_device, it); },
      [=](const ask_device_sign_in& it) { return answer(*script, &gateway_script::ask_device, it); },
      [=](const revoke_grant& it) { return answer(*script, &gateway_script::revoke, it); },
      [=](const ask_provider& it) { return answer(*script, &gateway_script::status, it); },
      [=](const diagnose_account& it) { return diagnose(self, *script, real, it); },
  };
}

} // namespace

gateway_actor spawn_scripted_gateway(caf::actor_system& system, std::shared_ptr<gateway_script> script,
                                     gateway_actor real) {
  return system.spawn(scripted, std::move(script), std::move(real));
}

} // namespace postroom::api::test
