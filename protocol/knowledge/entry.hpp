#pragma once

#include "base/error.hpp"

#include <chrono>
#include <cstdint>
#include <span>
#include <string_view>

/// The one table of what can go wrong with identity platforms and mail servers, and what helps. The classifications of
/// oauth2/, imap/ and smtp/, the actors, the API, the doctor and the page on troubleshooting all read it. All texts are
/// literals. Pure, thread-safe.
namespace postroom::knowledge {

/// Who says it.
enum class origin : std::uint8_t {
  identity, ///< a token or authorize endpoint
  imap,
  smtp,
  graph,
  sign_in, ///< Postroom itself, while somebody signs in
};
/// `identity`, `imap`, `smtp`, `graph`, `sign_in`.
[[nodiscard]] std::string_view to_string(origin o) noexcept;

/// Whether asking again helps. The exact times are the callers'.
enum class retry : std::uint8_t {
  never,      ///< only after somebody has acted
  once,       ///< a false alarm is known: one more try, then as `never`
  slowly,     ///< a probe now and then; somebody may act without telling us
  by_backoff, ///< a passing fault
};
/// `never`, `once`, `slowly`, `by_backoff`.
[[nodiscard]] std::string_view to_string(retry r) noexcept;

/// A known case.
struct entry {
  std::string_view key; ///< stable: `AADSTS7000222`, `invalid_grant`, `imap.not_connected`, `smtp.send_as_denied`
  origin from{};
  std::string_view kind;    ///< the class it belongs to, e.g. `app_broken`, `auth_disabled`
  std::string_view symptom; ///< what people see: the other side's words, shortened
  std::string_view meaning; ///< one sentence
  std::string_view remedy;  ///< what helps: a command, a menu path, or a sentence
  actor_role who{};
  errc code{};
  knowledge::retry again{};
  std::chrono::seconds not_before{0}; ///< before trying again; 0: as its class says
};

/// All cases, grouped by origin, in the order the page shows them.
[[nodiscard]] std::span<const entry* const> all() noexcept;
/// Null when there is no such case; any letter case.
[[nodiscard]] const entry* find(std::string_view key) noexcept;

/// What is best known of an error: its cause's row, else what its code says in general.
struct explanation {
  std::string_view meaning;
  std::string_view remedy;
  actor_role who{};
};
[[nodiscard]] explanation explain(const error& what) noexcept;

} // namespace postroom::knowledge
