#include "tests/conformance/stand_in_imap.hpp"

#include "tests/support/wire.hpp"

namespace postroom::test {
namespace {

constexpr const char* password = "test-password";

} // namespace

stand_in_imap::stand_in_imap(imap_manners manners)
    : face_(manners == imap_manners::exchange ? sim::service::microsoft : sim::service::generic),
      company_(people_.add_tenant({.id = "tenant", .name = "Contoso", .domains = {"contoso.test"}, .kind = face_})),
      client_(people_.add_application({.client_id = "app", .home_tenant = "tenant"})),
      tokens_("https://issuer.test", time_, generate_rsa_key()),
      services_{mail_, people_, tokens_, faults_, time_, stats_} {
  services_.face = face_;
}

std::unique_ptr<stand_in_connection> stand_in_imap::connect() {
  return std::make_unique<stand_in_connection>(services_);
}

std::string stand_in_imap::login_command() {
  if (face_ == sim::service::generic)
    return "LOGIN " + user_ + " " + password;
  const auto token = tokens_.issue({.directory = company_,
                                    .client = client_,
                                    .holder = company_.find_user(user_),
                                    .resource = "https://outlook.office.com",
                                    .permissions = {"IMAP.AccessAsUser.All"}});
  return "AUTHENTICATE XOAUTH2 " + xoauth2(user_, token);
}

void stand_in_imap::renew_mailbox() {
  user_ = "c" + std::to_string(mail_.addresses().size() + 1) + "@contoso.test";
  company_.users[user_] = {.upn = user_, .object_id = user_, .password = secret<>{password}};
  mail_.add(user_, face_);
}

} // namespace postroom::test
