#include "app/cli/troubleshooting_page.hpp"
#include "protocol/knowledge/entry.hpp"
#include "sim/identity/errors.hpp"
#include "tests/app/cli/fake_gateway.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <regex>

namespace postroom::app::cli {
namespace {

using testing::HasSubstr;

TEST(explain, says_what_helps_and_who_must_do_it) {
  test::fake_gateway gateway;
  EXPECT_EQ(gateway.run({"explain", "imap.not_connected"}), 0);
  const auto& known = *knowledge::find("imap.not_connected");
  EXPECT_THAT(gateway.out.str(), HasSubstr("imap.not_connected\n"));
  EXPECT_THAT(gateway.out.str(), HasSubstr("symptom: " + std::string{known.symptom}));
  EXPECT_THAT(gateway.out.str(), HasSubstr("meaning: " + std::string{known.meaning}));
  EXPECT_THAT(gateway.out.str(), HasSubstr("what to do: " + std::string{known.remedy}));
  EXPECT_THAT(gateway.out.str(), HasSubstr("who: the Exchange administrator"));
  EXPECT_TRUE(gateway.reached.empty()) << "it needs no gateway";
}

TEST(explain, takes_what_was_pasted) {
  test::fake_gateway gateway;
  EXPECT_EQ(gateway.run({"explain", "7000222"}), 0);
  EXPECT_THAT(gateway.out.str(), HasSubstr("AADSTS7000222\n"));
  EXPECT_EQ(
      gateway.run({"explain", "535", "5.7.139", "SmtpClientAuthentication", "is", "disabled", "for", "the", "Tenant."}),
      0);
  EXPECT_THAT(gateway.out.str(), HasSubstr("smtp.auth_disabled_tenant\n"));
  EXPECT_EQ(gateway.run({"explain", "* BYE Session invalidated - AccessTokenExpired"}), 0);
  EXPECT_THAT(gateway.out.str(), HasSubstr("imap.token_expired\n"));
}

TEST(explain, says_when_nothing_is_known) {
  test::fake_gateway gateway;
  EXPECT_EQ(gateway.run({"explain", "no \x1b[2Jsuch thing"}), 3);
  EXPECT_EQ(gateway.out.str(), "");
  EXPECT_THAT(gateway.err.str(), HasSubstr("nothing is known"));
  EXPECT_EQ(gateway.err.str().find('\x1b'), std::string::npos);
}

TEST(explain, lists_all_that_is_known) {
  test::fake_gateway gateway;
  EXPECT_EQ(gateway.run({"explain"}), 0);
  for (const auto* each : knowledge::all())
    EXPECT_THAT(gateway.out.str(), HasSubstr("\n" + std::string{each->key} + " "));
  for (const auto* title : {"== sign_in\n", "== identity\n", "== imap\n", "== smtp\n", "== graph\n"})
    EXPECT_THAT(gateway.out.str(), HasSubstr(title));
}

TEST(explain, prints_json_for_scripts) {
  test::fake_gateway gateway;
  EXPECT_EQ(gateway.run({"explain", "--json"}), 0);
  std::istringstream lines{gateway.out.str()};
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count)
    EXPECT_EQ(boost::json::parse(line).at("key").as_string(), knowledge::all()[count]->key);
  EXPECT_EQ(count, knowledge::all().size());
  EXPECT_EQ(gateway.run({"explain", "AADSTS50076", "--json"}), 0);
  EXPECT_EQ(boost::json::parse(gateway.out.str()).at("who_acts"), "user");
}

// -- the page --------------------------------------------------------------------------------------------------------

TEST(troubleshooting, is_the_page_in_the_documents) {
  std::ifstream file{POSTROOM_SOURCE_DIR "/docs/troubleshooting.md"};
  const std::string written{std::istreambuf_iterator<char>{file}, {}};
  test::fake_gateway gateway;
  EXPECT_EQ(gateway.run({"explain", "--markdown"}), 0);
  EXPECT_EQ(gateway.out.str(), troubleshooting_page());
  EXPECT_TRUE(written == troubleshooting_page())
      << "make it anew: postroom explain --markdown > docs/troubleshooting.md";
}

TEST(troubleshooting, begins_with_what_people_see_and_where_to_look) {
  const auto page = troubleshooting_page();
  std::size_t at = 0;
  for (const auto* title :
       {"\n### Error: authenticated but not connected\n", "\n### SmtpClientAuthentication is disabled for the Tenant\n",
        "\n### User can log in in the Cloud Provider, but email doesn't work\n",
        "\n### User disconnected after 15-90 days\n", "\n### Where the logs are, and how to see more\n"}) {
    const auto next = page.find(title, at);
    ASSERT_NE(next, std::string::npos) << title;
    const auto end = page.find("\n### ", next + 1);
    const auto section =
        page.substr(next, page.find("\n## ", next + 1) < end ? page.find("\n## ", next + 1) - next : end - next);
    EXPECT_THAT(section, HasSubstr("postroom doctor <account>")) << title;
    at = next;
  }
}

TEST(troubleshooting, has_every_row_and_no_link_to_another) {
  const auto page = troubleshooting_page();
  for (const auto* each : knowledge::all())
    EXPECT_THAT(page, HasSubstr("<a id=\"" + std::string{each->key} + "\"></a>"));
  const std::regex link{R"(\]\(#([^)]+)\))"};
  std::size_t links = 0;
  for (std::sregex_iterator it{page.begin(), page.end(), link}; it != std::sregex_iterator{}; ++it, ++links) {
    const auto* row = knowledge::find((*it)[1].str());
    ASSERT_NE(row, nullptr) << it->str();
    EXPECT_EQ(row->key, (*it)[1].str());
  }
  EXPECT_GT(links, 20U);
  EXPECT_EQ(page.find("[["), std::string::npos);
}

TEST(troubleshooting, knows_every_number_that_the_stand_in_can_answer) {
  for (const auto& each : sim::entra_errors())
    EXPECT_NE(knowledge::find("AADSTS" + std::to_string(each.code)), nullptr) << each.code;
}

TEST(troubleshooting, names_only_commands_that_exist) {
  test::fake_gateway gateway;
  const auto paths = program{gateway.world}.command_paths();
  const auto page = troubleshooting_page();
  const std::regex command{R"(`postroom ([^`]+)`)"};
  std::size_t commands = 0;
  for (std::sregex_iterator it{page.begin(), page.end(), command}; it != std::sregex_iterator{}; ++it, ++commands) {
    const auto line = (*it)[1].str() + " ";
    EXPECT_TRUE(std::ranges::any_of(paths, [&](const std::string& path) { return line.starts_with(path + " "); }))
        << it->str();
  }
  EXPECT_GT(commands, 20U);
}

TEST(problem_words, name_the_cause) {
  test::fake_gateway gateway;
  gateway.answer(503, R"({"code":"throttled","cause":"imap.throttled","detail":"x","meaning":"M.","remedy":"R.",)"
                      R"("who_acts":"gateway"})");
  EXPECT_NE(gateway.run({"provider", "remove", "x", "--if-revision", "1"}), 0);
  EXPECT_THAT(gateway.err.str(), HasSubstr("  cause: imap.throttled\n"));
  gateway.answer(404, R"({"code":"not_found","cause":null,"detail":"x"})");
  EXPECT_NE(gateway.run({"provider", "show", "x"}), 0);
  EXPECT_EQ(gateway.err.str().find("cause"), std::string::npos);
}

} // namespace
} // namespace postroom::app::cli
