#include "actors/provider/token_question.hpp"

#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "protocol/oauth2/endpoints.hpp"
#include "storage/secrets.hpp"

namespace postroom::provider {
namespace {

/// What the provider's service stands for, with what its configuration says put over it.
result<oauth2::endpoints> endpoints_of(const records::Provider& provider) {
  oauth2::endpoints out;
  if (provider.service() == "microsoft_azure") {
    const auto where = oauth2::parse_cloud(provider.national_cloud());
    if (!where)
      return where.error();
    auto known = oauth2::microsoft_endpoints(
        provider.directory_id().empty() ? std::string{"organizations"} : provider.directory_id(), *where);
    if (!known)
      return known.error();
    out = std::move(*known);
  } else if (provider.service() == "google") {
    out = oauth2::google_endpoints();
  }
  if (!provider.token_endpoint().empty())
    out.token = provider.token_endpoint();
  if (out.token.empty())
    return fail(errc::invalid_argument, "provider " + provider.id() + ": token_endpoint is needed for this service");
  return out;
}

/// A random UUID: the platform repeats it, and its support asks for it.
std::string request_id() {
  auto hex = hex_encode(random_string(16));
  for (const auto at : {8, 13, 18, 23})
    hex.insert(static_cast<std::size_t>(at), 1, '-');
  return hex;
}

} // namespace

result<oauth2::http_request> token_question(const records::Provider& provider, const records::Grant& grant,
                                            const storage::keyring& keys) {
  const auto where = endpoints_of(provider);
  if (!where)
    return where.error();
  auto client_secret = storage::open_client_secret(keys, provider);
  if (!client_secret)
    return client_secret.error();
  const oauth2::client_identity who{provider.application_id(), std::move(*client_secret), {}};
  if (grant.kind() == "client_credentials") {
    const auto& scope = provider.scope().empty() ? where->mail_app_only_scope : provider.scope();
    return oauth2::make_request(where->token, who, oauth2::client_credentials_grant{scope}, request_id());
  }
  auto refresh_token = storage::open_refresh_token(keys, grant);
  if (!refresh_token)
    return refresh_token.error();
  const auto& scope = provider.scope().empty() ? where->mail_scopes : provider.scope();
  return oauth2::make_request(where->token, who, oauth2::refresh_token_grant{std::move(*refresh_token), scope},
                              request_id());
}

} // namespace postroom::provider
