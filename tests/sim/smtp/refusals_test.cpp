#include "sim/smtp/refusals.hpp"

#include "tests/sim/smtp/submission_fixture.hpp"

namespace postroom::sim {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using smtp_auth = mailbox_settings::smtp_auth;

class refusals_test : public testing::Test, protected submission_client {
protected:
  std::optional<smtp_reply> login(const std::string& user = delegate) {
    return refuse_token(services, user, token(user));
  }
  mailbox_settings& settings_of(const std::string& address) { return mail.find(address)->settings; }
};

TEST_F(refusals_test, lets_a_mailbox_switch_win_over_the_tenants) {
  EXPECT_EQ(login(), std::nullopt);
  company.policies.smtp_auth_disabled = true;
  EXPECT_EQ(login(), smtp_reply::disabled_for_tenant);
  settings_of(delegate).smtp = smtp_auth::on;
  EXPECT_EQ(login(), std::nullopt);
  settings_of(delegate).smtp = smtp_auth::off;
  EXPECT_EQ(login(), smtp_reply::disabled_for_mailbox);
  company.policies.smtp_auth_disabled = false;
  EXPECT_EQ(login(), smtp_reply::disabled_for_mailbox);
}

TEST_F(refusals_test, keeps_security_defaults_whatever_the_mailbox_says) {
  company.policies.security_defaults = true;
  settings_of(delegate).smtp = smtp_auth::on;
  EXPECT_EQ(login(), smtp_reply::security_defaults);
}

TEST_F(refusals_test, tells_of_a_switch_before_it_tells_of_a_wrong_user) {
  EXPECT_EQ(refuse_token(services, shared, token(delegate)), smtp_reply::credentials_refused);
  settings_of(shared).smtp = smtp_auth::off;
  EXPECT_EQ(refuse_token(services, shared, token(delegate)), smtp_reply::disabled_for_mailbox);
  EXPECT_EQ(refuse_token(services, shared, "junk"), smtp_reply::credentials_refused);
}

TEST_F(refusals_test, says_all_that_in_exchanges_words) {
  company.policies.smtp_auth_disabled = true;
  EXPECT_THAT(sign_in(), StartsWith("535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for "
                                    "the Tenant. Visit https://aka.ms/smtp_auth_disabled"));
  settings_of(delegate).smtp = smtp_auth::off;
  EXPECT_THAT(sign_in(), HasSubstr("SmtpClientAuthentication is disabled for the Mailbox. Visit "));
  settings_of(delegate).smtp = smtp_auth::on;
  company.policies.security_defaults = true;
  EXPECT_THAT(sign_in(), HasSubstr("user is locked by your organization's security defaults policy"));
}

TEST_F(refusals_test, lets_nobody_in_without_mailbox_licence_or_account) {
  company.find_user(delegate)->enabled = false;
  EXPECT_EQ(login(), smtp_reply::credentials_refused);
  company.find_user(delegate)->enabled = true;
  settings_of(delegate).licensed = false;
  EXPECT_EQ(login(), smtp_reply::credentials_refused);
  company.users["new@contoso.test"] = {.upn = "new@contoso.test", .object_id = "new"};
  EXPECT_EQ(login("new@contoso.test"), smtp_reply::credentials_refused);
  settings_of(shared).licensed = false;
  EXPECT_EQ(refuse_token(services, shared, app_token()), smtp_reply::credentials_refused)
      << "an unlicensed shared mailbox has no SMTP of its own";
}

TEST_F(refusals_test, serves_the_customers_of_its_own_service_only) {
  company.kind = service::google;
  EXPECT_EQ(login(), smtp_reply::credentials_refused);
  services.face = service::google;
  EXPECT_EQ(login(), std::nullopt);
}

TEST_F(refusals_test, needs_send_as_whether_or_not_the_mailbox_may_be_opened) {
  mail.forbid_send_as(delegate, shared);
  ASSERT_TRUE(mail.may_open(delegate, shared));
  (void)sign_in();
  EXPECT_THAT(submit("From: support@contoso.test\r\n\r\n"), StartsWith("554 5.2.0 STOREDRV"));
  mail.forbid(delegate, shared);
  mail.allow_send_as(delegate, shared);
  EXPECT_THAT(submit("From: support@contoso.test\r\n\r\n"), StartsWith("250 "));
}

TEST_F(refusals_test, takes_the_login_name_only_where_that_is_not_the_address) {
  const std::string address = "d.elegate@contoso.test";
  mail.add(address);
  company.users["d1@contoso.test"] = {.upn = "d1@contoso.test", .mail = address, .object_id = "d1"};
  ASSERT_TRUE(mail.identify(address, "d1@contoso.test", {}));
  mail.allow_send_as("d1@contoso.test", shared);
  EXPECT_EQ(refuse_token(services, address, token("d1@contoso.test")), smtp_reply::credentials_refused);
  EXPECT_EQ(refuse_token(services, "D1@contoso.test", token("d1@contoso.test")), std::nullopt);
  EXPECT_THAT(sign_in("d1@contoso.test"), StartsWith("235 "));
  EXPECT_THAT(submit("From: " + std::string{shared} + "\r\n\r\nx\r\n"), StartsWith("250 2.0.0 OK"));
  EXPECT_THAT(submit("From: " + address + "\r\n\r\nx\r\n", address), StartsWith("250 2.0.0 OK")) << "as oneself";
  EXPECT_EQ(last_submitted().user, address);
}

TEST_F(refusals_test, lets_nobody_in_whose_mailbox_is_on_premises) {
  settings_of(delegate).on_premises = true;
  EXPECT_EQ(login(), smtp_reply::credentials_refused);
}

} // namespace
} // namespace postroom::sim
