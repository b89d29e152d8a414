#pragma once

#include "sim/identity/access_tokens.hpp"
#include "sim/smtp/session.hpp"
#include "tests/sim/identity/test_keys.hpp"

#include "base/encoding.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace postroom::sim {

/// A mail as the delegate sends it from the shared mailbox.
inline const std::string letter =
    "From: Support <support@contoso.test>\r\nSubject: one\r\nMessage-ID: <m1@contoso.test>\r\n\r\nbody\r\n";

using namespace std::chrono_literals;

/// A company with a shared mailbox, a delegate who may use it, and a colleague who may not.
class submission_world {
public:
  submission_world() {
    for (const auto* upn : {delegate, colleague})
      company.users[upn] = {.upn = upn, .object_id = upn, .name = upn, .password = secret<>{"correct-horse"}};
    for (const auto* address : {shared, delegate, colleague})
      mail.add(address);
    mail.allow(delegate, shared);
    mail.allow_send_as(delegate, shared);
    mail.allow("app", shared);
    mail.allow_send_as("app", shared);
  }
  /// As the face wants it.
  std::string token(const std::string& upn) {
    return services.face == service::google ? token(upn, "https://mail.google.com/", "https://mail.google.com")
                                            : token(upn, "SMTP.Send");
  }
  std::string token(const std::string& upn, const std::string& permission,
                    const std::string& resource = "https://outlook.office.com") {
    return tokens.issue({company, app, company.find_user(upn), resource, {permission}, 1h});
  }
  std::string app_token() {
    return tokens.issue({company, app, nullptr, "https://outlook.office365.com", {"SMTP.SendAsApp"}, 1h});
  }
  static std::string xoauth2(const std::string& user, const std::string& token) {
    return base64_encode("user=" + user + "\1auth=Bearer " + token + "\1\1");
  }
  std::span<const sim::mail> inbox(const std::string& address) { return mail.find(address)->inbox().mails(); }
  std::span<const sim::mail> sent(const std::string& address) {
    return mail.find(address)->find("Sent Items")->mails();
  }
  void post(fault_kind kind, const std::string& name, std::int64_t amount = 0) {
    faults.clear();
    ASSERT_TRUE(faults.add({.kind = kind, .names = {name}, .amount = amount}));
  }
  submitted_entry last_submitted() {
    const auto all = records.submitted(0, 1000);
    return all.empty() ? submitted_entry{} : all.back();
  }

  static constexpr const char* shared = "support@contoso.test";
  static constexpr const char* delegate = "dora@contoso.test";
  static constexpr const char* colleague = "otto@contoso.test";

  manual_clock time{wall_time{std::chrono::sys_days{std::chrono::year{2026} / 11 / 24}}};
  registry people;
  tenant& company = people.add_tenant({.id = "tenant", .name = "Contoso", .domains = {"contoso.test"}});
  application& app = people.add_application({.client_id = "app", .name = "Gateway", .home_tenant = "tenant"});
  directory mail;
  access_tokens tokens{"https://issuer.test", time, test_keys()};
  fault_desk faults{1, time, mail};
  journal records{1000};
  stand_in_stats stats;
  bounce_queue bounces{mail, records, stats, time};
  submission_services services{mail, people, tokens, faults, time, stats, records, bounces, {}};
};

/// One client of it.
class submission_client : public submission_world {
public:
  std::string say(const std::string& line) { return session().receive(line + "\r\n"); }
  std::string sign_in(const std::string& user = delegate) {
    (void)say("EHLO gw.example");
    return say("AUTH XOAUTH2 " + xoauth2(user, token(user)));
  }
  /// A whole mail after login; the last answer.
  std::string submit(const std::string& raw, const std::string& from = shared,
                     const std::string& to = "anna@example.test") {
    return submit_in(session(), raw, from, to);
  }
  static std::string submit_in(smtp_session& session, const std::string& raw, const std::string& from = shared,
                               const std::string& to = "anna@example.test") {
    (void)session.receive("MAIL FROM:<" + from + ">\r\n");
    (void)session.receive("RCPT TO:<" + to + ">\r\n");
    (void)session.receive("DATA\r\n");
    return session.receive(raw + ".\r\n");
  }
  /// Another connection, in place of the one before.
  void reconnect() {
    own_.reset();
    own_.emplace(services, false);
  }
  smtp_session& session() { return *own_; }

private:
  std::optional<smtp_session> own_{std::in_place, services, false};
};

} // namespace postroom::sim
