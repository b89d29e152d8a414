#include "actors/tenant/diagnosing.hpp"

#include "actors/errors.hpp"
#include "base/limits.hpp"

#include <caf/typed_response_promise.hpp>

#include <utility>

namespace postroom::tenant {
namespace {

using self_pointer = tenant_actor::stateful_pointer<state>;
using namespace std::chrono_literals;

constexpr auto status_limit = 10s;
/// Probes of other mailboxes than the account's own are made so often at most.
constexpr auto ladder_interval = 15min;

void examine(self_pointer self, doctor::patient patient, const diagnose_account& wish,
             caf::typed_response_promise<diagnosis> promise) {
  const auto whom = self->system().spawn(doctor::doctor, std::make_shared<const doctor::patient>(std::move(patient)),
                                         self->state.world);
  self->request(whom, limits::diagnosis_deadline + status_limit, wish)
      .then([promise](diagnosis& found) mutable { promise.deliver(std::move(found)); },
            [promise](caf::error& why) mutable { promise.deliver(std::move(why)); });
}

} // namespace

caf::result<diagnosis> diagnose(self_pointer self, const diagnose_account& wish) {
  auto& s = self->state;
  const auto id = wish.account.str();
  const auto found = s.mailboxes.find(id);
  if (found == s.mailboxes.end() && is_reading(s))
    return s.held.hold<diagnosis>(self, tenant_actor{self}, wish);
  if (found == s.mailboxes.end())
    return to_caf(fail(errc::not_found, "account '" + id + "'"));
  const auto now = s.world->time.ticks();
  std::erase_if(s.examined, [now](const auto& each) { return now - each.second.ladder >= ladder_interval; });
  const auto [last, first] = s.examined.try_emplace(id, examination{now, now});
  if (!first && now - last->second.at < limits::diagnosis_interval)
    return to_caf(fail(errc::busy, "account '" + id + "' was examined less than a minute ago"));
  last->second.at = now;
  doctor::patient patient;
  patient.account = found->second.record;
  patient.mailbox = found->second.last;
  patient.ladder_allowed = first;
  auto promise = self->make_response_promise<diagnosis>();
  const auto provider = s.providers.find(found->second.record.provider());
  if (provider == s.providers.end() || !provider->second.running) {
    examine(self, std::move(patient), wish, promise);
    return promise;
  }
  patient.provider = std::make_shared<const records::Provider>(provider->second.record);
  patient.tokens = provider->second.running;
  self->request(patient.tokens, status_limit, ask_provider{s.id, provider_id{provider->first}})
      .then(
          [self, patient, wish, promise](const provider_status& status) mutable {
            patient.provider_state = status;
            examine(self, std::move(patient), wish, promise);
          },
          [self, patient, wish, promise](const caf::error&) mutable {
            examine(self, std::move(patient), wish, promise);
          });
  return promise;
}

} // namespace postroom::tenant
