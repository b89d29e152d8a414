#include "actors/doctor/probes/probes.hpp"
#include "protocol/oauth2/id_token.hpp"

namespace postroom::doctor {
namespace {

/// The token service asks the platform at most twice.
constexpr std::chrono::seconds token_limit{65};

seen_token look_at(const access_token& token, bool is_password) {
  seen_token out;
  out.delegate = token.delegate;
  out.expires = token.expires;
  if (is_password)
    return out;
  if (auto claims = oauth2::peek_claims(token.value))
    out.claims = std::move(*claims);
  return out;
}

void note_token(state& s, probe what, const access_token& token) {
  auto& into = what == probe::token         ? s.seen.token
               : what == probe::fresh_token ? s.seen.fresh_token
                                            : s.seen.graph_token;
  into = look_at(token, s.known.uses_password());
  (what == probe::graph_token ? s.graph_token : s.token) = token.value;
  finish(s);
}

} // namespace

void ask_token(self_pointer self, probe what) {
  const auto resource = what == probe::graph_token ? token_resource::graph : token_resource::mail;
  const want_access_token wish{self->state.reading.grant, what == probe::fresh_token, resource};
  ask_within<access_token>(self, self->state.who->tokens, token_limit, wish,
                           [what](self_pointer me, const access_token& token) { note_token(me->state, what, token); });
}

} // namespace postroom::doctor
