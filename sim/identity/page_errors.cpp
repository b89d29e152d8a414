#include "sim/identity/page_errors.hpp"

#include <algorithm>
#include <array>

namespace postroom::sim {
namespace {

// What only pages and redirects answer.
constexpr auto page_rows = std::to_array<entra_error>({
    {90015, 414, "invalid_request", "", "Requested query string is too long."},
    {90130, 400, "invalid_request", "", "Application '{0}' cannot use the '/{1}' endpoint for admin consent."},
    {900971, 400, "invalid_request", "", "No reply address provided."},
    {9002325, 400, "invalid_request", "",
     "Proof Key for Code Exchange is required for cross-origin authorization code redemption."},
});

struct google_row {
  std::uint32_t code;
  std::uint16_t status;
  std::string_view error;
  std::string_view text; ///< `{0}` is replaced
};

constexpr auto google_rows = std::to_array<google_row>({
    {50011, 400, "redirect_uri_mismatch",
     "You can't sign in because this app sent an invalid request. The redirect URI {0} is not registered."},
    {50020, 403, "org_internal", "This client is restricted to users within its organization."},
    {50034, 400, "invalid_grant", "Couldn't find your Google Account"},
    {50053, 400, "invalid_grant", "Too many failed attempts. Try again later."},
    {50057, 400, "disabled_user", "Your account has been disabled. Contact your administrator."},
    {50058, 400, "login_required", "Nobody is signed in."},
    {50089, 400, "invalid_request", "Your session expired. Start the sign-in again."},
    {50105, 403, "access_denied", "Your administrator has not given you access to this app."},
    {50126, 400, "invalid_grant", "Wrong password. Try again."},
    {65001, 400, "consent_required", "The user has not consented yet."},
    {65004, 400, "access_denied", "The user said no."},
    {70011, 400, "invalid_scope", "Some requested scopes were invalid: {0}"},
    {90094, 400, "admin_policy_enforced",
     "Access to your account data is restricted by policies within your organization. Contact your administrator."},
    {500121, 400, "invalid_grant", "Wrong code. Try again."},
    {700016, 401, "invalid_client", "The OAuth client was not found."},
    {700054, 400, "unsupported_response_type", "Invalid response_type: {0}"},
    {7000112, 403, "admin_policy_enforced", "Your administrator has blocked this app."},
    {900144, 400, "invalid_request", "Required parameter is missing: {0}"},
    {900971, 400, "invalid_request", "Missing required parameter: redirect_uri"},
});

const google_row* find_google_row(std::uint32_t code) {
  const auto* const found = std::ranges::find(google_rows, code, &google_row::code);
  return found == google_rows.end() ? nullptr : &*found;
}

std::string google_text(const sign_in_refusal& why) {
  const auto* const row = find_google_row(why.code);
  std::string text{row ? row->text : "This request is invalid."};
  if (const auto place = text.find("{0}"); place != std::string::npos)
    text.replace(place, 3, why.first);
  return text;
}

error_details details_of(const sign_in_refusal& why, const std::string& correlation_id) {
  return {why.first, why.second, correlation_id};
}

/// `Trace ID: …`, `Correlation ID: …`, `Timestamp: …`.
std::string details_html(std::string_view description) {
  std::string out = "<div class=\"details\" id=\"details\">\n<p>Troubleshooting details</p>\n";
  const auto trace = description.rfind("Trace ID: ");
  auto rest = trace == std::string_view::npos ? std::string_view{} : description.substr(trace);
  while (!rest.empty()) {
    const auto end = std::min(rest.find("\r\n"), rest.size());
    out.append(paragraph(rest.substr(0, end)));
    rest.remove_prefix(std::min(end + 2, rest.size()));
  }
  return out.append("</div>\n");
}

} // namespace

const entra_error& page_error(std::uint32_t code) {
  static constexpr entra_error unknown{0, 500, "server_error", "", "Something went wrong."};
  if (const auto* const row = find_entra_error(code))
    return *row;
  const auto* const found = std::ranges::find(page_rows, code, &entra_error::code);
  return found == page_rows.end() ? unknown : *found;
}

std::string short_message(face look, const sign_in_refusal& why) {
  if (look == face::google)
    return google_text(why);
  auto text = describe(page_error(why.code), details_of(why, {}), wall_time{});
  if (const auto trace = text.rfind(" Trace ID: "); trace != std::string::npos)
    text.resize(trace);
  return text;
}

std::string long_message(const sign_in_refusal& why, const std::string& correlation_id, wall_time now) {
  return describe(page_error(why.code), details_of(why, correlation_id), now);
}

http_response error_page(const error_place& place, const sign_in_refusal& why, const std::string& correlation_id,
                         wall_time now, std::string_view heading, std::string_view content) {
  if (place.look == face::google) {
    const auto* const row = find_google_row(why.code);
    const auto status = row ? row->status : std::uint16_t{400};
    const auto line = "Error " + std::to_string(status) + ": " + std::string{row ? row->error : "invalid_request"};
    return render({place.look, "Authorization Error",
                   std::string{heading.empty() ? "Access blocked: authorization error" : heading}, place.account,
                   alert(google_text(why)) + std::string{content} + "<div class=\"details\" id=\"details\">" +
                       paragraph(line) + "</div>\n",
                   place.leads_to},
                  status);
  }
  return render({place.look, "Sign in to your account",
                 std::string{heading.empty() ? "Sorry, but we're having trouble signing you in." : heading},
                 place.account,
                 alert(short_message(place.look, why)) + std::string{content} +
                     details_html(long_message(why, correlation_id, now)),
                 place.leads_to},
                page_error(why.code).status);
}

} // namespace postroom::sim
