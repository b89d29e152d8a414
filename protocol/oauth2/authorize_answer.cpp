#include "protocol/oauth2/authorize_answer.hpp"

#include "base/ascii.hpp"
#include "base/guid.hpp"
#include "base/limits.hpp"
#include "protocol/oauth2/failure.hpp"
#include "protocol/oauth2/json_reader.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace postroom::oauth2 {
namespace {

using parameters = std::map<std::string, std::string>;

/// Entra's are below 2 KiB; a query as a whole is not longer than this.
constexpr std::size_t code_bytes_max = 8 * limits::kib;
constexpr std::size_t issuer_bytes_max = 2 * limits::kib;
constexpr std::size_t scope_bytes_max = 4 * limits::kib;
constexpr std::size_t error_bytes_max = 64;
/// RFC 6749 §4.1.2.1 knows no status; what is refused there is what a token endpoint would answer with this one.
constexpr unsigned status_of_refusals = 400;

std::string_view value_of(const parameters& all, const std::string& name) {
  const auto found = all.find(name);
  return found == all.end() ? std::string_view{} : std::string_view{found->second};
}

bool is_visible(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

/// `AADSTS65004: User declined to consent…`
std::optional<std::uint32_t> number_of(std::string_view description) {
  constexpr std::string_view prefix = "AADSTS";
  if (!description.starts_with(prefix))
    return std::nullopt;
  description.remove_prefix(prefix.size());
  std::uint32_t number = 0;
  const auto [end, failed] = std::from_chars(description.data(), description.data() + description.size(), number);
  if (failed != std::errc{})
    return std::nullopt;
  return number;
}

authorize_refused refused(const parameters& all) {
  token_failure failure;
  failure.http_status = status_of_refusals;
  for (const char c : value_of(all, "error").substr(0, error_bytes_max))
    if (c > ' ' && c < 0x7f)
      failure.error.push_back(c);
  failure.description = flatten(value_of(all, "error_description"), failure_description_bytes_max);
  if (const auto number = number_of(failure.description))
    failure.codes = {*number};
  // Whoever presses Cancel comes back so, at Google always and at Entra often; a policy that denies has a number.
  if (failure.codes.empty() && failure.error == "access_denied") {
    failure.code = errc::user_action_required;
    failure.cause = "sign_in.declined";
  } else {
    const auto known = classify({failure.http_status, failure.error, {}, failure.codes});
    failure.code = known.code;
    failure.cause = known.cause;
  }
  return {failure.error, failure.description, to_error(failure)};
}

} // namespace

result<authorize_answer> read_authorize_answer(const parameters& all) {
  if (!value_of(all, "error").empty()) // beside whatever else: an error is an error
    return refused(all);
  if (ascii_iequals(value_of(all, "admin_consent"), "true")) {
    const auto directory = value_of(all, "tenant");
    if (!is_guid(directory))
      return fail(errc::invalid_argument, "tenant is not the GUID of a directory");
    return admin_consented{ascii_lower(directory), flatten(value_of(all, "scope"), scope_bytes_max)};
  }
  const auto code = value_of(all, "code");
  if (code.empty())
    return fail(errc::invalid_argument, "neither code nor error");
  if (code.size() > code_bytes_max || !is_visible(code)) // RFC 6749 appendix A.11
    return fail(errc::invalid_argument, "code is no authorization code");
  const auto issuer = value_of(all, "iss");
  if (issuer.size() > issuer_bytes_max || !is_visible(issuer))
    return fail(errc::invalid_argument, "iss is no issuer");
  return code_received{secret<>{std::string{code}}, std::string{issuer}};
}

} // namespace postroom::oauth2
