#include "actors/provider/provider.hpp"

#include "actors/provider/parts.hpp"
#include "actors/supervision.hpp"

namespace postroom::provider {
namespace {

/// A promise for an answer that takes a while, given to who brings it.
template <class Answer, class Wish>
caf::result<Answer> promised(self_pointer self, const Wish& wish,
                             void (*bring)(self_pointer, const Wish&, caf::typed_response_promise<Answer>)) {
  auto promise = self->template make_response_promise<Answer>();
  bring(self, wish, promise);
  return promise;
}

} // namespace

provider_self::behavior_type provider(self_pointer self, std::shared_ptr<const records::Provider> config,
                                      const ports* world, supervisor_actor supervisor) {
  guard(self, state::name, [self] { leave_metrics(self); });
  self->set_exit_handler([self](caf::scheduled_actor*, caf::exit_msg& exit) {
    leave_metrics(self);
    self->quit(std::move(exit.reason));
  });
  auto& s = self->state;
  s.random.seed(static_cast<unsigned>(std::hash<std::string>{}(config->id())));
  s.config = std::move(config);
  s.world = world;
  s.supervisor = std::move(supervisor);
  s.credentials.emplace(*s.config);
  read_grants(self);
  return {
      [self](const want_access_token& wish) -> caf::result<access_token> {
        auto promise = self->make_response_promise<access_token>();
        if (self->state.loaded)
          want(self, wish, promise);
        else
          self->state.early.emplace_back(wish, promise);
        return promise;
      },
      [self](const config_changed&) {
        read_grants(self);
        return ack{};
      },
      [self](const plan_sign_in& wish) { return promised<sign_in_plan>(self, wish, plan); },
      [self](const redeem_code& wish) { return promised<signed_in>(self, wish, redeem); },
      [self](const begin_device_sign_in& wish) { return promised<device_sign_in>(self, wish, begin_device); },
      [self](const ask_device_sign_in& wish) { return show_device(self->state, wish); },
      [self](const revoke_grant& wish) { return promised<grant_revoked>(self, wish, revoke); },
      [self](const ask_provider&) { return status_of(self->state); },
      [self](const grants_read& read) { on_grants(self, read); },
      [self](const resumed& what) { what.next(); },
      [self](const refresh_due& due) { on_refresh_due(self, due); },
      [self](const load_again&) { read_grants(self); },
      [self](const credentials_changed& change) { renew(self, change); },
  };
}

} // namespace postroom::provider
