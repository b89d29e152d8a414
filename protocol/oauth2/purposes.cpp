#include "protocol/oauth2/purposes.hpp"

#include "base/ascii.hpp"
#include "base/utf8.hpp"

#include <algorithm>
#include <array>

namespace postroom::oauth2 {
namespace {

struct purpose_row {
  std::string_view name;
  resource of;
  std::string_view scope; ///< delegated, at Microsoft, without the resource
  std::string_view role;  ///< of an application by itself
};

// Indexed by purpose. The delegate reads and sends for shared mailboxes, hence `.Shared`; reading includes marking as
// read. There is no permission for the settings of other people's mailboxes but the application's.
constexpr std::array<purpose_row, 6> purposes{{
    {"imap", resource::mail, "IMAP.AccessAsUser.All", "IMAP.AccessAsApp"},
    {"smtp", resource::mail, "SMTP.Send", "SMTP.SendAsApp"},
    {"graph_read", resource::graph, "Mail.ReadWrite.Shared", "Mail.ReadWrite"},
    {"graph_send", resource::graph, "Mail.Send.Shared", "Mail.Send"},
    {"contacts", resource::graph, "Contacts.Read.Shared", "Contacts.Read"},
    {"settings", resource::graph, "MailboxSettings.Read", "MailboxSettings.Read"},
}};

const purpose_row& row_of(purpose p) noexcept {
  return purposes[static_cast<std::size_t>(p)];
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const auto end = text.find_first_of(" \t\r\n");
    if (end != 0)
      out.push_back(text.substr(0, end));
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
  return out;
}

void add_word(std::string& to, std::string_view word) {
  to.append(to.empty() ? "" : " ").append(word);
}

/// Scopes of the purposes for which `chosen` holds.
template <class Predicate>
std::string scopes_of(const endpoints& where, const std::vector<purpose>& wanted, Predicate chosen) {
  std::string out;
  for (std::size_t i = 0; i < purposes.size(); ++i) {
    const auto& row = purposes[i];
    if (std::ranges::find(wanted, static_cast<purpose>(i)) == wanted.end() || !chosen(row))
      continue;
    if (where.google) {
      if (row.of == resource::mail && out.empty())
        out = where.mail_scopes;
      continue;
    }
    const auto& resource = row.of == resource::mail ? where.mail_resource : where.graph;
    if (!resource.empty())
      add_word(out, resource + '/' + std::string{row.scope});
  }
  return out;
}

bool counts(std::string_view scope) {
  constexpr std::array<std::string_view, 4> of_every_sign_in{"openid", "profile", "email", "offline_access"};
  return std::ranges::none_of(of_every_sign_in, [&](auto name) { return ascii_iequals(scope, name); }) &&
         scope != ".default" && !scope.ends_with("/.default");
}

struct split_scope {
  std::string_view resource; ///< empty when it is not told
  std::string_view name;
};

/// `https://mail.google.com/` is a name as a whole.
split_scope split(std::string_view scope) {
  const auto slash = scope.rfind('/');
  if (slash == scope.npos || slash + 1 == scope.size())
    return {{}, scope};
  return {scope.substr(0, slash), scope.substr(slash + 1)};
}

/// Tokens for Exchange name it outlook.office.com or outlook.office365.com, whichever was asked for.
bool is_exchange(std::string_view resource) {
  return ascii_iequals(resource, "https://outlook.office.com") ||
         ascii_iequals(resource, "https://outlook.office365.com");
}

bool is_same(std::string_view wanted, std::string_view granted) {
  if (ascii_iequals(wanted, granted))
    return true;
  const auto a = split(wanted);
  const auto b = split(granted);
  if (!ascii_iequals(a.name, b.name))
    return false;
  return a.resource.empty() || b.resource.empty() || ascii_iequals(a.resource, b.resource) ||
         (is_exchange(a.resource) && is_exchange(b.resource));
}

} // namespace

std::string_view to_string(purpose p) noexcept {
  return row_of(p).name;
}

result<std::vector<purpose>> parse_purposes(std::string_view text) {
  std::vector<purpose> out;
  for (const auto word : words_of(text)) {
    const auto row = std::ranges::find(purposes, word, &purpose_row::name);
    if (row == purposes.end()) {
      constexpr std::size_t quoted_max = 32;
      return fail(errc::invalid_argument,
                  "there is no purpose \"" + std::string{utf8_prefix(word, quoted_max)} +
                      "\"; it is one of imap, smtp, graph_read, graph_send, contacts, settings");
    }
    const auto known = static_cast<purpose>(row - purposes.begin());
    if (std::ranges::find(out, known) == out.end())
      out.push_back(known);
  }
  if (out.empty())
    out = {purpose::imap, purpose::smtp};
  return out;
}

resource resource_of(purpose p) noexcept {
  return row_of(p).of;
}

std::string consent_scope(const endpoints& where, const std::vector<purpose>& wanted) {
  std::string out = where.google ? "openid profile email" : "openid profile email offline_access";
  if (const auto scopes = scopes_of(where, wanted, [](const purpose_row&) { return true; }); !scopes.empty())
    add_word(out, scopes);
  return out;
}

std::string token_scope(const endpoints& where, const std::vector<purpose>& wanted, resource of) {
  auto out = scopes_of(where, wanted, [&](const purpose_row& row) { return row.of == of; });
  if (!out.empty() && !where.google)
    add_word(out, "offline_access");
  return out;
}

std::string app_only_scope(const endpoints& where, resource of) {
  if (of == resource::mail)
    return where.mail_app_only_scope;
  return where.graph.empty() ? std::string{} : where.graph + "/.default";
}

std::vector<std::string> roles_of(const std::vector<purpose>& wanted, resource of) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < purposes.size(); ++i)
    if (purposes[i].of == of && std::ranges::find(wanted, static_cast<purpose>(i)) != wanted.end())
      out.emplace_back(purposes[i].role);
  return out;
}

std::vector<std::string> missing_scopes(std::string_view wanted, std::string_view granted) {
  const auto have = words_of(granted);
  std::vector<std::string> out;
  for (const auto scope : words_of(wanted))
    if (counts(scope) && std::ranges::none_of(have, [&](auto each) { return is_same(scope, each); }))
      out.emplace_back(scope);
  return out;
}

} // namespace postroom::oauth2
