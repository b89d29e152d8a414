#pragma once

#include "actors/doctor/doctor.hpp"
#include "base/encoding.hpp"
#include "tests/actors/support/world_fixture.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace postroom::doctor::test {

/// What the token service answers, and what it was asked.
struct token_script {
  std::map<token_resource, result<access_token>> answers;
  std::optional<result<access_token>> refreshed; ///< when asked to refresh; nothing: as without
  std::vector<want_access_token> asked;
  bool silent = false;
  std::vector<caf::typed_response_promise<access_token>> held;
};

struct scripted_provider_state {
  static inline constexpr const char* name = "test.provider";
  std::shared_ptr<token_script> script;
};

inline provider_actor::behavior_type scripted_provider(provider_actor::stateful_pointer<scripted_provider_state> self,
                                                       std::shared_ptr<token_script> script) {
  self->state.script = std::move(script);
  return {
      [self](const want_access_token& wish) -> caf::result<access_token> {
        auto& script_now = *self->state.script;
        script_now.asked.push_back(wish);
        if (script_now.silent)
          return script_now.held.emplace_back(self->make_response_promise<access_token>());
        const auto& answer =
            wish.refresh && script_now.refreshed ? *script_now.refreshed : script_now.answers.at(wish.resource);
        if (!answer)
          return to_caf(answer.error());
        return *answer;
      },
      [](const config_changed&) { return ack{}; },
      [](const plan_sign_in&) { return sign_in_plan{}; },
      [](const redeem_code&) { return signed_in{}; },
      [](const begin_device_sign_in&) { return device_sign_in{}; },
      [](const ask_device_sign_in&) { return device_sign_in{}; },
      [](const revoke_grant&) { return grant_revoked{}; },
      [](const ask_provider&) { return provider_status{}; },
  };
}

/// A JWT as an identity platform makes it, but for its signature.
inline secret<> token_with(const std::string& claims) {
  return secret<>{base64url_encode(R"({"alg":"RS256","typ":"JWT"})") + "." + base64url_encode(claims) +
                  ".c2lnbmF0dXJl"};
}

/// A shared mailbox of Exchange Online whose doctor meets pretended servers.
class doctor_fixture : public world_fixture, public testing::Test {
public:
  doctor_fixture() {
    auto& account = sick.account;
    account.set_tenant("acme");
    account.set_id("support");
    account.set_email(shared);
    account.set_delegate(andrea);
    account.set_provider("azure");
    account.set_active(true);
    records::Provider made;
    made.set_tenant("acme");
    made.set_id("azure");
    made.set_service("microsoft_azure");
    made.set_type("outlook365");
    made.set_application_id("6a0e0000-0000-4000-8000-000000000002");
    made.set_directory_id(directory);
    made.set_purposes("imap smtp graph_read");
    provider_record = made;
    put_grant("acme", "andrea", "azure", "refresh_token");
    script->answers[token_resource::mail] = good_token();
    script->answers[token_resource::graph] = good_token();
    tokens = system.spawn(scripted_provider, script);
    sick.tokens = tokens;
  }
  ~doctor_fixture() override {
    http.open.clear();
    quit(tokens);
  }

  static access_token good_token(const std::string& scopes = "IMAP.AccessAsUser.All SMTP.Send") {
    access_token token;
    token.value = token_with(R"({"aud":"https://outlook.office.com","tid":")" + directory + R"(","scp":")" + scopes +
                             R"(","exp":4000000000})");
    token.delegate = andrea;
    token.expires = wall_time{std::chrono::hours{24 * 365 * 60}};
    return token;
  }

  /// Begins; the identity platform's clock is answered, nothing else of HTTP is.
  void begin(const std::string& send_test_to = {}) {
    sick.provider = std::make_shared<const records::Provider>(provider_record);
    doctor = system.spawn(doctor::doctor, std::make_shared<const patient>(sick), static_cast<const ports*>(&world));
    pending = ask<diagnosis>(doctor, diagnose_account{tenant_id{"acme"}, account_id{"support"}, send_test_to});
    settle();
    if (tells_time && !http.open.empty())
      answer_http(200, "{}");
  }
  void answer_http(unsigned status, const std::string& body) {
    ASSERT_FALSE(http.open.empty());
    net::http_answer answer;
    answer.status = status;
    answer.headers.emplace_back("date", date);
    answer.body = secret<>{body};
    const auto done = std::move(http.open.front());
    http.open.pop_front();
    http.urls.pop_front();
    done(std::move(answer));
    settle();
  }
  /// The answer, whatever is still open being failed.
  [[nodiscard]] const diagnosis& found() {
    EXPECT_TRUE(pending.there()) << "there is no diagnosis yet";
    EXPECT_TRUE(pending.get()) << to_string(pending.get().error());
    return pending.get().value();
  }
  [[nodiscard]] const diagnosis_step& step(const std::string& name) {
    for (const auto& each : found().steps)
      if (each.name == name)
        return each;
    throw std::logic_error("no step " + name);
  }
  [[nodiscard]] std::string state_of(const std::string& name) { return std::string{to_string(step(name).state)}; }

  static inline const std::string shared = "support@contoso.com";
  static inline const std::string andrea = "andrea@contoso.com";
  static inline const std::string directory = "9f1c0000-0000-4000-8000-000000000001";

  patient sick;
  records::Provider provider_record;
  std::shared_ptr<token_script> script = std::make_shared<token_script>();
  provider_actor tokens;
  doctor_self doctor;
  pending_answer<diagnosis> pending;
  std::string date = "Fri, 20 Dec 2019 00:00:00 GMT"; ///< what the fixture's clock shows
  bool tells_time = true;
};

} // namespace postroom::doctor::test
