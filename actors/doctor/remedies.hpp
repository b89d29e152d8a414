#pragma once

#include "actors/doctor/evidence.hpp"

#include <string>
#include <string_view>

/// What helps, with the real names filled in: commands of Exchange Online PowerShell, of our own command line, and menu
/// paths of the portals. Names that come from outside are quoted where they stand in a command. Pure.
namespace postroom::doctor {

/// Who is who in a remedy; an empty name leaves its placeholder as it is.
struct names {
  std::string mailbox;
  std::string delegate;
  std::string account;
  std::string provider;
  std::string application_id;
  std::string directory_id;
};
[[nodiscard]] names names_of(const facts& f, const evidence& e);

/// Puts names in place of `<mailbox>`, `<delegate>`, `<account>`, `<provider>`, `<application id>`, `<directory>`, …
[[nodiscard]] std::string fill(std::string_view remedy, const names& who);
/// An address as an argument of a command: in quotes unless it consists of what needs none.
[[nodiscard]] std::string argument(std::string_view text);

[[nodiscard]] std::string enable_imap(const std::string& mailbox);
[[nodiscard]] std::string enable_imap_everywhere();
[[nodiscard]] std::string grant_full_access(const std::string& mailbox, const std::string& delegate);
[[nodiscard]] std::string grant_send_as(const std::string& mailbox, const std::string& delegate);
[[nodiscard]] std::string register_application(const names& who);
[[nodiscard]] std::string find_mailbox(const std::string& mailbox);
[[nodiscard]] std::string keep_sent_copy(const std::string& mailbox);
[[nodiscard]] std::string set_account(const names& who, std::string_view option, std::string_view value);
[[nodiscard]] std::string sign_in_again(const names& who);
/// Where a permission is added and consented to: `application` for an application by itself.
[[nodiscard]] std::string consent_page(const names& who, bool application);
[[nodiscard]] std::string sign_in_log(const names& who);

} // namespace postroom::doctor
