#include "actors/provider/parts.hpp"
#include "storage/directory.hpp"

#include <utility>

/// "Client Secret Update" and its like: new credentials without anybody's noticing.
namespace postroom::provider {
namespace {

using namespace std::chrono_literals;

/// Those who were refused come back within it, not all at once.
constexpr auto return_within = 5s;

void clear_credentials(records::Provider& of) {
  of.clear_client_secret();
  of.clear_client_secret_expires_ms();
  of.clear_previous_client_secret();
  of.clear_previous_client_secret_expires_ms();
  of.clear_certificate();
  of.clear_certificate_key();
  of.clear_previous_certificate();
  of.clear_previous_certificate_key();
  of.clear_updated_ms();
}

/// What was refused because of the application may be asked for again.
void forgive(self_pointer self, const std::string& id, token_resource what) {
  auto& s = self->state;
  auto& tokens = s.grants.at(id).of(what).tokens;
  if (!tokens.refusal() || tokens.refusal()->code != errc::app_misconfigured)
    return;
  const auto delay = std::chrono::duration_cast<mono_time::duration>(return_within * chance(self));
  tokens.forgive(s.world->time.ticks() + delay);
  plan_refresh(self, id, what);
}

} // namespace

bool differ_in_credentials_only(records::Provider one, records::Provider other) {
  clear_credentials(one);
  clear_credentials(other);
  return one.SerializeAsString() == other.SerializeAsString();
}

void renew(self_pointer self, const credentials_changed& change) {
  auto& s = self->state;
  s.config = change.config;
  s.credentials.emplace(*s.config);
  if (s.breaker.open())
    s.world->metrics.token.breaker_closed();
  s.breaker = {};
  for (auto& [id, entry] : s.grants) {
    forgive(self, id, token_resource::mail);
    if (entry.graph)
      forgive(self, id, token_resource::graph);
  }
  log::info("provider.credentials_changed", {{"tenant", s.config->tenant()}, {"provider", s.config->id()}});
}

} // namespace postroom::provider
