#include "actors/doctor/findings.hpp"
#include "tests/actors/doctor/cases.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

/// From evidence to cause, remedy and who must act: the decision table, row by row.
namespace postroom::doctor::test {
namespace {

using enum actor_role;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using verdict = diagnosis_step::verdict;
using namespace std::chrono_literals;

struct row {
  const char* what;
  std::function<void(facts&, evidence&)> change; ///< of a healthy account
  const char* name;
  verdict state;
  const char* cause; ///< empty: none
  actor_role who;
  std::string remedy;   ///< a part
  std::string evidence; ///< a part
};

std::ostream& operator<<(std::ostream& out, const row& r) {
  return out << r.what;
}

class rows : public testing::TestWithParam<row> {};

TEST_P(rows, are_recognised) {
  const auto& r = GetParam();
  auto f = microsoft_facts();
  auto e = healthy();
  r.change(f, e);
  const auto found = conclude(f, e);
  const auto& got = step(found, r.name);
  EXPECT_EQ(to_string(got.state), to_string(r.state)) << got.evidence;
  EXPECT_EQ(got.cause, r.cause);
  EXPECT_EQ(to_string(got.who), to_string(r.who));
  EXPECT_THAT(got.remedy, HasSubstr(r.remedy));
  EXPECT_THAT(got.evidence, HasSubstr(r.evidence));
  if (r.state == verdict::bad) {
    EXPECT_THAT(found.summary, HasSubstr("fails at"));
  }
}

void deny_token(evidence& e, std::string_view key, const std::string& words) {
  e.token = seen_token{};
  e.token->failed = known_error(key, words);
  e.login.reset();
  e.submission.reset();
}

// "Error authenticated but not connected": one text, many causes.
const std::vector<row> not_connected_rows{
    {"1a: IMAP is switched off, as Graph shows",
     [](facts&, evidence& e) {
       e = refused(not_connected());
       e.delegate_login = seen_login{andrea, true, true, false, 0, {}};
       e.graph_token = good_token();
       e.graph = graph_opens();
     },
     "mailbox", verdict::bad, "imap.not_connected", exchange_admin,
     "Set-CASMailbox support@contoso.com -ImapEnabled $true", "User is authenticated but not connected."},
    {"1a: IMAP is switched off for everybody",
     [](facts&, evidence& e) {
       e = refused(not_connected());
       e.delegate_login = refused_login(andrea, not_connected());
     },
     "mailbox", verdict::bad, "imap.not_connected", exchange_admin, "Set-CASMailboxPlan -ImapEnabled $true",
     "the delegate's own mailbox andrea@contoso.com fails alike"},
    {"1b: no Full Access, as Graph shows",
     [](facts&, evidence& e) {
       e = refused(not_connected());
       e.graph = graph_says(403, "ErrorAccessDenied", "Access is denied.");
     },
     "mailbox", verdict::bad, "graph.ErrorAccessDenied", exchange_admin,
     "Add-MailboxPermission -Identity support@contoso.com -User andrea@contoso.com -AccessRights FullAccess",
     "403 ErrorAccessDenied"},
    {"1a to 1c: the delegate's own mailbox works, and there is no Graph to ask",
     [](facts&, evidence& e) {
       e = refused(not_connected());
       e.delegate_login = seen_login{andrea, true, true, false, 0, {}};
     },
     "mailbox", verdict::bad, "imap.not_connected", exchange_admin,
     "Add-MailboxPermission -Identity support@contoso.com -User andrea@contoso.com",
     "andrea@contoso.com opens with the same token"},
    {"1c: the address is misspelt",
     [](facts&, evidence& e) {
       e = refused(not_connected());
       e.graph = graph_says(404, "ErrorInvalidUser", "The requested user is invalid.");
     },
     "mailbox", verdict::bad, "graph.ErrorInvalidUser", operators,
     "Get-Mailbox support@contoso.com | Format-List PrimarySmtpAddress", "404 ErrorInvalidUser"},
    {"1c: it is no cloud mailbox",
     [](facts&, evidence& e) {
       e = refused(not_connected());
       e.graph = graph_says(404, "MailboxNotEnabledForRESTAPI", "hosted on-premise.");
     },
     "on_premises", verdict::bad, "graph.MailboxNotEnabledForRESTAPI", exchange_admin,
     "Get-Mailbox support@contoso.com", "hosted on-premise"},
    {"1c: the mailbox is known by its login name only",
     [](facts&, evidence& e) {
       e = refused(authenticate_failed());
       e.login_other = seen_login{"shared1@contoso.onmicrosoft.com", true, true, false, 0, {}};
     },
     "imap_login", verdict::bad, "imap.auth_failed", operators,
     "postroom account set support --username shared1@contoso.onmicrosoft.com", "opens under its login name"},
    {"1d: it worked a moment ago",
     [](facts& f, evidence& e) {
       f.mailbox.last_confirmed = now - 20min;
       e = refused(not_connected());
     },
     "mailbox", verdict::bad, "imap.not_connected", gateway, "Close other mail programs",
     "it worked until 2026-11-23T23:40"},
    {"1d: it worked a moment ago, and Graph still opens it",
     [](facts& f, evidence& e) {
       f.mailbox.last_confirmed = now - 20min;
       e = refused(not_connected());
       e.graph = graph_opens();
     },
     "mailbox", verdict::bad, "imap.not_connected", gateway, "tries again after 1, 5 and 15 minutes",
     "Microsoft Graph opens the mailbox"},
    {"1e: the permission is missing",
     [](facts&, evidence& e) {
       e = refused(not_connected());
       e.fresh_token->claims->scopes = "SMTP.Send";
     },
     "mailbox", verdict::bad, "sign_in.missing_permission", user, "API permissions", "IMAP.AccessAsUser.All"},
    {"1e: the permission is missing, at the claims", [](facts&, evidence& e) { e.token->claims->scopes = "SMTP.Send"; },
     "claims", verdict::bad, "sign_in.missing_permission", user, "postroom authorize azure", "IMAP.AccessAsUser.All"},
    {"1f: an application that Exchange does not know",
     [](facts& f, evidence& e) {
       f.account.clear_delegate();
       e = refused(authenticate_failed());
       e.grant->kind = "client_credentials";
       e.fresh_token->delegate.clear();
       e.fresh_token->claims->roles = {"IMAP.AccessAsApp", "SMTP.SendAsApp"};
     },
     "imap_login", verdict::bad, "imap.auth_failed", exchange_admin,
     "New-ServicePrincipal -AppId 6a0e0000-0000-4000-8000-000000000002", "an application by itself"},
    {"1f: an application without a role",
     [](facts&, evidence& e) {
       e.grant->kind = "client_credentials";
       e.token->claims->scopes.clear();
       e.token->claims->roles = {"SMTP.SendAsApp"};
     },
     "claims", verdict::bad, "sign_in.missing_permission", directory_admin, "Office 365 Exchange Online",
     "missing: IMAP.AccessAsApp"},
    {"1g: multi-factor authentication is required now",
     [](facts&, evidence& e) { deny_token(e, "AADSTS50076", "invalid_grant (AADSTS50076)"); }, "token", verdict::bad,
     "AADSTS50076", user, "multi-factor authentication: `postroom authorize azure`", "AADSTS50076"},
    {"1g: a second factor must be registered",
     [](facts&, evidence& e) { deny_token(e, "AADSTS50079", "invalid_grant (AADSTS50079)"); }, "token", verdict::bad,
     "AADSTS50079", user, "aka.ms/mfasetup", "AADSTS50079"},
};
INSTANTIATE_TEST_SUITE_P(not_connected, rows, testing::ValuesIn(not_connected_rows));

const std::vector<row> login_rows{
    {"2: one mailbox only, its delegate's own works",
     [](facts&, evidence& e) {
       e = refused(authenticate_failed());
       e.delegate_login = seen_login{andrea, true, true, false, 0, {}};
     },
     "imap_login", verdict::bad, "imap.auth_failed", exchange_admin, "Get-Mailbox support@contoso.com",
     "AUTHENTICATE failed."},
    {"2: the token is of another directory",
     [](facts&, evidence& e) { e.token->claims->directory_id = "00000000-0000-4000-8000-00000000000f"; }, "claims",
     verdict::bad, "imap.auth_failed", operators, "Tenant ID", "of another directory"},
    {"2: a stale token only",
     [](facts&, evidence& e) {
       e.login = refused_login(shared, authenticate_failed());
       e.fresh_token = good_token();
       e.login_again = seen_login{shared, true, true, false, 3, {}};
     },
     "mailbox", verdict::note, "imap.auth_failed", gateway, "Nothing", "opened with a fresh token"},
    {"3: all mailboxes of the application",
     [](facts&, evidence& e) {
       e = refused(authenticate_failed());
       e.delegate_login = refused_login(andrea, authenticate_failed());
     },
     "imap_login", verdict::bad, "imap.auth_failed", directory_admin, "Sign-in logs", "is refused alike"},
    {"3: a token for Graph",
     [](facts&, evidence& e) { e.token->claims->audience = "00000003-0000-0000-c000-000000000000"; }, "claims",
     verdict::bad, "imap.auth_failed", operators, "--clear scope", "for Microsoft Graph"},
    {"4: sessions end with their token",
     [](facts& f, evidence&) {
       f.mailbox.last_error = imap_refusal(imap::failure_phase::goodbye, imap::status_kind::bye,
                                           "Session invalidated - AccessTokenExpired");
     },
     "mailbox", verdict::note, "imap.token_expired", gateway, "reconnects by itself", "AccessTokenExpired"},
    {"34: Gmail's connections",
     [](facts&, evidence& e) {
       e.login = refused_login(shared, imap_refusal(imap::failure_phase::login, imap::status_kind::no,
                                                    "Too many simultaneous connections. (Failure)", "ALERT"));
     },
     "throttle", verdict::note, "imap.too_many_connections", gateway, "Close other programs", "simultaneous"},
    {"37: Dovecot's connections",
     [](facts&, evidence& e) {
       e.login =
           refused_login(shared, imap_refusal(imap::failure_phase::login, imap::status_kind::no,
                                              "Maximum number of connections from user+IP exceeded", "UNAVAILABLE"));
     },
     "imap_login", verdict::bad, "imap.user_ip_connections", gateway, "mail_max_userip_connections", "user+IP"},
    {"the folder does not exist",
     [](facts& f, evidence& e) {
       f.folder = "Tickets";
       e.login->opened = false;
       e.login->folder_refused = true;
       e.login->failed = error{errc::folder_unavailable, "Tickets doesn't exist.", "imap.folder_missing"};
     },
     "folder", verdict::bad, "imap.folder_missing", operators, "--folder INBOX", "Tickets doesn't exist."},
};
INSTANTIATE_TEST_SUITE_P(login, rows, testing::ValuesIn(login_rows));

const std::vector<row> sending_rows{
    {"5: SMTP AUTH is off for the tenant; the switch is on the mailbox that logs in",
     [](facts&, evidence& e) {
       refuse_smtp_login(e, says(535, 5, 7, 139,
                                 "Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. "
                                 "[FR3P281CA0089.DEUP281.PROD.OUTLOOK.COM 2023-10-24T13:30:31.606Z 08DBD33E9F7E0C34]"));
     },
     "smtp_login", verdict::bad, "smtp.auth_disabled_tenant", exchange_admin,
     "Set-CASMailbox andrea@contoso.com -SmtpClientAuthenticationDisabled $false",
     "[FR3P281CA0089.DEUP281.PROD.OUTLOOK.COM 2023-10-24T13:30:31.606Z 08DBD33E9F7E0C34]"},
    {"5: SMTP AUTH is off for the mailbox",
     [](facts&, evidence& e) {
       refuse_smtp_login(e, says(535, 5, 7, 139,
                                 "Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox."));
     },
     "smtp_login", verdict::bad, "smtp.auth_disabled_mailbox", exchange_admin, "andrea@contoso.com", "Mailbox"},
    {"6: the shared mailbox as SMTP identity",
     [](facts&, evidence& e) { refuse_smtp_login(e, says(535, 5, 7, 3, "Authentication unsuccessful"), shared); },
     "smtp_login", verdict::bad, "smtp.auth_unsuccessful", operators, "Log in as the delegate", "535 5.7.3"},
    {"7: security defaults",
     [](facts&, evidence& e) {
       refuse_smtp_login(e, says(535, 5, 7, 139,
                                 "Authentication unsuccessful, user is locked by your organization's security defaults "
                                 "policy."));
     },
     "smtp_login", verdict::bad, "smtp.security_defaults", directory_admin, "Manage security defaults", "5.7.139"},
    {"8: the criteria were not met",
     [](facts&, evidence& e) {
       refuse_smtp_login(e, says(535, 5, 7, 139,
                                 "Authentication unsuccessful, the request did not meet the criteria to be "
                                 "authenticated successfully."));
     },
     "smtp_login", verdict::bad, "smtp.criteria_not_met", directory_admin, "Sign-in logs", "criteria"},
    {"9: may not send as the mailbox",
     [](facts& f, evidence& e) {
       f.send_test_to = "me@example.com";
       refuse_mail(e, says(554, 5, 2, 0,
                           "STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed"));
     },
     "send_as", verdict::bad, "smtp.send_as_denied", exchange_admin,
     "Add-RecipientPermission support@contoso.com -Trustee andrea@contoso.com -AccessRights SendAs", "SendAsDenied"},
    {"9: the older wording",
     [](facts&, evidence& e) {
       refuse_mail(e, says(550, 5, 7, 60, "SMTP; Client does not have permissions to send as this sender"));
     },
     "send_as", verdict::bad, "smtp.send_as_denied", exchange_admin, "Add-RecipientPermission", "5.7.60"},
    {"9: a Postfix that tells it at the recipient",
     [](facts&, evidence& e) {
       e.submission->recipient = says(553, 5, 7, 1, "<x>: Sender address rejected: not owned by user andrea");
     },
     "send_as", verdict::bad, "smtp.sender_not_owned", operators, "smtpd_sender_login_maps", "not owned by user"},
    {"a recipient who is named for form's sake counts for nothing",
     [](facts&, evidence& e) { e.submission->recipient = says(550, 5, 1, 1, "User unknown"); }, "send_as",
     verdict::note, "", operators, "--send-test-to", "was accepted"},
    {"the recipient of a test mail counts",
     [](facts&, evidence& e) {
       e.submission->mail_wanted = true;
       e.submission->recipient = says(550, 5, 1, 1, "User unknown");
     },
     "send_as", verdict::bad, "smtp.unknown_recipient", caller, "recipient's address", "User unknown"},
    {"9: what MAIL FROM cannot tell", [](facts&, evidence&) {}, "send_as", verdict::note, "", operators,
     "--send-test-to", "only when a mail is really sent"},
    {"10: too many connections",
     [](facts&, evidence& e) {
       e.submission->mail_from = says(432, 4, 3, 2, "Concurrent connections limit exceeded.");
     },
     "throttle", verdict::note, "smtp.concurrent_connections", gateway, "slows down", "432 4.3.2"},
    {"11: the day's recipients are used up",
     [](facts&, evidence& e) {
       refuse_mail(e, says(554, 5, 2, 0, "STOREDRV.Submission.Exception:SubmissionQuotaExceededException; Failed"));
     },
     "throttle", verdict::bad, "smtp.daily_recipients", exchange_admin, "24-hour window", "SubmissionQuotaExceeded"},
    {"12: the sender is blocked",
     [](facts&, evidence& e) { refuse_mail(e, says(550, 5, 1, 8, "Access denied, bad outbound sender")); }, "send_as",
     verdict::bad, "smtp.bad_outbound_sender", exchange_admin, "Restricted entities > support@contoso.com", "5.1.8"},
    {"29: the copy is in the delegate's Sent Items", [](facts&, evidence&) {}, "sent_copy", verdict::note, "",
     exchange_admin, "Set-Mailbox support@contoso.com -MessageCopyForSentAsEnabled $true",
     "Sent Items of andrea@contoso.com"},
};
INSTANTIATE_TEST_SUITE_P(sending, rows, testing::ValuesIn(sending_rows));

const std::vector<row> token_rows{
    {"13: the client secret has expired, by the platform's word",
     [](facts&, evidence& e) { deny_token(e, "AADSTS7000222", "invalid_client (AADSTS7000222) [trace t1]"); }, "token",
     verdict::bad, "AADSTS7000222", operators, "postroom provider update-secret azure --client-secret-file -",
     "[trace t1]"},
    {"13: the client secret has expired, by its date",
     [](facts& f, evidence&) {
       auto provider = std::make_shared<records::Provider>(*f.provider);
       provider->set_client_secret_expires_ms((now - 24h).time_since_epoch().count());
       f.provider = provider;
     },
     "credentials", verdict::bad, "AADSTS7000222", operators, "New client secret", "expired on 2026-11-23"},
    {"13: the client secret expires soon",
     [](facts& f, evidence&) {
       auto provider = std::make_shared<records::Provider>(*f.provider);
       provider->set_client_secret_expires_ms((now + 24h * 7).time_since_epoch().count());
       f.provider = provider;
     },
     "credentials", verdict::note, "", operators, "Certificates & secrets", "expires on 2026-12-01"},
    {"13: the secret is wrong",
     [](facts& f, evidence&) { f.provider_state.failure = known_error("AADSTS7000215", "invalid_client"); },
     "credentials", verdict::bad, "AADSTS7000215", operators, "column Value", "invalid_client"},
    {"14: the application is unknown there",
     [](facts&, evidence& e) { deny_token(e, "AADSTS700016", "unauthorized_client"); }, "token", verdict::bad,
     "AADSTS700016", operators, "application id", "unauthorized_client"},
    {"14: the application is disabled",
     [](facts&, evidence& e) { deny_token(e, "AADSTS7000112", "unauthorized_client"); }, "token", verdict::bad,
     "AADSTS7000112", directory_admin, "Enabled for users to sign in", "unauthorized_client"},
    {"14: no such directory", [](facts&, evidence& e) { deny_token(e, "AADSTS90002", "invalid_tenant"); }, "token",
     verdict::bad, "AADSTS90002", operators, "Tenant ID", "invalid_tenant"},
    {"15: signed in too long ago by policy", [](facts&, evidence& e) { deny_token(e, "AADSTS70043", "invalid_grant"); },
     "token", verdict::bad, "AADSTS70043", user, "ign-in frequency", "invalid_grant"},
    {"16: unused for 90 days", [](facts&, evidence& e) { deny_token(e, "AADSTS700082", "invalid_grant"); }, "token",
     verdict::bad, "AADSTS700082", user, "postroom authorize azure", "invalid_grant"},
    {"17: revoked", [](facts&, evidence& e) { deny_token(e, "AADSTS50173", "invalid_grant"); }, "token", verdict::bad,
     "AADSTS50173", user, "postroom authorize azure", "invalid_grant"},
    {"18: a single-page application", [](facts&, evidence& e) { deny_token(e, "AADSTS700084", "invalid_grant"); },
     "token", verdict::bad, "AADSTS700084", operators, "Web", "invalid_grant"},
    {"19: no consent", [](facts&, evidence& e) { deny_token(e, "AADSTS65001", "invalid_grant"); }, "token",
     verdict::bad, "AADSTS65001", user, "onsent", "invalid_grant"},
    {"19: consent is the administrator's", [](facts&, evidence& e) { deny_token(e, "AADSTS90094", "access_denied"); },
     "token", verdict::bad, "AADSTS90094", directory_admin, "onsent", "access_denied"},
    {"20: Conditional Access", [](facts&, evidence& e) { deny_token(e, "AADSTS53003", "[correlation c1]"); }, "token",
     verdict::bad, "AADSTS53003", directory_admin, "Conditional Access", "[correlation c1]"},
    {"21: the delegate's account is disabled", [](facts&, evidence& e) { deny_token(e, "AADSTS50057", "disabled"); },
     "token", verdict::bad, "AADSTS50057", directory_admin, "", "disabled"},
    {"22: too many token requests", [](facts&, evidence& e) { deny_token(e, "AADSTS50196", "loop"); }, "token",
     verdict::bad, "AADSTS50196", developer, "", "loop"},
    {"23: the clock, as it is seen", [](facts&, evidence& e) { e.time->ahead = 301s; }, "clock", verdict::bad,
     "AADSTS700024", operators, "timedatectl set-ntp true", "301 s ahead of login.microsoftonline.com"},
    {"23: the clock, a little", [](facts&, evidence& e) { e.time->ahead = -61s; }, "clock", verdict::note, "",
     operators, "timedatectl", "61 s behind"},
    {"23: the clock, by the platform's word",
     [](facts&, evidence& e) { deny_token(e, "AADSTS700024", "invalid_client"); }, "token", verdict::bad,
     "AADSTS700024", operators, "timedatectl", "invalid_client"},
    {"the sign-in was given up", [](facts&, evidence& e) { e.grant->revoked = true; }, "token", verdict::bad, "", user,
     "postroom authorize azure", "given up"},
};
INSTANTIATE_TEST_SUITE_P(token, rows, testing::ValuesIn(token_rows));

const std::vector<row> network_rows{
    {"no such host",
     [](facts&, evidence& e) {
       e.imap = seen_server{false, false, error{errc::dns_failed, "no such host", {}}};
       e.login.reset();
     },
     "dns", verdict::bad, "", operators, "imap_host", "outlook.office365.com:993: no such host"},
    {"a closed port",
     [](facts&, evidence& e) {
       e.smtp = seen_server{false, false, error{errc::connect_failed, "refused", {}}};
       e.submission.reset();
     },
     "connect", verdict::bad, "", operators, "nc -vz smtp.office365.com 587", "SMTP smtp.office365.com:587: refused"},
    {"a server that swallows packets",
     [](facts&, evidence& e) {
       e.imap = seen_server{false, false, error{errc::timeout, "no TCP connection in time", {}}};
       e.login.reset();
     },
     "connect", verdict::bad, "", operators, "firewall", "in time"},
    {"a certificate that is not trusted",
     [](facts&, evidence& e) {
       e.imap = seen_server{false, false, error{errc::tls_failed, "self-signed certificate", {}}};
       e.login.reset();
     },
     "tls", verdict::bad, "", operators, "--provider-ca-file", "self-signed certificate"},
    {"an identity that rests",
     [](facts& f, evidence& e) {
       e.limits = seen_limits{sending::refusal{smtp::failure_class::throttled, "it failed before", f.now + 5min}};
     },
     "throttle", verdict::note, "smtp.throttled", gateway, "", "andrea@contoso.com rests until 2026-11-24T00:05:00"},
    {"an identity that has sent much",
     [](facts&, evidence& e) {
       e.limits = seen_limits{{}, 123, 9000};
     },
     "throttle", verdict::good, "", gateway, "", "123 of 9000 recipients of 24 hours are used"},
    {"a certificate that ends soon",
     [](facts& f, evidence& e) { e.smtp->tls->expires = f.now + std::chrono::days{13}; }, "tls", verdict::note, "",
     operators, "Whoever runs smtp.office365.com must renew", "until 2026-12-07"},
    {"no provider",
     [](facts& f, evidence& e) {
       f.provider = nullptr;
       e = {};
     },
     "configuration", verdict::bad, "", operators, "postroom account set support --provider", "'azure'"},
    {"a wrong configuration",
     [](facts& f, evidence& e) {
       f.unusable = fail(errc::invalid_argument, "provider azure: imap_host is needed");
       e = {};
     },
     "configuration", verdict::bad, "", operators, "Correct", "imap_host"},
    {"nobody's sign-in", [](facts& f, evidence&) { f.account.clear_delegate(); }, "configuration", verdict::bad, "",
     operators, "--delegate", "neither a delegate nor a grant"},
    {"switched off", [](facts& f, evidence&) { f.account.set_active(false); }, "configuration", verdict::note, "",
     operators, "postroom account activate support", "switched off"},
};
INSTANTIATE_TEST_SUITE_P(network, rows, testing::ValuesIn(network_rows));

TEST(conclude, finds_nothing_wrong_with_a_healthy_mailbox) {
  const auto found = conclude(microsoft_facts(), healthy());
  for (const auto& each : found.steps)
    EXPECT_NE(to_string(each.state), to_string(verdict::bad)) << each.name << ": " << each.evidence;
  EXPECT_THAT(found.summary, HasSubstr("account support (support@contoso.com) is healthy"));
}

TEST(conclude, tells_every_step_in_its_order) {
  std::vector<std::string> names;
  for (const auto& each : conclude(microsoft_facts(), {}).steps)
    names.push_back(each.name);
  EXPECT_THAT(names, testing::ElementsAre("configuration", "dns", "connect", "tls", "clock", "credentials", "token",
                                          "claims", "imap_login", "mailbox", "folder", "smtp_login", "send_as",
                                          "sent_copy", "throttle", "on_premises"));
}

TEST(conclude, gives_the_reason_of_what_was_skipped) {
  auto e = healthy();
  deny_token(e, "AADSTS700082", "dead");
  const auto found = conclude(microsoft_facts(), e);
  for (const auto* name : {"claims", "imap_login", "mailbox", "smtp_login"}) {
    EXPECT_EQ(to_string(step(found, name).state), to_string(verdict::skipped)) << name;
    EXPECT_THAT(step(found, name).evidence, HasSubstr("there is no token")) << name;
  }
  EXPECT_THAT(found.summary, HasSubstr("fails at token"));
  EXPECT_THAT(found.summary, HasSubstr("To act: user."));
}

TEST(conclude, tells_what_there_was_no_time_for) {
  auto e = healthy();
  e.submission->logged_in = false;
  e.submission->mail_from.reset();
  e.submission->recipient.reset();
  e.login->logged_in = e.login->opened = false;
  e.out_of_time = true;
  const auto found = conclude(microsoft_facts(), e);
  for (const auto* name : {"imap_login", "mailbox", "smtp_login", "send_as"}) {
    EXPECT_EQ(to_string(step(found, name).state), to_string(verdict::skipped)) << name;
    EXPECT_EQ(step(found, name).evidence, "the time for the diagnosis was up") << name;
  }
}

TEST(conclude, knows_that_passwords_have_no_tokens) {
  auto e = healthy();
  e.grant->kind = "password";
  e.token->claims.reset();
  e.token->delegate.clear();
  e.submission->user = shared;
  const auto f = password_facts();
  const auto found = conclude(f, e);
  for (const auto* name : {"clock", "credentials", "claims", "on_premises"})
    EXPECT_EQ(to_string(step(found, name).state), to_string(verdict::skipped)) << name;
  EXPECT_EQ(to_string(step(found, "send_as").state), to_string(verdict::good));
  e.login = refused_login(shared, imap_refusal(imap::failure_phase::login, imap::status_kind::no,
                                               "Authentication failed.", "AUTHENTICATIONFAILED"));
  const auto second = conclude(f, e);
  const auto& refused = step(second, "imap_login");
  EXPECT_EQ(refused.cause, "imap.credentials_refused");
  EXPECT_EQ(to_string(refused.who), to_string(operators));
}

TEST(conclude, believes_a_test_mail) {
  auto f = microsoft_facts();
  f.send_test_to = "me@example.com";
  auto e = healthy();
  e.submission->tested = true;
  e.submission->verdict = says(250, 2, 0, 0, "OK <x@y>");
  const auto found = conclude(f, e);
  EXPECT_EQ(to_string(step(found, "send_as").state), to_string(verdict::good));
  EXPECT_THAT(step(found, "send_as").evidence, HasSubstr("to me@example.com: 250 2.0.0 OK <x@y>"));
}

TEST(conclude, keeps_evidence_short) {
  auto e = healthy();
  e.login = refused_login(shared, error{errc::auth_rejected, std::string(5000, 'x'), {}});
  for (const auto& each : conclude(microsoft_facts(), e).steps)
    EXPECT_LE(each.evidence.size(), 1024U + 100U) << each.name;
}

TEST(conclude, leaves_no_placeholder_whose_name_is_known) {
  for (const auto& rows : {not_connected_rows, login_rows, sending_rows, token_rows})
    for (const auto& each : rows) {
      auto f = microsoft_facts();
      auto e = healthy();
      each.change(f, e);
      for (const auto& got : conclude(f, e).steps)
        for (const auto* place : {"<mailbox>", "<account>", "<provider>", "<application id>"})
          EXPECT_THAT(got.remedy, Not(HasSubstr(place))) << each.what << ", " << got.name;
    }
}

} // namespace
} // namespace postroom::doctor::test
