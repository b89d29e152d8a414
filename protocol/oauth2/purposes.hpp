#pragma once

#include "base/result.hpp"
#include "protocol/oauth2/endpoints.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// What permissions are for, and what they are called at each platform (scopes of RFC 6749 §3.3).
namespace postroom::oauth2 {

enum class purpose : std::uint8_t { imap, smtp, graph_read, graph_send, contacts, settings };
/// `imap`, `smtp`, `graph_read`, `graph_send`, `contacts`, `settings`.
[[nodiscard]] std::string_view to_string(purpose p) noexcept;
/// Names separated by blanks; empty means imap and smtp. `invalid_argument` names the one that does not exist.
[[nodiscard]] result<std::vector<purpose>> parse_purposes(std::string_view text);

/// The resource a token for this purpose is for: Entra gives a token for one resource only.
enum class resource : std::uint8_t { mail, graph };
[[nodiscard]] resource resource_of(purpose p) noexcept;

/// Delegated scopes of all purposes: what the person consents to at once. With `openid profile email offline_access`
/// before them, at Google without the last. A platform has no scope for a purpose it does not know: Google knows mail
/// only. Each scope once, in the order of the purposes' declaration.
[[nodiscard]] std::string consent_scope(const endpoints& where, const std::vector<purpose>& wanted);
/// Those of one resource, for a token request; empty when no purpose is for it. `offline_access` comes with it, except
/// at Google.
[[nodiscard]] std::string token_scope(const endpoints& where, const std::vector<purpose>& wanted, resource of);
/// Likewise of an application by itself: `<resource>/.default`. Empty where there is no such thing.
[[nodiscard]] std::string app_only_scope(const endpoints& where, resource of);
/// Application permissions (roles) that an access token of an application needs for these purposes at Microsoft:
/// `IMAP.AccessAsApp`, `SMTP.SendAsApp`, `Mail.ReadWrite`, …
[[nodiscard]] std::vector<std::string> roles_of(const std::vector<purpose>& wanted, resource of);

/// Which of the `wanted` scopes are not in `granted` (both separated by blanks). Platforms answer with or without the
/// resource before the name, in any letter case, and Exchange's resource has two names; openid, profile, email,
/// offline_access and `.default` do not count.
[[nodiscard]] std::vector<std::string> missing_scopes(std::string_view wanted, std::string_view granted);

} // namespace postroom::oauth2
