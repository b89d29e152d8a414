#include "tests/app/cli/fake_gateway.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postroom::app::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string sick = R"({"summary":"account support fails at mailbox: no. To act: exchange_admin.","healthy":false,
"steps":[
{"name":"dns","state":"good","evidence":"outlook.office365.com has addresses","cause":null,"meaning":null,"remedy":null,"who_acts":null},
{"name":"mailbox","state":"bad","evidence":"User is authenticated but not connected.\u001b[2J","cause":"imap.not_connected","meaning":"It cannot be opened.","remedy":"`Set-CASMailbox x`","who_acts":"exchange_admin"},
{"name":"folder","state":"skipped","evidence":"the mailbox was not opened","cause":null,"meaning":null,"remedy":null,"who_acts":null},
{"name":"send_as","state":"note","evidence":"not proven","cause":null,"meaning":null,"remedy":"Send one","who_acts":"operator"}]})";

TEST(doctor_command, prints_a_report_and_fails) {
  test::fake_gateway gateway;
  gateway.answer(200, sick);
  EXPECT_EQ(gateway.run({"doctor", "support", "--tenant", "acme"}), 1);
  EXPECT_EQ(gateway.call().method, "POST");
  EXPECT_EQ(target_of(gateway.call()), "/v1/accounts/support/diagnose?tenant=acme");
  EXPECT_EQ(gateway.call().body, "");
  EXPECT_EQ(gateway.out.str(), "  ✓ dns           outlook.office365.com has addresses\n"
                               "  ✗ mailbox       User is authenticated but not connected. [2J\n"
                               "      It cannot be opened.\n"
                               "      exchange_admin: `Set-CASMailbox x`\n"
                               "      cause: imap.not_connected\n"
                               "  – folder        the mailbox was not opened\n"
                               "  ! send_as       not proven\n"
                               "      operator: Send one\n"
                               "account support fails at mailbox: no. To act: exchange_admin.\n");
}

TEST(doctor_command, is_content_with_a_healthy_mailbox) {
  test::fake_gateway gateway;
  gateway.answer(200, R"({"summary":"well","healthy":true,"steps":[]})");
  EXPECT_EQ(gateway.run({"doctor", "support"}), 0);
  EXPECT_EQ(gateway.out.str(), "well\n");
}

TEST(doctor_command, sends_a_mail_only_when_asked) {
  test::fake_gateway gateway;
  gateway.answer(200, R"({"summary":"well","healthy":true,"steps":[]})");
  EXPECT_EQ(gateway.run({"doctor", "support", "--send-test-to", "me@example.com"}), 0);
  EXPECT_EQ(gateway.call().body, R"({"send_test_to":"me@example.com"})");
}

TEST(doctor_command, gives_scripts_the_document) {
  test::fake_gateway gateway;
  gateway.answer(200, R"({"summary":"no",  "healthy":false,"steps":[]})");
  EXPECT_EQ(gateway.run({"doctor", "support", "--json"}), 1);
  EXPECT_EQ(gateway.out.str(), R"({"summary":"no","healthy":false,"steps":[]})"
                               "\n");
}

TEST(doctor_command, is_patient) {
  test::fake_gateway gateway;
  (void)gateway.run({"doctor", "support"});
  ASSERT_FALSE(gateway.reached.empty());
  EXPECT_GE(gateway.reached.back().timeout, std::chrono::seconds{140});
}

TEST(doctor_command, tells_when_nobody_looked) {
  test::fake_gateway gateway;
  gateway.answer(404, R"({"code":"not_found","detail":"account 'x'"})", {{"content-type", "application/problem+json"}});
  EXPECT_EQ(gateway.run({"doctor", "x"}), 3);
  EXPECT_EQ(gateway.run({"doctor"}), 2);
}

} // namespace
} // namespace postroom::app::cli
