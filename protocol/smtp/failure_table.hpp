#pragma once

#include "base/error.hpp"
#include "protocol/knowledge/entry.hpp"
#include "protocol/smtp/reply.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

/// What servers' refusals mean. The only place where their words are matched (codes come first).
namespace postroom::smtp {

/// Where in the conversation a refusal came.
enum class phase : std::uint8_t { greeting, hello, starttls, login, sender, recipient, data, message };
[[nodiscard]] std::string_view to_string(phase p) noexcept;

/// What a refusal means for what was refused, and so what to do about it. The names are part of the API.
enum class failure_class : std::uint8_t {
  server_unavailable, ///< 421, 4xx to the greeting, no connection: this server, later
  throttled,          ///< the identity sends too fast or over too many connections: all its mail, later
  quota_exhausted,    ///< the identity's or tenant's recipients per day are used up: all its mail, much later
  auth_unavailable,   ///< the login failed for a passing reason
  auth_rejected,      ///< the login was refused: token or permission
  auth_disabled,      ///< SMTP AUTH is switched off for the mailbox or the directory (Exchange 5.7.139)
  sender_denied,      ///< the identity may not send as this sender (Exchange 5.7.60)
  recipient_deferred, ///< this recipient, later
  recipient_rejected, ///< this recipient, never
  message_deferred,   ///< this mail, later
  message_rejected,   ///< this mail, never: content or policy
  too_large,          ///< this mail, never: its size
  not_supported,      ///< this mail, never: the server cannot carry it (8BITMIME, SMTPUTF8)
  protocol,           ///< the server broke the protocol
};
[[nodiscard]] std::string_view to_string(failure_class c) noexcept;
/// The class of that name.
[[nodiscard]] std::optional<failure_class> failure_class_of(std::string_view name) noexcept;
/// The class's own row in the table of known errors, `smtp.<class>`: for when no more is known than the class.
[[nodiscard]] const knowledge::entry& case_of(failure_class c) noexcept;
/// One sentence each: what it means, what to do about it; and who. As in its row.
[[nodiscard]] std::string_view meaning(failure_class c) noexcept;
[[nodiscard]] std::string_view remedy(failure_class c) noexcept;
[[nodiscard]] actor_role who_acts(failure_class c) noexcept;

/// The known case that a refusal is (a reply that is not positive, or not the one awaited); the class's own row when no
/// more is known. Codes decide before words.
[[nodiscard]] const knowledge::entry& case_of(phase where, const reply& answer) noexcept;
/// Its class.
[[nodiscard]] failure_class classify(phase where, const reply& answer) noexcept;

/// The id in force as told by Exchange's final reply: `2.0.0 OK <id> [Hostname=…]`; nothing when the reply names none.
/// Without the angle brackets.
[[nodiscard]] std::optional<std::string_view> message_id_in(const reply& accepted) noexcept;

} // namespace postroom::smtp
