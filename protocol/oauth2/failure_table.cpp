#include "protocol/oauth2/failure.hpp"

#include <algorithm>
#include <array>

// What the refusals of identity platforms mean. Numbers are Microsoft's AADSTS codes; `error` and `suberror` are also
// Google's. A new case is a new row here, nothing else.
namespace postroom::oauth2 {
namespace {

using std::chrono::seconds;
using enum failure_class;
using enum actor_role;

struct meaning {
  failure_class kind;
  actor_role who;
  oauth2::retry retry;
  seconds not_before;
  std::string_view advice;
};

struct number_row {
  std::uint32_t number;
  meaning is;
};

struct word_row {
  std::string_view word;
  meaning is;
};

constexpr seconds at_once{0};
constexpr auto never = retry::never;
constexpr auto once = retry::once;
constexpr auto slowly = retry::slowly;
constexpr auto by_backoff = retry::by_backoff;

constexpr std::string_view sign_in = "The delegate must sign in again.";
constexpr std::string_view sign_in_mfa = "The delegate must sign in again and pass multi-factor authentication.";
constexpr std::string_view clock_advice = "Check this machine's clock (NTP), then the provider's certificate.";
constexpr std::string_view exclude_device =
    "The directory's administrator must exclude the application from the device policy.";
constexpr std::string_view bug = "The request is malformed: report it with trace and correlation id.";
constexpr std::string_view wait_advice = "Nothing; Postroom tries again by itself.";
constexpr std::string_view wrong_directory = "Check user name and directory of the provider.";

// Sorted by number.
constexpr auto numbers = std::to_array<number_row>({
    {16000, {user_must_act, user, never, at_once, "The delegate must sign in again and pick the right account."}},
    {16001, {user_must_act, user, never, at_once, "The delegate must sign in again and pick the right account."}},
    {28000, {app_broken, developer, never, at_once, "One token request may name scopes of one resource only."}},
    {50011, {app_broken, operators, never, at_once, "Register the redirect URI at the application, byte for byte."}},
    {50012, {app_broken, operators, never, at_once, clock_advice}},
    {50020,
     {policy, operators, never, at_once,
      "The user belongs to another directory: correct the provider's "
      "directory, or have the user invited as guest."}},
    {50033, {transient, gateway, by_backoff, at_once, wait_advice}},
    {50034, {policy, operators, never, at_once, wrong_directory}},
    {50053,
     {policy, directory_admin, slowly, seconds{1800},
      "The account is locked or signs in from a blocked address: unlock it, or wait."}},
    {50055,
     {user_must_act, user, never, at_once, "The delegate's password has expired: change it, then sign in again."}},
    {50057,
     {policy, directory_admin, slowly, at_once,
      "The delegate's account is disabled: enable it, or sign in as another delegate. Never sign in as the "
      "shared mailbox itself."}},
    {50058, {user_must_act, user, never, at_once, sign_in}},
    {50072, {user_must_act, user, never, at_once, "The delegate must enrol in multi-factor authentication."}},
    {50074, {user_must_act, user, never, at_once, sign_in_mfa}},
    {50076, {user_must_act, user, never, at_once, sign_in_mfa}},
    {50078, {grant_dead, user, never, at_once, sign_in_mfa}},
    {50079, {user_must_act, user, never, at_once, "The delegate must enrol in multi-factor authentication."}},
    {50087, {transient, gateway, by_backoff, at_once, wait_advice}},
    {50089, {grant_dead, user, never, at_once, sign_in}},
    {50105, {policy, directory_admin, slowly, at_once, "Assign the user to the enterprise application."}},
    {50126, {policy, user, never, at_once, "The user name or password is wrong."}},
    {50132, {grant_dead, user, never, at_once, sign_in}},
    {50133, {grant_dead, user, never, at_once, sign_in}},
    {50158, {user_must_act, user, never, at_once, "The delegate must sign in again and meet the external challenge."}},
    {50173,
     {grant_dead, user, never, at_once,
      "The sign-in was revoked (password reset or sessions revoked): the delegate must sign in again."}},
    {50194,
     {app_broken, operators, never, at_once,
      "The application is for one directory only: set the provider's directory to its GUID."}},
    {50196,
     {transient, developer, slowly, seconds{600},
      "The platform saw the same request too often and stopped it: report it."}},
    {53000, {policy, directory_admin, slowly, at_once, exclude_device}},
    {53001, {policy, directory_admin, slowly, at_once, exclude_device}},
    {53003,
     {policy, directory_admin, slowly, at_once,
      "Conditional Access blocks it: find the sign-in by its correlation id and exclude the application or "
      "allow this gateway's addresses."}},
    {54005, {grant_dead, gateway, never, at_once, "The sign-in was submitted twice; begin a new one."}},
    {65001,
     {user_must_act, user, never, at_once,
      "Consent is missing: sign in again, or have the administrator consent for the directory."}},
    {65004, {user_must_act, user, never, at_once, "The delegate declined; sign in again and accept."}},
    {70000, {grant_dead, user, once, seconds{5}, sign_in}},
    {70001, {app_broken, directory_admin, never, at_once, "Enable the enterprise application in the directory."}},
    {70008, {grant_dead, user, never, at_once, sign_in}},
    {70011, {app_broken, developer, never, at_once, "The scope is not valid; correct the provider's scopes."}},
    {70043,
     {grant_dead, user, never, at_once,
      "The directory's sign-in frequency was reached: sign in again; the administrator may exclude the "
      "application."}},
    {90002, {app_broken, operators, never, at_once, "The directory does not exist: check its id and the cloud."}},
    {90006, {transient, gateway, by_backoff, at_once, wait_advice}},
    {90012, {transient, gateway, by_backoff, at_once, wait_advice}},
    {90024, {transient, gateway, by_backoff, at_once, wait_advice}},
    {90033, {transient, gateway, by_backoff, seconds{30}, wait_advice}},
    {90055, {transient, gateway, by_backoff, seconds{60}, wait_advice}},
    {90072, {policy, operators, never, at_once, wrong_directory}},
    {90090, {transient, gateway, by_backoff, at_once, wait_advice}},
    {90094, {user_must_act, directory_admin, never, at_once, "The directory's administrator must consent."}},
    {90095, {user_must_act, directory_admin, never, at_once, "The directory's administrator must consent."}},
    {135011, {policy, directory_admin, never, at_once, exclude_device}},
    {500011,
     {app_broken, directory_admin, never, at_once, "The directory has no Exchange Online: check its licences."}},
    {500133, {app_broken, operators, once, seconds{60}, clock_advice}},
    {530003, {policy, directory_admin, slowly, at_once, exclude_device}},
    {530032, {policy, directory_admin, slowly, at_once, "A security policy of the directory blocks the sign-in."}},
    {530034, {policy, directory_admin, slowly, at_once, "A security policy of the directory blocks the sign-in."}},
    {530035, {policy, directory_admin, slowly, at_once, "The directory's security defaults block the sign-in."}},
    {650052,
     {app_broken, directory_admin, never, at_once, "The directory has no Exchange Online: check its licences."}},
    {700003, {policy, directory_admin, never, at_once, exclude_device}},
    {700005,
     {app_broken, operators, never, at_once, "The grant belongs to another directory: correct the provider's."}},
    {700016,
     {app_broken, operators, never, at_once,
      "The application id is unknown in this directory: check both ids; its administrator may have to "
      "consent."}},
    {700022, {app_broken, developer, never, at_once, "One token request may name scopes of one resource only."}},
    {700024, {app_broken, operators, never, at_once, clock_advice}},
    {700025,
     {app_broken, operators, never, at_once,
      "The application is registered as a public client: register the web platform, or remove the secret."}},
    {700027, {app_broken, operators, never, at_once, "Upload the provider's certificate to the registration."}},
    {700054, {app_broken, operators, never, at_once, "Enable this sign-in flow at the registration."}},
    {700082,
     {grant_dead, user, never, at_once, "The sign-in lay unused for 90 days: the delegate must sign in again."}},
    {700084,
     {grant_dead, operators, never, at_once,
      "Register the redirect URI as platform Web instead of single-page application, then sign in again."}},
    {900144, {app_broken, developer, never, at_once, bug}},
    {900382, {app_broken, operators, never, at_once, "The application belongs to another national cloud."}},
    {900432, {app_broken, operators, never, at_once, "The application belongs to another national cloud."}},
    {1002012, {app_broken, developer, never, at_once, "Client credentials need the scope <resource>/.default."}},
    {5000224, {policy, directory_admin, never, at_once, "The resource is not available in this cloud or directory."}},
    {5000225, {policy, directory_admin, never, at_once, "The directory is blocked for inactivity."}},
    {7000112, {app_broken, directory_admin, never, at_once, "Enable the enterprise application in the directory."}},
    {7000215,
     {app_broken, operators, never, at_once, "The client secret is wrong: enter the secret's Value, not its ID."}},
    {7000218, {app_broken, operators, never, at_once, "The registration asks for a client secret: enter one."}},
    {7000222,
     {app_broken, operators, never, at_once,
      "The client secret has expired: have a new one created at the registration and enter it."}},
    {9002313, {app_broken, developer, never, at_once, bug}},
    {9002341, {grant_dead, user, never, at_once, sign_in}},
});
static_assert(std::ranges::is_sorted(numbers, std::ranges::less{}, &number_row::number));

constexpr auto suberrors = std::to_array<word_row>({
    {"bad_token", {grant_dead, user, never, at_once, sign_in}},
    {"token_expired", {grant_dead, user, never, at_once, sign_in}},
    {"basic_action", {user_must_act, user, never, at_once, sign_in_mfa}},
    {"additional_action", {user_must_act, user, never, at_once, sign_in}},
    {"message_only", {policy, directory_admin, slowly, at_once, "A policy of the directory blocks the sign-in."}},
    {"consent_required",
     {user_must_act, user, never, at_once,
      "Consent is missing: sign in again, or have the administrator consent for the directory."}},
    {"user_password_expired", {user_must_act, user, never, at_once, "The delegate's password has expired."}},
    {"protection_policy_required", {policy, directory_admin, slowly, at_once, exclude_device}},
    {"client_mismatch", {policy, directory_admin, slowly, at_once, exclude_device}},
    {"device_authentication_failed", {policy, directory_admin, slowly, at_once, exclude_device}},
    // Google: the session control policy asks for a new sign-in.
    {"invalid_rapt", {grant_dead, user, never, at_once, sign_in}},
});

constexpr auto errors = std::to_array<word_row>({
    {"invalid_client", {app_broken, operators, never, at_once, "Check application id and client secret."}},
    {"unauthorized_client", {app_broken, operators, never, at_once, "Check application id, directory and consent."}},
    {"deleted_client", {app_broken, operators, never, at_once, "The application registration was deleted."}},
    // Without a number we know: false alarms happen, so the token is kept and tried once more.
    {"invalid_grant", {grant_dead, user, once, seconds{60}, sign_in}},
    {"interaction_required", {user_must_act, user, never, at_once, sign_in}},
    {"consent_required", {user_must_act, user, never, at_once, "Consent is missing: sign in again."}},
    {"login_required", {user_must_act, user, never, at_once, sign_in}},
    {"access_denied", {policy, directory_admin, slowly, at_once, "The directory's administrator must allow it."}},
    {"admin_policy_enforced",
     {policy, directory_admin, slowly, at_once, "The administrator must trust the application."}},
    {"temporarily_unavailable", {transient, gateway, by_backoff, at_once, wait_advice}},
    {"server_error", {transient, gateway, by_backoff, at_once, wait_advice}},
    {"internal_failure", {transient, gateway, by_backoff, at_once, wait_advice}},
    {"rate_limit_exceeded", {transient, gateway, by_backoff, seconds{60}, wait_advice}},
    {"slow_down", {transient, gateway, by_backoff, seconds{60}, wait_advice}},
    {"invalid_tenant",
     {app_broken, operators, never, at_once, "The directory does not exist: check its id and cloud."}},
    {"invalid_request", {app_broken, developer, never, at_once, bug}},
    {"invalid_scope",
     {app_broken, developer, never, at_once, "The scope is not valid; correct the provider's scopes."}},
    {"invalid_resource",
     {app_broken, directory_admin, never, at_once, "The resource does not exist in the directory."}},
    {"unsupported_grant_type", {app_broken, operators, never, at_once, "Enable this flow at the registration."}},
    {"unsupported_response_type", {app_broken, operators, never, at_once, "Enable this flow at the registration."}},
});

constexpr meaning throttled{transient, gateway, by_backoff, seconds{60}, wait_advice};
constexpr meaning server_fault{transient, gateway, by_backoff, at_once, wait_advice};
constexpr meaning unknown{transient, operators, slowly, seconds{60},
                          "The identity platform gave an answer that is not known; see its words."};
constexpr meaning not_there{app_broken, operators, never, at_once, "Check the token endpoint's address."};

const number_row* find_number(std::span<const std::uint32_t> codes) {
  // Several numbers come most general first ("70002, 500133"); a general one has no row.
  for (const auto code : codes) {
    const auto it = std::ranges::lower_bound(numbers, code, std::ranges::less{}, &number_row::number);
    if (it != numbers.end() && it->number == code)
      return &*it;
  }
  return nullptr;
}

template <std::size_t N>
const word_row* find_word(const std::array<word_row, N>& table, std::string_view word) {
  const auto it = std::ranges::find(table, word, &word_row::word);
  return it != table.end() ? &*it : nullptr;
}

meaning look_up(const refusal& what) {
  const auto* by_number = find_number(what.codes);
  const bool busy = what.http_status == 429 || what.http_status >= 500;
  if (busy) {
    // A server in trouble proves nothing about the grant; numbers of passing faults still know better how long.
    if (by_number != nullptr && by_number->is.kind == transient)
      return by_number->is;
    return what.http_status == 429 ? throttled : server_fault;
  }
  if (by_number != nullptr)
    return by_number->is;
  if (const auto* row = find_word(suberrors, what.suberror))
    return row->is;
  if (const auto* row = find_word(errors, what.error))
    return row->is;
  return what.http_status == 404 ? not_there : unknown;
}

errc code_of(failure_class kind, unsigned http_status) {
  switch (kind) {
  case app_broken:
    return errc::app_misconfigured;
  case grant_dead:
    return errc::grant_dead;
  case user_must_act:
    return errc::user_action_required;
  case policy:
    return errc::blocked_by_policy;
  case transient:
    break;
  }
  return http_status == 429 ? errc::throttled : errc::identity_unavailable;
}

} // namespace

std::string_view to_string(failure_class c) noexcept {
  constexpr std::array<std::string_view, 5> names{"app_broken", "grant_dead", "user_must_act", "policy", "transient"};
  return names[static_cast<std::size_t>(c)];
}

verdict classify(const refusal& what) noexcept {
  const auto is = look_up(what);
  verdict out;
  out.kind = is.kind;
  out.code = code_of(is.kind, what.http_status);
  out.who = is.who;
  out.retry = is.retry;
  out.retry_not_before = is.not_before;
  out.delete_grant = is.kind == grant_dead && (what.suberror == "bad_token" || what.suberror == "token_expired");
  out.advice = is.advice;
  return out;
}

} // namespace postroom::oauth2
