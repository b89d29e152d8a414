#include "api/sign_in/permission_words.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>

namespace postroom::api::sign_in {
namespace {

constexpr std::size_t shown_max = 32;

struct words {
  std::string_view name; ///< without the resource before it
  std::string_view allows;
  std::string_view without;
};

constexpr std::array table{
    words{"IMAP.AccessAsUser.All", "Read and change mail over IMAP", "Mail cannot be read over IMAP."},
    words{"SMTP.Send", "Send mail over SMTP", "Mail cannot be sent over SMTP."},
    words{"POP.AccessAsUser.All", "Read mail over POP", ""},
    words{"Mail.Read", "Read mail by Microsoft Graph", "Mail cannot be read by Microsoft Graph."},
    words{"Mail.Read.Shared", "Read mail of shared mailboxes by Microsoft Graph",
          "Mail of shared mailboxes cannot be read by Microsoft Graph."},
    words{"Mail.ReadWrite", "Read and change mail by Microsoft Graph", "Mail cannot be read by Microsoft Graph."},
    words{"Mail.ReadWrite.Shared", "Read and change mail of shared mailboxes by Microsoft Graph",
          "Mail of shared mailboxes cannot be read by Microsoft Graph."},
    words{"Mail.Send", "Send mail by Microsoft Graph", "Mail cannot be sent by Microsoft Graph."},
    words{"Mail.Send.Shared", "Send mail of shared mailboxes by Microsoft Graph",
          "Mail of shared mailboxes cannot be sent by Microsoft Graph."},
    words{"Contacts.Read", "Read contacts", "Contacts cannot be read."},
    words{"Contacts.Read.Shared", "Read shared contacts", "Shared contacts cannot be read."},
    words{"Contacts.ReadWrite", "Read and write contacts", "Contacts cannot be written."},
    words{"Contacts.ReadWrite.Shared", "Read and write shared contacts", "Shared contacts cannot be written."},
    words{"MailboxSettings.Read", "Read settings of the mailbox", "Settings of the mailbox cannot be read."},
    words{"User.Read", "Read the profile of who signs in", ""},
    words{"https://mail.google.com/", "Read and send mail at Google", "Mail can be neither read nor sent."},
};

constexpr std::array<std::string_view, 4> of_sign_in{"openid", "profile", "email", "offline_access"};

std::string_view without_resource(std::string_view scope) {
  if (ascii_iequals(scope, "https://mail.google.com/"))
    return scope;
  const auto slash = scope.rfind('/');
  return slash == std::string_view::npos ? scope : scope.substr(slash + 1);
}

const words* find(std::string_view scope) {
  const auto name = without_resource(scope);
  const auto found = std::ranges::find_if(table, [&](const words& each) { return ascii_iequals(each.name, name); });
  return found == table.end() ? nullptr : &*found;
}

} // namespace

std::string permission_words(std::string_view scope) {
  const auto* known = find(scope);
  if (!known)
    return std::string{scope};
  return std::string{known->allows}.append(" (").append(without_resource(scope)).append(")");
}

std::string without_permission(std::string_view scope) {
  const auto* known = find(scope);
  return known ? std::string{known->without} : std::string{};
}

std::vector<std::string> shown_permissions(std::string_view scopes) {
  std::vector<std::string> out;
  while (!scopes.empty() && out.size() < shown_max) {
    const auto scope = scopes.substr(0, scopes.find(' '));
    scopes.remove_prefix(std::min(scope.size() + 1, scopes.size()));
    const bool own = std::ranges::any_of(of_sign_in, [&](auto each) { return ascii_iequals(each, scope); });
    if (!scope.empty() && !own)
      out.emplace_back(scope);
  }
  return out;
}

} // namespace postroom::api::sign_in
