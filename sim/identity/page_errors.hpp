#pragma once

#include "base/clock.hpp"
#include "sim/identity/errors.hpp"
#include "sim/identity/page_html.hpp"

#include <cstdint>
#include <string>

namespace postroom::sim {

/// Why a sign-in cannot go on: an AADSTS number with what its text names, and whether the client may hear of it.
struct sign_in_refusal {
  std::uint32_t code = 0;
  /// OAuth 2.0's, for the client; empty: only the person is told, and nothing is ever sent to the redirect URI.
  std::string error;
  std::string first;
  std::string second;
};

/// The row of `entra_errors()`, or of a few that only pages show.
[[nodiscard]] const entra_error& page_error(std::uint32_t code);
/// `AADSTS50126: Error validating credentials …` without trace and time, for a message beside a field. In Google's
/// words, without a number, for its face.
[[nodiscard]] std::string short_message(face look, const sign_in_refusal& why);
/// `error_description` for the client.
[[nodiscard]] std::string long_message(const sign_in_refusal& why, const std::string& correlation_id, wall_time now);
/// Where an error page stands.
struct error_place {
  face look = face::microsoft;
  std::string account;  ///< shown; may be empty
  std::string leads_to; ///< see `page`
};
/// `Sorry, but we're having trouble signing you in.` with the text, ids and time; `Error 400: redirect_uri_mismatch` on
/// Google's face. `content` (HTML) stands before the details.
[[nodiscard]] http_response error_page(const error_place& place, const sign_in_refusal& why,
                                       const std::string& correlation_id, wall_time now, std::string_view heading = {},
                                       std::string_view content = {});

} // namespace postroom::sim
