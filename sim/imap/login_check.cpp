#include "sim/imap/login_check.hpp"

#include "base/ascii.hpp"
#include "base/crypto.hpp"
#include "sim/imap/face.hpp"

namespace postroom::sim {
namespace {

using verdict = login_decision::verdict;

/// The mailbox of that login name, unless it is a customer's of another service, who has another server. Domains of no
/// tenant are everybody's.
mailbox* find_here(const imap_services& services, const std::string& user) {
  const auto* const tenant = services.people.tenant_of(user);
  if (tenant && tenant->kind != services.face)
    return nullptr;
  return services.mail.find_login(user);
}

/// A directory knows its own users only; domains of no tenant are everybody's.
bool is_known_to(const imap_services& services, const token_holder& holder, const std::string& user) {
  const auto* const tenant = services.people.tenant_of(user);
  return !tenant || tenant->id == holder.tenant_id;
}

login_decision connect(const imap_services& services, const std::string& user, mailbox* own, mono_time expires) {
  if (!own || !own->settings.imap_enabled || !own->settings.in_cloud() ||
      services.faults.find(fault_kind::not_connected, user))
    return {verdict::not_connected, nullptr, expires};
  if (services.connections.of(*own) >= services.limits.imap_connections)
    return {verdict::too_many, nullptr, expires};
  return {verdict::connected, own, expires};
}

std::string_view permission_for(service face, bool app_only) {
  if (face == service::google)
    return "https://mail.google.com/";
  return app_only ? "IMAP.AccessAsApp" : "IMAP.AccessAsUser.All";
}

/// Full Access counts at Exchange only.
bool may_open(const imap_services& services, const token_holder& holder, const mailbox& own) {
  const auto& who = holder.app_only ? holder.client_id : holder.upn;
  return ascii_iequals(who, own.login_name()) ||
         (services.face == service::microsoft && services.mail.may_open(who, own.address()));
}

} // namespace

login_decision decide_token_login(const imap_services& services, const std::string& user, const std::string& token) {
  if (services.faults.find(fault_kind::refuse, user))
    return {verdict::closed};
  const auto holder = services.tokens.check(token);
  if (!holder || services.faults.find(fault_kind::login_refused, user))
    return {};
  const auto expires = talents_of(services.face).ends_with_token
                           ? services.time.ticks() + (holder->expires - services.time.now())
                           : mono_time::max();
  auto* const own = find_here(services, user);
  if (!holder->may(permission_for(services.face, holder->app_only)))
    return {};
  if (services.face == service::microsoft) {
    if (!services.mail.find_login(user) && services.mail.find(user)) // an address that is no login name is nobody's
      return {};
    if (!is_known_to(services, *holder, user))
      return {};
    return connect(services, user, own && may_open(services, *holder, *own) ? own : nullptr, expires);
  }
  if (holder->app_only || !own || !may_open(services, *holder, *own))
    return {};
  return connect(services, user, own, expires);
}

login_decision decide_password_login(const imap_services& services, const std::string& user,
                                     const std::string& password) {
  if (services.faults.find(fault_kind::refuse, user))
    return {verdict::closed};
  const auto* const tenant = services.people.tenant_of(user);
  const auto* const known = tenant ? tenant->find_user(user) : nullptr;
  auto* const own = find_here(services, user);
  if (!talents_of(services.face).passwords || !own || !known || !known->enabled || known->password.empty() ||
      !constant_time_equal(known->password.expose(), password) || services.faults.find(fault_kind::login_refused, user))
    return {};
  return connect(services, user, own, mono_time::max());
}

} // namespace postroom::sim
