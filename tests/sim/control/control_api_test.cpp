#include "sim/control/control_api.hpp"

#include "tests/sim/world_fixture.hpp"

#include <boost/json.hpp>

namespace postroom::sim {
namespace {

namespace http = boost::beast::http;
namespace json = boost::json;
using namespace std::chrono_literals;
using testing::HasSubstr;

const std::string certificate_pem = R"(-----BEGIN CERTIFICATE-----
MIIDCTCCAfGgAwIBAgIUawpwEKXavKPpbc3t/zROsxbhbXMwDQYJKoZIhvcNAQEL
BQAwEzERMA8GA1UEAwwIcG9zdHJvb20wIBcNMjYxMTI1MjEzNTI0WhgPMjEyNjEx
MDEyMTM1MjRaMBMxETAPBgNVBAMMCHBvc3Ryb29tMIIBIjANBgkqhkiG9w0BAQEF
AAOCAQ8AMIIBCgKCAQEAtwpP/DylYWcNdQp8p4qf3zwPi+jVJaJtqS4TSEzNeyHf
Q8nwyxxTM9GxqgbIYLpDsQgWOGUgAwLufHyiBTqnihuxaoi+ucPGkBUY3qtI9NCt
x6Xirmu+LF6IOzMB3WxhICtccmuVFJlnunMgukSp9RjLopSYJfna7+tmd8ls9B5Z
RIszdxQORLNWhvydok9/mEgIHWiXKKNeahha4qEDtVRV/GLFMp5AygAiw3a41uEq
AKoFmztcwJrasoRuNVuHwwrTGOtawGEwnvglp0v+frxK0PSDkNgm/CqdLayZZxF1
9jjNFRYIVkBLgZR3e6+WnjB77ROUVJIvevbXR5WArQIDAQABo1MwUTAdBgNVHQ4E
FgQUQZpOIemTVIuN/KyFneELeu0/hR8wHwYDVR0jBBgwFoAUQZpOIemTVIuN/KyF
neELeu0/hR8wDwYDVR0TAQH/BAUwAwEB/zANBgkqhkiG9w0BAQsFAAOCAQEAY3UE
qeEA4hXdKi6szs8ITroyM4kzha6+TOX4DgP+cJnVWU9l/87xBNy+TPXto44QufJn
Oaf1G9BUYozl3A6sP+sOLGg3zVKrMIoJ0xg5KCYmkejObBWpritXbgVqsZNLsCOL
VyOhR/hFJq81wdeyDOJuTUJAKy61hzFt6foVXa0zieM8iMrp5nnvzpleWAH/h6xG
37B9AfILSLneyjpP2U0evBqL7rDnqUqPbaBuTlyyG22f/mTOoRPM9XOj7bQ7KPKX
gRD7ggaTGi7mUhysQTxJIrIidk96D9s9KDdptlxscRZBE1TGxFzwqBRATENsU99S
ZwF/1DaS1blNsC/nkA==
-----END CERTIFICATE-----
)";
constexpr const char* certificate_x5t = "I6g8kDrDC8a_V68Q1KD0OHUHM20";
constexpr const char* certificate_x5t_s256 = "-Wmbbo6-ep7UEpmjD50EZvCftyIniK-11AiY5kNi3Ek";
constexpr const char* certificate_end = "2126-11-01";

class control_api_test : public world_test {
protected:
  http_response ask(http::verb method, const std::string& path, const std::string& body = {},
                    const std::string& host = "localhost:8", const std::string& origin = {}) {
    http_request request{method, path, 11};
    if (!host.empty())
      request.set(http::field::host, host);
    if (!origin.empty())
      request.set(http::field::origin, origin);
    request.body() = body;
    return control_api{it(), servers_}.answer(request);
  }
  json::value good(http::verb method, const std::string& path, const std::string& body = {}) {
    const auto answer = ask(method, path, body);
    EXPECT_LT(answer.result_int(), 300U) << path << " " << answer.body();
    return json::parse(answer.body());
  }
  json::value get(const std::string& path) { return good(http::verb::get, path); }
  json::value post(const std::string& path, const std::string& body = {}) { return good(http::verb::post, path, body); }
  json::value patch(const std::string& path, const std::string& body) { return good(http::verb::patch, path, body); }
  /// The status of a refusal, which must say what to do.
  unsigned refused(http::verb method, const std::string& path, const std::string& body = {}) {
    const auto answer = ask(method, path, body);
    const auto why = json::parse(answer.body());
    EXPECT_FALSE(why.at("error").as_string().empty());
    EXPECT_FALSE(why.at("what to do").as_string().empty());
    return answer.result_int();
  }

  noted_servers servers_;
};

TEST_F(control_api_test, tells_what_there_is) {
  const auto overview = ask(http::verb::get, "/");
  EXPECT_EQ(overview.result_int(), 200U);
  EXPECT_THAT(overview.body(), HasSubstr("/v1/mailboxes/{}/mails"));
  EXPECT_THAT(overview.body(), HasSubstr("DELETE /v1/faults/{}"));
}

TEST_F(control_api_test, answers_this_machine_only) {
  for (const auto* host : {"localhost", "LOCALHOST:8025", "127.0.0.1", "127.0.0.1:1", "[::1]:1"})
    EXPECT_EQ(ask(http::verb::get, "/v1/stats", {}, host).result_int(), 200U) << host;
  for (const auto* host : {"", "evil.test", "localhost.evil.test", "127.0.0.1.evil.test:80", "10.0.0.1"})
    EXPECT_EQ(ask(http::verb::get, "/v1/stats", {}, host).result_int(), 403U) << host;
  EXPECT_EQ(ask(http::verb::post, "/v1/stats/reset", {}, "localhost", "https://evil.test").result_int(), 403U);
  EXPECT_EQ(ask(http::verb::post, "/v1/stats/reset", {}, "localhost", "null").result_int(), 403U);
  EXPECT_EQ(ask(http::verb::post, "/v1/stats/reset", {}, "localhost", "http://localhost:8").result_int(), 200U);
}

TEST_F(control_api_test, tells_wrong_paths_from_wrong_methods) {
  for (const auto* path : {"/v1", "/v1/", "/v1/stats/", "/v1/mailboxes/", "/v1/mailboxes//mails", "/nothing", "//"})
    EXPECT_EQ(refused(http::verb::get, path), 404U) << path;
  EXPECT_EQ(refused(http::verb::delete_, "/v1/stats"), 405U);
  EXPECT_EQ(ask(http::verb::put, "/v1/faults").at(http::field::allow), "GET, POST, DELETE");
  EXPECT_EQ(refused(http::verb::get, "/" + std::string(5'000, 'x')), 414U);
}

TEST_F(control_api_test, hands_out_facts) {
  const auto facts = get("/v1/facts");
  const auto& provider = facts.at("providers").at(0);
  const auto& made = it().who.providers.front();
  EXPECT_EQ(provider.at("client_id").as_string(), made.client_id);
  EXPECT_EQ(provider.at("client_secret").as_string(), made.client_secret.expose());
  EXPECT_EQ(provider.at("service").as_string(), "microsoft");
  EXPECT_EQ(provider.at("imap_port").as_int64(), 2);
  EXPECT_EQ(provider.at("administrator").at("upn").as_string(), "admin@contoso.test");
  const auto& delegate = provider.at("delegates").at(0);
  EXPECT_EQ(delegate.at("refresh_token").as_string(), made.delegates.front().refresh_token.expose());
  EXPECT_EQ(delegate.at("mailboxes").as_array().size(), 4U);
  EXPECT_EQ(facts.at("ports").at("control").as_int64(), 8);
  EXPECT_EQ(facts.at("mailboxes").as_array().size(), 4U);
}

TEST_F(control_api_test, counts_and_resets) {
  servers_.counted.connections = 17;
  servers_.counted.not_idle_longest_s = 1.5;
  const auto stats = get("/v1/stats");
  EXPECT_EQ(stats.at("connections").to_number<int>(), 17);
  EXPECT_EQ(stats.at("not_idle_longest_s").as_double(), 1.5);
  for (const auto* name : {"idling", "google_idling", "connects_peak_per_s", "connects_last_s", "cpu_s", "not_idle",
                           "resident_bytes", "mails_delivered", "mails_fetched", "mails_submitted", "token_requests"})
    EXPECT_TRUE(stats.as_object().contains(name)) << name;
  it().connects.note(it().time.ticks());
  time.advance(2s);
  post("/v1/stats/reset");
  EXPECT_EQ(it().connects.peak(), 0U);
}

TEST_F(control_api_test, delivers_and_deletes_mail) {
  const std::string raw = "Subject: x\r\n\r\ny\r\n";
  EXPECT_EQ(post("/v1/mailboxes/support@contoso.test/mails", raw).at("uid").as_int64(), 4);
  EXPECT_EQ(*inbox("support@contoso.test").back().raw, raw);
  EXPECT_EQ(post("/v1/mailboxes/Support%40contoso.test/mails").at("uid").as_int64(), 5);
  EXPECT_GT(inbox("support@contoso.test").back().raw->size(), 1'000U) << "a generated one";
  EXPECT_EQ(it().records.delivered(12, 1).front().origin, mail_origin::posted);
  EXPECT_EQ(it().records.delivered(13, 1).front().origin, mail_origin::generated);
  good(http::verb::delete_, "/v1/mailboxes/support@contoso.test/mails/4");
  EXPECT_EQ(it().mail.find("support@contoso.test")->inbox().find(4), nullptr);
  EXPECT_EQ(refused(http::verb::delete_, "/v1/mailboxes/support@contoso.test/mails/4"), 404U);
  EXPECT_EQ(refused(http::verb::delete_, "/v1/mailboxes/support@contoso.test/mails/x"), 400U);
  EXPECT_EQ(refused(http::verb::delete_, "/v1/mailboxes/support@contoso.test/mails/99999999999"), 400U);
  EXPECT_EQ(refused(http::verb::delete_, "/v1/mailboxes/nobody@contoso.test/mails/1"), 404U);
  EXPECT_EQ(refused(http::verb::post, "/v1/mailboxes/nobody@contoso.test/mails", raw), 404U);
  EXPECT_EQ(refused(http::verb::post, "/v1/mailboxes/nobody@contoso.test/mails"), 404U);
}

TEST_F(control_api_test, shows_and_sets_mailboxes) {
  const std::string path = "/v1/mailboxes/support@contoso.test";
  const auto box = get(path);
  EXPECT_EQ(box.at("count").to_number<int>(), 3);
  EXPECT_EQ(box.at("uidnext").to_number<int>(), 4);
  EXPECT_EQ(box.at("uidvalidity").to_number<std::uint32_t>(),
            it().mail.find("support@contoso.test")->inbox().uid_validity());
  EXPECT_EQ(box.at("smtp").as_string(), "inherit");
  patch(path, R"({"imap_enabled": false, "smtp": "off", "licensed": false, "copy_for_sent_as": true})");
  const auto& settings = it().mail.find("support@contoso.test")->settings;
  EXPECT_FALSE(settings.imap_enabled);
  EXPECT_EQ(settings.smtp, mailbox_settings::smtp_auth::off);
  EXPECT_FALSE(settings.licensed);
  EXPECT_TRUE(settings.copy_for_sent_as);
  EXPECT_EQ(refused(http::verb::patch, path, R"({"imap_enabled": true, "smtp": "perhaps"})"), 400U);
  EXPECT_EQ(refused(http::verb::patch, path, R"({"imap": true})"), 400U);
  EXPECT_FALSE(settings.imap_enabled) << "nothing is changed by half";
  EXPECT_EQ(refused(http::verb::patch, "/v1/mailboxes/x@y.test", "{}"), 404U);
  EXPECT_EQ(refused(http::verb::get, "/v1/mailboxes/x@y.test"), 404U);
}

TEST_F(control_api_test, gives_and_takes_rights) {
  const std::string path = "/v1/mailboxes/support@contoso.test/rights";
  const std::string dora = "dora.delegate@contoso.test";
  good(http::verb::delete_, path, R"({"user": ")" + dora + R"(", "send_as": false})");
  EXPECT_FALSE(it().mail.may_open(dora, "support@contoso.test"));
  EXPECT_TRUE(it().mail.may_send_as(dora, "support@contoso.test"));
  good(http::verb::delete_, path, R"({"user": ")" + dora + R"("})");
  EXPECT_FALSE(it().mail.may_send_as(dora, "support@contoso.test"));
  post(path, R"({"user": ")" + dora + R"("})");
  EXPECT_TRUE(it().mail.may_open(dora, "support@contoso.test"));
  EXPECT_TRUE(it().mail.may_send_as(dora, "support@contoso.test"));
  post(path, R"({"user": ")" + it().who.providers.front().client_id + R"("})");
  EXPECT_EQ(refused(http::verb::post, path, R"({"user": "nobody@contoso.test"})"), 404U);
  EXPECT_EQ(refused(http::verb::post, path, "{}"), 404U);
  EXPECT_EQ(refused(http::verb::post, path, R"({"user": 1})"), 400U);
  EXPECT_EQ(refused(http::verb::post, "/v1/mailboxes/x@y.test/rights", R"({"user": ")" + dora + R"("})"), 404U);
}

TEST_F(control_api_test, changes_users_and_adds_them) {
  const std::string path = "/v1/users/dora.delegate@contoso.test";
  EXPECT_EQ(get(path).at("enabled").as_bool(), true);
  patch(path, R"({"enabled": false, "locked": true, "mfa_required": true, "mfa_enrolled": false, "password": "x"})");
  const auto* const dora = it().people.find_tenant("contoso.test")->find_user("dora.delegate@contoso.test");
  EXPECT_FALSE(dora->enabled);
  EXPECT_TRUE(dora->locked);
  EXPECT_TRUE(dora->mfa_required);
  EXPECT_FALSE(dora->mfa_enrolled);
  EXPECT_EQ(dora->password.expose(), "x");
  const auto& token = it().who.providers.front().delegates.front().refresh_token;
  EXPECT_FALSE(it().grants.find_refresh_token(token.expose())->revoked);
  patch(path, R"({"sign_out": true})");
  EXPECT_TRUE(it().grants.find_refresh_token(token.expose())->revoked);
  EXPECT_EQ(dora->sessions_valid_from, it().time.now()) << "browsers forget who signed in";
  EXPECT_EQ(refused(http::verb::patch, path, R"({"enabled": "no"})"), 400U);
  EXPECT_EQ(refused(http::verb::patch, "/v1/users/nobody@contoso.test", "{}"), 404U);
  EXPECT_EQ(refused(http::verb::get, "/v1/users/nobody"), 404U);

  const auto otto = post("/v1/users", R"({"upn": "otto@contoso.test"})");
  EXPECT_NE(it().grants.find_refresh_token(std::string{otto.at("refresh_token").as_string()}), nullptr);
  EXPECT_EQ(refused(http::verb::post, "/v1/users", R"({"upn": "otto@contoso.test"})"), 409U);
  EXPECT_EQ(refused(http::verb::post, "/v1/users", R"({"upn": "otto@elsewhere.test"})"), 404U);
}

TEST_F(control_api_test, a_new_password_ends_what_google_granted) {
  make([](scenario& plan) { plan.tenants.front().kind = service::google; });
  const auto& owner = it().who.providers.front().delegates.front();
  const auto revoked = [&] { return it().grants.find_refresh_token(owner.refresh_token.expose())->revoked; };
  patch("/v1/users/" + owner.upn, R"({"name": "Another"})");
  EXPECT_FALSE(revoked());
  patch("/v1/users/" + owner.upn, R"({"password": "new"})");
  EXPECT_TRUE(revoked());
}

TEST_F(control_api_test, changes_what_kind_of_application_it_is) {
  const auto client_id = it().who.providers.front().client_id;
  const auto changed = patch("/v1/applications/" + client_id, R"({"public_client": true})");
  EXPECT_TRUE(changed.at("public_client").as_bool());
  EXPECT_FALSE(changed.at("multi_tenant").as_bool());
  patch("/v1/applications/" + client_id, R"({"multi_tenant": true})");
  const auto* const app = it().people.find_application(client_id);
  EXPECT_TRUE(app->public_client);
  EXPECT_TRUE(app->multi_tenant);
  EXPECT_EQ(refused(http::verb::patch, "/v1/applications/" + client_id, R"({"public": true})"), 400U);
  EXPECT_EQ(refused(http::verb::patch, "/v1/applications/none", "{}"), 404U);
}

TEST_F(control_api_test, adds_and_expires_client_secrets) {
  const auto path = "/v1/applications/" + it().who.providers.front().client_id;
  const auto added = post(path + "/secrets", R"({"expires_in_s": 60})");
  const auto* const app = it().people.find_application(it().who.providers.front().client_id);
  ASSERT_EQ(app->secrets.size(), 2U);
  EXPECT_EQ(app->secrets.back().value.expose(), added.at("value").as_string());
  EXPECT_EQ(app->secrets.back().expires, it().time.now() + 60s);
  const std::string key_id{added.at("key_id").as_string()};
  patch(path + "/secrets/" + key_id, R"({"expires_in_s": 0})");
  EXPECT_EQ(app->secrets.back().expires, it().time.now());
  const auto shown = ask(http::verb::get, path).body();
  EXPECT_THAT(shown, HasSubstr(key_id));
  EXPECT_THAT(shown, testing::Not(HasSubstr(std::string{added.at("value").as_string()})));
  EXPECT_EQ(refused(http::verb::patch, path + "/secrets/" + key_id, "{}"), 400U);
  EXPECT_EQ(refused(http::verb::patch, path + "/secrets/none", R"({"expires_in_s": 0})"), 404U);
  EXPECT_EQ(refused(http::verb::post, "/v1/applications/none/secrets"), 404U);
  EXPECT_EQ(refused(http::verb::get, "/v1/applications/none"), 404U);
  EXPECT_EQ(refused(http::verb::patch, "/v1/applications/none/secrets/x", "{}"), 404U);
  for (int i = 2; i < 100; ++i)
    post(path + "/secrets");
  EXPECT_EQ(refused(http::verb::post, path + "/secrets"), 409U);
}

TEST_F(control_api_test, registers_certificates) {
  // openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=postroom -days 36500; thumbprints by openssl x509 -fingerprint
  const auto path = "/v1/applications/" + it().who.providers.front().client_id + "/certificates";
  const auto added = post(path, certificate_pem);
  EXPECT_EQ(added.at("x5t").as_string(), certificate_x5t);
  EXPECT_EQ(added.at("x5t#S256").as_string(), certificate_x5t_s256);
  EXPECT_THAT(std::string{added.at("expires").as_string()}, testing::StartsWith(certificate_end));
  const auto* const app = it().people.find_application(it().who.providers.front().client_id);
  EXPECT_THAT(app->certificates.front().public_key_pem, testing::StartsWith("-----BEGIN PUBLIC KEY-----"));
  EXPECT_EQ(refused(http::verb::post, path, "nonsense"), 400U);
  EXPECT_EQ(refused(http::verb::post, path), 400U);
  EXPECT_EQ(refused(http::verb::post, path, it().tokens.public_key_pem()), 400U) << "a key is no certificate";
  EXPECT_EQ(refused(http::verb::post, "/v1/applications/none/certificates", certificate_pem), 404U);
}

TEST_F(control_api_test, changes_what_a_tenant_lets_an_application_do) {
  const auto& provider = it().who.providers.front();
  const auto path = "/v1/tenants/contoso.test/applications/" + provider.client_id;
  patch(path, R"({"enabled": false, "assignment_required": true, "assigned": ["Dora@contoso.test"], "roles": []})");
  const auto& principal = it().people.find_tenant("contoso.test")->principals.at(provider.client_id);
  EXPECT_FALSE(principal.enabled);
  EXPECT_TRUE(principal.assignment_required);
  EXPECT_THAT(principal.assigned, testing::ElementsAre("dora@contoso.test"));
  EXPECT_TRUE(principal.roles.empty());
  EXPECT_FALSE(principal.scopes.empty()) << "as before";
  EXPECT_EQ(refused(http::verb::patch, path, R"({"roles": "all"})"), 400U);
  EXPECT_EQ(refused(http::verb::patch, "/v1/tenants/none/applications/" + provider.client_id, "{}"), 404U);
  EXPECT_EQ(refused(http::verb::patch, "/v1/tenants/contoso.test/applications/none", "{}"), 404U);
}

TEST_F(control_api_test, sets_policies) {
  const auto path = "/v1/tenants/" + it().who.providers.front().tenant_id + "/policies";
  patch(path, R"({"users_may_consent": false, "device_code_allowed": false, "security_defaults": true,
                  "smtp_auth_disabled": true, "sign_in_frequency_s": 3600, "access_token_life_s": 60})");
  const auto& policies = it().people.find_tenant("contoso.test")->policies;
  EXPECT_FALSE(policies.users_may_consent);
  EXPECT_FALSE(policies.device_code_allowed);
  EXPECT_TRUE(policies.security_defaults);
  EXPECT_TRUE(policies.smtp_auth_disabled);
  EXPECT_EQ(policies.sign_in_frequency, 1h);
  EXPECT_EQ(policies.access_token_life, 1min);
  EXPECT_EQ(refused(http::verb::patch, path, R"({"access_token_life_s": -1})"), 400U);
  EXPECT_EQ(refused(http::verb::patch, "/v1/tenants/none/policies", "{}"), 404U);
}

TEST_F(control_api_test, changes_how_fast_mail_comes) {
  EXPECT_EQ(get("/v1/mail").at("per_second").as_double(), 0);
  good(http::verb::put, "/v1/mail", R"({"per_second": 2.5})");
  EXPECT_EQ(it().flow.rate(), 2.5);
  EXPECT_EQ(refused(http::verb::put, "/v1/mail", R"({"per_second": -1})"), 400U);
  EXPECT_EQ(refused(http::verb::put, "/v1/mail", "{}"), 400U);
  EXPECT_EQ(it().flow.rate(), 2.5);
}

TEST_F(control_api_test, posts_and_ends_faults) {
  const auto id = post("/v1/faults", R"({"kind": "throttle", "at_s": 1, "lasts_s": 2.5, "share": 0.5,
                                         "names": ["*@contoso.test"], "amount": 100})")
                      .at("id")
                      .to_number<std::uint64_t>();
  const auto state = [&] { return std::string{get("/v1/faults").at("faults").at(0).at("state").as_string()}; };
  const auto listed = get("/v1/faults").at("faults").at(0);
  EXPECT_EQ(listed.at("kind").as_string(), "throttle");
  EXPECT_EQ(listed.at("begins_in_s").as_double(), 1.0);
  EXPECT_EQ(listed.at("ends_in_s").as_double(), 3.5);
  EXPECT_EQ(listed.at("amount").as_int64(), 100);
  EXPECT_EQ(state(), "waiting");
  time.advance(1s);
  EXPECT_EQ(state(), "active");
  time.advance(3s);
  EXPECT_EQ(state(), "over");
  good(http::verb::delete_, "/v1/faults/" + std::to_string(id));
  EXPECT_EQ(refused(http::verb::delete_, "/v1/faults/" + std::to_string(id)), 404U);
  EXPECT_EQ(refused(http::verb::delete_, "/v1/faults/x"), 404U);
  post("/v1/faults", R"({"kind": "drop"})");
  EXPECT_TRUE(get("/v1/faults").at("faults").at(0).at("ends_in_s").is_null());
  good(http::verb::delete_, "/v1/faults");
  EXPECT_TRUE(it().faults.all().empty());
  EXPECT_EQ(refused(http::verb::post, "/v1/faults", R"({"kind": "earthquake"})"), 400U);
  EXPECT_EQ(refused(http::verb::post, "/v1/faults", R"({"kind": "slow"})"), 400U) << "needs an amount";
  EXPECT_EQ(refused(http::verb::post, "/v1/faults", R"({"kind": "stall", "share": 2})"), 400U);
  EXPECT_EQ(refused(http::verb::post, "/v1/faults", "nonsense"), 400U);
  EXPECT_THAT(ask(http::verb::post, "/v1/faults", "{}").body(), HasSubstr("outage, clock_skew"));
}

TEST_F(control_api_test, pages_through_the_journal) {
  const auto page = get("/v1/delivered?after=2&limit=3");
  ASSERT_EQ(page.at("mails").as_array().size(), 3U);
  EXPECT_EQ(page.at("mails").at(0).at("seq").to_number<int>(), 3);
  EXPECT_EQ(page.at("mails").at(0).at("origin").as_string(), "generated");
  EXPECT_EQ(page.at("mails").at(0).at("sha256").as_string().size(), 64U);
  EXPECT_EQ(page.at("next_after").to_number<int>(), 5);
  EXPECT_EQ(page.at("forgotten").to_number<int>(), 0);
  EXPECT_EQ(get("/v1/delivered").at("mails").as_array().size(), 12U);
  EXPECT_EQ(get("/v1/delivered?after=12").at("next_after").to_number<int>(), 12);
  it().records.add(submitted_entry{.user = "dora", .recipients = {"a@b.test"}, .answer = "250 OK", .taken = true});
  const auto submitted = get("/v1/submitted").at("mails").at(0);
  EXPECT_EQ(submitted.at("answer").as_string(), "250 OK");
  EXPECT_EQ(submitted.at("recipients").at(0).as_string(), "a@b.test");
  for (const auto* query : {"?limit=0", "?limit=10001", "?limit=x", "?after=-1", "?after="})
    EXPECT_EQ(refused(http::verb::get, std::string{"/v1/delivered"} + query), 400U) << query;
  EXPECT_EQ(refused(http::verb::get, "/v1/submitted?limit=0"), 400U);
}

TEST_F(control_api_test, says_what_the_journal_has_forgotten) {
  make([](scenario& plan) { plan.journal_mails_max = 5; });
  const auto page = get("/v1/delivered");
  EXPECT_EQ(page.at("forgotten").to_number<int>(), 7);
  EXPECT_EQ(page.at("mails").at(0).at("seq").to_number<int>(), 8);
}

TEST_F(control_api_test, moves_mailboxes_and_renames_them) {
  const std::string path = "/v1/mailboxes/support@contoso.test";
  EXPECT_EQ(get(path).at("upn").as_string(), "support@contoso.test");
  const auto changed = patch(path, R"({"on_premises": true, "upn": "s1@contoso.test"})");
  EXPECT_TRUE(changed.at("on_premises").as_bool());
  EXPECT_EQ(changed.at("upn").as_string(), "s1@contoso.test");
  const auto* const box = it().mail.find("support@contoso.test");
  EXPECT_TRUE(box->settings.on_premises);
  EXPECT_EQ(it().mail.find_login("s1@contoso.test"), box);
  EXPECT_EQ(refused(http::verb::patch, path, R"({"upn": "sales@contoso.test"})"), 409U);
  EXPECT_EQ(refused(http::verb::patch, path, R"({"upn": "dora.delegate@contoso.test"})"), 409U);
  EXPECT_EQ(refused(http::verb::patch, path, R"({"upn": "s1@elsewhere.test", "on_premises": false})"), 400U);
  EXPECT_TRUE(box->settings.on_premises) << "all or nothing";
  EXPECT_EQ(refused(http::verb::patch, "/v1/mailboxes/dora.delegate@contoso.test", R"({"upn": "d@contoso.test"})"),
            409U);
}

TEST_F(control_api_test, makes_users_whose_address_is_another) {
  const auto made = post("/v1/users", R"({"upn": "u1@contoso.test", "address": "emma@contoso.test"})");
  EXPECT_EQ(made.at("upn").as_string(), "u1@contoso.test");
  EXPECT_EQ(made.at("address").as_string(), "emma@contoso.test");
  EXPECT_EQ(get("/v1/mailboxes/emma@contoso.test").at("upn").as_string(), "u1@contoso.test");
  EXPECT_EQ(refused(http::verb::get, "/v1/users/emma@contoso.test"), 404U);
}

TEST_F(control_api_test, restricts_what_an_application_opens_by_graph) {
  const auto& provider = it().who.providers.front();
  patch("/v1/tenants/contoso.test/applications/" + provider.client_id, R"({"mailboxes_restricted": true})");
  EXPECT_TRUE(it().people.find_tenant("contoso.test")->principals.at(provider.client_id).mailboxes_restricted);
}

} // namespace
} // namespace postroom::sim
