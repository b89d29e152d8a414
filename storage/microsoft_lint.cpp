#include "storage/microsoft_lint.hpp"

#include "storage/url_parts.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace postroom::storage {
namespace {

using namespace std::string_view_literals;

struct cloud_hosts {
  std::string_view name;
  std::array<std::string_view, 5> hosts;
};
/// Identity, Graph, IMAP and SMTP of each cloud of Microsoft; DoD and GCC High share the first.
constexpr std::array clouds{
    cloud_hosts{"worldwide",
                {"login.microsoftonline.com", "graph.microsoft.com", "outlook.office365.com", "smtp.office365.com",
                 "outlook.office.com"}},
    cloud_hosts{"us_gov_high",
                {"login.microsoftonline.us", "graph.microsoft.us", "outlook.office365.us", "smtp.office365.us", ""}},
    cloud_hosts{
        "us_gov_dod",
        {"login.microsoftonline.us", "dod-graph.microsoft.us", "outlook-dod.office365.us", "outlook.office365.us", ""}},
    cloud_hosts{"china",
                {"login.partner.microsoftonline.cn", "microsoftgraph.chinacloudapi.cn", "partner.outlook.cn",
                 "login.chinacloudapi.cn", ""}},
};

bool has(const cloud_hosts& cloud, std::string_view host) {
  return !host.empty() && std::ranges::find(cloud.hosts, host) != cloud.hosts.end();
}

/// Scopes of OpenID Connect, which belong to no resource.
bool is_of_sign_in(std::string_view scope) {
  constexpr std::array words{"openid"sv, "profile"sv, "email"sv, "offline_access"sv};
  return std::ranges::find(words, scope) != words.end();
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    if (text.empty())
      return words;
    words.push_back(text.substr(0, text.find_first_of(" \t")));
    text.remove_prefix(words.back().size());
  }
}

void warn(lint_warnings& into, std::string_view field, std::string problem, std::string remedy) {
  into.push_back({std::string{field}, std::move(problem), std::move(remedy)});
}

} // namespace

void lint_scope(const records::Provider& of, lint_warnings& into) {
  if (of.scope().empty())
    return;
  const auto words = words_of(of.scope());
  const bool whole = std::ranges::any_of(words, [](auto each) { return each.ends_with("/.default"); });
  if (!whole && std::ranges::find(words, "offline_access"sv) == words.end())
    warn(into, "scope", "lacks offline_access, so sign-ins leave no refresh token and end after an hour",
         "Add offline_access, or leave the scope empty and set purposes.");
  std::string_view resource;
  bool several = false;
  std::size_t permissions = 0;
  for (const auto each : words) {
    if (is_of_sign_in(each))
      continue;
    ++permissions;
    // A permission without a resource means Graph's.
    const auto host = each.find("://") == std::string_view::npos ? "graph"sv : host_of_url(each);
    const auto canonical = host == "graph.microsoft.com" ? "graph"sv : host;
    several = several || (!resource.empty() && canonical != resource);
    resource = canonical;
  }
  if (several)
    warn(into, "scope", "has permissions of several resources; a token is for one (AADSTS28000)",
         "Leave the scope empty and set purposes: then each token is asked for with its own.");
  else if (whole && permissions > 1)
    warn(into, "scope", "mixes .default with other permissions, which is refused (AADSTS70011)",
         "Use .default alone, or only named permissions.");
}

void lint_cloud(const records::Provider& of, lint_warnings& into) {
  const std::string_view name = of.national_cloud().empty() ? "worldwide"sv : std::string_view{of.national_cloud()};
  const auto* ours = std::ranges::find(clouds, name, &cloud_hosts::name);
  if (ours == clouds.end()) {
    warn(into, "national_cloud", "is none of worldwide, us_gov_high, us_gov_dod, china",
         "Leave it empty for the public cloud.");
    return;
  }
  const auto check = [&](std::string_view field, std::string_view host) {
    if (has(*ours, host))
      return;
    const auto* theirs = std::ranges::find_if(clouds, [&](const auto& each) { return has(each, host); });
    if (theirs != clouds.end())
      warn(into, field,
           "names a host of the cloud " + std::string{theirs->name} + ", but national_cloud is " + std::string{name},
           "Registrations do not cross clouds: leave the field empty, or correct national_cloud.");
  };
  check("token_endpoint", host_of_url(of.token_endpoint()));
  check("imap_host", of.imap_host());
  check("smtp_host", of.smtp_host());
  check("discovery_url", host_of_url(of.discovery_url()));
  check("authorization_endpoint", host_of_url(of.authorization_endpoint()));
  check("device_authorization_endpoint", host_of_url(of.device_authorization_endpoint()));
  check("jwks_uri", host_of_url(of.jwks_uri()));
  check("issuer", host_of_url(of.issuer()));
  check("graph_endpoint", host_of_url(of.graph_endpoint()));
}

} // namespace postroom::storage
