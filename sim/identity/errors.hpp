#pragma once

#include "base/clock.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace postroom::sim {

/// One row of Entra's errors: what its token endpoint answers, and what its pages show.
struct entra_error {
  std::uint32_t code = 0;       ///< the number after `AADSTS`; 0: none is known (not in the table)
  std::uint16_t status = 400;   ///< HTTP
  std::string_view error;       ///< OAuth 2.0: `invalid_grant`
  std::string_view suberror;    ///< may be empty
  std::string_view text;        ///< with `{0}`, `{1}` where Entra names something
  std::uint32_t outer_code = 0; ///< what stands before it in `error_codes`: 70002 of `[70002,500133]`; 0: none
  bool claims = false;          ///< carries a claims challenge
};

/// All rows known, ascending by code.
[[nodiscard]] std::span<const entra_error> entra_errors();
/// Null when there is no such row.
[[nodiscard]] const entra_error* find_entra_error(std::uint32_t code);

struct error_details {
  std::string first;          ///< for `{0}`
  std::string second;         ///< for `{1}`
  std::string correlation_id; ///< what the client sent as `client-request-id`; empty: a new one
};
/// `AADSTS70043: … Trace ID: … Correlation ID: … Timestamp: …`, with CR LF between the last three.
[[nodiscard]] std::string describe(const entra_error& row, const error_details& details, wall_time now);
/// The whole JSON body.
[[nodiscard]] std::string error_body(const entra_error& row, const error_details& details, wall_time now);

} // namespace postroom::sim
