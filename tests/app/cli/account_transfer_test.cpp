#include "app/cli/account_transfer.hpp"

#include "api/import/account_rows.hpp"
#include "api/object_json.hpp"
#include "tests/app/cli/fake_gateway.hpp"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace postroom::app::cli {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr auto kind = storage::object_kind::account;

/// Every field set, with what is hard to write.
records::Account full_account() {
  records::Account of;
  for (const auto& rule : storage::fields_of(kind)) {
    storage::field_value value = std::string{rule.choices.empty() ? "x" : rule.choices.back()};
    if (rule.kind == storage::field_kind::flag)
      value = true;
    else if (rule.kind == storage::field_kind::time)
      value = wall_time{std::chrono::milliseconds{1'767'323'045'678}};
    EXPECT_FALSE(storage::set_field(of, rule, value)) << rule.name;
  }
  of.set_id("support");
  of.set_name("Müller; \"Support\", Ltd");
  of.set_description("First line\r\nand, the second\n");
  of.set_folder(" INBOX/odd ");
  of.set_active(false);
  return of;
}

struct transfer : testing::Test {
  test::fake_gateway gateway;

  static std::string shown(const records::Account& of) {
    return boost::json::serialize(api::describe(kind, of, revision{7}));
  }
  static std::string page(const std::string& items, const std::string& next = "null") {
    return R"({"items":[)" + items + R"(],"next":)" + next + "}";
  }
  static std::vector<api::account_row> read(const std::string& text, api::import_format as) {
    api::import_report report;
    api::account_rows rows{as, report};
    EXPECT_TRUE(rows.add(text));
    EXPECT_TRUE(rows.finish());
    EXPECT_EQ(report.invalid, 0U) << boost::json::serialize(report.json());
    return rows.take();
  }
};

TEST_F(transfer, exports_what_an_import_takes_back_unchanged) {
  records::Account bare;
  bare.set_id("bare");
  for (const auto& [option, as] :
       {std::pair{"csv", api::import_format::csv}, std::pair{"ndjson", api::import_format::ndjson}})
    for (const auto& account : {full_account(), bare}) {
      gateway.answer(200, page(shown(account)));
      ASSERT_EQ(gateway.run({"account", "export", "--format", option}), 0) << gateway.err.str();
      const auto rows = read(gateway.out.str(), as);
      ASSERT_EQ(rows.size(), 1U) << gateway.out.str();
      records::Account again;
      rows[0].apply_to(again);
      EXPECT_EQ(again.SerializeAsString(), account.SerializeAsString()) << gateway.out.str();
      auto stored = account;
      rows[0].apply_to(stored);
      EXPECT_EQ(stored.SerializeAsString(), account.SerializeAsString()) << "an update changes nothing";
    }
}

TEST_F(transfer, exports_page_after_page_under_one_header) {
  records::Account a, b;
  a.set_id("a");
  b.set_id("b");
  gateway.answer(200, page(shown(a), R"("a")"));
  gateway.answer(200, page(shown(b)));
  ASSERT_EQ(gateway.run({"account", "export"}), 0);
  EXPECT_EQ(target_of(gateway.asked[0]), "/v1/accounts?limit=500");
  EXPECT_EQ(target_of(gateway.asked[1]), "/v1/accounts?limit=500&after=a");
  EXPECT_THAT(gateway.out.str(), AllOf(StartsWith("id,name,key,email,"), HasSubstr("\r\na,"), HasSubstr("\r\nb,")));
  EXPECT_THAT(gateway.out.str(), Not(HasSubstr("revision"))) << "only what can be set";
  gateway.answer(403, R"({"code":"forbidden","status":403,"detail":"no"})");
  EXPECT_EQ(gateway.run({"account", "export"}), 4);
}

TEST_F(transfer, sends_a_file_or_stdin_with_its_type_and_wishes) {
  EXPECT_EQ(gateway.run({"account", "import", "list.csv", "--tenant", "acme"}), 0);
  EXPECT_EQ(gateway.call().method, "POST");
  EXPECT_EQ(target_of(gateway.call()), "/v1/accounts/import?tenant=acme");
  EXPECT_EQ(gateway.call().body_file, "list.csv");
  EXPECT_EQ(gateway.call().content_type, "text/csv; charset=utf-8");
  EXPECT_FALSE(gateway.call().repeatable);
  EXPECT_EQ(gateway.run({"account", "import", "list.jsonl", "--dry-run", "--update", "--skip-invalid"}), 0);
  EXPECT_EQ(target_of(gateway.call()), "/v1/accounts/import?dry_run=true&update=true&skip_invalid=true");
  EXPECT_EQ(gateway.call().content_type, "application/x-ndjson");
  gateway.in.str("\n {\"id\":\"a\"}\n");
  EXPECT_EQ(gateway.run({"account", "import", "-"}), 0);
  EXPECT_EQ(gateway.call().body, "\n {\"id\":\"a\"}\n");
  EXPECT_EQ(gateway.call().content_type, "application/x-ndjson");
  EXPECT_EQ(gateway.run({"account", "import", "list", "--format", "ndjson"}), 0);
  EXPECT_EQ(gateway.call().content_type, "application/x-ndjson");
  EXPECT_EQ(gateway.run({"account", "import", "list", "--format", "xml"}), 2);
}

const std::string report =
    R"("dry_run":false,"rows":4,"created":2,"updated":0,"unchanged":1,"skipped":1,"invalid":1,)"
    R"("errors":[{"row":5,"field":"email","problem":"is not an email address"}],"warned":1,)"
    R"("warnings":[{"row":2,"field":"delegate","problem":"is odd","remedy":"Look."}],"accounts":["a","b"])";

TEST_F(transfer, sums_up_what_was_done) {
  gateway.answer(200, "{" + report + "}");
  EXPECT_EQ(gateway.run({"account", "import", "list.csv"}), 0);
  EXPECT_EQ(gateway.out.str(), "4 rows carried out: 2 created, 0 updated, 1 unchanged, 1 skipped\n"
                               "errors (1 rows are not valid, first 1):\n"
                               "  row 5: email is not an email address\n"
                               "warnings (1 in all, first 1):\n"
                               "  row 2: delegate is odd\n"
                               "    Look.\n");
  gateway.answer(200, "{" + report + "}");
  EXPECT_EQ(gateway.run({"account", "import", "list.csv", "--json"}), 0);
  EXPECT_THAT(gateway.out.str(), HasSubstr("\"created\":2"));
}

TEST_F(transfer, names_the_rows_for_which_all_was_refused) {
  gateway.answer(400,
                 R"({"code":"invalid_argument","status":400,"detail":"1 of 4 rows are not valid",)" + report + "}");
  EXPECT_EQ(gateway.run({"account", "import", "list.csv"}), 2);
  EXPECT_EQ(gateway.out.str(), "");
  EXPECT_THAT(gateway.err.str(), AllOf(HasSubstr("1 of 4 rows are not valid (invalid_argument)"),
                                       HasSubstr("row 5: email is not an email address")));
  gateway.answers.emplace_back(fail(errc::connection_lost, "gone"));
  EXPECT_NE(gateway.run({"account", "import", "list.csv"}), 0);
  EXPECT_THAT(gateway.err.str(), HasSubstr("the same command goes on where it ended"));
}

TEST_F(transfer, tells_how_far_a_large_file_is) {
  EXPECT_EQ(gateway.run({"account", "import", "list.csv"}), 0);
  const auto tell = gateway.call().on_sent;
  ASSERT_TRUE(tell);
  tell(1000, 1000);
  EXPECT_EQ(gateway.err.str(), "") << "a small one is sent at once";
  for (std::uint64_t sent = 0; sent <= 4 * limits::mib; sent += 64 * limits::kib)
    tell(sent, 4 * limits::mib);
  EXPECT_THAT(gateway.err.str(), AllOf(HasSubstr("10 % of 4096 KiB"), HasSubstr("100 % of 4096 KiB")));
  const auto told = gateway.err.str();
  EXPECT_EQ(std::count(told.begin(), told.end(), '\n'), 11);
}

TEST_F(transfer, shows_the_lint_of_a_provider) {
  gateway.answer(
      200, R"({"provider":"azure","warnings":[{"field":"client_secret","problem":"is an ID","remedy":"Copy."}]})");
  EXPECT_EQ(gateway.run({"provider", "lint", "azure"}), 0);
  EXPECT_EQ(target_of(gateway.call()), "/v1/providers/azure/lint");
  EXPECT_EQ(gateway.out.str(), "client_secret is an ID\n  Copy.\n");
  gateway.answer(200, R"({"provider":"azure","warnings":[]})");
  EXPECT_EQ(gateway.run({"provider", "lint", "azure"}), 0);
  EXPECT_EQ(gateway.out.str(), "provider azure: nothing to be seen\n");
  gateway.answer(404, R"({"code":"not_found","status":404,"detail":"no"})");
  EXPECT_EQ(gateway.run({"provider", "lint", "azure"}), 3);
}

TEST_F(transfer, an_export_that_cannot_be_written_fails) {
  gateway.answer(200, page(shown(full_account())));
  gateway.out.setstate(std::ios::badbit); // a full disk
  EXPECT_EQ(gateway.run({"account", "export"}), 1);
  EXPECT_THAT(gateway.err.str(), HasSubstr("not complete"));
}

} // namespace
} // namespace postroom::app::cli
