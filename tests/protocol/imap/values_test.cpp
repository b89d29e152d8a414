#include "base/limits.hpp"
#include "protocol/imap/date_time.hpp"
#include "protocol/imap/failure_table.hpp"
#include "protocol/imap/folder_name.hpp"
#include "protocol/imap/uid_set.hpp"

#include <gtest/gtest.h>

namespace postroom::imap {

namespace {

using namespace std::chrono_literals;

std::vector<message_uid> uids(std::initializer_list<std::uint32_t> values) {
  std::vector<message_uid> out;
  for (const auto value : values)
    out.push_back({value});
  return out;
}

TEST(imap_date_time, parses_the_forms_servers_send) {
  EXPECT_EQ(to_rfc3339(*parse_date_time("17-Jul-1996 02:44:25 -0700")), "1996-07-17T09:44:25.000Z");
  EXPECT_EQ(to_rfc3339(*parse_date_time(" 1-Jan-2026 00:00:00 +0530")), "2025-12-31T18:30:00.000Z");
  EXPECT_EQ(to_rfc3339(*parse_date_time("1-jan-2026 00:00:00 +0000")), "2026-01-01T00:00:00.000Z");
  EXPECT_EQ(to_rfc3339(*parse_date_time("29-Feb-2024 23:59:60")), "2024-03-01T00:00:00.000Z");
}

TEST(imap_date_time, refuses_what_is_no_date) {
  for (const auto* text : {"", "x", "17-Jul-1996", "32-Jul-1996 02:44:25 -0700", "30-Feb-2024 02:44:25 -0700",
                           "17-Jux-1996 02:44:25 -0700", "17-Jul-1996 24:44:25 -0700", "17-Jul-1996 02:44:25 0700",
                           "17-Jul-1996 02:44:25 -07000", "17-Jul-1996 02:44:25 -07x0", "-7-Jul-1996 02:44:25 -0700",
                           "17 Jul 1996 02:44:25 -0700"})
    EXPECT_FALSE(parse_date_time(text)) << text;
}

TEST(imap_date_time, round_trips) {
  const auto format = [](const char* text) { return format_date_time(*parse_date_time(text)); };
  EXPECT_EQ(format("17-Jul-1996 02:44:25 -0700"), "17-Jul-1996 09:44:25 +0000");
  EXPECT_EQ(format(" 1-Mar-2024 00:00:00 +0100"), "29-Feb-2024 23:00:00 +0000");
  EXPECT_EQ(format_date_time(wall_time::max()).substr(0, 11), "31-Dec-9999");
  EXPECT_EQ(format_date_time(wall_time::min()).substr(0, 11), "01-Jan-0001");
}

TEST(imap_uid_set, is_compact) {
  EXPECT_EQ(to_uid_sets(uids({1, 2, 3, 3, 5, 7, 8})).at(0).text, "1:3,5,7:8");
  EXPECT_EQ(to_uid_sets(uids({0, 4})).at(0).text, "4");
  EXPECT_TRUE(to_uid_sets({}).empty());
  EXPECT_EQ(to_uid_set({12, uid_star}).text, "12:*");
  EXPECT_EQ(to_uid_sets(uids({4294967294})).at(0).text, "4294967294");
}

TEST(imap_uid_set, is_split_below_the_command_line_limit_and_loses_nothing) {
  std::vector<message_uid> odd;
  for (std::uint32_t i = 0; i < 10'000; ++i)
    odd.push_back({100'000 + 2 * i});
  const auto sets = to_uid_sets(odd);
  EXPECT_GT(sets.size(), 5U);
  std::vector<message_uid> back;
  for (const auto& set : sets) {
    EXPECT_LE(set.text.size(), uid_set_bytes_max);
    const auto ranges = parse_uid_set(set.text);
    ASSERT_TRUE(ranges);
    for (const auto range : *ranges)
      for (auto uid = range.first; uid <= range.last; ++uid)
        back.push_back({uid});
  }
  EXPECT_EQ(back, odd);
}

TEST(imap_uid_set, parses_and_refuses) {
  EXPECT_EQ(*parse_uid_set("5,9:7,12:*"), (std::vector<uid_range>{{5, 5}, {7, 9}, {12, uid_star}}));
  EXPECT_EQ(count_uids(*parse_uid_set("5,7:9")), 4U);
  for (const auto* text : {"", ",", "1,", "0", "1:", ":1", "1:2:3", "a", "4294967296", "-1", " 1", "1 "})
    EXPECT_FALSE(parse_uid_set(text)) << text;
}

TEST(imap_folder_name, encodes_as_the_rfc_shows) {
  EXPECT_EQ(*encode_folder_name("Entw\xC3\xBCrfe"), "Entw&APw-rfe");
  EXPECT_EQ(*encode_folder_name("~peter/mail/\xE5\x8F\xB0\xE5\x8C\x97/\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E"),
            "~peter/mail/&U,BTFw-/&ZeVnLIqe-");
  EXPECT_EQ(*encode_folder_name("A&B"), "A&-B");
  EXPECT_EQ(*encode_folder_name("\xF0\x9F\x93\xA7"), "&2D3c5w-");
  EXPECT_EQ(*encode_folder_name(""), "");
  EXPECT_EQ(*encode_folder_name("a\tb"), "a&AAk-b");
}

// Exchange names its folders in the language of the first login.
TEST(imap_folder_name, knows_exchanges_folders) {
  const std::pair<const char*, const char*> rows[] = {
      {"Éléments envoyés", "&AMk-l&AOk-ments envoy&AOk-s"},
      {"Elementy wysłane", "Elementy wys&AUI-ane"},
      {"Entwürfe", "Entw&APw-rfe"},
      {"Gelöschte Elemente", "Gel&APY-schte Elemente"},
      {"Éléments supprimés", "&AMk-l&AOk-ments supprim&AOk-s"},
      {"Itens Excluídos", "Itens Exclu&AO0-dos"},
      {"Elementy usunięte", "Elementy usuni&ARk-te"},
      {"Courrier indésirable", "Courrier ind&AOk-sirable"},
      {"Lixo Eletrônico", "Lixo Eletr&APQ-nico"},
      {"Wiadomości-śmieci", "Wiadomo&AVs-ci-&AVs-mieci"},
      {"Sent Items", "Sent Items"},
  };
  for (const auto& [name, wire] : rows) {
    EXPECT_EQ(encode_folder_name(name).value(), wire);
    EXPECT_EQ(decode_folder_name(wire).value(), name);
  }
}

TEST(imap_folder_name, round_trips) {
  for (const auto* name : {"INBOX", "\xC3\x89l\xC3\xA9ments envoy\xC3\xA9s",
                           "Elementy wys\xC5\x82"
                           "ane",
                           "Wiadomo\xC5\x9B"
                           "ci-\xC5\x9Bmieci",
                           "&&\xC3\xBC&", "\xF0\x9F\x93\xA7\xF0\x9F\x93\xA7",
                           "\xE2\x82\xAC"
                           "a\xE2\x82\xAC"})
    EXPECT_EQ(*decode_folder_name(*encode_folder_name(name)), name);
}

TEST(imap_folder_name, refuses_broken_names) {
  for (const auto* wire : {"&", "a&APw", "&AP-", "&2D0-", "&3ec-", "&A!-", "&APx-", "\xFF"})
    EXPECT_FALSE(decode_folder_name(wire)) << wire;
  for (const auto* text : {"\xFF", "\xC3", "\xED\xA0\x80", "\xC0\xAF", "\xF5\x80\x80\x80"})
    EXPECT_EQ(encode_folder_name(text).error().code, errc::invalid_argument);
}

TEST(imap_suggested_backoff, is_read_from_exchanges_text) {
  EXPECT_EQ(suggested_backoff("Request is throttled. Suggested Backoff Time: 92415 milliseconds"), 92415ms);
  EXPECT_EQ(suggested_backoff("request is THROTTLED. backoff time=5"), 5ms);
  EXPECT_EQ(suggested_backoff("Request is throttled. Suggested Backoff Time: 99999999999999999999999"), 24h);
  for (const auto* text : {"", "Suggested Backoff Time: 5", "Request is throttled.",
                           "Request is throttled. Backoff Time: ", "Request is throttled. Backoff Time5",
                           "Request is throttled. Backoff Time: soon"})
    EXPECT_FALSE(suggested_backoff(text)) << text;
}

struct failure_case {
  failure_phase phase;
  const char* code;
  const char* text;
  std::string_view expected; ///< key of the case; empty: none
};

std::string_view key_of(const knowledge::entry* known) {
  return known ? known->key : std::string_view{};
}

TEST(imap_failure_table, knows_the_cases_seen_in_the_field) {
  using enum failure_phase;
  const failure_case cases[] = {
      {command, "", "User is authenticated but not connected.", "imap.not_connected"},
      {login, "", "User is authenticated but not connected.", "imap.not_connected"},
      {goodbye, "", "Session invalidated - AccessTokenExpired", "imap.token_expired"},
      {goodbye, "", "Session expired, please login again.", "imap.session_expired"},
      {goodbye, "", "Connection is closed. 13", "imap.connection_closed"},
      {goodbye, "UNAVAILABLE", "try later", "imap.unavailable"},
      {command, "", "Request is throttled. Suggested Backoff Time: 92415 milliseconds", "imap.throttled"},
      {command, "OVERQUOTA", "Account exceeded command or bandwidth limits. (Failure)", "imap.daily_volume"},
      {command, "OVERQUOTA", "Mailbox is full", ""},
      {command, "NONEXISTENT", "no such folder", ""},
      {command, "", "Command Argument Error. 11", ""},
      {login, "", "AUTHENTICATE failed.", "imap.auth_failed"},
      {login, "AUTHENTICATIONFAILED", "Invalid credentials (Failure)", "imap.credentials_refused"},
      {login, "ALERT", "Too many simultaneous connections. (Failure)", "imap.too_many_connections"},
      {login, "UNAVAILABLE", "Maximum number of connections from user+IP exceeded", "imap.user_ip_connections"},
      {login, "UNAVAILABLE", "Temporary authentication failure.", "imap.unavailable"},
      {login, "LIMIT", "no", "imap.limit"},
      {command, "UNAVAILABLE", "one folder is offline", "imap.unavailable"},
      {command, "LIMIT", "UID FETCH Rate limit hit.", "imap.limit"},
      {command, "INUSE", "the mailbox is locked", "imap.in_use"},
      {command, "SERVERBUG", "Internal error occurred.", ""},
      {login, "", "Basic authentication is disabled", "imap.basic_auth_disabled"},
      {login, "", "Too many open connections (5)", "imap.open_connections"},
      {login, "ALERT", "Please log in via your web browser: https://support.google.com/ (Failure)",
       "imap.web_login_required"},
      {login, "ALERT", "IMAP access is disabled for your domain. Please contact your domain administrator",
       "imap.disabled_for_domain"},
      {login, "ALERT", "Application-specific password required: https://support.google.com/ (Failure)",
       "imap.app_password_required"},
      {login, "AUTHORIZATIONFAILED", "may not act for this user", "imap.not_authorized"},
      {login, "EXPIRED", "the password has expired", "imap.credentials_expired"},
      {login, "PRIVACYREQUIRED", "use TLS", "imap.tls_required"},
      {login, "CONTACTADMIN", "ask us", "imap.contact_admin"},
      {login, "INUSE", "held by another", "imap.in_use"},
      {goodbye, "", "Autologout; idle for too long", "imap.bye"},
      {goodbye, "", "Connection closed. 14", "imap.connection_closed"},
      {command, "", "Command Error. 10", ""},
      {command, "", "Command received in Invalid state.", ""},
      {command, "", "Some of the requested messages no longer exist", ""},
      {command, "WEBALERT", "Web login required.", ""},
  };
  for (const auto& c : cases) {
    status_response answer{.kind = status_kind::no, .text = c.text};
    if (*c.code)
      answer.code = response_code{c.code, ""};
    EXPECT_EQ(key_of(classify_failure(c.phase, answer)), c.expected) << c.text;
  }
  EXPECT_EQ(key_of(classify_raw_line("Server Unavailable. 15")), "imap.server_unavailable");
  EXPECT_EQ(key_of(classify_raw_line("<html>")), "");
}

TEST(imap_failure_table, gives_each_case_the_code_that_the_machines_act_by) {
  const auto code_of = [](failure_phase phase, const char* code, const char* text) {
    status_response answer{.kind = status_kind::no, .text = text};
    answer.code = response_code{code, ""};
    return classify_failure(phase, answer)->code;
  };
  using enum failure_phase;
  EXPECT_EQ(code_of(command, "", "User is authenticated but not connected."), errc::mailbox_not_connected);
  EXPECT_EQ(code_of(goodbye, "", "Session invalidated - AccessTokenExpired"), errc::session_expired);
  EXPECT_EQ(code_of(goodbye, "", "good bye"), errc::server_bye);
  EXPECT_EQ(code_of(goodbye, "UNAVAILABLE", "later"), errc::throttled);
  for (const auto* code : {"", "AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED", "EXPIRED", "PRIVACYREQUIRED",
                           "CONTACTADMIN", "WEBALERT", "ALERT"})
    EXPECT_EQ(code_of(login, code, "no"), errc::auth_rejected) << code;
  for (const auto* code : {"UNAVAILABLE", "LIMIT", "INUSE"})
    EXPECT_EQ(code_of(login, code, "no"), errc::throttled) << code;
}

TEST(imap_failure_table, makes_errors_that_name_their_cause) {
  const auto why = to_error(*classify_raw_line("Server Unavailable. 15"), "its words");
  EXPECT_EQ(why.code, errc::server_bye);
  EXPECT_EQ(why.detail, "its words");
  EXPECT_EQ(why.cause, "imap.server_unavailable");
}

} // namespace

} // namespace postroom::imap
