#include "protocol/oauth2/metadata.hpp"

#include "base/limits.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postroom::oauth2 {
namespace {

using testing::HasSubstr;

constexpr std::string_view source =
    "https://login.microsoftonline.com/organizations/v2.0/.well-known/openid-configuration";
constexpr std::string_view document =
    R"({"token_endpoint":"https://login.microsoftonline.com/organizations/oauth2/v2.0/token",)"
    R"("jwks_uri":"https://login.microsoftonline.com/organizations/discovery/v2.0/keys",)"
    R"("response_types_supported":["code"],"tenant_region_scope":null,)"
    R"("issuer":"https://login.microsoftonline.com/{tenantid}/v2.0",)"
    R"("authorization_endpoint":"https://login.microsoftonline.com/organizations/oauth2/v2.0/authorize",)"
    R"("device_authorization_endpoint":"https://login.microsoftonline.com/organizations/oauth2/v2.0/devicecode",)"
    R"("msgraph_host":"graph.microsoft.com"})";

/// `document` with something in another's place.
std::string document_with(std::string_view old_text, std::string_view new_text) {
  std::string out{document};
  const auto at = out.find(old_text);
  if (at == out.npos)
    ADD_FAILURE() << old_text;
  else
    out.replace(at, old_text.size(), new_text);
  return out;
}

void expect_refused(std::string_view json, std::string_view why, std::string_view trusted = "graph.microsoft.com") {
  const auto read = parse_metadata(json, source, trusted);
  ASSERT_FALSE(read) << json;
  EXPECT_EQ(read.error().code, errc::protocol_violation);
  EXPECT_THAT(read.error().detail, HasSubstr(std::string{why}));
}

TEST(metadata, is_read) {
  const auto read = parse_metadata(document, source, "graph.microsoft.com").value();
  EXPECT_EQ(read.issuer, "https://login.microsoftonline.com/{tenantid}/v2.0");
  EXPECT_EQ(read.authorization_endpoint, "https://login.microsoftonline.com/organizations/oauth2/v2.0/authorize");
  EXPECT_EQ(read.token_endpoint, "https://login.microsoftonline.com/organizations/oauth2/v2.0/token");
  EXPECT_EQ(read.device_authorization_endpoint,
            "https://login.microsoftonline.com/organizations/oauth2/v2.0/devicecode");
  EXPECT_EQ(read.revocation_endpoint, "");
  EXPECT_EQ(read.jwks_uri, "https://login.microsoftonline.com/organizations/discovery/v2.0/keys");
  EXPECT_EQ(read.graph_host, "graph.microsoft.com");
}

TEST(metadata, of_google_is_on_several_hosts) {
  constexpr std::string_view google =
      R"({"issuer":"https://accounts.google.com","authorization_endpoint":"https://accounts.google.com/o/oauth2/v2/auth",)"
      R"("token_endpoint":"https://oauth2.googleapis.com/token","revocation_endpoint":"https://oauth2.googleapis.com/revoke",)"
      R"("jwks_uri":"https://www.googleapis.com/oauth2/v3/certs"})";
  constexpr std::string_view from = "https://accounts.google.com/.well-known/openid-configuration";
  const auto read = parse_metadata(google, from, "oauth2.googleapis.com  WWW.googleapis.com").value();
  EXPECT_EQ(read.revocation_endpoint, "https://oauth2.googleapis.com/revoke");
  EXPECT_EQ(read.graph_host, "");
  EXPECT_FALSE(parse_metadata(google, from, "oauth2.googleapis.com"));
  EXPECT_FALSE(parse_metadata(google, from, ""));
}

TEST(metadata, needs_its_endpoints) {
  for (const char* key : {"token_endpoint", "jwks_uri", "issuer", "authorization_endpoint"}) {
    expect_refused(document_with("\"" + std::string{key} + "\":\"", "\"" + std::string{key} + "_\":\""), key);
    expect_refused(document_with("\"" + std::string{key} + "\":", "\"" + std::string{key} + "\":7,\"x\":"), key);
  }
}

TEST(metadata, stays_on_trusted_hosts) {
  constexpr std::string_view own = "https://login.microsoftonline.com/organizations/oauth2/v2.0/";
  for (const char* endpoint : {"token", "authorize", "devicecode"})
    for (const char* host : {"login.evil.example", "login.microsoftonline.com.evil.example", "microsoftonline.com",
                             "169.254.169.254", "localhost"})
      expect_refused(document_with(std::string{own} + endpoint + "\"", "https://" + std::string{host} + "/x\""),
                     "not trusted");
  expect_refused(document_with("https://login.microsoftonline.com/{tenantid}", "https://evil.example/{tenantid}"),
                 "issuer");
  expect_refused(document_with("https://login.microsoftonline.com/{tenantid}", "https://{tenantid}.evil.example"),
                 "issuer");
  expect_refused(document_with("https://login.microsoftonline.com/organizations/discovery", "https://evil.example"),
                 "jwks_uri");
}

TEST(metadata, is_encrypted_except_on_this_machine) {
  expect_refused(document_with("https://login.microsoftonline.com/organizations/oauth2/v2.0/token",
                               "http://login.microsoftonline.com/organizations/oauth2/v2.0/token"),
                 "not https");
  expect_refused(
      document_with("https://login.microsoftonline.com/{tenantid}", "http://login.microsoftonline.com/{tenantid}"),
      "not https");
  constexpr std::string_view local =
      R"({"issuer":"http://127.0.0.1:9/{tenantid}/v2.0",)"
      R"("authorization_endpoint":"http://127.0.0.1:9/a","token_endpoint":"http://127.0.0.1:9/t",)"
      R"("jwks_uri":"http://127.0.0.1:9/k","msgraph_host":"127.0.0.1:9"})";
  EXPECT_EQ(parse_metadata(local, "http://127.0.0.1:9/d", "").value().graph_host, "127.0.0.1:9");
  EXPECT_FALSE(parse_metadata(local, "https://login.example/d", ""));
}

TEST(metadata, has_whole_addresses) {
  for (const char* bad : {"", "token", "//login.microsoftonline.com/t", "https://", "javascript:x", "https://a b/",
                          "https://login.microsoftonline.com/t#f", "https://u:p@login.microsoftonline.com/t"})
    expect_refused(document_with("https://login.microsoftonline.com/organizations/oauth2/v2.0/token", bad),
                   "token_endpoint");
  expect_refused(document_with("{tenantid}", std::string(3000, 'a')), "issuer");
  expect_refused(document_with("{tenantid}", "{tenantid}/{tenantid}"), "issuer");
  expect_refused(document_with("{tenantid}", "{other}"), "issuer");
}

TEST(metadata, gives_no_graph_that_is_not_trusted) {
  EXPECT_EQ(parse_metadata(document, source, "").value().graph_host, "");
  for (const char* bad :
       {"", "graph.microsoft.com/x", "graph.microsoft.com?", "graph.microsoft.com#", "u@graph.microsoft.com",
        "https://graph.microsoft.com", "graph.microsoft.com/", "evil.example"})
    EXPECT_EQ(
        parse_metadata(document_with("graph.microsoft.com", bad), source, "graph.microsoft.com").value().graph_host, "")
        << bad;
}

TEST(metadata, every_prefix_is_refused) {
  for (std::size_t i = 0; i < document.size(); ++i)
    EXPECT_FALSE(parse_metadata(document.substr(0, i), source, "graph.microsoft.com")) << i;
}

TEST(metadata, that_is_none_is_refused) {
  for (const char* bad : {"", "[]", "null", "7", "<html>", "{}"})
    expect_refused(bad, "discovery document");
  expect_refused(std::string(limits::http_answer_bytes_max + 1, ' '), "1 MiB");
  expect_refused(std::string(limits::http_answer_bytes_max, '['), "1 MiB");
  EXPECT_FALSE(parse_metadata(document, "", "login.microsoftonline.com graph.microsoft.com"));
}

} // namespace
} // namespace postroom::oauth2
