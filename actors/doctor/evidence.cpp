#include "actors/doctor/evidence.hpp"

#include "base/ascii.hpp"
#include "protocol/oauth2/purposes.hpp"

#include <algorithm>

namespace postroom::doctor {
namespace {

const seen_token* newest_token(const evidence& e) noexcept {
  if (e.fresh_token && !e.fresh_token->failed)
    return &*e.fresh_token;
  return e.token && !e.token->failed ? &*e.token : nullptr;
}

template <class Seen>
void note(std::optional<Seen>& into, error why) {
  if (!into)
    into.emplace();
  into->failed = std::move(why);
}

} // namespace

void note_failure(evidence& in, probe what, error why) {
  switch (what) {
  case probe::grant:
    return note(in.grant, std::move(why));
  case probe::imap_server:
    return note(in.imap, std::move(why));
  case probe::smtp_server:
    return note(in.smtp, std::move(why));
  case probe::clock:
    return note(in.time, std::move(why));
  case probe::token:
    return note(in.token, std::move(why));
  case probe::login:
    return note(in.login, std::move(why));
  case probe::fresh_token:
    return note(in.fresh_token, std::move(why));
  case probe::login_again:
    return note(in.login_again, std::move(why));
  case probe::login_other:
    return note(in.login_other, std::move(why));
  case probe::delegate_login:
    return note(in.delegate_login, std::move(why));
  case probe::graph_token:
    return note(in.graph_token, std::move(why));
  case probe::graph_mailbox:
    return note(in.graph, std::move(why));
  case probe::submission:
    return note(in.submission, std::move(why));
  }
}

const seen_login* last_login(const evidence& e) noexcept {
  if (e.login_again)
    return &*e.login_again;
  return e.login ? &*e.login : nullptr;
}

bool is_app_only(const evidence& e) noexcept {
  return e.grant && e.grant->kind == "client_credentials";
}

std::string delegate_of(const facts& f, const evidence& e) {
  if (f.uses_password() || is_app_only(e))
    return {};
  if (e.token && !e.token->delegate.empty())
    return e.token->delegate;
  if (e.grant && !e.grant->upn.empty())
    return e.grant->upn;
  return e.grant && !e.grant->delegate.empty() ? e.grant->delegate : f.account.delegate();
}

std::vector<std::string> missing_permissions(const facts& f, const evidence& e) {
  const auto* token = newest_token(e);
  if (f.uses_password() || !token)
    return {};
  if (is_app_only(e)) {
    std::vector<std::string> missing;
    if (!token->claims || !f.is_microsoft())
      return missing;
    for (const auto& role : f.wanted_roles)
      if (std::ranges::none_of(token->claims->roles, [&](const auto& has) { return ascii_iequals(has, role); }))
        missing.push_back(role);
    return missing;
  }
  const auto& told = token->claims ? token->claims->scopes : std::string{};
  const auto& granted = !told.empty() || !e.grant ? told : e.grant->granted_scope;
  // Where nobody says what was granted, nothing can be said to be missing.
  return granted.empty() ? std::vector<std::string>{} : oauth2::missing_scopes(f.wanted_scope, granted);
}

bool is_for_graph(const evidence& e) {
  constexpr std::string_view graph_itself = "00000003-0000-0000-c000-000000000000";
  const auto* token = newest_token(e);
  if (!token || !token->claims)
    return false;
  const auto audience = ascii_lower(token->claims->audience);
  return audience == graph_itself || audience.find("//graph.microsoft.") != std::string::npos ||
         audience.find("dod-graph.microsoft.us") != std::string::npos ||
         audience.find("microsoftgraph.chinacloudapi.cn") != std::string::npos;
}

} // namespace postroom::doctor
