#pragma once

#include "base/error.hpp"
#include "protocol/knowledge/entry.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postroom::oauth2 {

/// What a refusal means for the grant and for its neighbours.
enum class failure_class : std::uint8_t {
  app_broken,    ///< A: the registration is wrong; every mailbox of this app and directory fails: one incident
  grant_dead,    ///< B: the refresh token is gone; the delegate signs in anew
  user_must_act, ///< C: the user must act interactively; the refresh token stays usable
  policy,        ///< D: an administrator must act; signing in again does not help
  transient,     ///< E: try again later
};

/// `app_broken`, `grant_dead`, `user_must_act`, `policy`, `transient`.
[[nodiscard]] std::string_view to_string(failure_class c) noexcept;

/// Whether the same request may be sent again, beyond what refresh_plan's delays say.
using knowledge::retry;

/// Facts of a refused token request that the classification looks at.
struct refusal {
  unsigned http_status = 0;
  std::string_view error;
  std::string_view suberror;
  std::span<const std::uint32_t> codes; ///< AADSTS numbers
};

/// What the table says of a refusal.
struct verdict {
  failure_class kind = failure_class::transient;
  errc code = errc::identity_unavailable;
  actor_role who = actor_role::gateway;
  oauth2::retry retry = oauth2::retry::by_backoff;
  std::chrono::seconds retry_not_before{0}; ///< at least this long, 0: as the class says
  /// Whether it is sure that the refresh token is of no use any more. Otherwise keep it: the platform may refuse it for
  /// one resource or for a while only.
  bool delete_grant = false;
  std::string_view cause;  ///< key of the row in the table of known errors; a literal
  std::string_view advice; ///< what helps, for people; a literal
};

/// Classifies by data only (the rows of protocol/knowledge), never by message text: HTTP status, then `error`,
/// `suberror` and the numbers; of these the most specific row that is known decides. Total: everything gets a verdict.
/// Pure.
[[nodiscard]] verdict classify(const refusal& what) noexcept;

/// Longest of each text kept from an answer.
inline constexpr std::size_t failure_word_bytes_max = 128;
inline constexpr std::size_t failure_description_bytes_max = 1024;
inline constexpr std::size_t failure_claims_bytes_max = 4096;
inline constexpr std::size_t failure_codes_max = 16;

/// A refused token request, ready for an alarm: support asks for trace id, correlation id and timestamp.
struct token_failure {
  failure_class kind = failure_class::transient;
  errc code = errc::identity_unavailable;
  actor_role who = actor_role::gateway;
  oauth2::retry retry = oauth2::retry::by_backoff;
  bool delete_grant = false;
  unsigned http_status = 0;
  std::string error;
  std::string suberror;
  std::vector<std::uint32_t> codes;
  std::string description; ///< one line, cut
  std::string trace_id;
  std::string correlation_id;
  std::string timestamp;
  std::string claims; ///< JSON to pass to the next interactive sign-in; empty if longer than the limit
  /// How long to wait at least: the server's Retry-After (at most an hour), or the table's.
  std::optional<std::chrono::seconds> retry_after;
  std::string_view cause; ///< as in verdict
  std::string advice;
};

/// `invalid_client (AADSTS7000222): … [trace …, correlation …]`: the detail of an error.
[[nodiscard]] std::string describe(const token_failure& failure);
/// With its cause.
[[nodiscard]] postroom::error to_error(const token_failure& failure);

} // namespace postroom::oauth2
