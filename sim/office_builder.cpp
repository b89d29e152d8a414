#include "sim/office_builder.hpp"

#include "base/ascii.hpp"
#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "sim/identity/permissions.hpp"

#include <algorithm>
#include <array>

namespace postroom::sim {
namespace {

/// What the portal recommends. Those of Google do not end.
constexpr std::chrono::days secret_life{180};
constexpr std::size_t users_max = 200'000; ///< of a tenant
constexpr std::size_t address_max = 254;   ///< RFC 5321 section 4.5.3.1.3, without the angle brackets

constexpr std::array<std::array<std::string_view, 2>, 12> people{{{"Dora", "Delegate"},
                                                                  {"Emil", "Ebert"},
                                                                  {"Frieda", "Fuchs"},
                                                                  {"Gustav", "Graf"},
                                                                  {"Hanna", "Huber"},
                                                                  {"Ivan", "Iori"},
                                                                  {"Julia", "Jung"},
                                                                  {"Karl", "Kofler"},
                                                                  {"Lena", "Lang"},
                                                                  {"Marco", "Moser"},
                                                                  {"Nora", "Neri"},
                                                                  {"Paul", "Peer"}}};

struct person {
  std::string local; ///< of address and UPN, before the `@`
  std::string name;
};

/// `dora.delegate`, `emil.ebert`, …, then `dora.delegate-2`.
person person_of(std::size_t number) {
  const auto& [first, last] = people[number % people.size()];
  const auto round = number / people.size();
  return {ascii_lower(first) + "." + ascii_lower(last) + (round ? "-" + std::to_string(round + 1) : ""),
          std::string{first} + " " + std::string{last} + (round ? " " + std::to_string(round + 1) : "")};
}

/// One tenant at a time.
class tenant_builder {
public:
  tenant_builder(const scenario& plan, const tenant_plan& of, const identity_services& services,
                 const served_ports& ports, directory& mail)
      : plan_(plan), of_(of), services_(services), ports_(ports), mail_(mail), domain_(ascii_lower(of.domain)),
        upn_domain_(of.upn_domain.empty() ? domain_ : ascii_lower(of.upn_domain)) {}

  void build(office& into) {
    tenant made;
    made.id = guid("tenant/" + domain_);
    made.name = of_.name.empty() ? domain_ : of_.name;
    made.domains = {domain_};
    if (upn_domain_ != domain_)
      made.domains.push_back(upn_domain_);
    made.kind = of_.kind;
    made.policies = of_.policies;
    tenant_ = &services_.people.add_tenant(std::move(made));
    add_user({"admin", "Administrator"}).administrator = true;
    for (std::size_t i = 0; i < of_.mailboxes; ++i)
      into.mailboxes.push_back(add_mailbox(mailbox_address(i, domain_)));
    for (std::size_t number = 0; number < of_.providers; ++number)
      into.providers.push_back(provider(number));
  }

private:
  [[nodiscard]] std::string guid(const std::string& label) const { return seeded_guid(plan_.seed, label); }

  [[nodiscard]] std::string upn_of(const std::string& address) const {
    return address.substr(0, address.find('@') + 1) + upn_domain_;
  }

  /// The address.
  std::string add_mailbox(const std::string& address) {
    mail_.add(address, of_.kind, of_.language);
    const auto upn = upn_of(address);
    (void)mail_.identify(address, upn, guid("user/" + upn)); // nobody else's: all names of a tenant are different
    return address;
  }

  user& add_user(const person& who) {
    user made;
    const auto address = who.local + "@" + domain_;
    made.upn = upn_of(address);
    if (made.upn != address)
      made.mail = address;
    made.object_id = guid("user/" + made.upn);
    made.name = who.name;
    made.password = new_password();
    const auto key = ascii_lower(made.upn);
    return tenant_->users.insert_or_assign(key, std::move(made)).first->second;
  }

  application& add_application(std::size_t number) {
    const auto label = "application/" + domain_ + "/" + std::to_string(number);
    const bool google = of_.kind == service::google;
    application made;
    made.client_id = guid(label);
    if (google) {
      std::erase(made.client_id, '-');
      made.client_id =
          "4071" + std::to_string(10'000'000 + number) + "-" + made.client_id + ".apps.googleusercontent.com";
    }
    made.name = "Postroom" + (number ? " " + std::to_string(number + 1) : std::string{});
    made.home_tenant = tenant_->id;
    made.secrets.push_back({guid(label + "/secret"),
                            secret<>{(google ? "GOCSPX-" : "sim~") + base64url_encode(random_string(24))},
                            google ? wall_time::max() : services_.time.now() + secret_life});
    for (const auto& uri : plan_.redirect_uris)
      made.redirect_uris.push_back({uri, redirect_kind::web});
    if (!google)
      made.roles = {"IMAP.AccessAsApp", "SMTP.SendAsApp", "Mail.ReadWrite", "Mail.Send"};
    return services_.people.add_application(std::move(made));
  }

  void consent_to(const application& client) {
    auto& principal = principal_of(*tenant_, client.client_id);
    principal.object_id = guid("principal/" + client.client_id);
    principal.roles = client.roles;
    record_consent(principal, {}, mail_scopes(of_.kind));
    if (of_.kind != service::google)
      record_consent(principal, {}, graph_scopes());
  }

  provider_facts provider(std::size_t number) {
    const auto& client = add_application(number);
    consent_to(client);
    provider_facts facts;
    facts.tenant_name = tenant_->name;
    facts.tenant_id = tenant_->id;
    facts.kind = of_.kind;
    facts.application_name = client.name;
    facts.client_id = client.client_id;
    facts.client_secret = client.secrets.front().value;
    const bool google = of_.kind == service::google;
    if (!google)
      facts.client_secret_expires = client.secrets.front().expires;
    const auto entra = services_.base_url + "/" + tenant_->id;
    facts.token_url = google ? services_.base_url + "/token" : entra + "/oauth2/v2.0/token";
    facts.discovery_url = (google ? services_.base_url : entra + "/v2.0") + "/.well-known/openid-configuration";
    facts.revocation_url = google ? services_.base_url + "/revoke" : std::string{};
    facts.graph_url = google ? std::string{} : services_.base_url;
    facts.upn_domain = upn_domain_ == domain_ ? std::string{} : upn_domain_;
    facts.imap_port = imap_port_of(ports_, of_.kind);
    facts.smtp_port = smtp_port_of(ports_, of_.kind);
    if (of_.kind == service::microsoft)
      add_delegates(number, facts);
    else
      add_owners(number, facts);
    return facts;
  }

  /// Users who may open mailboxes that are nobody's.
  void add_delegates(std::size_t provider, provider_facts& facts) {
    for (std::size_t i = 0; i < of_.delegates; ++i) {
      const auto& who = add_user(person_of(provider * of_.delegates + i));
      add_mailbox(who.address());
      facts.delegates.push_back(signed_in(who, facts.client_id));
    }
    std::vector<std::string> all;
    for (auto number = provider; number < of_.mailboxes; number += of_.providers) {
      all.push_back(mailbox_address(number, domain_));
      facts.delegates[(number / of_.providers) % of_.delegates].mailboxes.push_back(all.back());
    }
    for (const auto& each : facts.delegates)
      allow(each.upn, each.mailboxes);
    allow(facts.client_id, std::move(all));
  }

  /// Users who have a mailbox each, and nothing else.
  void add_owners(std::size_t provider, provider_facts& facts) {
    for (auto number = provider; number < of_.mailboxes; number += of_.providers) {
      const auto address = mailbox_address(number, domain_);
      const auto local = address.substr(0, address.find('@'));
      auto owner = signed_in(add_user({local, local}), facts.client_id);
      owner.mailboxes = {address};
      facts.delegates.push_back(std::move(owner));
    }
  }

  delegate_facts signed_in(const user& who, const std::string& client_id) {
    return {who.upn, who.password, sign_in(services_, client_id, who.upn, mail_scopes(of_.kind)), {}};
  }

  /// In their order, which is quick for thousands.
  void allow(const std::string& who, std::vector<std::string> addresses) {
    std::ranges::sort(addresses);
    for (const auto& each : addresses) {
      mail_.allow(who, each);
      mail_.allow_send_as(who, each);
    }
  }

  const scenario& plan_;
  const tenant_plan& of_;
  const identity_services& services_;
  const served_ports& ports_;
  directory& mail_;
  std::string domain_;
  std::string upn_domain_;
  tenant* tenant_ = nullptr;
};

/// The application people of this tenant sign in to.
std::string application_for(const office& who, const tenant& of) {
  const auto found = std::ranges::find(who.providers, of.id, &provider_facts::tenant_id);
  return found == who.providers.end() ? std::string{} : found->client_id;
}

} // namespace

result<secret<>> add_user(const scenario& plan, const office& who, const identity_services& services, directory& mail,
                          std::string_view upn, std::string_view client_id, std::string_view address) {
  auto* const home = services.people.tenant_of(upn);
  if (!home || upn.size() > address_max)
    return fail(errc::not_found, "no tenant has the domain of \"" + std::string{upn} + "\"");
  if (home->find_user(upn) || home->users.size() >= users_max)
    return fail(errc::conflict, "the user exists already, or there are too many");
  const auto client = client_id.empty() ? application_for(who, *home) : std::string{client_id};
  if (!services.people.find_application(client))
    return fail(errc::not_found, "there is no application \"" + client + "\"");
  user made;
  made.upn = upn;
  if (!address.empty() && !ascii_iequals(address, upn))
    made.mail = address;
  if (services.people.tenant_of(made.address()) != home || made.address().size() > address_max)
    return fail(errc::not_found, "the tenant has not the domain of \"" + made.address() + "\"");
  if (mail.find_any(made.address()) || mail.find_any(upn))
    return fail(errc::conflict, "a mailbox has that address or login name already");
  made.object_id = seeded_guid(plan.seed, "user/" + made.upn);
  made.name = made.upn.substr(0, made.upn.find('@'));
  made.password = new_password();
  mail.add(made.address(), home->kind);
  if (auto named = mail.identify(made.address(), made.upn, made.object_id); !named)
    return named.error();
  home->users.insert_or_assign(ascii_lower(upn), std::move(made));
  return sign_in(services, client, upn, mail_scopes(home->kind));
}

office build_office(const scenario& plan, const identity_services& services, const served_ports& ports,
                    directory& mail) {
  office made;
  for (const auto& each : plan.tenants)
    tenant_builder{plan, each, services, ports, mail}.build(made);
  return made;
}

} // namespace postroom::sim
