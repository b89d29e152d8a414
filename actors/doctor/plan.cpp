#include "actors/doctor/plan.hpp"

#include "base/ascii.hpp"

namespace postroom::doctor {
namespace {

bool works(const std::optional<seen_server>& server) {
  return server && !server->failed;
}
bool works(const std::optional<seen_token>& token) {
  return token && !token->failed;
}

/// The order in which "authenticated but not connected" is narrowed down.
std::optional<probe> next_of_ladder(const facts& f, const evidence& e) {
  if (!e.fresh_token)
    return probe::fresh_token;
  if (e.fresh_token->failed)
    return {};
  if (!e.login_again)
    return probe::login_again;
  if (e.login_again->opened || !wants_ladder(f, *e.login_again))
    return {};
  if (!e.login_other && !f.other_user.empty() && !ascii_iequals(f.other_user, f.mailbox_user))
    return probe::login_other;
  if (e.login_other && e.login_other->opened)
    return {};
  const auto delegate = delegate_of(f, e);
  const bool own_mailbox = delegate.empty() || ascii_iequals(delegate, f.mailbox_user);
  if (!e.delegate_login && !own_mailbox)
    return probe::delegate_login;
  if (f.graph_root.empty())
    return {};
  if (!e.graph_token)
    return probe::graph_token;
  if (works(e.graph_token) && !e.graph)
    return probe::graph_mailbox;
  return {};
}

} // namespace

bool wants_ladder(const facts& f, const seen_login& refused) {
  return !f.uses_password() && refused.failed &&
         (refused.failed->code == errc::mailbox_not_connected || refused.failed->code == errc::auth_rejected);
}

std::optional<probe> next_probe(const facts& f, const evidence& e) {
  if (!f.provider || f.unusable)
    return {};
  if (!e.grant)
    return probe::grant;
  if (!e.imap)
    return probe::imap_server;
  if (!e.smtp)
    return probe::smtp_server;
  if (!e.time && !f.discovery.empty())
    return probe::clock;
  if (!f.provider_runs)
    return {};
  if (!e.token)
    return probe::token;
  if (!works(e.token))
    return {};
  if (works(e.imap)) {
    if (!e.login)
      return probe::login;
    if (f.ladder_allowed && wants_ladder(f, *e.login))
      if (const auto next = next_of_ladder(f, e))
        return next;
  }
  const bool token_is_dead = e.fresh_token && e.fresh_token->failed;
  if (works(e.smtp) && !e.submission && !token_is_dead)
    return probe::submission;
  return {};
}

} // namespace postroom::doctor
