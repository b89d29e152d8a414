#include "protocol/oauth2/authorize_request.hpp"

#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "protocol/http/loopback.hpp"

#include <algorithm>

namespace postroom::oauth2 {
namespace {

constexpr std::size_t verifier_bytes_min = 43; // RFC 7636 §4.1
constexpr std::size_t verifier_bytes_max = 128;

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

bool is_verifier(std::string_view text) {
  return text.size() >= verifier_bytes_min && text.size() <= verifier_bytes_max &&
         std::ranges::all_of(text, is_unreserved);
}

/// The query of an address that grows.
class query {
public:
  explicit query(std::string_view endpoint)
      : text_(endpoint), first_(endpoint.find('?') == endpoint.npos ? '?' : '&') {}

  void add(std::string_view name, std::string_view value) {
    text_.append(1, first_).append(name).append(1, '=').append(http::percent_encode(value));
    first_ = '&';
  }
  /// What a browser and the platform's server surely take.
  [[nodiscard]] result<std::string> take() {
    if (text_.size() > http::url_bytes_max)
      return fail(errc::invalid_argument, "the address of the sign-in is longer than 8 KiB");
    return std::move(text_);
  }

private:
  std::string text_;
  char first_;
};

/// A browser carries codes and states over these: as for secrets.
result<void> check_address(std::string_view address, const char* what) {
  const auto url = http::parse_url(address);
  if (!url)
    return fail(errc::invalid_argument, std::string{what} + ": " + url.error().detail);
  if (!http::may_carry_secrets(*url))
    return fail(errc::invalid_argument, std::string{what} + " is not https");
  if (address.find('#') != address.npos)
    return fail(errc::invalid_argument, std::string{what} + " has a fragment");
  return {};
}

error missing(const char* what) {
  return fail(errc::invalid_argument, std::string{what} + " is missing");
}

result<void> check(const authorize_request& request) {
  if (auto checked = check_address(request.endpoint, "authorization endpoint"); !checked)
    return checked;
  if (auto checked = check_address(request.redirect_uri, "redirect URI"); !checked)
    return checked;
  if (request.client_id.empty())
    return missing("application (client) id");
  if (request.scope.empty())
    return missing("scope");
  if (request.state.empty())
    return missing("state");
  if (request.nonce.empty())
    return missing("nonce");
  if (!is_verifier(request.code_verifier.expose()))
    return fail(errc::invalid_argument, "the code verifier is not 43 to 128 unreserved characters");
  return {};
}

/// Google gives a refresh token for a first consent only, unless each sign-in asks for consent again.
std::string prompt_of(const authorize_request& request) {
  if (!request.google || request.prompt.find("consent") != std::string::npos)
    return request.prompt;
  return request.prompt.empty() ? "consent" : "consent " + request.prompt;
}

} // namespace

result<std::string> make_authorize_url(const authorize_request& request) {
  if (auto checked = check(request); !checked)
    return checked.error();
  query out{request.endpoint};
  out.add("client_id", request.client_id);
  out.add("response_type", "code");
  out.add("redirect_uri", request.redirect_uri);
  out.add("scope", request.scope);
  if (request.form_post)
    out.add("response_mode", "form_post"); // a query is what everybody does when not told
  out.add("state", request.state);
  out.add("nonce", request.nonce);
  out.add("code_challenge", code_challenge_of(request.code_verifier));
  out.add("code_challenge_method", "S256");
  if (request.google)
    out.add("access_type", "offline");
  if (const auto prompt = prompt_of(request); !prompt.empty())
    out.add("prompt", prompt);
  if (!request.login_hint.empty())
    out.add("login_hint", request.login_hint);
  return out.take();
}

std::string code_challenge_of(const secret<>& code_verifier) {
  return base64url_encode(as_view(sha256(code_verifier.expose())));
}

secret<> make_code_verifier() {
  constexpr std::size_t entropy_bytes = 32; // RFC 7636 §4.1: 43 characters in base64url
  const secret<> random{random_string(entropy_bytes)};
  return secret<>{base64url_encode(random.expose())};
}

result<std::string> make_admin_consent_url(std::string_view endpoint, std::string_view client_id,
                                           std::string_view scope, std::string_view redirect_uri,
                                           std::string_view state) {
  if (auto checked = check_address(endpoint, "admin consent endpoint"); !checked)
    return checked.error();
  if (auto checked = check_address(redirect_uri, "redirect URI"); !checked)
    return checked.error();
  if (client_id.empty())
    return missing("application (client) id");
  if (scope.empty())
    return missing("scope");
  if (state.empty())
    return missing("state");
  query out{endpoint};
  out.add("client_id", client_id);
  out.add("scope", scope);
  out.add("redirect_uri", redirect_uri);
  out.add("state", state);
  return out.take();
}

} // namespace postroom::oauth2
