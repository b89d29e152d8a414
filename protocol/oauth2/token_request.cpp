#include "protocol/oauth2/token_request.hpp"

#include "protocol/http/url.hpp"

namespace postroom::oauth2 {
namespace {

/// A form (RFC 6749 appendix B). Escaping more than it asks for (a blank as %20, not +) is right for every reader.
class form {
public:
  explicit form(std::size_t value_bytes) { text_.reserve(3 * value_bytes + 512); }

  void add(std::string_view name, std::string_view value) {
    if (!text_.empty())
      text_.push_back('&');
    text_.append(name).append(1, '=');
    const secret<> escaped{http::percent_encode(value)};
    text_.append(escaped.expose());
  }
  void add_if(std::string_view name, std::string_view value) {
    if (!value.empty())
      add(name, value);
  }
  secret<> take() { return secret<>{std::move(text_)}; }

private:
  std::string text_;
};

void add_client(form& body, const client_identity& who) {
  body.add("client_id", who.client_id);
  if (!who.client_assertion.empty()) {
    body.add("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    body.add("client_assertion", who.client_assertion.expose());
  } else {
    body.add_if("client_secret", who.client_secret.expose());
  }
}

std::size_t secret_bytes(const client_identity& who) {
  return who.client_id.size() + who.client_secret.expose().size() + who.client_assertion.expose().size();
}

bool is_loopback(const std::string& host) {
  return host == "localhost" || host == "127.0.0.1" || host == "::1";
}

bool is_request_id(std::string_view id) {
  constexpr std::size_t longest = 64;
  return !id.empty() && id.size() <= longest && id.find_first_not_of("0123456789abcdefABCDEF-") == id.npos;
}

result<void> check(std::string_view token_endpoint, const client_identity& who, std::string_view request_id) {
  const auto url = http::parse_url(token_endpoint);
  if (!url)
    return url.error();
  if (!url->tls && !is_loopback(url->host))
    return fail(errc::invalid_argument, "secrets are sent to token endpoints by https only");
  if (who.client_id.empty())
    return fail(errc::invalid_argument, "application (client) id is missing");
  if (!is_request_id(request_id))
    return fail(errc::invalid_argument, "request id is not a UUID");
  return {};
}

http_request post(std::string_view token_endpoint, form& body, std::string_view request_id) {
  return {std::string{token_endpoint},
          {{"Content-Type", "application/x-www-form-urlencoded"},
           {"Accept", "application/json"},
           {"client-request-id", std::string{request_id}},
           {"return-client-request-id", "true"}},
          body.take()};
}

} // namespace

result<http_request> make_request(std::string_view token_endpoint, const client_identity& who,
                                  const refresh_token_grant& grant, std::string_view request_id) {
  if (auto checked = check(token_endpoint, who, request_id); !checked)
    return checked.error();
  if (grant.refresh_token.empty())
    return fail(errc::invalid_argument, "refresh token is missing");
  form body{secret_bytes(who) + grant.refresh_token.expose().size() + grant.scope.size()};
  body.add("grant_type", "refresh_token");
  add_client(body, who);
  body.add("refresh_token", grant.refresh_token.expose());
  body.add_if("scope", grant.scope);
  return post(token_endpoint, body, request_id);
}

result<http_request> make_request(std::string_view token_endpoint, const client_identity& who,
                                  const client_credentials_grant& grant, std::string_view request_id) {
  if (auto checked = check(token_endpoint, who, request_id); !checked)
    return checked.error();
  if (who.client_secret.empty() && who.client_assertion.empty())
    return fail(errc::invalid_argument, "client credentials need a client secret or assertion");
  if (grant.scope.empty())
    return fail(errc::invalid_argument, "client credentials need a scope");
  form body{secret_bytes(who) + grant.scope.size()};
  body.add("grant_type", "client_credentials");
  add_client(body, who);
  body.add("scope", grant.scope);
  return post(token_endpoint, body, request_id);
}

result<http_request> make_request(std::string_view token_endpoint, const client_identity& who,
                                  const authorization_code_grant& grant, std::string_view request_id) {
  if (auto checked = check(token_endpoint, who, request_id); !checked)
    return checked.error();
  if (grant.code.empty() || grant.redirect_uri.empty() || grant.code_verifier.empty())
    return fail(errc::invalid_argument, "code, redirect URI or code verifier is missing");
  form body{secret_bytes(who) + grant.code.expose().size() + grant.redirect_uri.size() +
            grant.code_verifier.expose().size() + grant.scope.size()};
  body.add("grant_type", "authorization_code");
  add_client(body, who);
  body.add("code", grant.code.expose());
  body.add("redirect_uri", grant.redirect_uri);
  body.add("code_verifier", grant.code_verifier.expose());
  body.add_if("scope", grant.scope);
  return post(token_endpoint, body, request_id);
}

} // namespace postroom::oauth2
