#include "protocol/smtp/failure_table.hpp"

#include <algorithm>
#include <array>

namespace postroom::smtp {

namespace {

using enum actor_role;

struct entry {
  std::string_view name;
  actor_role who;
  bool passes;
  std::string_view meaning;
  std::string_view remedy;
};

// Indexed by failure_class.
constexpr std::array<entry, 14> catalogue{{
    {"server_unavailable", gateway, true, "The mail server cannot be used at present.",
     "Postroom tries again by itself."},
    {"throttled", gateway, true, "The identity sends too fast or over too many connections.",
     "Nothing; Postroom slows down and tries again. Share the load between more delegates if it stays."},
    {"quota_exhausted", exchange_admin, true,
     "The recipients allowed per day are used up, or the sender's mailbox is full.",
     "Postroom waits for the limit's window to free; make room in a full mailbox, send bulk mail elsewhere."},
    {"auth_unavailable", gateway, true, "The login failed for a passing reason.", "Postroom tries again by itself."},
    {"auth_rejected", operators, false, "The mail server refused the login.",
     "Check the delegate, the permission SMTP.Send and the directory's access policies; Postroom fetches a fresh token "
     "first."},
    {"auth_disabled", exchange_admin, false, "SMTP AUTH is switched off for the mailbox or the directory.",
     "Set-CASMailbox -SmtpClientAuthenticationDisabled $false on the mailbox that logs in."},
    {"sender_denied", exchange_admin, false, "The identity may not send as this sender.",
     "Grant it: Add-RecipientPermission -AccessRights SendAs; it takes up to an hour to work. Unblock a blocked "
     "sender."},
    {"recipient_deferred", gateway, true, "The server does not take mail for this recipient at present.",
     "Postroom tries again by itself."},
    {"recipient_rejected", caller, false, "The server does not take mail for this recipient.",
     "Correct the recipient's address."},
    {"message_deferred", gateway, true, "The server does not take this mail at present.",
     "Postroom tries again by itself."},
    {"message_rejected", caller, false, "The server refused this mail for its content or by a policy.",
     "See the server's words, and change the mail."},
    {"too_large", caller, false, "The mail is larger than the server takes.", "Send less."},
    {"not_supported", caller, false, "The server cannot carry this mail.",
     "Use addresses of ASCII and a content encoded for 7 bits."},
    {"protocol", gateway, true, "The server broke the protocol.", "Postroom tries again; report it if it stays."},
}};
static_assert(catalogue[static_cast<std::size_t>(failure_class::protocol)].name == "protocol");

constexpr const entry& find(failure_class c) noexcept {
  const auto index = static_cast<std::size_t>(c);
  return catalogue[index < catalogue.size() ? index : catalogue.size() - 1];
}

} // namespace

std::string_view to_string(phase p) noexcept {
  constexpr std::array<std::string_view, 8> names{"greeting", "hello",     "starttls", "login",
                                                  "sender",   "recipient", "data",     "message"};
  const auto index = static_cast<std::size_t>(p);
  return index < names.size() ? names[index] : "?";
}

std::string_view to_string(failure_class c) noexcept {
  return find(c).name;
}
std::optional<failure_class> failure_class_of(std::string_view name) noexcept {
  const auto row = std::ranges::find(catalogue, name, &entry::name);
  if (row == catalogue.end())
    return {};
  return static_cast<failure_class>(row - catalogue.begin());
}
std::string_view meaning(failure_class c) noexcept {
  return find(c).meaning;
}
std::string_view remedy(failure_class c) noexcept {
  return find(c).remedy;
}
actor_role who_acts(failure_class c) noexcept {
  return find(c).who;
}
bool passes_by_itself(failure_class c) noexcept {
  return find(c).passes;
}

} // namespace postroom::smtp
