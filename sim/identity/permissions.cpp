#include "sim/identity/permissions.hpp"

#include "base/ascii.hpp"
#include "base/crypto.hpp"

#include <algorithm>
#include <array>

namespace postroom::sim {
namespace {

enum class owner : std::uint8_t { openid, exchange, graph, google };

struct permission {
  owner whose;
  std::string_view name;
  std::string_view title;
  std::string_view explanation;
  bool administrator = false;
};

constexpr std::string_view mail_read_write = "Read and write access to your mail";
constexpr auto permissions = std::to_array<permission>({
    {owner::openid, "openid", "Sign you in", "The app learns who you are when you sign in with your account."},
    {owner::openid, "profile", "View your basic profile", "The app can see your name and your user name."},
    {owner::openid, "email", "View your email address", "The app can see your primary email address."},
    {owner::openid, "offline_access", "Maintain access to data you have given it access to",
     "The app keeps its access while you do not use it, until you take it away."},
    {owner::exchange, "IMAP.AccessAsUser.All", mail_read_write,
     "The app can read, change, create and delete mail in your mailboxes by IMAP."},
    {owner::exchange, "POP.AccessAsUser.All", mail_read_write, "The app can read and delete mail by POP."},
    {owner::exchange, "SMTP.Send", "Send emails from your mailbox", "The app can send mail as you by SMTP AUTH."},
    {owner::graph, "User.Read", "Sign you in and read your profile", "The app can read your profile."},
    {owner::graph, "User.Read.All", "Read all users' full profiles", "For everyone in your organization.", true},
    {owner::graph, "Directory.Read.All", "Read directory data", "For everyone in your organization.", true},
    {owner::graph, "Mail.Read", "Read your mail", "The app can read mail in your mailbox."},
    {owner::graph, "Mail.ReadWrite", mail_read_write,
     "The app can create, read, change and delete mail in your mailbox. It cannot send."},
    {owner::graph, "Mail.Send", "Send mail as you", "The app can send mail as you."},
    {owner::graph, "Mail.Read.Shared", "Read mail you can access", "Your own and shared mail."},
    {owner::graph, "Mail.ReadWrite.Shared", "Read and write mail you can access", "Your own and shared mail."},
    {owner::graph, "Contacts.Read.Shared", "Read contacts you can access", "Your own and shared contacts."},
    {owner::graph, "MailboxSettings.Read", "Read your mailbox settings",
     "The app can read the settings of your mailbox."},
    {owner::graph, "Mail.Send.Shared", "Send mail on behalf of others or yourself",
     "The app can send as you and for those whose mailboxes you may send from."},
    {owner::google, "https://mail.google.com/", "Read, compose, send, and permanently delete all your email from Gmail",
     "By IMAP, POP and SMTP."},
    {owner::google, "https://www.googleapis.com/auth/userinfo.email", "See your primary Google Account email address",
     ""},
    {owner::google, "https://www.googleapis.com/auth/userinfo.profile", "See your personal info", ""},
});

constexpr auto roles = std::to_array<permission>({
    {owner::exchange, "IMAP.AccessAsApp", "Access mailboxes by IMAP",
     "The app can read and change mail without a signed-in user, in mailboxes it was given access to."},
    {owner::exchange, "POP.AccessAsApp", "Access mailboxes by POP",
     "The app can read mail without a signed-in user, in mailboxes it was given access to."},
    {owner::exchange, "SMTP.SendAsApp", "Send emails by SMTP AUTH",
     "The app can send without a signed-in user, for mailboxes it was given access to."},
});

const permission* find_permission(owner whose, std::string_view name) {
  const auto fits = [&](const permission& row) { return row.whose == whose && ascii_iequals(row.name, name); };
  const auto* const found = std::ranges::find_if(permissions, fits);
  return found == permissions.end() ? nullptr : &*found;
}

constexpr std::string_view offline_access = "offline_access";
constexpr std::string_view graph_resource = "https://graph.microsoft.com";
constexpr std::string_view exchange = "https://outlook.office.com";

/// One spelling for each permission, whatever name of its resource was used.
std::string canonical(std::string_view scope) {
  if (is_openid_scope(scope) || find_permission(owner::google, scope))
    return ascii_lower(scope);
  const auto parts = split_scope(scope);
  const auto resource = is_exchange(parts.resource) ? std::string{exchange}
                        : is_graph(parts.resource)  ? std::string{graph_resource}
                                                    : parts.resource;
  return ascii_lower(resource + "/" + parts.name);
}

bool contains(const std::set<std::string>& granted, std::string_view scope) {
  const auto wanted = canonical(scope);
  return std::ranges::any_of(granted, [&](const std::string& one) { return canonical(one) == wanted; });
}

const std::set<std::string>* consents_of(const service_principal& principal, std::string_view upn) {
  const auto found = principal.user_scopes.find(ascii_lower(upn));
  return found == principal.user_scopes.end() ? nullptr : &found->second;
}

} // namespace

scope_parts split_scope(std::string_view scope) {
  if (is_openid_scope(scope))
    return {"", std::string{scope}};
  const auto slash = scope.rfind('/');
  if (slash == std::string_view::npos)
    return {std::string{graph_resource}, std::string{scope}};
  auto resource = scope.substr(0, slash);
  while (resource.ends_with('/')) // `https://outlook.office365.com//.default` is right for resources that end with one
    resource.remove_suffix(1);
  return {std::string{resource}, std::string{scope.substr(slash + 1)}};
}

std::vector<std::string> split_scopes(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto blank = std::min(text.find(' '), text.size());
    if (blank > 0 && std::ranges::find(out, text.substr(0, blank)) == out.end())
      out.emplace_back(text.substr(0, blank));
    text.remove_prefix(std::min(blank + 1, text.size()));
  }
  return out;
}

bool is_openid_scope(std::string_view scope) {
  return find_permission(owner::openid, scope) != nullptr;
}

bool is_exchange(std::string_view resource) {
  return ascii_iequals(resource, exchange) || ascii_iequals(resource, "https://outlook.office365.com") ||
         ascii_iequals(resource, "https://ps.outlook.com");
}

bool is_graph(std::string_view resource) {
  return ascii_iequals(resource, graph_resource) || resource.starts_with("https://localhost:") ||
         resource.starts_with("http://localhost:");
}

scope_fault check_scopes(face look, const std::vector<std::string>& scopes) {
  bool all = false;
  std::size_t named = 0;
  for (const auto& scope : scopes) {
    if (is_openid_scope(scope))
      continue;
    if (look == face::google) {
      if (!find_permission(owner::google, scope))
        return {70011, scope};
      continue;
    }
    const auto parts = split_scope(scope);
    const bool at_graph = is_graph(parts.resource);
    if (!at_graph && !is_exchange(parts.resource))
      return {500011, parts.resource};
    if (parts.name == ".default")
      all = true;
    else if (!find_permission(at_graph ? owner::graph : owner::exchange, parts.name))
      return {70011, scope};
    ++named;
  }
  return all && named > 1 ? scope_fault{70011, ".default"} : scope_fault{};
}

permission_words describe_permission(std::string_view name) {
  for (const auto& row : roles)
    if (ascii_iequals(row.name, name))
      return {std::string{row.title}, std::string{row.explanation}};
  const auto parts = split_scope(name);
  if (parts.name == ".default")
    return {"All permissions the app is registered for", "At " + parts.resource + "."};
  for (const auto whose : {owner::openid, owner::google, owner::exchange, owner::graph})
    if (const auto* row = find_permission(whose, whose == owner::google ? name : std::string_view{parts.name}))
      return {std::string{row->title}, std::string{row->explanation}};
  return {std::string{name}, ""};
}

bool needs_administrator(std::string_view scope) {
  const auto* const row = find_permission(owner::graph, split_scope(scope).name);
  return row && row->administrator;
}

std::vector<std::string> missing_consents(const service_principal* principal, std::string_view upn,
                                          const std::vector<std::string>& asked) {
  const auto* const own = principal ? consents_of(*principal, upn) : nullptr;
  const bool any = principal && (!principal->scopes.empty() || (own && !own->empty()));
  const bool only_openid = std::ranges::all_of(asked, is_openid_scope);
  std::vector<std::string> missing;
  for (const auto& scope : asked) {
    const bool free_of_consent = is_openid_scope(scope) && scope != offline_access && (any || !only_openid);
    const bool granted = principal && (contains(principal->scopes, scope) || (own && contains(*own, scope)));
    if (!granted && !free_of_consent)
      missing.push_back(scope);
  }
  return missing;
}

void record_consent(service_principal& principal, std::string_view upn, const std::vector<std::string>& scopes) {
  if (scopes.empty())
    return;
  auto& granted = upn.empty() ? principal.scopes : principal.user_scopes[ascii_lower(upn)];
  for (const auto& scope : scopes)
    if (!contains(granted, scope))
      granted.insert(scope);
  granted.emplace(offline_access);
}

service_principal& principal_of(tenant& directory, std::string_view client_id) {
  auto& principal = directory.principals[std::string{client_id}];
  if (principal.object_id.empty())
    principal.object_id = random_uuid();
  return principal;
}

std::set<std::string> roles_at(const application& client, std::string_view resource) {
  std::set<std::string> out;
  for (const auto& role : client.roles) {
    const bool at_exchange =
        std::ranges::any_of(roles, [&](const permission& row) { return ascii_iequals(row.name, role); });
    if (resource.empty() || at_exchange == is_exchange(resource))
      out.insert(role);
  }
  return out;
}

} // namespace postroom::sim
