#include "app/cli/http_port.hpp"
#include "tests/app/cli/fake_gateway.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace postroom::app::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::string link = R"({"url":"https://gateway.example/api/cloudProviders/oauth2/start/x","expires":)"
                         R"("2026-11-24T00:15:00.000Z","provider":"azure","delegate":"","grant":"",)"
                         R"("purpose":"sign_in"})";

std::string signed_in_event(int seq, const std::string& provider, const std::string& upn) {
  return R"({"seq":)" + std::to_string(seq) + R"(,"type":"provider.signed_in","data":{"provider":")" + provider +
         R"(","upn":")" + upn + R"(","delegate":")" + upn +
         R"(","display_name":"Andrea Rossi","grant":"andrea","missing_permissions":["SMTP.Send"]}})";
}

struct sign_in_commands : testing::Test {
  test::fake_gateway gateway;

  boost::json::value body() { return boost::json::parse(gateway.call().body); }
  void page(const std::string& items) { gateway.answer(200, R"({"items":[)" + items + R"(],"next":0})"); }
};

TEST_F(sign_in_commands, authenticate_prints_the_address_alone) {
  gateway.answer(201, link);
  EXPECT_EQ(gateway.run({"provider", "authenticate", "azure", "--delegate", "andrea@contoso.com", "--grant", "andrea",
                         "--prompt", "login", "--form-post"}),
            0);
  EXPECT_EQ(gateway.call().method, "POST");
  EXPECT_EQ(target_of(gateway.call()), "/v1/providers/azure/authenticate");
  EXPECT_EQ(body(), boost::json::parse(R"({"delegate":"andrea@contoso.com","grant":"andrea","prompt":"login",)"
                                       R"("form_post":true})"));
  EXPECT_EQ(gateway.out.str(), "https://gateway.example/api/cloudProviders/oauth2/start/x\n");
  EXPECT_THAT(gateway.err.str(), HasSubstr("2026-11-24 00:15:00Z"));
  gateway.answer(201, link);
  EXPECT_EQ(gateway.run({"provider", "authenticate", "azure", "--json"}), 0);
  EXPECT_EQ(gateway.out.str(), link + "\n");
}

TEST_F(sign_in_commands, authenticate_waits_until_the_right_person_has_signed_in) {
  page(""); // the log is empty
  gateway.answer(201, link);
  page("");
  page(signed_in_event(1, "other", "andrea@contoso.com") + "," + signed_in_event(2, "azure", "otto@contoso.com"));
  page(signed_in_event(3, "azure", "Andrea@contoso.com"));
  EXPECT_EQ(gateway.run({"provider", "authenticate", "azure", "--delegate", "andrea@contoso.com", "--wait"}), 0);
  EXPECT_THAT(gateway.out.str(), AllOf(HasSubstr("Andrea Rossi (Andrea@contoso.com) has signed in"),
                                       HasSubstr("missing permission: SMTP.Send"), HasSubstr("postroom account add"),
                                       Not(HasSubstr("otto"))));
  EXPECT_EQ(target_of(gateway.call()), "/v1/events?after=2&limit=100&wait=20");
}

TEST_F(sign_in_commands, authenticate_tells_why_it_failed) {
  page("");
  gateway.answer(201, link);
  page(R"({"seq":1,"type":"provider.sign_in_failed","data":{"provider":"azure","delegate":"","code":"forbidden",)"
       R"("detail":"somebody else","meaning":"It means.","remedy":"Do that.","who_acts":"user"}})");
  EXPECT_EQ(gateway.run({"provider", "authenticate", "azure", "--wait"}), 4);
  EXPECT_THAT(gateway.err.str(), AllOf(HasSubstr("somebody else"), HasSubstr("It means."), HasSubstr("Do that.")));
}

TEST_F(sign_in_commands, authenticate_does_not_wait_for_ever) {
  page("");
  gateway.answer(201, link);
  for (int i = 0; i < 60; ++i)
    page("");
  EXPECT_EQ(gateway.run({"provider", "authenticate", "azure", "--wait"}), 7);
  EXPECT_LT(gateway.asked.size(), 60U);
}

TEST_F(sign_in_commands, authorize_shows_the_code_and_waits) {
  const std::string begun = R"({"id":"dev_1","state":"waiting","user_code":"ABCD","verification_uri":)"
                            R"("https://login.example/device","message":"","expires":"2026-11-24T00:15:00.000Z",)"
                            R"("outcome":null,"failure":null})";
  gateway.answer(201, begun);
  gateway.answer(200, begun);
  gateway.answer(200, R"({"id":"dev_1","state":"done","outcome":{"grant":"andrea","upn":"andrea@contoso.com",)"
                      R"("display_name":"","missing_permissions":[],"accounts":["support"]},"failure":null})");
  EXPECT_EQ(gateway.run({"authorize", "azure", "--delegate", "andrea@contoso.com"}), 0);
  EXPECT_EQ(target_of(gateway.asked.at(0)), "/v1/providers/azure/device-sign-ins");
  EXPECT_EQ(target_of(gateway.call()), "/v1/providers/azure/device-sign-ins/dev_1");
  EXPECT_EQ(gateway.pauses.size(), 2U);
  EXPECT_THAT(gateway.err.str(), AllOf(HasSubstr("https://login.example/device"), HasSubstr("ABCD")));
  EXPECT_THAT(gateway.out.str(),
              AllOf(HasSubstr("andrea@contoso.com has signed in"), HasSubstr("used by account: support")));
}

TEST_F(sign_in_commands, authorize_tells_why_it_failed) {
  gateway.answer(201, R"({"id":"dev_1","state":"waiting"})");
  gateway.answer(200, R"({"id":"dev_1","state":"failed","outcome":null,"failure":{"code":"blocked_by_policy",)"
                      R"("detail":"AADSTS50105","meaning":"M","remedy":"R","who_acts":"directory_admin"}})");
  EXPECT_EQ(gateway.run({"authorize", "azure"}), 1);
  EXPECT_THAT(gateway.err.str(), AllOf(HasSubstr("AADSTS50105"), HasSubstr("what to do: R")));
  gateway.answer(201, R"({"id":"dev_1","state":"waiting"})");
  EXPECT_EQ(gateway.run({"authorize", "azure"}), 1) << "what follows is no sign-in";
}

TEST_F(sign_in_commands, show_nothing_that_would_move_the_cursor) {
  gateway.answer(201, "{\"id\":\"d\",\"state\":\"waiting\",\"user_code\":\"A\\u001b[2J\",\"verification_uri\":\"x\"}");
  gateway.answer(200, R"({"state":"done","outcome":{"upn":"a\u001b[2J","grant":"g","accounts":["\u001b"]}})");
  EXPECT_EQ(gateway.run({"authorize", "azure"}), 0);
  EXPECT_THAT(gateway.out.str() + gateway.err.str(), Not(HasSubstr("\x1b")));
}

TEST_F(sign_in_commands, ask_an_administrator) {
  gateway.answer(201, link);
  EXPECT_EQ(gateway.run({"provider", "admin-consent", "azure", "--tenant", "acme"}), 0);
  EXPECT_EQ(target_of(gateway.call()), "/v1/providers/azure/admin-consent?tenant=acme");
  EXPECT_EQ(gateway.call().body, "");
}

TEST_F(sign_in_commands, show_how_things_stand) {
  EXPECT_EQ(gateway.run({"provider", "status", "azure"}), 0);
  EXPECT_EQ(target_of(gateway.call()), "/v1/providers/azure/status");
  EXPECT_EQ(gateway.run({"grant", "status", "andrea"}), 0);
  EXPECT_EQ(target_of(gateway.call()), "/v1/grants/andrea/status");
}

TEST_F(sign_in_commands, give_a_grant_up) {
  gateway.answer(200, R"({"grant":"andrea","at_platform":false,"remedy":"Revoke-MgUserSignInSession"})");
  EXPECT_EQ(gateway.run({"grant", "revoke", "andrea"}), 0);
  EXPECT_EQ(gateway.call().method, "POST");
  EXPECT_EQ(gateway.out.str(), "grant andrea is given up here\nRevoke-MgUserSignInSession\n");
  gateway.answer(200, R"({"grant":"andrea","at_platform":true,"remedy":""})");
  EXPECT_EQ(gateway.run({"grant", "revoke", "andrea"}), 0);
  EXPECT_EQ(gateway.out.str(), "grant andrea is given up here and at the platform\n");
}

TEST_F(sign_in_commands, update_a_secret_from_a_file_or_a_variable) {
  gateway.in.str("n3w\n");
  EXPECT_EQ(gateway.run({"provider", "update-secret", "azure", "--client-secret-file", "-", "--client-secret-expires",
                         "2028-01-31T00:00:00Z"}),
            0);
  EXPECT_EQ(target_of(gateway.call()), "/v1/providers/azure/client-secret");
  EXPECT_EQ(body(), boost::json::parse(R"({"client_secret":"n3w","client_secret_expires":"2028-01-31T00:00:00Z"})"));
  gateway.environment["SECRET"] = "other";
  EXPECT_EQ(gateway.run({"provider", "update-secret", "azure", "--client-secret-env", "SECRET", "--drop-previous"}), 0);
  EXPECT_EQ(body(), boost::json::parse(R"({"client_secret":"other","keep_previous":false})"));
  EXPECT_EQ(gateway.run({"provider", "update-secret", "azure"}), 2);
  EXPECT_EQ(gateway.run({"provider", "update-secret", "azure", "--client-secret", "seen by all"}), 2);
}

TEST_F(sign_in_commands, update_a_certificate) {
  const auto file = std::filesystem::temp_directory_path() / "postroom_sign_in_test.pem";
  std::ofstream{file} << "CERTIFICATE\n";
  gateway.in.str("KEY\n");
  EXPECT_EQ(gateway.run({"provider", "update-certificate", "azure", "--certificate-file", file.string(),
                         "--certificate-key-file", "-"}),
            0);
  std::filesystem::remove(file);
  EXPECT_EQ(target_of(gateway.call()), "/v1/providers/azure/certificate");
  EXPECT_EQ(body(), boost::json::parse(R"({"certificate":"CERTIFICATE\n","certificate_key":"KEY"})"));
  EXPECT_EQ(gateway.run({"provider", "update-certificate", "azure", "--certificate-file", "/nowhere",
                         "--certificate-key-file", "-"}),
            2);
}

} // namespace
} // namespace postroom::app::cli
