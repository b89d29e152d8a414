#include "sim/gateway_config.hpp"
#include "sim/stand_in.hpp"
#include "tests/api/support/client.hpp"
#include "tests/integration/support/secret_search.hpp"
#include "tests/integration/support/web_person.hpp"
#include "tests/integration/support/wiretap.hpp"
#include "tests/support/process.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>

/// No secret comes out of a gateway that says all it can: neither in its logs, nor in what its API and its metrics
/// answer, nor in the clear in its store.
namespace postroom::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

const std::string binary = std::string{POSTROOM_BINARY_DIR} + "/app/postroom";

/// Customers of each kind, whose servers speak in the clear so that all that is said to them is known.
class talkative_gateway : public testing::Test {
protected:
  talkative_gateway() : port(free_port()) {
    sim::scenario plan;
    plan.tls = false;
    plan.mail.initial_each = 1;
    plan.tenants = {{"Contoso", "contoso.test", sim::service::microsoft, 1, 1, 4, {}},
                    {"Fabrikam", "fabrikam.test", sim::service::google, 1, 1, 1, {}},
                    {"Initech", "initech.test", sim::service::generic, 1, 1, 1, {}}};
    plan.redirect_uris = sim::callback_uris(listen());
    auto started = sim::stand_in::start(plan);
    if (!started)
      throw std::runtime_error(to_string(started.error()));
    servers = std::move(*started);
    providers = servers->providers();
    for (auto& each : providers) {
      each.imap_port = tap(each.imap_port);
      each.smtp_port = tap(each.smtp_port);
      const auto own = std::to_string(servers->identity_port());
      each.token_url.replace(each.token_url.find(own), own.size(), std::to_string(tap(servers->identity_port())));
    }
    know_the_people();
  }

  [[nodiscard]] std::string listen() const { return "127.0.0.1:" + std::to_string(port); }
  std::uint16_t tap(std::uint16_t target) {
    taps.push_back(std::make_unique<wiretap>(target));
    return taps.back()->port();
  }
  void know_the_people() {
    for (const auto& provider : servers->providers()) {
      secrets.add("client_secret", provider.client_secret.expose());
      for (const auto& each : provider.delegates) {
        secrets.add("password", each.password.expose());
        secrets.add("refresh_token", each.refresh_token.expose());
      }
    }
  }

  /// The stand-in's customers, and what goes wrong with secrets.
  std::string configuration() {
    sim::gateway_config_options options;
    options.data_directory = "data";
    options.listen = listen();
    options.log_level = "debug";
    options.connections_per_second_per_host = 200;
    const auto& contoso = providers.front();
    const auto provider = [&](const std::string& id, const std::string& secret) {
      return "[[provider]]\ntenant = \"contoso\"\nid = \"" + id + "\"\nname = \"" + id +
             "\"\nservice = \"microsoft_azure\"\ndirectory_id = \"" + contoso.tenant_id + "\"\napplication_id = \"" +
             contoso.client_id + "\"\nclient_secret = \"" + secret + "\"\ntoken_endpoint = \"" + contoso.token_url +
             "\"\nimap_host = \"localhost\"\nimap_port = " + std::to_string(contoso.imap_port) +
             "\nimap_security = \"plain\"\nsmtp_host = \"localhost\"\nsmtp_port = " +
             std::to_string(contoso.smtp_port) + "\nsmtp_security = \"plain\"\n";
    };
    const auto account = [&](const std::string& id, const std::string& of, const std::string& grant) {
      return "[[account]]\ntenant = \"contoso\"\nid = \"" + id + "\"\nname = \"" + id + "\"\nemail = \"" +
             servers->mailboxes().front() + "\"\nusername = \"" + servers->mailboxes().front() + "\"\nprovider = \"" +
             of + "\"\ngrant = \"" + grant + "\"\nlist = \"customers\"\n";
    };
    secrets.add("wrong client_secret", wrong_secret);
    secrets.add("wrong refresh_token", wrong_token);
    return sim::gateway_config(providers, options) +
           "[[grant]]\ntenant = \"contoso\"\nid = \"app\"\nprovider = " + "\"app-1\"\nkind = \"client_credentials\"\n" +
           account("by-application", "app-1", "app") + provider("wrong-secret", wrong_secret) +
           "[[grant]]\ntenant = \"contoso\"\nid = \"lost\"\nprovider = \"wrong-secret\"\ndelegate = \"" +
           servers->delegate() + "\"\nrefresh_token = \"" + contoso.delegates.front().refresh_token.expose() + "\"\n" +
           account("of-the-wrong-secret", "wrong-secret", "lost") +
           provider("right-secret", contoso.client_secret.expose()) +
           "[[grant]]\ntenant = \"contoso\"\nid = \"junk\"\nprovider = \"right-secret\"\ndelegate = \"" +
           servers->delegate() + "\"\nrefresh_token = \"" + wrong_token + "\"\n" +
           account("of-the-wrong-token", "right-secret", "junk");
  }

  void start() {
    const auto file = directory.path() / "postroom.toml";
    write_file(file, configuration());
    const auto made = run({binary, "token", "create", "-c", file.string(), "--scope", "admin"});
    ASSERT_TRUE(made);
    ASSERT_EQ(made->status, 0) << made->output;
    api_token = made->output.substr(0, made->output.find('\n'));
    secrets.add("API token", api_token);
    spawn_options how;
    how.output_file = directory.path() / "output";
    auto started = process::spawn({binary, "serve", "-c", file.string()}, how);
    ASSERT_TRUE(started) << to_string(started.error());
    gateway = std::move(*started);
    ASSERT_TRUE(wait_until([&] { return accepts_connections(port) || !gateway->running(); }, 30s));
  }
  api::test::answer ask(const api::test::call& what) { return api::test::client{port, said, api_token}.send(what); }
  api::test::answer get(const std::string& path) { return ask({"GET", path, {}, {}}); }
  api::test::answer post(const std::string& path, const boost::json::object& body) {
    return ask({"POST", path, boost::json::serialize(body), {{"Content-Type", "application/json"}}});
  }
  std::string state_of(const std::string& tenant, const std::string& account) {
    const auto answer = get("/v1/accounts/" + account + "/status?tenant=" + tenant);
    if (answer.status != 200)
      return {};
    return std::string{answer.json().at("state").as_string()};
  }
  bool come_into_step(const std::string& tenant, const std::string& account) {
    return wait_until([&] { return state_of(tenant, account) == "idle"; }, 30s);
  }
  void send_a_mail(const std::string& tenant, const std::string& account) {
    const auto before = servers->stats().mails_submitted;
    const auto answer = post("/v1/accounts/" + account + "/outbox?tenant=" + tenant,
                             {{"to", {"anna@example.test"}}, {"subject", "hello"}, {"text", "x\n"}});
    ASSERT_EQ(answer.status, 202U) << answer.body;
    EXPECT_TRUE(wait_until([&] { return servers->stats().mails_submitted > before; }, 20s)) << account;
  }
  /// Everything that a reader can get to see.
  void read_all() {
    for (const std::string tenant : {"contoso", "fabrikam", "initech"}) {
      const auto of = "?tenant=" + tenant;
      for (const std::string kind : {"providers", "grants", "accounts"}) {
        const auto listed = get("/v1/" + kind + of);
        ASSERT_EQ(listed.status, 200U) << kind;
        const auto page = listed.json();
        for (const auto& each : page.at("items").as_array())
          for (const std::string part : {"", "/status", "/outbox", "/lint"})
            get("/v1/" + kind + "/" + std::string{each.at("id").as_string()} + part + of);
      }
      get("/v1/events" + of + "&limit=1000");
    }
    for (const auto* path : {"/v1/tenants", "/v1/tokens", "/metrics", "/healthz", "/readyz", "/openapi.json"})
      EXPECT_EQ(get(path).status, 200U) << path;
  }
  void expect_no_secret_anywhere() {
    for (const auto& each : taps)
      secrets.add_from(each->heard());
    EXPECT_THAT(secrets.found_in(said), IsEmpty()) << "in what the API answered";
    EXPECT_THAT(secrets.found_in(gateway->output()), IsEmpty()) << "in what the gateway wrote";
    ASSERT_TRUE(std::filesystem::remove(directory.path() / "postroom.toml"));
    EXPECT_THAT(secrets.found_below(directory.path()), IsEmpty());
  }

  static constexpr const char* wrong_secret = "sim~this-is-a-secret-of-yesteryear";
  static constexpr const char* wrong_token = "0.AXX-this-refresh-token-never-was-one";

  temp_directory directory;
  std::uint16_t port;
  std::unique_ptr<sim::stand_in> servers;
  std::vector<sim::provider_facts> providers;
  std::vector<std::unique_ptr<wiretap>> taps;
  secret_search secrets;
  std::string api_token;
  std::string said; ///< by the API
  std::unique_ptr<process> gateway;
};

TEST_F(talkative_gateway, keeps_the_secrets_of_every_kind_of_grant) {
  ASSERT_NO_FATAL_FAILURE(start());
  EXPECT_TRUE(come_into_step("contoso", "support"));
  EXPECT_TRUE(come_into_step("contoso", "by-application"));
  EXPECT_TRUE(come_into_step("fabrikam", "support"));
  EXPECT_TRUE(come_into_step("initech", "support"));
  for (const auto* account : {"of-the-wrong-secret", "of-the-wrong-token"})
    EXPECT_TRUE(wait_until(
        [&] {
          return get("/v1/accounts/" + std::string{account} + "/status?tenant=contoso")
                     .body.find(R"("last_error":{)") != std::string::npos;
        },
        20s))
        << account;
  for (const auto* tenant : {"contoso", "fabrikam", "initech"})
    ASSERT_NO_FATAL_FAILURE(send_a_mail(tenant, "support"));
  ASSERT_NO_FATAL_FAILURE(read_all());
  EXPECT_EQ(gateway->stop(), 0);
  expect_no_secret_anywhere();
  EXPECT_GE(secrets.count("access_token"), 3U) << "a delegate's, the application's, a Google user's";
  EXPECT_GE(secrets.count("sasl"), 6U);
  EXPECT_GE(secrets.count("refresh_token"), 4U);
  EXPECT_THAT(gateway->output(), HasSubstr("\"debug\"")) << "it said all it could";
}

TEST_F(talkative_gateway, keeps_them_when_logins_and_refreshes_fail) {
  servers->revoke_grants(servers->delegate());
  ASSERT_NO_FATAL_FAILURE(start());
  ASSERT_TRUE(come_into_step("fabrikam", "support"));
  EXPECT_TRUE(wait_until([&] { return gateway->output().find("AADSTS50173") != std::string::npos; }, 20s));
  sim::fault refused;
  refused.kind = sim::fault_kind::login_refused;
  ASSERT_TRUE(servers->add_fault(refused));
  servers->drop_connections();
  EXPECT_TRUE(wait_until([&] { return state_of("fabrikam", "support") != "idle"; }, 20s));
  for (const auto* tenant : {"contoso", "fabrikam", "initech"})
    post("/v1/accounts/support/outbox?tenant=" + std::string{tenant},
         {{"to", {"anna@example.test"}}, {"subject", "hello"}, {"text", "x\n"}});
  EXPECT_TRUE(wait_until([&] { return servers->stats().submission_logins_refused >= 2; }, 20s));
  ASSERT_NO_FATAL_FAILURE(read_all());
  EXPECT_EQ(gateway->stop(), 0);
  expect_no_secret_anywhere();
}

TEST_F(talkative_gateway, keeps_the_secrets_of_a_sign_in) {
  ASSERT_NO_FATAL_FAILURE(start());
  const auto& dora = servers->providers().front().delegates.front();
  const auto asked = post("/v1/providers/app-1/authenticate?tenant=contoso", {{"delegate", dora.upn}});
  ASSERT_EQ(asked.status, 201U) << asked.body;
  const std::string start_page{asked.json().at("url").as_string()};
  web_person person;
  person.begin(start_page);
  person.sign_in(dora.upn, dora.password.expose());
  EXPECT_THAT(person.page(), HasSubstr(dora.upn));
  EXPECT_THAT(person.address(), HasSubstr("code="));
  const auto answered = person.address();
  secrets.add_from({answered.substr(answered.find('?'))});
  EXPECT_THAT(secrets.found_in(person.page()), IsEmpty()) << "on the page";
  person.open(answered);
  EXPECT_THAT(person.page(), testing::Not(HasSubstr(dora.upn))) << "the answer is good once";
  person.open(answered.substr(0, answered.find('?')) + "?code=0.AAA-an-invented-code&state=an-invented-state");
  secrets.add("code", "0.AAA-an-invented-code");
  ASSERT_NO_FATAL_FAILURE(read_all());
  EXPECT_EQ(gateway->stop(), 0);
  expect_no_secret_anywhere();
  EXPECT_GE(secrets.count("code"), 2U);
  EXPECT_GE(secrets.count("code_verifier"), 1U);
  EXPECT_GE(secrets.count("id_token"), 1U);
}

TEST(secret_search_itself, finds_what_it_looks_for) {
  secret_search it;
  it.add("password", "amber-river~1+");
  it.add_from(
      {"POST /token HTTP/1.1\r\n\r\ngrant_type=refresh_token&refresh_token=0.A%2Fbcdefgh&client_secret=s%7E1234567",
       R"({"access_token":"ey.head.tail1","id_token":"ey.id.tail22"})",
       "a AUTHENTICATE XOAUTH2 dXNlcj1hAWF1dGg9QmVhcmVyIHgBAQ==\r\n"});
  EXPECT_EQ(it.found_in("nothing of it"), std::set<std::string>{});
  EXPECT_EQ(it.found_in("x amber-river~1+ y"), std::set<std::string>{"password"});
  EXPECT_EQ(it.found_in("amber-river~1%2b"), std::set<std::string>{"password"});
  EXPECT_EQ(it.found_in("amber-river~1%2B"), std::set<std::string>{"password"});
  EXPECT_EQ(it.found_in("YW1iZXItcml2ZXJ+MSs="), std::set<std::string>{"password"});
  EXPECT_EQ(it.found_in("0.A/bcdefgh"), std::set<std::string>{"refresh_token"});
  EXPECT_EQ(it.found_in("s~1234567 ey.head.tail1"), (std::set<std::string>{"client_secret", "access_token"}));
  EXPECT_EQ(it.found_in("dXNlcj1hAWF1dGg9QmVhcmVyIHgBAQ=="), std::set<std::string>{"sasl"});
  EXPECT_THROW(it.add("pin", "1234"), std::invalid_argument);
}

} // namespace
} // namespace postroom::test
