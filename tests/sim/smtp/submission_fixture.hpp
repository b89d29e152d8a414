#pragma once

#include "sim/identity/identity.hpp"
#include "sim/smtp/session.hpp"
#include "tests/sim/identity/test_keys.hpp"

#include "base/encoding.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace postroom::sim {

using namespace std::chrono_literals;

/// A company with a shared mailbox, a delegate who may use it, and a colleague who may not.
class submission_world {
public:
  submission_world() {
    for (const auto* address : {shared, delegate, colleague})
      mail.add(address);
    mail.allow(delegate, shared);
    mail.allow_send_as(delegate, shared);
    mail.allow("app", shared);
    mail.allow_send_as("app", shared);
  }
  std::string token(const std::string& upn, const std::string& scope = "https://outlook.office.com/.default") {
    return ask({{"grant_type", "refresh_token"}, {"scope", scope}, {"refresh_token", entra.sign_in(upn).expose()}});
  }
  std::string app_token() {
    return ask({{"grant_type", "client_credentials"}, {"scope", "https://outlook.office365.com/.default"}});
  }
  static std::string xoauth2(const std::string& user, const std::string& token) {
    return base64_encode("user=" + user + "\1auth=Bearer " + token + "\1\1");
  }
  std::span<const sim::mail> inbox(const std::string& address) { return mail.find(address)->inbox().mails(); }
  std::span<const sim::mail> sent(const std::string& address) {
    return mail.find(address)->find("Sent Items")->mails();
  }

  static constexpr const char* shared = "support@contoso.test";
  static constexpr const char* delegate = "dora@contoso.test";
  static constexpr const char* colleague = "otto@contoso.test";

  manual_clock time{wall_time{std::chrono::sys_days{std::chrono::year{2026} / 11 / 24}}};
  directory mail;
  access_tokens tokens{"https://issuer.test", time, test_keys()};
  identity entra{{"tenant", "app", secret<>{"s3cret"}, 1h}, tokens, time};
  stand_in_stats stats;
  submission_services services{mail, tokens, time, stats};

private:
  std::string ask(form_fields form) {
    form.emplace("client_id", "app");
    form.emplace("client_secret", "s3cret");
    const auto answer = entra.token_request("tenant", form);
    return boost::json::parse(answer.body).at("access_token").as_string().c_str();
  }
};

} // namespace postroom::sim
