#pragma once

#include "sim/imap/session.hpp"
#include "tests/sim/identity/test_keys.hpp"

#include "base/encoding.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

namespace postroom::sim {

using namespace std::chrono_literals;

/// What a session has said.
class collected final : public answer_sink {
public:
  void text(std::string_view bytes) override { all += bytes; }
  void body(const mail_slice& slice) override { all += slice.raw->substr(slice.offset, slice.octets); }
  void finish() override { finished = true; }
  void cut() override { finished = was_cut = true; }
  std::string take() { return std::exchange(all, {}); }

  std::string all;
  bool finished = false;
  bool was_cut = false;
};

/// A company with a shared mailbox, and a delegate who may open it; its mail server has one face.
class imap_world {
public:
  explicit imap_world(service face = service::microsoft) {
    services.face = face;
    company.kind = face;
    for (const auto* upn : {shared, delegate, colleague}) {
      company.users[upn] = {.upn = upn, .object_id = upn, .name = upn, .password = secret<>{"correct-horse"}};
      mail.add(upn, face);
    }
    mail.allow(delegate, shared);
    mail.allow("app", shared);
  }
  /// As the face wants it.
  std::string token(const std::string& upn) {
    return services.face == service::google ? token(upn, "https://mail.google.com/", "https://mail.google.com")
                                            : token(upn, "IMAP.AccessAsUser.All");
  }
  std::string token(const std::string& upn, const std::string& permission,
                    const std::string& resource = "https://outlook.office.com") {
    return tokens.issue({company, app, company.find_user(upn), resource, {permission}, 1h});
  }
  std::string app_token() {
    return tokens.issue({company, app, nullptr, "https://outlook.office365.com", {"IMAP.AccessAsApp"}, 1h});
  }
  static std::string xoauth2(const std::string& user, const std::string& token) {
    return base64_encode("user=" + user + "\1auth=Bearer " + token + "\1\1");
  }
  folder& inbox() { return mail.find(shared)->inbox(); }
  std::uint32_t add(const std::string& text = raw) {
    return inbox().add(std::make_shared<const std::string>(text), time.now());
  }
  std::uint64_t post(fault_kind kind, std::int64_t amount = 0) {
    return faults.add({.kind = kind, .names = {shared}, .amount = amount}).value();
  }

  static constexpr const char* shared = "support@contoso.test";
  static constexpr const char* delegate = "dora@contoso.test";
  static constexpr const char* colleague = "otto@contoso.test";
  inline static const std::string raw =
      "From: Anna <anna@example.test>\r\nSubject: one\r\n two\r\nMessage-ID: <m1@example.test>\r\n\r\nbody\r\n";

  manual_clock time{wall_time{std::chrono::sys_days{std::chrono::year{2026} / 11 / 24}}};
  registry people;
  tenant& company = people.add_tenant({.id = "tenant", .name = "Contoso", .domains = {"contoso.test"}});
  application& app = people.add_application({.client_id = "app", .name = "Gateway", .home_tenant = "tenant"});
  directory mail;
  access_tokens tokens{"https://issuer.test", time, test_keys()};
  fault_desk faults{1, time, mail};
  stand_in_stats stats;
  imap_services services{mail, people, tokens, faults, time, stats};
};

/// One client of it.
class imap_client : public imap_world {
public:
  explicit imap_client(service face = service::microsoft) : imap_world(face) {}

  std::string say(const std::string& line) {
    session.receive(line + "\r\n");
    return sink.take();
  }
  /// As the delegate at Exchange, elsewhere as the owner.
  std::string sign_in() {
    const auto* who = services.face == service::microsoft ? delegate : shared;
    return say("a AUTHENTICATE XOAUTH2 " + xoauth2(shared, token(who)));
  }
  void open_inbox() {
    (void)sign_in();
    (void)say("a SELECT INBOX");
  }

  collected sink;
  imap_session session{services, sink};
};

} // namespace postroom::sim
