#include "protocol/oauth2/token_request.hpp"

#include "tests/protocol/oauth2/cases.hpp"

#include <gtest/gtest.h>

namespace postroom::oauth2 {
namespace {

constexpr std::string_view token_endpoint = "https://login.microsoftonline.com/t/oauth2/v2.0/token";

client_identity app() {
  return {"app-1", hidden("s~.e_c+r&e=t"), {}};
}

TEST(token_request, refreshes) {
  const auto request =
      make_request(token_endpoint, app(),
                   refresh_token_grant{hidden("0.AX/+="), "https://outlook.office.com/SMTP.Send offline_access"},
                   request_id)
          .value();
  EXPECT_EQ(request.url, token_endpoint);
  EXPECT_EQ(request.body.expose(),
            "grant_type=refresh_token&client_id=app-1&client_secret=s~.e_c%2Br%26e%3Dt&refresh_token=0.AX%2F%2B%3D"
            "&scope=https%3A%2F%2Foutlook.office.com%2FSMTP.Send%20offline_access");
  const std::vector<std::pair<std::string, std::string>> headers{{"Content-Type", "application/x-www-form-urlencoded"},
                                                                 {"Accept", "application/json"},
                                                                 {"client-request-id", std::string{request_id}},
                                                                 {"return-client-request-id", "true"}};
  EXPECT_EQ(request.headers, headers);
}

TEST(token_request, asks_with_client_credentials) {
  const client_credentials_grant grant{"https://outlook.office365.com/.default"};
  EXPECT_EQ(make_request(token_endpoint, {"app-1", hidden("x"), {}}, grant, request_id).value().body.expose(),
            "grant_type=client_credentials&client_id=app-1&client_secret=x"
            "&scope=https%3A%2F%2Foutlook.office365.com%2F.default");
  EXPECT_EQ(make_request(token_endpoint, {"app-1", hidden("x"), hidden("e30.e30.c2ln")}, grant, request_id)
                .value()
                .body.expose(),
            "grant_type=client_credentials&client_id=app-1"
            "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"
            "&client_assertion=e30.e30.c2ln&scope=https%3A%2F%2Foutlook.office365.com%2F.default");
  EXPECT_FALSE(make_request(token_endpoint, {"app-1", {}, {}}, grant, request_id));
  EXPECT_FALSE(make_request(token_endpoint, app(), client_credentials_grant{}, request_id));
}

TEST(token_request, redeems_a_code) {
  const authorization_code_grant grant{hidden("c"), "https://gw.example/cb", hidden("v"), ""};
  EXPECT_EQ(
      make_request(token_endpoint, {"a", {}, {}}, grant, request_id).value().body.expose(),
      "grant_type=authorization_code&client_id=a&code=c&redirect_uri=https%3A%2F%2Fgw.example%2Fcb&code_verifier=v");
  EXPECT_FALSE(make_request(token_endpoint, app(),
                            authorization_code_grant{hidden("c"), "https://gw.example/cb", {}, ""}, request_id));
}

TEST(token_request, sends_secrets_encrypted_only) {
  const refresh_token_grant grant{hidden("r"), ""};
  EXPECT_EQ(make_request("http://login.example.com/token", app(), grant, request_id).error().code,
            errc::invalid_argument);
  EXPECT_TRUE(make_request("http://127.0.0.1:8080/token", app(), grant, request_id));
  EXPECT_TRUE(make_request("http://localhost:8080/token", app(), grant, request_id));
  EXPECT_TRUE(make_request("http://127.3.2.1:8080/token", app(), grant, request_id));
  EXPECT_TRUE(make_request("http://[::1]:8080/token", app(), grant, request_id));
  EXPECT_FALSE(make_request("http://127.0.0.1.evil.example/token", app(), grant, request_id));
  EXPECT_FALSE(make_request("http://localhost.evil.example/token", app(), grant, request_id));
  EXPECT_FALSE(make_request("token", app(), grant, request_id));
}

TEST(token_request, refuses_what_is_incomplete) {
  EXPECT_FALSE(make_request(token_endpoint, {"", hidden("x"), {}}, refresh_token_grant{hidden("r"), ""}, request_id));
  EXPECT_FALSE(make_request(token_endpoint, app(), refresh_token_grant{}, request_id));
  for (const char* bad : {"", "a\r\nX: y", "not hex"})
    EXPECT_FALSE(make_request(token_endpoint, app(), refresh_token_grant{hidden("r"), ""}, bad)) << bad;
}

} // namespace
} // namespace postroom::oauth2
