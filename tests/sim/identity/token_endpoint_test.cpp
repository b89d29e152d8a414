#include "sim/identity/token_endpoint.hpp"

#include "tests/sim/identity/platform_fixture.hpp"

#include <gmock/gmock.h>

namespace postroom::sim {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

class token_endpoint_test : public platform_test {
protected:
  void post_fault(fault_kind kind, std::vector<std::string> names, std::int64_t amount = 0) {
    fault what;
    what.kind = kind;
    what.names = std::move(names);
    what.amount = amount;
    ASSERT_TRUE(faults.add(what));
  }
};

TEST_F(token_endpoint_test, names_what_is_missing) {
  EXPECT_EQ(verdict(token({})), "400 invalid_request 900144");
  EXPECT_THAT(member(token({{"grant_type", "refresh_token"}}), "error_description"), HasSubstr("'client_id'"));
  auto form = refresh_form("");
  EXPECT_THAT(member(token(form), "error_description"), HasSubstr("'refresh_token'"));
  form["grant_type"] = "password";
  EXPECT_EQ(verdict(token(form)), "400 unsupported_grant_type 70003");
  EXPECT_EQ(verdict(get("/common/oauth2/v2.0/token")), "400 invalid_request 900561");
}

TEST_F(token_endpoint_test, wants_tenant_and_application_to_fit) {
  const auto form = refresh_form(signed_in());
  EXPECT_EQ(verdict(token(form, "elsewhere.test")), "400 invalid_tenant 90002");
  EXPECT_EQ(verdict(token(form, "shop.test")), "400 invalid_tenant 90002");
  EXPECT_EQ(verdict(token(form, "fabrikam.test")), "400 unauthorized_client 700016");
  app->multi_tenant = false;
  EXPECT_EQ(verdict(token(form)), "200");
  EXPECT_EQ(verdict(token(form, "common")), "400 invalid_request 50194");
  EXPECT_EQ(verdict(token(form, "organizations")), "400 invalid_request 50194");
  fabrikam->principals[client_id];
  EXPECT_EQ(verdict(token(form, "fabrikam.test")), "400 unauthorized_client 700016");
  auto unknown = form;
  unknown["client_id"] = "nobody";
  EXPECT_EQ(verdict(token(unknown)), "400 unauthorized_client 700016");
  unknown["client_id"] = google_id;
  EXPECT_EQ(verdict(token(unknown)), "400 unauthorized_client 700016");
}

TEST_F(token_endpoint_test, takes_the_secret_in_the_form_or_by_http_basic) {
  auto form = refresh_form(signed_in());
  form.erase("client_secret");
  EXPECT_EQ(verdict(token(form)), "401 invalid_client 7000218");
  form.erase("client_id");
  headers["Authorization"] = "Basic " + base64_encode(std::string{client_id} + ":s~1%2B%26");
  EXPECT_EQ(verdict(token(form)), "200");
  headers["Authorization"] = "Basic " + base64_encode(std::string{client_id} + ":s~1+&"); // the blank is none of it
  EXPECT_EQ(verdict(token(form)), "401 invalid_client 7000215");
  headers["Authorization"] = "Basic %%%";
  EXPECT_EQ(verdict(token(form)), "400 invalid_request 9002313");
  headers["Authorization"] = "Basic " + base64_encode(std::string{public_id} + ":x");
  EXPECT_EQ(verdict(token(refresh_form(signed_in()))), "400 invalid_request 9002313");
}

TEST_F(token_endpoint_test, an_assertion_is_for_the_tenant_asked) {
  app->certificates.push_back({"", "dGh1bWI", test_keys().public_key});
  const auto assertion = [&](const std::string& audience) {
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(time.now().time_since_epoch()).count();
    const boost::json::object claims{{"aud", audience}, {"iss", client_id}, {"sub", client_id},
                                     {"jti", "1"},      {"nbf", now},       {"exp", now + 600}};
    return jws_sign({R"({"alg":"PS256","typ":"JWT","x5t#S256":"dGh1bWI"})", boost::json::serialize(claims)},
                    jws_algorithm::ps256, test_keys().private_key)
        .value();
  };
  auto form = refresh_form(signed_in());
  form.erase("client_secret");
  form["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
  form["client_assertion"] = assertion(std::string{"https://login.test/"} + tenant_id + "/oauth2/v2.0/token");
  EXPECT_EQ(verdict(token(form)), "200");
  EXPECT_EQ(verdict(token(form, "contoso.test")), "200");
  form["client_assertion"] = assertion(std::string{"https://login.test/"} + tenant_id + "/v2.0");
  EXPECT_EQ(verdict(token(form)), "200");
  form["client_assertion"] = assertion("https://login.test/" + fabrikam->id + "/oauth2/v2.0/token");
  EXPECT_EQ(verdict(token(form)), "401 invalid_client 700023");
}

TEST_F(token_endpoint_test, repeats_the_clients_request_id) {
  const std::string id = "11111111-2222-4333-8444-555555555555";
  headers["client-request-id"] = id;
  auto answer = token({});
  EXPECT_EQ(member(answer, "correlation_id"), id);
  EXPECT_EQ(answer["client-request-id"], "");
  headers["return-client-request-id"] = "true";
  EXPECT_EQ(token({})["client-request-id"], id);
  headers["client-request-id"] = std::string(36, '"');
  EXPECT_EQ(member(token({}), "correlation_id").find('"'), std::string::npos);
}

TEST_F(token_endpoint_test, posted_errors_are_for_those_chosen) {
  contoso->users.emplace("otto@contoso.test", user{"otto@contoso.test", "o", "Otto", {}});
  post_fault(fault_kind::token_error, {"dora@contoso.test"}, 90033);
  EXPECT_EQ(verdict(token(refresh_form(signed_in()))), "503 temporarily_unavailable 90033");
  EXPECT_EQ(verdict(token(refresh_form(signed_in("otto@contoso.test")))), "200");
  faults.clear();
  post_fault(fault_kind::token_error, {client_id}, 7000222);
  EXPECT_EQ(verdict(token(refresh_form(signed_in("otto@contoso.test")))), "401 invalid_client 7000222");
  faults.clear();
  post_fault(fault_kind::token_error, {}, 4711);
  EXPECT_EQ(verdict(token(refresh_form(signed_in()))), "400 invalid_grant 4711");
}

TEST_F(token_endpoint_test, a_share_of_all_is_a_share_of_the_users) {
  fault half;
  half.kind = fault_kind::token_error;
  half.amount = 50076;
  half.share = 0.5;
  ASSERT_TRUE(faults.add(half));
  int hit = 0;
  for (int i = 0; i < 200; ++i) {
    const auto name = "u" + std::to_string(i) + "@contoso.test";
    contoso->users.emplace(name, user{name, name, "U", {}});
    hit += verdict(token(refresh_form(signed_in(name.c_str())))) != "200" ? 1 : 0;
  }
  EXPECT_GT(hit, 60);
  EXPECT_LT(hit, 140);
}

TEST_F(token_endpoint_test, a_server_in_trouble_speaks_no_json) {
  post_fault(fault_kind::token_throttled, {client_id}, 60);
  const auto throttled = token(refresh_form(signed_in()));
  EXPECT_EQ(throttled.result_int(), 429U);
  EXPECT_EQ(throttled["Retry-After"], "60");
  EXPECT_EQ(throttled["Content-Type"], "text/plain");
  EXPECT_EQ(throttled.body(), "Too Many Requests");
  post_fault(fault_kind::token_down, {upn});
  const auto down = token(refresh_form(signed_in()));
  EXPECT_EQ(down.result_int(), 503U);
  EXPECT_THAT(std::string{down["Content-Type"]}, StartsWith("text/html"));
  EXPECT_THAT(down.body(), HasSubstr("<html>"));
}

TEST_F(token_endpoint_test, a_fault_does_not_use_up_a_code) {
  authorization agreed;
  agreed.tenant_id = tenant_id;
  agreed.client_id = client_id;
  agreed.upn = upn;
  agreed.redirect_uri = redirect;
  agreed.scopes = {imap_scope};
  principal().scopes = {imap_scope};
  const form_fields form{{"client_id", client_id},
                         {"client_secret", "s~1+&"},
                         {"grant_type", "authorization_code"},
                         {"redirect_uri", redirect},
                         {"code", grants.issue_code(agreed)}};
  post_fault(fault_kind::token_down, {upn});
  EXPECT_EQ(token(form).result_int(), 503U);
  faults.clear();
  EXPECT_EQ(verdict(token(form)), "200");
}

TEST_F(token_endpoint_test, hostile_bodies_are_refused) {
  for (const auto& body : std::vector<std::string>{
           std::string(1'000'000, '&'), std::string(1'000'000, '%'), "grant_type=%00&client_id=%ff%fe",
           "grant_type=refresh_token&client_id=" + std::string(500'000, 'a') + "&client_secret=x&refresh_token=y"}) {
    const auto answer = ask(boost::beast::http::verb::post, "/common/oauth2/v2.0/token", body);
    EXPECT_EQ(answer.result_int(), 400U);
  }
}

} // namespace
} // namespace postroom::sim
