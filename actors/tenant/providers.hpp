#pragma once

#include "actors/tenant/tenant.hpp"

#include <string>
#include <vector>

/// A tenant's providers: run, restarted, and asked on behalf of others.
namespace postroom::tenant {

using self_pointer = tenant_actor::stateful_pointer<state>;

/// Starts it, or replaces the one that runs.
void put_provider(self_pointer self, records::Provider record);
/// From here on its end is nobody's failure.
void end_provider(self_pointer self, const provider_child& child);
void end_providers(self_pointer self);
/// A failed provider comes back later; its mailboxes wait with it, since they know only the one that is gone.
void on_provider_down(self_pointer self, const std::string& id, const caf::down_msg& down);

/// The one that runs; not_found when there is none, busy while it waits for its restart.
[[nodiscard]] result<provider_actor> running_provider(const state& s, const provider_id& id);
/// Whether an account of the grant's provider uses the grant.
[[nodiscard]] bool uses(const records::Account& account, const std::string& grant, const std::string& delegate);
/// Accounts that use a grant, by its id or by its delegate; without both, all of the provider.
[[nodiscard]] std::vector<std::string> accounts_of(const state& s, const std::string& provider,
                                                   const std::string& grant, const std::string& delegate);

/// What providers cannot know of their answers: the accounts.
void complete(const state& s, const provider_id& provider, signed_in& answer);
void complete(const state& s, const provider_id& provider, device_sign_in& answer);
void complete(const state& s, const provider_id& provider, provider_status& answer);
inline void complete(const state&, const provider_id&, sign_in_plan&) {
}
inline void complete(const state&, const provider_id&, grant_revoked&) {
}

/// Passes a question on to the provider that it names.
template <class Answer, class Wish>
caf::result<Answer> ask_provider_for(self_pointer self, const Wish& wish) {
  constexpr auto limit = std::chrono::minutes{2};
  const auto whom = running_provider(self->state, wish.provider);
  if (!whom && is_reading(self->state))
    return self->state.held.template hold<Answer>(self, tenant_actor{self}, wish);
  if (!whom)
    return to_caf(whom.error());
  auto promise = self->template make_response_promise<Answer>();
  self->request(*whom, limit, wish)
      .then(
          [self, promise, provider = wish.provider](Answer& answer) mutable {
            complete(self->state, provider, answer);
            promise.deliver(std::move(answer));
          },
          [promise](caf::error& why) mutable { promise.deliver(std::move(why)); });
  return promise;
}

} // namespace postroom::tenant
