#include "protocol/knowledge/recognise.hpp"

#include <gtest/gtest.h>

namespace postroom::knowledge {
namespace {

std::string_view key_of(std::string_view text) {
  const auto* known = recognise(text);
  return known ? known->key : std::string_view{};
}

TEST(recognise, takes_a_key_or_a_number) {
  EXPECT_EQ(key_of("imap.not_connected"), "imap.not_connected");
  EXPECT_EQ(key_of("  aadsts7000222\n"), "AADSTS7000222");
  EXPECT_EQ(key_of("7000222"), "AADSTS7000222");
  EXPECT_EQ(key_of("invalid_grant"), "invalid_grant");
}

struct sample {
  std::string_view text;
  std::string_view key;
};

// As people meet them; the first is what the manual shows.
const sample samples[] = {
    {"Error: Invalid login: 535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the "
     "Tenant. Enable or disable SMTP AUTH in Exchange Online for more information. "
     "[FR3P281CA0089.DEUP281.PROD.OUTLOOK.COM 2023-10-24T13:30:31.606Z 08DBD33E9F7E0C34]",
     "smtp.auth_disabled_tenant"},
    {"535 5.7.3 Authentication unsuccessful [AM0PR02CA0134.eurprd02.prod.outlook.com]", "smtp.auth_unsuccessful"},
    {"550 5.7.60 SMTP; Client does not have permissions to send as this sender", "smtp.send_as_denied"},
    {"550-5.1.1 The email account that you tried to reach does not exist.", "smtp.unknown_recipient"},
    {"432 4.3.2 Concurrent connections limit exceeded.", "smtp.concurrent_connections"},
    {"530 5.7.57 Client not authenticated to send mail", "smtp.not_authenticated"},
    {"550 no", "smtp.message_rejected"},
    {"3 BAD User is authenticated but not connected.", "imap.not_connected"},
    {"Error: authenticated but not connected", "imap.not_connected"},
    {"A1 NO AUTHENTICATE failed.", "imap.auth_failed"},
    {"* BYE Session invalidated - AccessTokenExpired", "imap.token_expired"},
    {"* BYE Connection is closed. 13", "imap.connection_closed"},
    {"* BYE see you", "imap.bye"},
    {"NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)", "imap.credentials_refused"},
    {"NO [UNAVAILABLE] Temporary authentication failure.", "imap.unavailable"},
    {"a NO [ALERT] Too many simultaneous connections. (Failure)", "imap.too_many_connections"},
    {"BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds", "imap.throttled"},
    {"Server Unavailable. 15", "imap.server_unavailable"},
    {R"({"error":"invalid_grant","error_description":"AADSTS700082: The refresh token has expired due to inactivity."})",
     "AADSTS700082"},
    {R"({"error":"invalid_grant","suberror":"bad_token"})", "bad_token"},
    {R"({"error":"invalid_grant","error_description":"Token has been expired or revoked."})", "invalid_grant"},
    {R"({"error":"invalid_grant","error_subtype":"invalid_rapt"})", "invalid_rapt"},
    {"AADSTS1 and AADSTS50076: MFA", "AADSTS50076"},
    {R"({"error":{"code":"ErrorAccessDenied","message":"Access is denied."}})", "graph.ErrorAccessDenied"},
    {"mailboxNotEnabledForRESTAPI", "graph.MailboxNotEnabledForRESTAPI"},
};

TEST(recognise, knows_what_servers_answer) {
  for (const auto& each : samples)
    EXPECT_EQ(key_of(each.text), each.key) << each.text;
}

TEST(recognise, knows_nothing_of_other_texts) {
  for (const auto* text : {"", " ", "hello", "1", "535", "12345678901234567890", "AADSTS", "AADSTS99", "250 2.0.0 OK",
                           "at 10:43 in 550 rooms", "the servers_errors", "[", "]", "* OK [", "NO"})
    EXPECT_EQ(key_of(text), "") << text;
}

TEST(recognise, looks_at_the_beginning_only) {
  for (const std::size_t before : {10'000U, 20'000U}) {
    std::string text(before, 'x');
    text.append(" AADSTS50076");
    EXPECT_EQ(key_of(text), before < 16'384 ? "AADSTS50076" : "");
  }
}

TEST(recognise, takes_every_prefix_and_every_suffix) {
  for (const auto& each : samples)
    for (std::size_t i = 0; i <= each.text.size(); ++i) {
      (void)recognise(each.text.substr(0, i));
      (void)recognise(each.text.substr(i));
    }
}

} // namespace
} // namespace postroom::knowledge
