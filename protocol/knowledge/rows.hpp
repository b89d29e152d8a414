#pragma once

#include "protocol/knowledge/entry.hpp"

#include <array>
#include <string_view>

/// How the table's rows are written down; for the files *_entries.hpp and those who point at a row.
namespace postroom::knowledge {

/// The row of that key; one that does not exist does not compile.
template <std::size_t N>
[[nodiscard]] consteval const entry& row_of(const std::array<entry, N>& rows, std::string_view key) {
  for (const auto& each : rows)
    if (each.key == key)
      return each;
  throw "there is no row with this key";
}

/// The parts that rows have in common.
namespace rows {

using enum actor_role;
using enum retry;
using std::chrono::seconds;

inline constexpr std::string_view wait_advice = "Nothing; Postroom tries again by itself.";
inline constexpr std::string_view sign_in_again = "The delegate signs in again: `postroom provider authenticate "
                                                  "<provider>` gives the address for a browser, `postroom "
                                                  "authorize <provider>` a code for any other device.";

/// What people see, what it means, what helps.
struct words {
  std::string_view symptom;
  std::string_view meaning;
  std::string_view remedy;
};
/// When to try again.
struct pace {
  retry again = never;
  seconds not_before{0};
};

constexpr entry make(origin from, std::string_view key, std::string_view kind, errc code, actor_role who, pace when,
                     const words& says) {
  return {key, from, kind, says.symptom, says.meaning, says.remedy, who, code, when.again, when.not_before};
}

// The classes of identity platforms' refusals: kind and code belong together.
constexpr entry app_broken(std::string_view key, actor_role who, const words& says, pace when = {}) {
  return make(origin::identity, key, "app_broken", errc::app_misconfigured, who, when, says);
}
constexpr entry grant_dead(std::string_view key, actor_role who, const words& says, pace when = {}) {
  return make(origin::identity, key, "grant_dead", errc::grant_dead, who, when, says);
}
constexpr entry user_must_act(std::string_view key, actor_role who, const words& says, pace when = {}) {
  return make(origin::identity, key, "user_must_act", errc::user_action_required, who, when, says);
}
constexpr entry policy(std::string_view key, actor_role who, const words& says, pace when = {slowly}) {
  return make(origin::identity, key, "policy", errc::blocked_by_policy, who, when, says);
}
constexpr entry transient(std::string_view key, const words& says, pace when = {by_backoff}) {
  return make(origin::identity, key, "transient", errc::identity_unavailable, gateway, when, says);
}

struct named_code {
  errc code;
  std::string_view name;
};
/// The codes that rows without classes of their own have, and their names, which are the rows' `kind`.
inline constexpr auto named_codes = std::to_array<named_code>({
    {errc::invalid_argument, "invalid_argument"},
    {errc::not_found, "not_found"},
    {errc::conflict, "conflict"},
    {errc::forbidden, "forbidden"},
    {errc::too_large, "too_large"},
    {errc::auth_rejected, "auth_rejected"},
    {errc::mailbox_not_connected, "mailbox_not_connected"},
    {errc::session_expired, "session_expired"},
    {errc::throttled, "throttled"},
    {errc::server_bye, "server_bye"},
    {errc::folder_unavailable, "folder_unavailable"},
    {errc::app_misconfigured, "app_misconfigured"},
    {errc::user_action_required, "user_action_required"},
    {errc::blocked_by_policy, "blocked_by_policy"},
    {errc::signature_invalid, "signature_invalid"},
});
consteval std::string_view kind_of(errc code) {
  for (const auto& each : named_codes)
    if (each.code == code)
      return each.name;
  throw "this code has no name here yet";
}

consteval entry coded(origin from, std::string_view key, errc code, actor_role who, pace when, const words& says) {
  return make(from, key, kind_of(code), code, who, when, says);
}

} // namespace rows
} // namespace postroom::knowledge
