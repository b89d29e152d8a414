#include "actors/provider/platform.hpp"

#include "protocol/http/url.hpp"

#include <algorithm>

namespace postroom::provider {
namespace {

result<oauth2::endpoints> known_endpoints(const records::Provider& provider, std::string_view directory) {
  if (provider.service() == "google")
    return oauth2::google_endpoints();
  if (provider.service() != "microsoft_azure")
    return oauth2::endpoints{};
  const auto where = oauth2::parse_cloud(provider.national_cloud());
  if (!where)
    return where.error();
  if (directory.empty())
    directory = provider.directory_id();
  return oauth2::microsoft_endpoints(directory.empty() ? "organizations" : directory, *where);
}

void put_over(std::string& below, const std::string& above) {
  if (!above.empty())
    below = above;
}

/// The document tells of the provider's directory; a grant of another one is asked for at its own.
void put_over(oauth2::endpoints& below, const oauth2::metadata& found, bool of_other_directory) {
  if (!of_other_directory)
    put_over(below.token, found.token_endpoint);
  put_over(below.authorize, found.authorization_endpoint);
  put_over(below.device_authorization, found.device_authorization_endpoint);
  put_over(below.revocation, found.revocation_endpoint);
  put_over(below.keys, found.jwks_uri);
  put_over(below.issuer, found.issuer);
  if (!found.graph_host.empty())
    below.graph = "https://" + found.graph_host;
}

void put_over(oauth2::endpoints& below, const records::Provider& said) {
  put_over(below.authorize, said.authorization_endpoint());
  put_over(below.token, said.token_endpoint());
  put_over(below.device_authorization, said.device_authorization_endpoint());
  put_over(below.revocation, said.revocation_endpoint());
  put_over(below.keys, said.jwks_uri());
  put_over(below.issuer, said.issuer());
  put_over(below.graph, said.graph_endpoint());
}

/// No document tells of the consent by administrators: at Microsoft it stands beside the authorization endpoint.
void place_admin_consent(oauth2::endpoints& of) {
  constexpr std::string_view end = "/oauth2/v2.0/authorize";
  constexpr std::string_view common = "/common";
  if (of.admin_consent.empty() || !of.authorize.ends_with(end))
    return;
  auto directory = of.authorize.substr(0, of.authorize.size() - end.size());
  if (directory.ends_with(common)) // refused there
    directory.replace(directory.size() - common.size(), common.size(), "/organizations");
  of.admin_consent = directory + "/v2.0/adminconsent";
}

void add_host(std::vector<std::string>& to, const std::string& url) {
  if (url.empty())
    return;
  if (auto parsed = http::parse_url(url); parsed && std::ranges::find(to, parsed->host) == to.end())
    to.push_back(std::move(parsed->host));
}

/// For platforms of which nothing is known.
constexpr std::string_view basic_scope = "openid profile email offline_access";

} // namespace

result<oauth2::endpoints> endpoints_of(const records::Provider& provider, std::string_view directory,
                                       const oauth2::metadata* found) {
  auto out = known_endpoints(provider, directory);
  if (!out)
    return out.error();
  if (found)
    put_over(*out, *found,
             !directory.empty() && directory != provider.directory_id() && provider.discovery_url().empty());
  put_over(*out, provider);
  place_admin_consent(*out);
  if (out->token.empty())
    return fail(errc::invalid_argument, "provider " + provider.id() + ": token_endpoint or discovery_url is needed");
  return std::move(*out);
}

std::string discovery_url_of(const records::Provider& provider) {
  if (!provider.discovery_url().empty())
    return provider.discovery_url();
  const auto known = known_endpoints(provider, {});
  return known ? known->discovery : std::string{};
}

std::vector<std::string> trusted_hosts_of(const records::Provider& provider) {
  std::vector<std::string> out;
  if (const auto known = known_endpoints(provider, {}))
    for (const auto* url : {&known->discovery, &known->authorize, &known->token, &known->device_authorization,
                            &known->revocation, &known->keys, &known->graph})
      add_host(out, *url);
  for (const auto* url : {&provider.discovery_url(), &provider.authorization_endpoint(), &provider.token_endpoint(),
                          &provider.device_authorization_endpoint(), &provider.revocation_endpoint(),
                          &provider.jwks_uri(), &provider.graph_endpoint()})
    add_host(out, *url);
  return out;
}

result<std::string> consent_scope_of(const records::Provider& provider, const oauth2::endpoints& where) {
  if (!provider.scope().empty())
    return std::string{where.revocation.empty() ? basic_scope : "openid profile email"} + ' ' + provider.scope();
  const auto wanted = oauth2::parse_purposes(provider.purposes());
  if (!wanted)
    return wanted.error();
  if (provider.service() == "generic_oidc")
    return std::string{basic_scope};
  return oauth2::consent_scope(where, *wanted);
}

result<std::string> token_scope_of(const records::Provider& provider, const oauth2::endpoints& where,
                                   oauth2::resource what, bool app_only) {
  if (what == oauth2::resource::mail && !provider.scope().empty())
    return provider.scope();
  if (provider.service() == "generic_oidc")
    return std::string{};
  if (app_only)
    return oauth2::app_only_scope(where, what);
  const auto wanted = oauth2::parse_purposes(provider.purposes());
  if (!wanted)
    return wanted.error();
  auto scope = oauth2::token_scope(where, *wanted, what);
  if (scope.empty())
    return fail(errc::invalid_argument, "provider " + provider.id() + ": its purposes do not include " +
                                            (what == oauth2::resource::mail ? "imap or smtp" : "Microsoft Graph"));
  return scope;
}

result<std::string> redirect_uri_of(const records::Provider& provider) {
  if (provider.redirect_uri().empty())
    return fail(errc::invalid_argument, "provider " + provider.id() + ": redirect_uri is needed for a sign-in");
  return provider.redirect_uri();
}

} // namespace postroom::provider
