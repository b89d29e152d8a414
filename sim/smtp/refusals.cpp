#include "sim/smtp/refusals.hpp"

#include "base/ascii.hpp"
#include "base/crypto.hpp"

namespace postroom::sim {
namespace {

/// False for whom the tenant of their domain does not know, or keeps out. Domains of no tenant have no users to check.
bool is_user_here(const submission_services& services, const std::string& user) {
  const auto* const tenant = services.people.tenant_of(user);
  if (!tenant)
    return true;
  const auto* const known = tenant->find_user(user);
  return tenant->kind == services.face && (!known || known->enabled);
}

std::optional<smtp_reply> switched_off(const submission_services& services, const std::string& user,
                                       const mailbox& own) {
  if (find_fault(services, fault_kind::smtp_disabled, {user, own.address()}) ||
      own.settings.smtp == mailbox_settings::smtp_auth::off)
    return smtp_reply::disabled_for_mailbox;
  const auto* const tenant = services.people.tenant_of(user);
  if (!tenant)
    return std::nullopt;
  if (tenant->policies.smtp_auth_disabled && own.settings.smtp == mailbox_settings::smtp_auth::inherit)
    return smtp_reply::disabled_for_tenant;
  if (tenant->policies.security_defaults)
    return smtp_reply::security_defaults;
  return std::nullopt;
}

bool is_token_of(const submission_services& services, const token_holder& holder, const mailbox& own) {
  const auto& user = own.login_name();
  if (services.face == service::google && !holder.may("https://mail.google.com/"))
    return false;
  if (services.face != service::microsoft)
    return !holder.app_only && ascii_iequals(holder.upn, user);
  return holder.app_only ? holder.may("SMTP.SendAsApp") && services.mail.may_open(holder.client_id, own.address())
                         : holder.may("SMTP.Send") && ascii_iequals(holder.upn, user);
}

/// `user`: the address of who signed in; rights belong to the login name.
bool may_send_as(const submission_services& services, const std::string& user, const std::string& sender) {
  const auto* const own = services.mail.find(user);
  return ascii_iequals(user, sender) || services.mail.may_send_as(own ? own->login_name() : user, sender);
}

/// Exchange looks at envelope and header, Postfix at the envelope only; Gmail writes the user's own address.
bool is_denied_as_sender(const submission_services& services, const submitted_mail& mail, const std::string& author) {
  const auto& from = mail.from.address;
  if (services.face == service::google)
    return false;
  if (find_fault(services, fault_kind::send_as_denied, {mail.user, from, author}) ||
      (!from.empty() && !may_send_as(services, mail.user, from)))
    return true;
  return services.face == service::microsoft && !may_send_as(services, mail.user, author);
}

} // namespace

const fault* find_fault(const submission_services& services, fault_kind kind,
                        std::initializer_list<std::string_view> names) {
  for (const auto name : names)
    if (const auto* const found = name.empty() ? nullptr : services.faults.find(kind, name))
      return found;
  return nullptr;
}

std::optional<smtp_reply> refuse_token(const submission_services& services, const std::string& user,
                                       const std::string& token) {
  const auto holder = services.tokens.check(token);
  const auto* const own = services.mail.find_login(user);
  if (!holder || !own || !own->settings.in_cloud() || !is_user_here(services, user) ||
      find_fault(services, fault_kind::login_refused, {user, own->address()}))
    return smtp_reply::credentials_refused;
  if (services.face == service::microsoft)
    if (const auto off = switched_off(services, user, *own))
      return off;
  if (!is_token_of(services, *holder, *own))
    return smtp_reply::credentials_refused;
  return std::nullopt;
}

std::optional<smtp_reply> refuse_password(const submission_services& services, const std::string& user,
                                          const std::string& password) {
  if (!takes_passwords(services.face))
    return smtp_reply::passwords_refused;
  const auto* const tenant = services.people.tenant_of(user);
  const auto* const known = tenant ? tenant->find_user(user) : nullptr;
  const auto* const own = services.mail.find_login(user);
  const bool good = known && own && own->settings.in_cloud() && is_user_here(services, user) &&
                    !known->password.empty() && constant_time_equal(known->password.expose(), password) &&
                    !services.faults.find(fault_kind::login_refused, user);
  return good ? std::nullopt : std::optional{smtp_reply::credentials_refused};
}

std::optional<smtp_reply> refuse_sender(const submission_services& services, const std::string& user,
                                        const envelope_sender& from) {
  if (from.size > mail_bytes_max_of(services.face, services.limits.mail_bytes))
    return smtp_reply::too_large;
  if (find_fault(services, fault_kind::smtp_unavailable, {user, from.address}))
    return smtp_reply::unavailable;
  return std::nullopt;
}

std::optional<smtp_reply> refuse_mail(submission_services& services, const submitted_mail& mail,
                                      const submission_usage::seat& seat) {
  const auto author = author_of(mail.raw);
  const auto& from = mail.from.address;
  const auto struck = [&](fault_kind kind) { return find_fault(services, kind, {mail.user, from, author}) != nullptr; };
  if (struck(fault_kind::smtp_unavailable))
    return smtp_reply::unavailable;
  if (struck(fault_kind::smtp_busy) ||
      (services.face == service::microsoft && seat.is_beyond(services.limits.smtp_connections)))
    return smtp_reply::too_many_connections;
  if (author.empty())
    return smtp_reply::no_author;
  if (has_bare_line_feed(mail.raw))
    return smtp_reply::bare_line_feed;
  if (is_denied_as_sender(services, mail, author))
    return smtp_reply::send_as_denied;
  if (struck(fault_kind::smtp_quota) ||
      (services.face != service::generic &&
       !services.usage.book_recipients(mail.user, mail.recipients.size(), services.limits.smtp_recipients_per_day,
                                       services.time.ticks())))
    return smtp_reply::quota_exceeded;
  return std::nullopt;
}

} // namespace postroom::sim
