#include "sim/scenario.hpp"

#include "base/ascii.hpp"
#include "sim/mail_flow.hpp"

#include <algorithm>
#include <set>

namespace postroom::sim {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t tenants_max = 1'000;
constexpr std::size_t providers_max = 10'000; ///< of a tenant
constexpr std::size_t mailboxes_max = 100'000;
constexpr std::size_t delegates_max = 10'000; ///< of a tenant
constexpr std::size_t initial_mails_max = 10'000'000;
constexpr std::size_t size_min_max = 100'000'000;
constexpr std::size_t redirect_uris_max = 100;
constexpr std::size_t journal_max = 100'000'000;

error refuse(const std::string& why) {
  return fail(errc::invalid_argument, why);
}

bool is_domain(std::string_view text) {
  constexpr std::size_t domain_max = 253; // RFC 1035 section 2.3.4
  return !text.empty() && text.size() <= domain_max && std::ranges::all_of(text, [](char c) {
    const char lower = ascii_lower(c);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
}

result<void> check_tenant(const tenant_plan& plan) {
  if (!is_domain(plan.domain))
    return refuse("\"" + plan.domain + "\" is not a domain");
  if (!plan.upn_domain.empty() && (!is_domain(plan.upn_domain) || plan.kind != service::microsoft))
    return refuse(plan.domain + ": upn_domain is a domain, and for customers of Microsoft only");
  if (plan.language != folder_language::english && plan.kind != service::microsoft)
    return refuse(plan.domain + ": a language of folders is for customers of Microsoft only");
  if (plan.providers == 0 || plan.providers > providers_max)
    return refuse(plan.domain + ": between 1 and " + std::to_string(providers_max) + " providers");
  if (plan.delegates == 0 || plan.delegates > delegates_max / plan.providers)
    return refuse(plan.domain + ": between 1 and " + std::to_string(delegates_max) + " delegates in all");
  if (plan.mailboxes == 0 || plan.mailboxes > mailboxes_max)
    return refuse(plan.domain + ": between 1 and " + std::to_string(mailboxes_max) + " mailboxes");
  return {};
}

result<std::size_t> check_tenants(const scenario& plan) {
  if (plan.tenants.empty() || plan.tenants.size() > tenants_max)
    return refuse("between 1 and " + std::to_string(tenants_max) + " tenants");
  std::set<std::string> domains;
  std::size_t mailboxes = 0;
  for (const auto& each : plan.tenants) {
    if (auto fine = check_tenant(each); !fine)
      return fine.error();
    if (!domains.insert(ascii_lower(each.domain)).second)
      return refuse("two tenants have the domain " + each.domain);
    if (!each.upn_domain.empty() && !domains.insert(ascii_lower(each.upn_domain)).second)
      return refuse(each.domain + ": its upn_domain " + each.upn_domain + " is a domain already");
    mailboxes += each.mailboxes;
  }
  if (mailboxes > mailboxes_max)
    return refuse("at most " + std::to_string(mailboxes_max) + " mailboxes in all");
  return mailboxes;
}

} // namespace

result<void> check_scenario(const scenario& plan) {
  const auto mailboxes = check_tenants(plan);
  if (!mailboxes)
    return mailboxes.error();
  if (plan.access_token_life <= 0s || plan.access_token_life > 24h * 365)
    return refuse("access tokens live between a second and a year");
  if (!mail_flow::is_rate(plan.mail.per_second))
    return refuse("between 0 and " + std::to_string(mail_flow::rate_max) + " mails per second");
  if (plan.mail.initial_each > initial_mails_max / *mailboxes)
    return refuse("at most " + std::to_string(initial_mails_max) + " mails from the beginning");
  if (plan.mail.size_min > size_min_max)
    return refuse("mails of at most " + std::to_string(size_min_max) + " octets");
  if (plan.redirect_uris.size() > redirect_uris_max)
    return refuse("at most " + std::to_string(redirect_uris_max) + " redirect URIs");
  if (plan.faults.size() > fault_desk::faults_max)
    return refuse("at most " + std::to_string(fault_desk::faults_max) + " faults");
  if (plan.journal_mails_max > journal_max)
    return refuse("a journal of at most " + std::to_string(journal_max) + " mails");
  if (plan.tls && plan.directory.empty())
    return refuse("TLS needs a directory for its certificates");
  return {};
}

std::filesystem::path ca_file_of(const scenario& plan) {
  return plan.tls ? plan.directory / "ca.pem" : std::filesystem::path{};
}

std::uint16_t imap_port_of(const served_ports& ports, service face) {
  return face == service::google ? ports.gmail_imap : face == service::generic ? ports.generic_imap : ports.imap;
}

std::uint16_t smtp_port_of(const served_ports& ports, service face) {
  return face == service::google ? ports.gmail_smtp : face == service::generic ? ports.generic_smtp : ports.smtp;
}

} // namespace postroom::sim
