#pragma once

#include "base/clock.hpp"
#include "sim/identity/access_tokens.hpp"
#include "sim/identity/registry.hpp"
#include "sim/mail/mailbox.hpp"
#include "sim/net/http_server.hpp"

#include <string>
#include <string_view>

/// As much of Microsoft Graph as tells whether a token opens a mailbox. It is served where the identity platform is.
namespace postroom::sim {

/// What it looks at.
struct graph_services {
  std::string base_url; ///< `https://localhost:port`
  const registry& people;
  const directory& mail;
  const access_tokens& tokens;
  const clock& time;
};

/// Whether the path is Graph's: `/v1.0/…`.
[[nodiscard]] bool is_graph_path(std::string_view path);

/// `GET /v1.0/me`, `GET /v1.0/me/mailFolders/inbox` and `GET /v1.0/users/{u}/mailFolders/inbox`, where `{u}` is the
/// address, the UPN or the object id of a mailbox; of other folders there is only a 404. Delegated tokens need
/// `User.Read` for the first, `Mail.Read…` for the user's own mailbox, and `Mail.Read….Shared` and Full Access for
/// those of others; an application's a role `Mail.Read…`, which opens all mailboxes of the tenant unless an access
/// policy restricts it. IMAP being switched off does not matter here.
[[nodiscard]] http_response answer_graph(const graph_services& services, const http_request& request);

} // namespace postroom::sim
