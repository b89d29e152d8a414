#include "actors/provider/questions.hpp"

#include "actors/provider/platform.hpp"
#include "actors/provider/proxy_of.hpp"
#include "base/crypto.hpp"
#include "protocol/oauth2/client_assertion.hpp"
#include "storage/secrets.hpp"

namespace postroom::provider {

result<oauth2::client_identity> identity_with(const records::Provider& provider, credential which,
                                              const std::string& token_endpoint, const storage::keyring& keys,
                                              wall_time now) {
  oauth2::client_identity who{provider.application_id(), {}, {}};
  const bool previous = which == credential::previous_secret || which == credential::previous_certificate;
  if (which == credential::secret || which == credential::previous_secret) {
    auto value = storage::open_secret(keys, provider, previous ? "previous_client_secret" : "client_secret");
    if (!value)
      return value.error();
    who.client_secret = std::move(*value);
  } else if (which != credential::none) {
    const auto key = storage::open_secret(keys, provider, previous ? "previous_certificate_key" : "certificate_key");
    if (!key)
      return key.error();
    auto assertion = oauth2::make_client_assertion(provider.application_id(), token_endpoint,
                                                   previous ? provider.previous_certificate() : provider.certificate(),
                                                   *key, now, random_uuid());
    if (!assertion)
      return assertion.error();
    who.client_assertion = std::move(*assertion);
  }
  return who;
}

result<oauth2::http_request> token_question(const records::Provider& provider, const oauth2::endpoints& where,
                                            const oauth2::client_identity& who, const records::Grant& grant,
                                            oauth2::resource what, const storage::keyring& keys) {
  const bool app_only = grant.kind() == "client_credentials";
  auto scope = token_scope_of(provider, where, what, app_only);
  if (!scope)
    return scope.error();
  if (app_only)
    return oauth2::make_request(where.token, who, oauth2::client_credentials_grant{std::move(*scope)}, random_uuid());
  auto refresh_token = storage::open_refresh_token(keys, grant);
  if (!refresh_token)
    return refresh_token.error();
  return oauth2::make_request(where.token, who,
                              oauth2::refresh_token_grant{std::move(*refresh_token), std::move(*scope)}, random_uuid());
}

result<net::http_request> outward(const records::Provider& provider, oauth2::http_request question,
                                  const storage::keyring& keys) {
  auto request = outward_get(provider, std::move(question.url), keys);
  if (!request)
    return request;
  request->method = "POST";
  request->headers = std::move(question.headers);
  request->body = std::move(question.body);
  return request;
}

result<net::http_request> outward_get(const records::Provider& provider, std::string url,
                                      const storage::keyring& keys) {
  net::http_request request;
  request.url = std::move(url);
  request.allowed_hosts = trusted_hosts_of(provider);
  auto proxy = proxy_of(provider, keys);
  if (!proxy)
    return proxy.error();
  request.proxy = std::move(*proxy);
  return request;
}

} // namespace postroom::provider
