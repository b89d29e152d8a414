#include "tests/api/import/import_fixture.hpp"

#include "api/import/import_plan.hpp"
#include "base/limits.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <regex>

namespace postroom::api::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST_F(import_api, makes_accounts_of_the_rows_of_a_table) {
  const auto done = hand_in("name,email,provider,delegate,key,active\r\n"
                            "Support,support@contoso.example,azure,andrea@contoso.example,SUP,no\r\n"
                            "\"Sales, EMEA\",sales@contoso.example,azure,andrea@contoso.example,,no\r\n");
  ASSERT_EQ(done.status, 200U) << done.body;
  EXPECT_EQ(counts_of(done), "rows 2, created 2, updated 0, unchanged 0, skipped 0, invalid 0");
  EXPECT_EQ(done.json().at("dry_run"), false);
  const auto ids = texts(done.json().at("accounts"));
  ASSERT_THAT(ids, SizeIs(2));
  EXPECT_EQ(ids[0], id_for_address(tenant_id{"acme"}, "SUPPORT@contoso.example"));
  const auto shown = writer->get(collection + "/" + ids[1]).json();
  EXPECT_EQ(shown.at("name"), "Sales, EMEA");
  EXPECT_EQ(shown.at("active"), false);
  EXPECT_EQ(shown.at("folder"), "INBOX") << "defaults as of accounts made one by one";
  EXPECT_EQ(shown.at("service"), "outlook365");
  EXPECT_EQ(shown.at("revision"), 1);
  EXPECT_TRUE(shown.at("created").is_string());
}

TEST_F(import_api, takes_ndjson_with_the_types_of_the_api) {
  const auto done = hand_in(R"({"id":"support","name":"Support","email":"support@contoso.example","provider":"azure",)"
                            R"("active":false,"catch_up":"since","catch_up_since":"2026-01-02T03:04:05Z"})"
                            "\n\r\n"
                            R"({"name":"Sales","email":"sales@contoso.example","provider":"azure","active":false})",
                            "", "application/x-ndjson");
  ASSERT_EQ(done.status, 200U) << done.body;
  EXPECT_EQ(counts_of(done), "rows 2, created 2, updated 0, unchanged 0, skipped 0, invalid 0");
  EXPECT_EQ(writer->get(collection + "/support").json().at("catch_up_since"), "2026-01-02T03:04:05.000Z");
  const auto wrong = hand_in("{\"id\":\"x\",\"active\":\"yes\"}\nnonsense\n[1]\n{\"emial\":\"a\"}\n", "dry_run=true",
                             "application/x-ndjson");
  EXPECT_THAT(errors_in(wrong),
              ElementsAre("1 active must be true or false", HasSubstr("2  the line is not JSON"),
                          "3  the line must be a JSON object", HasSubstr("4 emial is not a field of a account")));
}

TEST_F(import_api, writes_nothing_in_a_dry_run) {
  const auto tried = hand_in(two_rows, "dry_run=true");
  ASSERT_EQ(tried.status, 200U);
  EXPECT_EQ(tried.json().at("dry_run"), true);
  EXPECT_EQ(counts_of(tried), "rows 2, created 2, updated 0, unchanged 0, skipped 0, invalid 0");
  EXPECT_THAT(tried.json().at("accounts").as_array(), SizeIs(2));
  EXPECT_THAT(ids_of(writer->get(collection)), IsEmpty());
}

TEST_F(import_api, is_refused_as_a_whole_for_one_bad_row) {
  const auto refused = hand_in(two_rows + "c,C,nonsense,azure,no\nd,D,d@contoso.example,nowhere,no\n");
  EXPECT_EQ(refused.status, 400U);
  EXPECT_EQ(refused.header("content-type"), "application/problem+json");
  EXPECT_EQ(code_of(refused), "invalid_argument");
  EXPECT_EQ(counts_of(refused), "rows 4, created 0, updated 0, unchanged 0, skipped 4, invalid 2");
  EXPECT_THAT(errors_in(refused),
              ElementsAre("4 email is not an email address", HasSubstr("5 provider there is no provider 'nowhere'")));
  EXPECT_THAT(ids_of(writer->get(collection)), IsEmpty());
}

TEST_F(import_api, leaves_out_bad_rows_when_asked_to) {
  const auto done = hand_in(two_rows + "c,C,nonsense,azure,no\n", "skip_invalid=true");
  ASSERT_EQ(done.status, 200U);
  EXPECT_EQ(counts_of(done), "rows 3, created 2, updated 0, unchanged 0, skipped 1, invalid 1");
  EXPECT_THAT(errors_in(done), ElementsAre("4 email is not an email address"));
  EXPECT_THAT(ids_of(writer->get(collection)), ElementsAre("a", "b"));
}

TEST_F(import_api, can_be_sent_again_without_doubling_anything) {
  const std::string rows = "name,email,provider,active\nA,a@contoso.example,azure,no\nB,b@contoso.example,azure,no\n";
  ASSERT_EQ(hand_in(rows).status, 200U);
  // As after a crash in between.
  ASSERT_EQ(writer->remove(collection + "/" + id_for_address(tenant_id{"acme"}, "b@contoso.example"), "*").status,
            204U);
  const auto again = hand_in(rows);
  EXPECT_EQ(counts_of(again), "rows 2, created 1, updated 0, unchanged 1, skipped 0, invalid 0");
  EXPECT_EQ(counts_of(hand_in(rows)), "rows 2, created 0, updated 0, unchanged 2, skipped 0, invalid 0");
  EXPECT_THAT(ids_of(writer->get(collection)), SizeIs(2));
}

TEST_F(import_api, changes_what_exists_only_when_asked_to) {
  ASSERT_EQ(hand_in(two_rows).status, 200U);
  const std::string changed = "id,name,list\na,Another,customers\nb,B,\n";
  const auto refused = hand_in("id,name,email,provider,active\na,Another,a@contoso.example,azure,no\n");
  EXPECT_EQ(refused.status, 400U);
  EXPECT_THAT(errors_in(refused), ElementsAre(HasSubstr("2 id is that of the account 'a', which exists and differs")));
  const auto done = hand_in(changed, "update=true");
  ASSERT_EQ(done.status, 200U) << done.body;
  EXPECT_EQ(counts_of(done), "rows 2, created 0, updated 1, unchanged 1, skipped 0, invalid 0");
  const auto shown = writer->get(collection + "/a").json();
  EXPECT_EQ(shown.at("name"), "Another");
  EXPECT_EQ(shown.at("list"), "customers");
  EXPECT_EQ(shown.at("email"), "a@contoso.example") << "a column that is not there changes nothing";
  EXPECT_EQ(shown.at("active"), false);
  EXPECT_EQ(shown.at("revision"), 2);
  ASSERT_EQ(hand_in("id,list,active\na,,\n", "update=true").status, 200U);
  const auto cleared = writer->get(collection + "/a").json();
  EXPECT_EQ(cleared.at("list"), "") << "an empty cell sets back";
  EXPECT_EQ(cleared.at("active"), false) << "but no flag";
}

TEST_F(import_api, finds_accounts_by_their_address) {
  make_account("acme", "support", "azure");
  const auto done = hand_in("email,name\nSUPPORT@contoso.example,Renamed\n", "update=true");
  EXPECT_EQ(counts_of(done), "rows 1, created 0, updated 1, unchanged 0, skipped 0, invalid 0") << done.body;
  EXPECT_EQ(writer->get(collection + "/support").json().at("name"), "Renamed");
  make_account("acme", "second", "azure");
  EXPECT_THAT(errors_in(hand_in("email,name\nsupport@contoso.example,X\n", "update=true")),
              ElementsAre(HasSubstr("2 email is that of several accounts")));
}

TEST_F(import_api, never_takes_an_account_that_has_moved_to_another_address) {
  ASSERT_EQ(hand_in("name,email,provider,active\nA,a@contoso.example,azure,no\n").status, 200U);
  const auto id = id_for_address(tenant_id{"acme"}, "a@contoso.example");
  ASSERT_EQ(writer->patch(collection + "/" + id, {{"email", "z@contoso.example"}}, "*").status, 200U);
  EXPECT_THAT(errors_in(hand_in("name,email,provider,active\nA,a@contoso.example,azure,no\n", "update=true")),
              ElementsAre(HasSubstr("2 email had an account that has another address now")));
}

TEST_F(import_api, sees_doubles_within_the_file) {
  EXPECT_THAT(errors_in(hand_in(two_rows + "a,C,c@contoso.example,azure,no\n")),
              ElementsAre("4 id is that of row 2, too"));
  EXPECT_THAT(errors_in(hand_in("name,email,provider\nA,a@contoso.example,azure\nB,A@contoso.example,azure\n")),
              ElementsAre("3 email is that of row 2, too"));
  EXPECT_THAT(errors_in(hand_in("name,provider\nA,azure\nB,azure\n")),
              ElementsAre("2 email is required", "3 email is required"));
}

TEST_F(import_api, warns_of_what_is_probably_not_meant) {
  const auto tried = hand_in("id,name,email,provider,delegate,key,active\n"
                             "a,A,a@contoso.example,azure,nobody@contoso.example,KEY,no\n"
                             "b,B,b@contoso.example,azure,andrea@contoso.example,KEY,no\n"
                             "c,C,b@contoso.example,azure,andrea@contoso.example,,no\n",
                             "dry_run=true");
  ASSERT_EQ(tried.status, 200U) << tried.body;
  std::vector<std::string> told;
  const auto document = tried.json();
  for (const auto& each : document.at("warnings").as_array())
    told.push_back(std::to_string(each.at("row").to_number<int>()) + ' ' + std::string{each.at("field").as_string()} +
                   ' ' + std::string{each.at("problem").as_string()});
  EXPECT_THAT(told, ElementsAre(HasSubstr("2 delegate names nobody with a sign-in yet"),
                                HasSubstr("3 key is also that of the account a"),
                                HasSubstr("4 email has the same folder read by the account b")));
  EXPECT_EQ(tried.json().at("warned"), 3);
}

TEST_F(import_api, leaves_declared_accounts_to_the_configuration_file) {
  make_account("acme", "support", "azure");
  auto declared = stored_account("support");
  declared.set_declared(true);
  commit({storage::put_config(declared, {})});
  EXPECT_THAT(errors_in(hand_in("id,name\nsupport,Other\n", "update=true")),
              ElementsAre(HasSubstr("2 id is that of an account declared in the configuration file")));
  EXPECT_EQ(counts_of(hand_in("id,name\nsupport,Support\n", "update=true")),
            "rows 1, created 0, updated 0, unchanged 1, skipped 0, invalid 0");
}

TEST_F(import_api, refuses_what_is_no_table) {
  EXPECT_EQ(hand_in("a", "", "application/json").status, 415U);
  EXPECT_EQ(hand_in("a", "", "text/csv; charset=iso-8859-1").status, 415U);
  EXPECT_EQ(hand_in(two_rows, "dry_run=true", "Text/CSV; charset=UTF-8; header=present").status, 200U);
  EXPECT_EQ(hand_in(two_rows, "dry_run=perhaps").status, 400U);
  EXPECT_EQ(hand_in(two_rows, "dryrun=true").status, 400U);
  EXPECT_THAT(hand_in("").body, HasSubstr("no header"));
  EXPECT_THAT(hand_in("id,emial\n").body, HasSubstr("did you mean 'email'?"));
  EXPECT_THAT(hand_in("id,name,ID\n").body, HasSubstr("is there twice"));
  EXPECT_THAT(hand_in("id,name\n\"a,b\n").body, HasSubstr("row 2 begins a field with a quotation mark"));
  EXPECT_THAT(errors_in(hand_in("id,name\na\n")), ElementsAre("2  has 1 fields, but the header has 2"));
  EXPECT_THAT(errors_in(hand_in("id,name\nx,\xE4\n", "update=true")), Contains("2 name is not valid UTF-8"));
  const auto nowhere =
      writer->send({"POST", "/v1/tenants/nowhere/accounts/import", two_rows, {{"Content-Type", "text/csv"}}});
  EXPECT_EQ(nowhere.status, 404U);
  EXPECT_EQ(as(scope::read).send({"POST", path, two_rows, {{"Content-Type", "text/csv"}}}).status, 403U);
}

TEST_F(import_api, repeats_no_value_of_a_row) {
  const auto refused = hand_in("id,name,email,provider,grant,active\n"
                               "a," +
                               secret_mark + "\x01," + secret_mark + "," + secret_mark + " x," + secret_mark + " y," +
                               secret_mark + "\n");
  EXPECT_EQ(refused.status, 400U);
  EXPECT_EQ(refused.body.find(secret_mark), std::string::npos) << refused.body;
  const auto line = hand_in("{\"id\":\"a\",\"password\":\"" + secret_mark + "\",\"name\":{\"x\":\"" + secret_mark +
                                "\"}}\n{\"" + "id\":\"b\",\"active\":\"" + secret_mark + "\"}\n" + secret_mark,
                            "", "application/x-ndjson");
  EXPECT_EQ(line.status, 400U);
}

TEST_F(import_api, tells_the_first_hundred_mistakes_and_counts_all) {
  std::string rows = "id,name,email,provider,active\n";
  for (int i = 0; i < 150; ++i)
    rows += "a" + std::to_string(i) + ",A,nonsense,azure,no\n";
  const auto refused = hand_in(rows);
  EXPECT_EQ(counts_of(refused), "rows 150, created 0, updated 0, unchanged 0, skipped 150, invalid 150");
  EXPECT_THAT(refused.json().at("errors").as_array(), SizeIs(limits::import_notes_max));
}

TEST_F(import_api, refuses_too_many_rows_and_too_long_ones) {
  std::string rows = "id\n";
  for (std::size_t i = 0; i <= limits::import_rows_max; ++i)
    rows += "a\n";
  const auto many = hand_in(rows);
  EXPECT_EQ(many.status, 413U);
  EXPECT_THAT(many.body, HasSubstr("more than 50000 rows"));
  const std::string endless(limits::csv_row_bytes_max + 1, 'x');
  EXPECT_EQ(hand_in("id\n" + endless).status, 413U);
  EXPECT_EQ(hand_in(endless, "", "application/x-ndjson").status, 413U);
}

TEST_F(import_api, keeps_its_place_for_no_file_that_trickles_in) {
  std::vector<client> slow;
  for (std::size_t i = 0; i < limits::imports_max; ++i) {
    auto& one = slow.emplace_back(as(scope::write));
    one.write(one.bytes_of({"POST", path, {}, {{"Content-Type", "text/csv"}, {"Content-Length", "1000000"}}}) + "id\n");
  }
  ASSERT_TRUE(eventually([&] { return hand_in(two_rows, "dry_run=true").status == 429; }));
  time.advance(limits::import_body_deadline);
  std::string more;
  while (more.size() < 64 * limits::kib)
    more += "a\n";
  for (auto& each : slow) {
    each.write(more);
    const auto refused = each.read_answer();
    EXPECT_EQ(refused.status, 504U) << refused.body;
    EXPECT_THAT(refused.body, HasSubstr("did not arrive within 120 s"));
  }
  EXPECT_EQ(hand_in(two_rows).status, 200U);
}

/// The example of the document is one that works.
TEST_F(import_api, understands_the_documented_example) {
  std::ifstream file{POSTROOM_SOURCE_DIR "/docs/accounts.md"};
  const std::string document{std::istreambuf_iterator<char>{file}, {}};
  std::size_t seen = 0;
  for (const auto& [fence, type] : {std::pair{"csv", "text/csv"}, std::pair{"ndjson", "application/x-ndjson"}}) {
    const auto begin = document.find("```" + std::string{fence} + "\n");
    ASSERT_NE(begin, std::string::npos) << fence;
    const auto text = begin + 4 + std::string{fence}.size();
    const auto tried = hand_in(document.substr(text, document.find("```", text) - text), "dry_run=true", type);
    EXPECT_EQ(tried.status, 200U) << tried.body;
    EXPECT_EQ(tried.json().at("invalid"), 0) << tried.body;
    seen += static_cast<std::size_t>(tried.json().at("created").to_number<int>());
  }
  EXPECT_GE(seen, 4U);
}

} // namespace
} // namespace postroom::api::test
