#include "actors/doctor/remedies.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace postroom::doctor {
namespace {

constexpr std::string_view wait_for_rights = "; it takes up to an hour to work";

std::string command(std::string text) {
  return "`" + std::move(text) + "`";
}

bool needs_no_quotes(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '@' || c == '.' ||
         c == '-' || c == '_' || c == '+';
}

std::string known_or(const std::string& name, std::string_view placeholder) {
  return name.empty() ? std::string{placeholder} : argument(name);
}

} // namespace

names names_of(const facts& f, const evidence& e) {
  names who;
  who.mailbox = f.mailbox_user.empty() ? f.account.email() : f.mailbox_user;
  who.delegate = delegate_of(f, e);
  who.account = f.account.id();
  who.provider = f.account.provider();
  if (f.provider) {
    who.application_id = f.provider->application_id();
    who.directory_id = f.provider->directory_id();
  }
  return who;
}

std::string argument(std::string_view text) {
  if (!text.empty() && text.front() != '-' && std::ranges::all_of(text, needs_no_quotes))
    return std::string{text};
  std::string out = "'";
  for (const char c : text) {
    if (c == '`' || static_cast<unsigned char>(c) < 0x20)
      continue; // no address has one, and it would end the command
    out += c;
    if (c == '\'')
      out += c; // as PowerShell writes it
  }
  return out + "'";
}

std::string fill(std::string_view remedy, const names& who) {
  const std::array<std::pair<std::string_view, const std::string&>, 9> places{{
      {"<mailbox>", who.mailbox},
      {"<delegate>", who.delegate},
      {"<user>", who.delegate},
      {"<account>", who.account},
      {"<provider>", who.provider},
      {"<application id>", who.application_id},
      {"<application>", who.application_id},
      {"<directory>", who.directory_id},
      {"<directory id>", who.directory_id},
  }};
  std::string out;
  while (!remedy.empty()) {
    const auto at = std::min(remedy.find('<'), remedy.size());
    out += remedy.substr(0, at);
    remedy.remove_prefix(at);
    if (remedy.empty())
      break;
    const auto* found =
        std::ranges::find_if(places, [&](const auto& place) { return remedy.starts_with(place.first); });
    if (found != places.end() && !found->second.empty()) {
      out += argument(found->second);
      remedy.remove_prefix(found->first.size());
    } else {
      out += remedy.front();
      remedy.remove_prefix(1);
    }
  }
  return out;
}

std::string enable_imap(const std::string& mailbox) {
  return command("Set-CASMailbox " + argument(mailbox) + " -ImapEnabled $true") + std::string{wait_for_rights};
}

std::string enable_imap_everywhere() {
  return command("Get-CASMailboxPlan | Set-CASMailboxPlan -ImapEnabled $true") +
         " for new mailboxes, and for those that exist " +
         command("Get-CASMailbox -ResultSize Unlimited | Set-CASMailbox -ImapEnabled $true");
}

std::string grant_full_access(const std::string& mailbox, const std::string& delegate) {
  return command("Add-MailboxPermission -Identity " + argument(mailbox) + " -User " +
                 known_or(delegate, "<service principal>") + " -AccessRights FullAccess") +
         std::string{wait_for_rights};
}

std::string grant_send_as(const std::string& mailbox, const std::string& delegate) {
  return command("Add-RecipientPermission " + argument(mailbox) + " -Trustee " +
                 known_or(delegate, "<service principal>") + " -AccessRights SendAs") +
         std::string{wait_for_rights};
}

std::string register_application(const names& who) {
  return command("New-ServicePrincipal -AppId " + known_or(who.application_id, "<application id>") +
                 " -ObjectId <object id of the enterprise application>") +
         " (the object id from Enterprise applications, not from App registrations), then " +
         grant_full_access(who.mailbox, {});
}

std::string find_mailbox(const std::string& mailbox) {
  return command("Get-Mailbox " + argument(mailbox) + " | Format-List PrimarySmtpAddress, UserPrincipalName");
}

std::string keep_sent_copy(const std::string& mailbox) {
  return command("Set-Mailbox " + argument(mailbox) + " -MessageCopyForSentAsEnabled $true");
}

std::string set_account(const names& who, std::string_view option, std::string_view value) {
  return command("postroom account set " + argument(who.account) + " --" + std::string{option} + " " + argument(value));
}

std::string sign_in_again(const names& who) {
  return command("postroom authorize " + argument(who.provider));
}

std::string consent_page(const names& who, bool application) {
  return "Azure portal > App registrations > " + known_or(who.application_id, "<application>") +
         " > API permissions > Add a permission > " +
         (application ? "APIs my organization uses > Office 365 Exchange Online > Application permissions"
                      : "Microsoft Graph > Delegated permissions") +
         ", then Grant admin consent";
}

std::string sign_in_log(const names& who) {
  return "Azure portal > Microsoft Entra ID > Sign-in logs, filtered by the application " +
         known_or(who.application_id, "<application>");
}

} // namespace postroom::doctor
