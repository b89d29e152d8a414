#include "tests/protocol/imap/scripted_session.hpp"

#include <gtest/gtest.h>

namespace postroom::imap::testing {

namespace {

const std::string xoauth2 = "dXNlcj1zaGFyZWRAY29udG9zby5jb20BYXV0aD1CZWFyZXIgZXlKaGJHY2lPaUp1YjI1bEluMC5lMzAuAQE=";
const std::string oauthbearer =
    "bixhPXNoYXJlZEBjb250b3NvLmNvbSwBaG9zdD1vdXRsb29rLm9mZmljZTM2NS5jb20BcG9ydD05OTMBYXV0aD1C"
    "ZWFyZXIgZXlKaGJHY2lPaUp1YjI1bEluMC5lMzAuAQE=";
const std::string plain = "AHNoYXJlZEBjb250b3NvLmNvbQBleUpoYkdjaU9pSnViMjVsSW4wLmUzMC4=";
const std::string google_failure =
    "eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiQmVhcmVyIiwic2NvcGUiOiJodHRwczovL21haWwuZ29vZ2xlLmNvbS8ifQ==";

TEST(imap_login, with_xoauth2_as_exchange_does_it) {
  auto options = options_for(login_method::automatic);
  options.id = {{"name", "Postroom"}};
  check_script({options,
                {
                    server_says("* OK The Microsoft Exchange IMAP4 service is ready. [TQBX]\r\n"),
                    client_says("L1 CAPABILITY\r\n"),
                    server_says("* CAPABILITY IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR LOGINDISABLED ID\r\n"
                                "L1 OK CAPABILITY completed.\r\n"),
                    client_says("L2 AUTHENTICATE XOAUTH2 " + xoauth2 + "\r\n"),
                    server_says("L2 OK AUTHENTICATE completed.\r\n"),
                    client_says("L3 CAPABILITY\r\nL4 ID (\"name\" \"Postroom\")\r\n"),
                    server_says("* CAPABILITY IMAP4rev1 MOVE ID IDLE LITERAL+\r\nL3 OK CAPABILITY completed.\r\n"),
                    server_says("* ID (\"name\" \"Microsoft.Exchange.Imap4.Imap4Server\")\r\nL4 OK ID completed\r\n"),
                },
                {"ready IMAP4REV1 MOVE ID IDLE LITERAL+"}});
}

TEST(imap_login, sends_id_later_where_it_is_offered_later) {
  auto options = options_for(login_method::xoauth2);
  options.id = {{"name", "Postroom"}};
  check_script({options,
                {
                    server_says("* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2] hello\r\n"),
                    client_says("L1 AUTHENTICATE XOAUTH2 " + xoauth2 + "\r\n"),
                    server_says("L1 OK in\r\n"),
                    client_says("L2 CAPABILITY\r\n"),
                    server_says("* CAPABILITY IMAP4rev1 ID\r\nL2 OK done\r\n"),
                    client_says("L3 ID (\"name\" \"Postroom\")\r\n"),
                    server_says("* ID NIL\r\nL3 OK done\r\n"),
                },
                {"ready IMAP4REV1 ID"}});
}

TEST(imap_login, takes_the_answers_to_capability_and_id_in_any_order) {
  auto options = options_for(login_method::xoauth2);
  options.id = {{"name", "Postroom"}};
  for (const auto* id_answer : {"* ID NIL\r\nL3 OK done\r\n", "L3 BAD what?\r\n", "L3 NO not now\r\n"})
    for (const bool id_first : {false, true}) {
      const auto capability_answer = server_says("* CAPABILITY IMAP4rev1 IDLE\r\nL2 OK done\r\n");
      check_script({options,
                    {
                        server_says("* OK [CAPABILITY IMAP4rev1 ID SASL-IR AUTH=XOAUTH2] hello\r\n"),
                        client_says("L1 AUTHENTICATE XOAUTH2 " + xoauth2 + "\r\n"),
                        server_says("L1 OK in\r\n"),
                        client_says("L2 CAPABILITY\r\nL3 ID (\"name\" \"Postroom\")\r\n"),
                        id_first ? server_says(id_answer) : capability_answer,
                        id_first ? capability_answer : server_says(id_answer),
                    },
                    {"ready IMAP4REV1 IDLE"}});
    }
}

TEST(imap_login, with_capabilities_told_before_and_during_as_gmail_does_it) {
  check_script({options_for(login_method::xoauth2),
                {
                    server_says("* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2] Gimap ready\r\n"),
                    client_says("L1 AUTHENTICATE XOAUTH2 " + xoauth2 + "\r\n"),
                    server_says("* CAPABILITY IMAP4rev1 MOVE\r\nL1 OK shared@contoso.com authenticated (Success)\r\n"),
                },
                {"ready IMAP4REV1 MOVE"}});
}

TEST(imap_login, with_oauthbearer_preferred_and_capabilities_in_the_tagged_answer) {
  check_script({options_for(login_method::automatic),
                {
                    server_says("* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2 AUTH=OAUTHBEARER] Dovecot ready.\r\n"),
                    client_says("L1 AUTHENTICATE OAUTHBEARER " + oauthbearer + "\r\n"),
                    server_says("L1 OK [CAPABILITY IMAP4rev1 idle] Logged in\r\n"),
                },
                {"ready IMAP4REV1 IDLE"}});
}

TEST(imap_login, with_plain_and_without_initial_response) {
  check_script({options_for(login_method::plain),
                {
                    server_says("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hello\r\n"),
                    client_says("L1 AUTHENTICATE PLAIN\r\n"),
                    server_says("+ \r\n"),
                    client_says(plain + "\r\n"),
                    server_says("* OK still here\r\nL1 OK [CAPABILITY IMAP4rev1] in\r\n"),
                },
                {"ready IMAP4REV1"}});
}

TEST(imap_login, sends_a_long_token_only_after_being_asked) {
  auto options = options_for(login_method::xoauth2);
  options.token_or_password = secret<>{std::string(9000, 't')};
  recorder listener;
  client_session session{options, listener};
  feed(session, "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2] x\r\n");
  EXPECT_EQ(take_outgoing(session), "L1 AUTHENTICATE XOAUTH2\r\n");
  feed(session, "+\r\n");
  EXPECT_GT(take_outgoing(session).size(), 12000U);
}

TEST(imap_login, answers_googles_failure_report_with_an_empty_line) {
  check_script({options_for(login_method::xoauth2),
                {
                    server_says("* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2] Gimap ready\r\n"),
                    client_says("L1 AUTHENTICATE XOAUTH2 " + xoauth2 + "\r\n"),
                    server_says("+ " + google_failure + "\r\n"),
                    client_says("\r\n"),
                    server_says("L1 NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)\r\n"),
                },
                {"closed auth_rejected: [AUTHENTICATIONFAILED] Invalid credentials (Failure) (status 400)"}});
}

TEST(imap_login, answers_an_oauthbearer_failure_with_one_octet) {
  check_script({options_for(login_method::oauthbearer),
                {
                    server_says("* OK [CAPABILITY IMAP4rev1 SASL-IR] hello\r\n"),
                    client_says("L1 AUTHENTICATE OAUTHBEARER " + oauthbearer + "\r\n"),
                    server_says("+ eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIn0=\r\n"),
                    client_says("AQ==\r\n"),
                    server_says("L1 NO no\r\n"),
                },
                {"closed auth_rejected: no (status invalid_token)"}});
}

TEST(imap_login, cancels_a_challenge_that_does_not_belong) {
  check_script({options_for(login_method::plain),
                {
                    server_says("* OK [CAPABILITY IMAP4rev1 SASL-IR] hello\r\n"),
                    client_says("L1 AUTHENTICATE PLAIN " + plain + "\r\n"),
                    server_says("+ YWdhaW4=\r\n"),
                    client_says("*\r\n"),
                    server_says("L1 BAD cancelled\r\n"),
                },
                {"closed auth_rejected: cancelled"}});
}

TEST(imap_login, hears_a_refused_password_with_and_without_initial_response) {
  check_script({options_for(login_method::plain),
                {
                    server_says("* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] hello\r\n"),
                    client_says("L1 AUTHENTICATE PLAIN " + plain + "\r\n"),
                    server_says("L1 NO [AUTHENTICATIONFAILED] Authentication failed.\r\n"),
                },
                {"closed auth_rejected: [AUTHENTICATIONFAILED] Authentication failed."}});
  check_script({options_for(login_method::plain),
                {
                    server_says("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hello\r\n"),
                    client_says("L1 AUTHENTICATE PLAIN\r\n"),
                    server_says("+ \r\n"),
                    client_says(plain + "\r\n"),
                    server_says("L1 NO Basic authentication is disabled\r\n"),
                },
                {"closed auth_rejected: Basic authentication is disabled"}});
}

// Exchange sends no report: NO at once, or, without SASL-IR, after the token.
TEST(imap_login, hears_exchanges_refusal_of_a_token) {
  check_script({options_for(login_method::xoauth2),
                {
                    server_says("* OK The Microsoft Exchange IMAP4 service is ready. [TQBX]\r\n"),
                    client_says("L1 CAPABILITY\r\n"),
                    server_says("* CAPABILITY IMAP4 IMAP4rev1 AUTH=XOAUTH2\r\nL1 OK done\r\n"),
                    client_says("L2 AUTHENTICATE XOAUTH2\r\n"),
                    server_says("+ \r\n"),
                    client_says(xoauth2 + "\r\n"),
                    server_says("L2 NO AUTHENTICATE failed.\r\n"),
                },
                {"closed auth_rejected: AUTHENTICATE failed."}});
}

TEST(imap_login, answers_a_report_that_is_no_base64_all_the_same) {
  check_script({options_for(login_method::xoauth2),
                {
                    server_says("* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2] hello\r\n"),
                    client_says("L1 AUTHENTICATE XOAUTH2 " + xoauth2 + "\r\n"),
                    server_says("+ {\"status\":\"401\"}\r\n"),
                    client_says("\r\n"),
                    server_says("L1 NO no\r\n"),
                },
                {"closed auth_rejected: no (status 401)"}});
}

struct refusal_case {
  const char* answer;
  const char* closed;
};

TEST(imap_login, tells_refusals_apart) {
  const refusal_case cases[] = {
      {"L1 NO AUTHENTICATE failed.\r\n", "closed auth_rejected: AUTHENTICATE failed."},
      {"L1 NO [ALERT] Too many simultaneous connections. (Failure)\r\n",
       "closed throttled: [ALERT] Too many simultaneous connections. (Failure)"},
      {"L1 NO [UNAVAILABLE] Maximum number of connections from user+IP exceeded\r\n",
       "closed throttled: [UNAVAILABLE] Maximum number of connections from user+IP exceeded"},
      {"L1 NO [LIMIT] no\r\n", "closed throttled: [LIMIT] no"},
      {"L1 BAD Request is throttled. Suggested Backoff Time: 5 milliseconds\r\n",
       "closed throttled: Request is throttled. Suggested Backoff Time: 5 milliseconds"},
      {"L1 BAD User is authenticated but not connected.\r\n",
       "closed mailbox_not_connected: User is authenticated but not connected."},
      {"* BYE Session invalidated - AccessTokenExpired\r\n",
       "closed session_expired: Session invalidated - AccessTokenExpired"},
      {"L2 OK done\r\n", "closed protocol_violation: an answer to a command that was not sent"},
  };
  for (const auto& c : cases) {
    recorder listener;
    client_session session{options_for(login_method::xoauth2), listener};
    feed(session, "* OK [CAPABILITY IMAP4rev1 SASL-IR] hello\r\n");
    (void)take_outgoing(session);
    feed(session, c.answer);
    EXPECT_EQ(listener.events, std::vector<std::string>{c.closed});
  }
}

TEST(imap_login, that_is_accepted_before_it_was_made_is_refused) {
  recorder listener;
  client_session session{options_for(login_method::xoauth2), listener};
  feed(session, "* OK [CAPABILITY IMAP4rev1] hello\r\n");
  feed(session, "L1 OK in\r\n");
  EXPECT_EQ(listener.closed.at(0).code, errc::protocol_violation);
}

TEST(imap_login, ends_when_the_mailbox_is_not_connected) {
  recorder listener;
  client_session session{options_for(login_method::xoauth2), listener};
  feed(session, "* OK [CAPABILITY IMAP4rev1 SASL-IR] hello\r\nL1 OK in\r\n");
  feed(session, "L2 BAD User is authenticated but not connected.\r\n* BYE Connection closed. 14\r\n");
  EXPECT_EQ(listener.closed.at(0).code, errc::mailbox_not_connected);
}

TEST(imap_login, does_not_depend_on_id) {
  auto options = options_for(login_method::xoauth2);
  options.id = {{"name", "Postroom"}};
  recorder listener;
  client_session session{options, listener};
  feed(session, "* OK [CAPABILITY IMAP4rev1 SASL-IR] hello\r\nL1 OK [CAPABILITY ID] in\r\nL2 BAD what?\r\n");
  EXPECT_EQ(listener.events, std::vector<std::string>{"ready ID"});
}

TEST(imap_login, needs_a_mechanism) {
  recorder listener;
  client_session session{options_for(login_method::automatic), listener};
  feed(session, "* OK [CAPABILITY IMAP4rev1 AUTH=GSSAPI] hello\r\n");
  EXPECT_EQ(listener.closed.at(0).code, errc::auth_rejected);
}

TEST(imap_login, stops_a_server_that_does_not_stop_asking) {
  recorder listener;
  client_session session{options_for(login_method::xoauth2), listener};
  feed(session, "* OK [CAPABILITY IMAP4rev1] hello\r\n+ \r\n+ \r\n+ \r\n+ \r\n+ \r\n");
  EXPECT_EQ(listener.closed.at(0).code, errc::protocol_violation);
}

TEST(imap_starttls, is_done_before_anything_is_believed) {
  auto options = options_for(login_method::xoauth2);
  options.security = transport_security::starttls;
  check_script({options,
                {
                    server_says("* OK hello\r\n"),
                    client_says("L1 CAPABILITY\r\n"),
                    server_says("* CAPABILITY IMAP4rev1 STARTTLS SASL-IR\r\nL1 OK done\r\n"),
                    client_says("L2 STARTTLS\r\n"),
                    server_says("L2 OK begin\r\n"),
                    tls_comes_up(),
                    client_says("L3 CAPABILITY\r\n"),
                    server_says("* CAPABILITY IMAP4rev1\r\nL3 OK done\r\n"),
                    client_says("L4 AUTHENTICATE XOAUTH2\r\n"), // SASL-IR was told in the clear only
                    server_says("+ \r\n"),
                    client_says(xoauth2 + "\r\n"),
                    server_says("L4 OK [CAPABILITY IMAP4rev1] in\r\n"),
                },
                {"starttls", "ready IMAP4REV1"}});
}

TEST(imap_starttls, discards_what_was_injected_behind_its_answer) {
  auto options = options_for(login_method::xoauth2);
  options.security = transport_security::starttls;
  for (const std::size_t step : {std::size_t{1}, std::string_view::npos}) {
    recorder listener;
    client_session session{options, listener};
    feed(session, "* OK [CAPABILITY STARTTLS] hello\r\n", step);
    EXPECT_EQ(take_outgoing(session), "L1 STARTTLS\r\n");
    feed(session, "L1 OK begin\r\n* CAPABILITY SASL-IR AUTH=PLAIN\r\nL2 OK done\r\n* BYE half a li", step);
    EXPECT_EQ(listener.events, std::vector<std::string>{"starttls"});
    EXPECT_EQ(session.outgoing(), "");
    EXPECT_EQ(session.waits_for(), waiting_for::login);
    session.tls_established();
    EXPECT_EQ(take_outgoing(session), "L2 CAPABILITY\r\n");
    feed(session, "* CAPABILITY IMAP4rev1\r\nL2 OK done\r\n", step);
    EXPECT_EQ(take_outgoing(session), "L3 AUTHENTICATE XOAUTH2\r\n");
  }
}

TEST(imap_starttls, is_never_given_up) {
  const refusal_case cases[] = {
      {"* OK [CAPABILITY IMAP4rev1] hello\r\n", "closed tls_failed: the server does not offer STARTTLS"},
      {"* PREAUTH [CAPABILITY STARTTLS] hello\r\n", "closed tls_failed: the server skips the login before TLS is up"},
      {"* OK [CAPABILITY STARTTLS] hello\r\nL1 BAD no\r\n", "closed tls_failed: the server refused STARTTLS: no"},
      {"* OK [CAPABILITY STARTTLS] hello\r\nL1 NO [UNAVAILABLE] no\r\n",
       "closed tls_failed: the server refused STARTTLS: [UNAVAILABLE] no"},
  };
  auto options = options_for(login_method::xoauth2);
  options.security = transport_security::starttls;
  for (const auto& c : cases) {
    recorder listener;
    client_session session{options, listener};
    feed(session, c.answer);
    EXPECT_EQ(listener.events, std::vector<std::string>{c.closed});
    EXPECT_EQ(session.outgoing(), "");
  }
}

TEST(imap_greeting, may_say_that_the_login_was_done_if_tls_is_up) {
  check_script({options_for(login_method::xoauth2),
                {
                    server_says("* PREAUTH hello\r\n"),
                    client_says("L1 CAPABILITY\r\n"),
                    server_says("* CAPABILITY IMAP4rev1\r\nL1 OK done\r\n"),
                },
                {"ready IMAP4REV1"}});
  auto options = options_for(login_method::xoauth2);
  options.security = transport_security::plain;
  recorder listener;
  client_session session{options, listener};
  feed(session, "* PREAUTH hello\r\n");
  EXPECT_EQ(listener.closed.at(0).code, errc::protocol_violation);
}

TEST(imap_greeting, that_is_none_ends_the_session) {
  for (const auto* words :
       {"+ hello\r\n", "* 1 EXISTS\r\n", "* NO hello\r\n", "A1 OK hello\r\n", "220 smtp ESMTP\r\n"}) {
    recorder listener;
    client_session session{options_for(login_method::xoauth2), listener};
    EXPECT_EQ(session.waits_for(), waiting_for::greeting);
    feed(session, words);
    ASSERT_EQ(listener.closed.size(), 1U) << words;
    EXPECT_EQ(listener.closed[0].code, errc::protocol_violation) << words;
  }
  recorder listener;
  client_session session{options_for(login_method::xoauth2), listener};
  feed(session, "* BYE [UNAVAILABLE] come back later\r\n");
  EXPECT_EQ(listener.closed.at(0).code, errc::throttled);
}

/// Whether `text` has eight characters of `secret` in a row.
bool repeats(const std::string& text, const std::string& secret) {
  for (std::size_t at = 0; at + 8 <= secret.size(); ++at)
    if (text.find(secret.substr(at, 8)) != std::string::npos)
      return true;
  return false;
}

TEST(imap_login, hides_what_a_server_repeats_of_the_secret) {
  const auto options = options_for(login_method::plain);
  const auto& token = options.token_or_password.expose();
  const std::string answers[] = {
      "L1 BAD unknown: AUTHENTICATE PLAIN " + plain + "\r\n",
      "L1 BAD unknown: " + plain.substr(20, 30) + "\r\n",
      "L1 NO [AUTHENTICATIONFAILED] wrong: " + token + "\r\n",
      "Server Unavailable. L1 AUTHENTICATE PLAIN " + plain + "\r\n",
      "HTTP/1.1 400 what is " + plain + " or " + token + "?\r\n",
      "* BYE what is AUTHENTICATE PLAIN " + plain + "?\r\n",
      "* BYE [UNAVAILABLE] " + token + "\r\n",
      // Some servers say only later what they did not like.
      "L1 OK in\r\nL2 BAD unknown: " + plain + "\r\n",
      "L1 OK in\r\n* BYE what was " + plain + "?\r\n",
  };
  for (const auto& words : answers)
    for (const bool at_once : {true, false}) {
      SCOPED_TRACE(words);
      recorder listener;
      client_session session{options, listener};
      feed(session,
           at_once ? "* OK [CAPABILITY SASL-IR AUTH=PLAIN] x\r\n" : "* OK [CAPABILITY AUTH=PLAIN] x\r\n+ \r\n");
      EXPECT_NE(take_outgoing(session).find(plain), std::string::npos);
      feed(session, words);
      ASSERT_EQ(listener.closed.size(), 1U);
      const auto& detail = listener.closed[0].detail;
      EXPECT_FALSE(repeats(detail, plain)) << detail;
      EXPECT_FALSE(repeats(detail, token)) << detail;
      EXPECT_NE(detail.find("********"), std::string::npos) << detail;
    }
}

TEST(imap_login, leaves_the_rest_of_a_servers_words_as_they_are) {
  recorder listener;
  client_session session{options_for(login_method::plain), listener};
  feed(session, "* OK [CAPABILITY SASL-IR AUTH=PLAIN] x\r\nL1 BAD " + plain + " is not for shared@contoso.com\r\n");
  ASSERT_EQ(listener.closed.size(), 1U);
  EXPECT_EQ(listener.closed[0].detail, std::string(plain.size(), '*') + " is not for shared@contoso.com");
}

TEST(imap_login, keeps_secrets_out_of_errors) {
  auto options = options_for(login_method::xoauth2);
  options.token_or_password = secret<>{"bad\x01token"};
  recorder listener;
  client_session session{options, listener};
  feed(session, "* OK [CAPABILITY SASL-IR] hello\r\n");
  ASSERT_EQ(listener.closed.size(), 1U);
  EXPECT_EQ(listener.closed[0].detail.find("token\x01"), std::string::npos);
  EXPECT_EQ(listener.closed[0].detail.find("bad"), std::string::npos);
}

} // namespace

} // namespace postroom::imap::testing
