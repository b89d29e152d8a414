#include "tests/protocol/smtp/scripted_session.hpp"

#include <gtest/gtest.h>

namespace postroom::smtp::testing {

namespace {

const std::string xoauth2 = "dXNlcj1zaGFyZWRAY29udG9zby5jb20BYXV0aD1CZWFyZXIgZXlKaGJHY2lPaUp1YjI1bEluMC5lMzAuAQE=";
const std::string oauthbearer = "bixhPXNoYXJlZEBjb250b3NvLmNvbSwBaG9zdD1zbXRwLm9mZmljZTM2NS5jb20BcG9ydD01ODcBYXV0aD1C"
                                "ZWFyZXIgZXlKaGJHY2lPaUp1YjI1bEluMC5lMzAuAQE=";
const std::string plain = "AHNoYXJlZEBjb250b3NvLmNvbQBleUpoYkdjaU9pSnViMjVsSW4wLmUzMC4=";
const std::string google_failure =
    "eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiQmVhcmVyIiwic2NvcGUiOiJodHRwczovL21haWwuZ29vZ2xlLmNvbS8ifQ==";

/// Up to the AUTH command of a server that offers `mechanisms`.
std::vector<turn> up_to_login(const std::string& mechanisms, const std::string& command) {
  return {server_says("220 mx.test ESMTP\r\n"), client_says("EHLO gw.test\r\n"),
          server_says("250-mx.test\r\n250 AUTH " + mechanisms + "\r\n"), client_says(command + "\r\n")};
}

script login_script(login_method method, const std::string& mechanisms, const std::string& command,
                    std::vector<turn> turns, std::vector<std::string> events) {
  script out{options_for(method), up_to_login(mechanisms, command), std::move(events)};
  out.turns.insert(out.turns.end(), turns.begin(), turns.end());
  return out;
}

TEST(smtp_login, with_starttls_and_xoauth2_as_exchange_does_it) {
  check_script(
      {options_for(login_method::automatic, transport_security::starttls),
       {
           server_says("220 AM0PR02CA0134.outlook.office365.com Microsoft ESMTP MAIL Service ready at Thu, 11 "
                       "Jul 2024 11:46:42 +0000\r\n"),
           client_says("EHLO gw.test\r\n"),
           server_says("250-AM0PR02CA0134.outlook.office365.com Hello [192.0.2.46]\r\n250-SIZE 157286400\r\n"
                       "250-PIPELINING\r\n250-DSN\r\n250-ENHANCEDSTATUSCODES\r\n250-STARTTLS\r\n"
                       "250-8BITMIME\r\n250-BINARYMIME\r\n250-CHUNKING\r\n250 SMTPUTF8\r\n"),
           client_says("STARTTLS\r\n"),
           server_says("220 2.0.0 SMTP server ready\r\n"),
           tls_comes_up(),
           client_says("EHLO gw.test\r\n"),
           server_says("250-AM0PR02CA0134.outlook.office365.com Hello [192.0.2.46]\r\n250-SIZE 157286400\r\n"
                       "250-PIPELINING\r\n250-DSN\r\n250-ENHANCEDSTATUSCODES\r\n250-AUTH LOGIN XOAUTH2\r\n"
                       "250-8BITMIME\r\n250-BINARYMIME\r\n250-CHUNKING\r\n250 SMTPUTF8\r\n"),
           client_says("AUTH XOAUTH2 " + xoauth2 + "\r\n"),
           server_says("235 2.7.0 Authentication successful\r\n"),
       },
       {"starttls", "ready AM0PR02CA0134.outlook.office365.com SIZE 157286400 PIPELINING DSN CHUNKING 8BITMIME "
                    "SMTPUTF8 AUTH=LOGIN AUTH=XOAUTH2"}});
}

TEST(smtp_login, with_oauthbearer_where_there_is_no_xoauth2) {
  check_script(login_script(login_method::automatic, "PLAIN OAUTHBEARER", "AUTH OAUTHBEARER " + oauthbearer,
                            {server_says("235 in\r\n")}, {"ready mx.test AUTH=PLAIN AUTH=OAUTHBEARER"}));
}

TEST(smtp_login, with_a_password_told_of_in_the_old_form) {
  check_script({options_for(login_method::plain),
                {
                    server_says("220-mx.test\r\n220-Unsolicited mail is not welcome here\r\n220 ESMTP\r\n"),
                    client_says("EHLO gw.test\r\n"),
                    server_says("250-mx.test\r\n250 AUTH=LOGIN PLAIN\r\n"),
                    client_says("AUTH PLAIN " + plain + "\r\n"),
                    server_says("235 2.7.0 in\r\n"),
                },
                {"ready mx.test AUTH=LOGIN AUTH=PLAIN"}});
}

TEST(smtp_login, sends_a_long_token_only_after_being_asked) {
  auto options = options_for(login_method::xoauth2);
  options.token_or_password = secret<>{std::string(9500, 't')};
  recorder listener;
  client_session session{options, listener};
  feed(session, "220 x\r\n250-x\r\n250 AUTH XOAUTH2\r\n");
  EXPECT_EQ(take_outgoing(session), "EHLO gw.test\r\nAUTH XOAUTH2\r\n");
  feed(session, "334 \r\n");
  EXPECT_GT(take_outgoing(session).size(), 12'288U);
  feed(session, "235 in\r\n");
  EXPECT_EQ(listener.events, std::vector<std::string>{"ready x AUTH=XOAUTH2"});
}

TEST(smtp_login, fills_the_line_up_to_the_limit) {
  for (const std::size_t bytes : {9000U, 9100U, 9150U, 9151U, 9152U, 9153U, 9154U, 9155U, 9200U}) {
    auto options = options_for(login_method::xoauth2);
    options.token_or_password = secret<>{std::string(bytes, 't')};
    recorder listener;
    client_session session{options, listener};
    feed(session, "220 x\r\n250-x\r\n250 AUTH XOAUTH2\r\n");
    const auto line = take_outgoing(session).substr(14);
    EXPECT_LE(line.size(), 12'288U);
    EXPECT_EQ(line == "AUTH XOAUTH2\r\n", bytes > 9155) << bytes;
  }
}

TEST(smtp_login, answers_googles_failure_report_with_an_empty_line) {
  check_script(login_script(
      login_method::xoauth2, "XOAUTH2", "AUTH XOAUTH2 " + xoauth2,
      {server_says("334 " + google_failure + "\r\n"), client_says("\r\n"),
       server_says("535-5.7.8 Username and Password not accepted. For more information, go to\r\n535 5.7.8  "
                   "https://support.google.com/mail/?p=BadCredentials a1b2 - gsmtp\r\n")},
      {"closed auth_rejected: 535 5.7.8 Username and Password not accepted. For more information, go to "
       "https://support.google.com/mail/?p=BadCredentials a1b2 - gsmtp (status 400) @login [535]"}));
}

TEST(smtp_login, answers_an_oauthbearer_failure_with_one_octet) {
  check_script(login_script(login_method::oauthbearer, "OAUTHBEARER", "AUTH OAUTHBEARER " + oauthbearer,
                            {server_says("334 eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIn0=\r\n"), client_says("AQ==\r\n"),
                             server_says("535 5.7.8 no\r\n")},
                            {"closed auth_rejected: 535 5.7.8 no (status invalid_token) @login [535]"}));
}

TEST(smtp_login, answers_a_report_that_is_no_base64_all_the_same) {
  check_script(
      login_script(login_method::xoauth2, "XOAUTH2", "AUTH XOAUTH2 " + xoauth2,
                   {server_says("334 {\"status\":\"401\"}\r\n"), client_says("\r\n"), server_says("535 no\r\n")},
                   {"closed auth_rejected: 535 no (status 401) @login [535]"}));
}

TEST(smtp_login, cancels_a_challenge_that_does_not_belong) {
  check_script(login_script(login_method::plain, "PLAIN", "AUTH PLAIN " + plain,
                            {server_says("334 YWdhaW4=\r\n"), client_says("*\r\n"), server_says("501 cancelled\r\n")},
                            {"closed auth_rejected: 501 cancelled @login [501]"}));
}

struct refusal_case {
  const char* answer;
  const char* closed;
};

TEST(smtp_login, tells_refusals_apart) {
  const refusal_case cases[] = {
      {"535 5.7.3 Authentication unsuccessful [AM0PR02CA0134.eurprd02.prod.outlook.com]\r\n",
       "closed auth_rejected: 535 5.7.3 Authentication unsuccessful [AM0PR02CA0134.eurprd02.prod.outlook.com] @login "
       "[535]"},
      {"535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.\r\n",
       "closed auth_rejected: 535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the "
       "Tenant. @login [535]"},
      {"454 4.7.0 Temporary authentication failure\r\n",
       "closed throttled: 454 4.7.0 Temporary authentication failure @login [454]"},
      {"432 4.3.2 Concurrent connections limit exceeded.\r\n",
       "closed throttled: 432 4.3.2 Concurrent connections limit exceeded. @login [432]"},
      {"421 4.7.0 Try again later\r\n", "closed throttled: 421 4.7.0 Try again later @login [421]"},
      {"421 4.3.2 Service not active\r\n", "closed server_bye: 421 4.3.2 Service not active @login [421]"},
      {"250 ok\r\n", "closed protocol_violation: an answer that does not fit: 250 ok @login"},
      {"354 go\r\n", "closed protocol_violation: an answer that does not fit: 354 go @login [354]"},
  };
  for (const auto& c : cases) {
    recorder listener;
    client_session session{options_for(login_method::xoauth2), listener};
    feed(session, "220 x\r\n250-x\r\n250 AUTH XOAUTH2\r\n");
    (void)take_outgoing(session);
    feed(session, c.answer);
    EXPECT_EQ(listener.events, std::vector<std::string>{c.closed});
  }
}

TEST(smtp_login, that_is_accepted_before_it_was_made_is_refused) {
  auto options = options_for(login_method::xoauth2);
  options.token_or_password = secret<>{std::string(12'000, 't')};
  recorder listener;
  client_session session{options, listener};
  feed(session, "220 x\r\n250-x\r\n250 AUTH XOAUTH2\r\n235 in\r\n");
  EXPECT_EQ(listener.closed.at(0).code, errc::protocol_violation);
}

TEST(smtp_login, stops_a_server_that_does_not_stop_asking) {
  recorder listener;
  client_session session{options_for(login_method::xoauth2), listener};
  feed(session, "220 x\r\n250-x\r\n250 AUTH XOAUTH2\r\n334 e30=\r\n334 e30=\r\n334 e30=\r\n");
  EXPECT_EQ(listener.closed.at(0).code, errc::protocol_violation);
}

TEST(smtp_login, sends_its_secret_to_nobody_who_does_not_ask_for_it) {
  for (const auto method :
       {login_method::automatic, login_method::xoauth2, login_method::oauthbearer, login_method::plain}) {
    recorder listener;
    client_session session{options_for(method), listener};
    feed(session, "220 x\r\n");
    (void)take_outgoing(session);
    feed(session, "250-x\r\n250 AUTH GSSAPI LOGIN\r\n");
    EXPECT_EQ(listener.closed.at(0).code, errc::auth_rejected);
    EXPECT_EQ(session.outgoing(), "");
  }
}

TEST(smtp_login, keeps_secrets_out_of_errors_even_if_the_server_repeats_them) {
  const std::string words[] = {"500 5.5.1 Command unrecognized: \"AUTH XOAUTH2 " + xoauth2 + "\"\r\n",
                               "535 bad token eyJhbGciOiJub25lIn0.e30. of shared@contoso.com\r\n",
                               "AUTH XOAUTH2 " + xoauth2 + "\r\n", "421 " + xoauth2.substr(40) + "\r\n",
                               "250 " + xoauth2 + "\r\n"};
  for (const auto& said : words) {
    recorder listener;
    client_session session{options_for(login_method::xoauth2), listener};
    std::optional<reply> last;
    feed(session, "220 x\r\n250-x\r\n250 AUTH XOAUTH2\r\n");
    feed(session, said);
    ASSERT_EQ(listener.closed.size(), 1U);
    const auto& event = listener.events.back();
    EXPECT_EQ(event.find("eyJhbGci"), std::string::npos) << event;
    EXPECT_EQ(event.find("ZXlKaGJH"), std::string::npos) << event;
    EXPECT_EQ(event.find("BZWFyZXIgZ"), std::string::npos) << event;
    EXPECT_EQ(event.find("eyJ"), std::string::npos) << event;
  }
  auto options = options_for(login_method::xoauth2);
  options.token_or_password = secret<>{"bad\x01token"};
  recorder listener;
  client_session session{options, listener};
  feed(session, "220 x\r\n250-x\r\n250 AUTH XOAUTH2\r\n");
  EXPECT_EQ(listener.closed.at(0).code, errc::auth_rejected);
  EXPECT_EQ(listener.closed.at(0).detail.find("bad"), std::string::npos);
}

TEST(smtp_starttls, believes_nothing_that_was_said_before) {
  check_script({options_for(login_method::automatic, transport_security::starttls),
                {
                    server_says("220 mx.test\r\n"),
                    client_says("EHLO gw.test\r\n"),
                    server_says("250-evil.test\r\n250-AUTH PLAIN\r\n250-SIZE 5\r\n250-PIPELINING\r\n250 StartTLS\r\n"),
                    client_says("STARTTLS\r\n"),
                    server_says("220 go\r\n"),
                    tls_comes_up(),
                    client_says("EHLO gw.test\r\n"),
                    server_says("250-mx.test\r\n250 AUTH XOAUTH2\r\n"),
                    client_says("AUTH XOAUTH2 " + xoauth2 + "\r\n"),
                    server_says("235 in\r\n"),
                },
                {"starttls", "ready mx.test AUTH=XOAUTH2"}});
}

TEST(smtp_starttls, refuses_what_was_injected_behind_its_answer) {
  const std::string injected[] = {"250 AUTH PLAIN\r\n", "2", "\r\n"};
  for (const auto& words : injected)
    for (const std::size_t step : {std::size_t{1}, std::string_view::npos}) {
      recorder listener;
      client_session session{options_for(login_method::xoauth2, transport_security::starttls), listener};
      feed(session, "220 x\r\n250-x\r\n250 STARTTLS\r\n");
      EXPECT_EQ(take_outgoing(session), "EHLO gw.test\r\nSTARTTLS\r\n");
      feed(session, "220 go\r\n" + words, step);
      ASSERT_EQ(listener.closed.size(), 1U);
      EXPECT_EQ(listener.closed[0].code, errc::protocol_violation);
      session.tls_established();
      EXPECT_EQ(session.outgoing(), "");
    }
}

TEST(smtp_starttls, is_never_given_up) {
  const refusal_case cases[] = {
      {"220 x\r\n250-x\r\n250 AUTH XOAUTH2\r\n", "closed tls_failed: the server does not offer STARTTLS @hello"},
      {"220 x\r\n250-x\r\n250 STARTTLS\r\n454 4.7.0 TLS not available\r\n",
       "closed tls_failed: the server refused STARTTLS: 454 4.7.0 TLS not available @starttls [454]"},
      {"220 x\r\n250-x\r\n250 STARTTLS\r\n502 what?\r\n",
       "closed tls_failed: the server refused STARTTLS: 502 what? @starttls [502]"},
      {"220 x\r\n250-x\r\n250 STARTTLS\r\n250 hm\r\n",
       "closed protocol_violation: an answer that does not fit: 250 hm @starttls"},
  };
  for (const auto& c : cases) {
    recorder listener;
    client_session session{options_for(login_method::xoauth2, transport_security::starttls), listener};
    feed(session, c.answer);
    EXPECT_EQ(listener.events, std::vector<std::string>{c.closed});
    EXPECT_EQ(session.outgoing(), "");
  }
}

TEST(smtp_greeting, that_is_none_ends_the_session) {
  const refusal_case cases[] = {
      {"* OK IMAP4rev1 ready\r\n", "closed protocol_violation: the server said: * OK IMAP4rev1 ready @greeting"},
      {"250 hello\r\n", "closed protocol_violation: an answer that does not fit: 250 hello @greeting"},
      {"554 5.7.1 You are blocked\r\n", "closed server_bye: 554 5.7.1 You are blocked @greeting [554]"},
      {"450 4.3.2 Service currently unavailable\r\n",
       "closed server_bye: 450 4.3.2 Service currently unavailable @greeting [450]"},
      {"421 4.7.0 mx Error: too many connections from 192.0.2.1\r\n",
       "closed throttled: 421 4.7.0 mx Error: too many connections from 192.0.2.1 @greeting [421]"},
      {"220 x\r\n550 5.7.1 Helo command rejected\r\n",
       "closed server_bye: 550 5.7.1 Helo command rejected @hello [550]"},
      {"220 x\r\n502 not implemented\r\n", "closed server_bye: 502 not implemented @hello [502]"},
  };
  for (const auto& c : cases) {
    recorder listener;
    client_session session{options_for(login_method::xoauth2), listener};
    EXPECT_EQ(session.waits_for(), waiting_for::greeting);
    feed(session, c.answer);
    EXPECT_EQ(listener.events, std::vector<std::string>{c.closed});
  }
}

TEST(smtp_session, tells_what_it_waits_for_during_the_login) {
  recorder listener;
  client_session session{options_for(login_method::xoauth2, transport_security::starttls), listener};
  EXPECT_EQ(session.waits_for(), waiting_for::greeting);
  feed(session, "220 x\r\n");
  EXPECT_EQ(session.waits_for(), waiting_for::login);
  feed(session, "250-x\r\n250 STARTTLS\r\n220 go\r\n");
  EXPECT_EQ(session.waits_for(), waiting_for::login);
  EXPECT_EQ(session.begin(mail_to()).error().code, errc::conflict);
  session.tls_established();
  feed(session, "250-x\r\n250 AUTH XOAUTH2\r\n235 in\r\n");
  EXPECT_EQ(session.waits_for(), waiting_for::nothing);
  EXPECT_EQ(session.replies(), 5U);
}

TEST(smtp_session, is_closed_at_once_before_it_is_ready) {
  recorder listener;
  client_session session{options_for(login_method::xoauth2), listener};
  feed(session, "220 x\r\n");
  session.quit();
  EXPECT_EQ(listener.events, std::vector<std::string>{"closed cancelled: closed by us @hello"});
  EXPECT_EQ(session.outgoing(), "");
}

} // namespace

} // namespace postroom::smtp::testing
