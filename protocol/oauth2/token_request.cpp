#include "protocol/oauth2/token_request.hpp"

#include "protocol/oauth2/token_form.hpp"

namespace postroom::oauth2 {

result<http_request> make_request(std::string_view token_endpoint, const client_identity& who,
                                  const refresh_token_grant& grant, std::string_view request_id) {
  if (auto checked = check_request(token_endpoint, who.client_id, request_id); !checked)
    return checked.error();
  if (grant.refresh_token.empty())
    return fail(errc::invalid_argument, "refresh token is missing");
  form body{value_bytes(who) + grant.refresh_token.expose().size() + grant.scope.size()};
  body.add("grant_type", "refresh_token");
  add_client(body, who);
  body.add("refresh_token", grant.refresh_token.expose());
  body.add_if("scope", grant.scope);
  return post(token_endpoint, body, request_id);
}

result<http_request> make_request(std::string_view token_endpoint, const client_identity& who,
                                  const client_credentials_grant& grant, std::string_view request_id) {
  if (auto checked = check_request(token_endpoint, who.client_id, request_id); !checked)
    return checked.error();
  if (who.client_secret.empty() && who.client_assertion.empty())
    return fail(errc::invalid_argument, "client credentials need a client secret or assertion");
  if (grant.scope.empty())
    return fail(errc::invalid_argument, "client credentials need a scope");
  form body{value_bytes(who) + grant.scope.size()};
  body.add("grant_type", "client_credentials");
  add_client(body, who);
  body.add("scope", grant.scope);
  return post(token_endpoint, body, request_id);
}

result<http_request> make_request(std::string_view token_endpoint, const client_identity& who,
                                  const authorization_code_grant& grant, std::string_view request_id) {
  if (auto checked = check_request(token_endpoint, who.client_id, request_id); !checked)
    return checked.error();
  if (grant.code.empty() || grant.redirect_uri.empty() || grant.code_verifier.empty())
    return fail(errc::invalid_argument, "code, redirect URI or code verifier is missing");
  form body{value_bytes(who) + grant.code.expose().size() + grant.redirect_uri.size() +
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
