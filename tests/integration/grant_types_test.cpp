#include "tests/integration/support/outgoing.hpp"
#include "tests/integration/support/stand_in_office.hpp"
#include "tests/integration/support/web_person.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

/// Every way to get tokens from the stand-in: after each a mailbox is open, hears of new mail, and sends.
namespace postroom::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class grant_types_test : public testing::Test {
protected:
  grant_types_test()
      : office([](sim::scenario& plan) {
          plan.tenants.front().delegates = 2;
          plan.tenants.front().mailboxes = 4;
        }) {}

  /// With the provider alone: nobody has signed in yet.
  void start_without_sign_ins() {
    auto facts = office.facts();
    facts.delegates.clear();
    office.configure(office.configuration({&facts, 1}));
    office.start();
  }
  [[nodiscard]] const sim::delegate_facts& person(std::size_t number) const {
    return office.facts().delegates.at(number);
  }
  /// An account named `key` for the mailbox, whose tokens come by `how`, a field and its value.
  void open(const std::string& key, const std::string& mailbox, const std::string& provider, const std::string& field,
            const std::string& value) {
    office.ask("POST", "/v1/accounts",
               {{"id", key},
                {"name", key},
                {"email", mailbox},
                {"username", mailbox},
                {"provider", provider},
                {"list", "customers"},
                {"catch_up", "all"},
                {field, value}});
  }
  void expect_service(const std::string& account, const std::string& mailbox) {
    ASSERT_TRUE(office.await_idle({account}));
    const std::string subject = "to " + account;
    ASSERT_TRUE(office.servers().deliver(mailbox, office::mail(subject)));
    EXPECT_TRUE(wait_until(
        [&] {
          const auto log = office.events("message.received");
          return std::ranges::any_of(
              log, [&](const auto& each) { return each.account() == account && each.subject() == subject; });
        },
        20s))
        << "the mail is not announced";
    office.ask("POST", "/v1/accounts/" + account + "/outbox",
               {{"to", {"anna@example.test"}}, {"subject", "from " + account}, {"text", "x\n"}});
    ASSERT_TRUE(wait_until([&] { return !office.servers().submitted(0, 10).empty(); }, 20s)) << "nothing is sent";
    const auto sent = office.servers().submitted(0, 10);
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_TRUE(sent.front().taken) << sent.front().answer;
    EXPECT_EQ(sent.front().mail_from, mailbox);
    EXPECT_THAT(office.events("account.auth_error"), IsEmpty());
  }

  stand_in_office office;
};

TEST_F(grant_types_test, refresh_token) {
  office.configure(office.configuration(office.servers().providers()));
  office.start();
  expect_service(account_of(office.mailbox(0)), office.mailbox(0));
}

TEST_F(grant_types_test, client_credentials_with_a_secret) {
  start_without_sign_ins();
  office.ask("POST", "/v1/grants", {{"id", "app"}, {"provider", "app-1"}, {"kind", "client_credentials"}});
  open("byapp", office.mailbox(1), "app-1", "grant", "app");
  expect_service("byapp", office.mailbox(1));
}

TEST_F(grant_types_test, client_credentials_for_graph) {
  start_without_sign_ins();
  office.ask("POST", "/v1/grants", {{"id", "app"}, {"provider", "app-1"}, {"kind", "client_credentials"}});
  // IMAP only says that it is not connected; why, Microsoft Graph tells an application with a token of its own.
  (void)office.control("PATCH", "/v1/mailboxes/" + office.mailbox(1), R"({"on_premises":true})");
  open("byapp", office.mailbox(1), "app-1", "grant", "app");
  const auto found = office.ask("POST", "/v1/accounts/byapp/diagnose", {});
  std::map<std::string, boost::json::object> steps;
  for (const auto& each : found.at("steps").as_array())
    steps.emplace(each.at("name").as_string(), each.as_object());
  EXPECT_EQ(text_of(steps.at("claims"), "state"), "good");
  EXPECT_EQ(text_of(steps.at("on_premises"), "state"), "bad");
  EXPECT_EQ(text_of(steps.at("on_premises"), "cause"), "graph.MailboxNotEnabledForRESTAPI");
}

TEST_F(grant_types_test, client_credentials_with_a_certificate) {
  const auto key = office.directory() / "app.key", certificate = office.directory() / "app.pem";
  const auto made = run({"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj",
                         "/O=Contoso/CN=Postroom", "-keyout", key.string(), "-out", certificate.string()});
  ASSERT_TRUE(made);
  ASSERT_EQ(made->status, 0) << made->output;
  const auto& facts = office.facts();
  const auto registered =
      office.control("POST", "/v1/applications/" + facts.client_id + "/certificates", read_file(certificate));
  EXPECT_THAT(std::string{registered.at("x5t#S256").as_string()}, testing::SizeIs(43));
  office.expire_secrets(facts.client_id);
  start_without_sign_ins();
  office.ask("POST", "/v1/providers",
             {{"id", "certified"},
              {"name", "Postroom with a certificate"},
              {"service", "microsoft_azure"},
              {"application_id", facts.client_id},
              {"directory_id", facts.tenant_id},
              {"certificate", read_file(certificate)},
              {"certificate_key", read_file(key)},
              {"token_endpoint", facts.token_url},
              {"discovery_url", facts.discovery_url},
              {"graph_endpoint", facts.graph_url},
              {"imap_host", "localhost"},
              {"imap_port", facts.imap_port},
              {"smtp_host", "localhost"},
              {"smtp_port", facts.smtp_port},
              {"ca_file", office.servers().ca_file().string()}});
  office.ask("POST", "/v1/grants", {{"id", "app"}, {"provider", "certified"}, {"kind", "client_credentials"}});
  open("cert", office.mailbox(1), "certified", "grant", "app");
  expect_service("cert", office.mailbox(1));
  EXPECT_EQ(text_of(office.get("/v1/providers/certified/status"), "secret_in_use"), "certificate");
}

TEST_F(grant_types_test, device_code) {
  start_without_sign_ins();
  const auto& dora = person(0);
  const auto begun = office.ask("POST", "/v1/providers/app-1/device-sign-ins", {{"delegate", dora.upn}});
  const auto shown = "/v1/providers/app-1/device-sign-ins/" + std::string{begun.at("id").as_string()};
  EXPECT_EQ(text_of(office.get(shown), "state"), "waiting");

  web_person somebody;
  somebody.open(std::string{begun.at("verification_uri").as_string()});
  somebody.submit({{"user-code", std::string{begun.at("user_code").as_string()}}});
  somebody.submit({{"email", dora.upn}});
  somebody.submit({{"password", dora.password.expose()}});
  for (int pages = 0; pages < 3 && somebody.page().find("name=\"action\"") != std::string::npos; ++pages)
    somebody.submit({{"action", "accept"}});
  EXPECT_THAT(somebody.page(), HasSubstr("You have signed in"));

  ASSERT_TRUE(wait_until([&] { return text_of(office.get(shown), "state") != "waiting"; }, 30s));
  const auto ended = office.get(shown);
  ASSERT_EQ(text_of(ended, "state"), "done") << boost::json::serialize(ended);
  EXPECT_EQ(text_of(ended.at("outcome").as_object(), "upn"), dora.upn);
  open("dev", office.mailbox(0), "app-1", "delegate", dora.upn);
  expect_service("dev", office.mailbox(0));
}

TEST_F(grant_types_test, authorization_code) {
  start_without_sign_ins();
  const auto& emil = person(1);
  const auto begun = office.ask("POST", "/v1/providers/app-1/authenticate", {{"delegate", emil.upn}});
  web_person somebody;
  somebody.begin(std::string{begun.at("url").as_string()});
  somebody.sign_in(emil.upn, emil.password.expose());
  EXPECT_THAT(somebody.address(), HasSubstr("/api/cloudProviders/oauth2/microsoft/callback"));
  EXPECT_THAT(somebody.page(), HasSubstr(emil.upn));
  open("code", office.mailbox(1), "app-1", "delegate", emil.upn);
  expect_service("code", office.mailbox(1));
}

} // namespace
} // namespace postroom::test
