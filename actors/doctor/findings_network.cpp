#include "actors/doctor/findings_parts.hpp"

#include <array>

/// Configuration, name look-up, TCP, TLS and the clock.
namespace postroom::doctor {
namespace {

using namespace std::chrono_literals;

constexpr auto skew_noted = 1min;
/// Beyond, identity platforms refuse what we sign.
constexpr auto skew_bad = 5min;
/// Certificates that renew themselves have been renewed by then.
constexpr auto certificate_life_noted = std::chrono::days{14};

struct server {
  std::string_view what;
  const server_place& place;
  const std::optional<seen_server>& seen;

  [[nodiscard]] std::string name() const {
    return std::string{what} + " " + place.host + ":" + std::to_string(place.port);
  }
  [[nodiscard]] bool failed_by(errc code) const { return seen && seen->failed && seen->failed->code == code; }
};

std::array<server, 2> servers_of(const facts& f, const evidence& e) {
  return {{{"IMAP", f.imap, e.imap}, {"SMTP", f.smtp, e.smtp}}};
}

std::string port_advice(const server_place& place) {
  return "Check host and port of the provider, and that the firewall lets this machine out to " + place.host +
         " port " + std::to_string(place.port) + ": `nc -vz " + argument(place.host) + " " +
         std::to_string(place.port) + "`";
}

/// ` (TLSv1.3, issued by CN=…, until 2027-03-01)`
std::string in_words(const std::optional<net::tls_facts>& tls) {
  if (!tls)
    return {};
  auto out = " (" + tls->version;
  if (!tls->issuer.empty())
    out += ", issued by " + tls->issuer;
  if (tls->expires != wall_time{})
    out += ", until " + to_rfc3339(tls->expires).substr(0, 10);
  return out + ")";
}

std::string shown(std::chrono::seconds skew) {
  const auto size = skew < 0s ? -skew : skew;
  return std::to_string(size.count()) + " s " + (skew < 0s ? "behind" : "ahead of");
}

} // namespace

diagnosis_step configuration_step(const facts& f) {
  const auto name = "configuration";
  const names who = names_of(f, {});
  if (!f.provider)
    return bad(name,
               "the provider '" + f.account.provider() + "' of account " + f.account.id() +
                   " does not exist or does not run",
               "Name one that exists: " + set_account(who, "provider", "<provider>"), actor_role::operators);
  if (f.unusable)
    return bad(name, f.unusable->detail, "Correct the value named, at the account or its provider.",
               actor_role::operators);
  if (!f.provider_runs)
    return bad(name, "the provider '" + f.account.provider() + "' does not run at present",
               "See the log for provider.failed; it is started again by itself.", actor_role::operators);
  if (f.account.email().find('@') == std::string::npos)
    return bad(name, "the account's address is '" + f.account.email() + "', which is none",
               set_account(who, "email", "<address>"), actor_role::operators);
  if (!f.uses_password() && f.account.grant().empty() && f.account.delegate().empty())
    return bad(name, "the account names neither a delegate nor a grant: nobody's sign-in can be used",
               set_account(who, "delegate", "<address of who has signed in>"), actor_role::operators);
  const auto seen = "provider " + f.provider->id() + " (" + f.provider->service() + "), mailbox " + f.mailbox_user +
                    (f.account.delegate().empty() ? "" : ", delegate " + f.account.delegate());
  if (!f.account.active())
    return noted(name, seen + "; the account is switched off",
                 "`postroom account activate " + argument(f.account.id()) + "`", actor_role::operators);
  return good(name, seen);
}

diagnosis_step dns_step(const facts& f, const evidence& e) {
  std::string seen;
  for (const auto& each : servers_of(f, e)) {
    if (each.failed_by(errc::dns_failed))
      return bad("dns", each.name() + ": " + each.seen->failed->detail,
                 "Correct the provider's " + std::string{each.what == "IMAP" ? "imap_host" : "smtp_host"} +
                     ", or the name service of this machine: `getent hosts " + argument(each.place.host) + "`",
                 actor_role::operators);
    if (each.seen && (each.seen->arrived || each.failed_by(errc::connect_failed) || each.failed_by(errc::tls_failed)))
      seen += (seen.empty() ? "" : ", ") + each.place.host;
  }
  return seen.empty() ? skipped("dns", "no server was looked for, or no answer came in time")
                      : good("dns", seen + " has addresses");
}

diagnosis_step connect_step(const facts& f, const evidence& e) {
  std::string seen;
  std::string_view no_reason = not_tried(e, "no server was looked for");
  for (const auto& each : servers_of(f, e)) {
    if (!each.seen)
      continue;
    if (each.seen->arrived || each.failed_by(errc::tls_failed)) {
      seen += (seen.empty() ? "" : ", ") + each.name();
      continue;
    }
    no_reason = each.seen->failed ? "the host names were not resolved" : not_tried(e, "no answer came");
    if (each.seen->failed && each.seen->failed->code != errc::dns_failed) {
      const auto known = knowledge::explain(*each.seen->failed);
      const bool passes = each.seen->failed->code == errc::server_bye || each.seen->failed->code == errc::throttled;
      return bad("connect", each.name() + ": " + each.seen->failed->detail,
                 passes ? fill(known.remedy, names_of(f, e)) : port_advice(each.place),
                 passes ? known.who : actor_role::operators, each.seen->failed->cause);
    }
  }
  return seen.empty() ? skipped("connect", no_reason) : good("connect", seen);
}

diagnosis_step tls_step(const facts& f, const evidence& e) {
  std::string seen;
  std::string ends_soon;
  for (const auto& each : servers_of(f, e)) {
    if (each.failed_by(errc::tls_failed))
      return bad(
          "tls", each.name() + ": " + each.seen->failed->detail,
          "Correct the host name; a company's own certificate authority, or that of an inspecting proxy, is named by "
          "the provider's ca_file: `postroom provider set " +
              argument(f.account.provider()) + " --provider-ca-file <file.pem>`",
          actor_role::operators);
    if (each.seen && each.seen->secured) {
      seen += (seen.empty() ? "" : ", ") + each.place.host + in_words(each.seen->tls);
      if (each.seen->tls && each.seen->tls->expires != wall_time{} &&
          each.seen->tls->expires - f.now < certificate_life_noted)
        ends_soon = each.place.host;
    }
  }
  if (!ends_soon.empty())
    return noted("tls", "certificate trusted and right for " + seen,
                 "Whoever runs " + ends_soon + " must renew its certificate before it ends: mail stops then.",
                 actor_role::operators);
  if (!seen.empty())
    return good("tls", "certificate trusted and right for " + seen);
  if (!f.imap.tls && !f.smtp.tls)
    return skipped("tls", "the servers are used without TLS, on this machine");
  return skipped("tls", "no server was reached");
}

diagnosis_step clock_step(const facts& f, const evidence& e) {
  if (f.uses_password())
    return skipped("clock", "passwords do not depend on it");
  if (!e.time)
    return skipped("clock", not_tried(e, "the identity platform was not asked"));
  if (!e.time->ahead)
    return noted("clock",
                 "the identity platform told no time: " +
                     (e.time->failed ? e.time->failed->detail : std::string{"no Date header"}),
                 "Check that this machine may reach " + e.time->host + ", or the provider's proxy.",
                 actor_role::operators);
  const auto skew = *e.time->ahead;
  const auto size = skew < 0s ? -skew : skew;
  const auto seen = "our clock is " + shown(skew) + " " + e.time->host;
  const std::string remedy = "Set the clock of the gateway's machine: `timedatectl set-ntp true`, then `timedatectl`";
  if (size > skew_bad)
    return bad("clock", seen, remedy, actor_role::operators, f.is_microsoft() ? "AADSTS700024" : "");
  if (size > skew_noted)
    return noted("clock", seen, remedy, actor_role::operators);
  return good("clock", seen);
}

} // namespace postroom::doctor
