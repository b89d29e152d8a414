#include "api/problem.hpp"
#include "protocol/knowledge/entry.hpp"
#include "tests/api/support/running_api.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>

#include <set>

namespace postroom::api::test {
namespace {

std::set<std::string> keys_of(const boost::json::object& of) {
  std::set<std::string> out;
  for (const auto& each : of)
    out.emplace(each.key());
  return out;
}

class knowledge_api : public running_api {};

TEST_F(knowledge_api, lists_the_whole_table_for_everybody) {
  const auto got = nobody().get("/v1/knowledge");
  ASSERT_EQ(got.status, 200U) << got.body;
  const auto shown = got.json();
  const auto& items = shown.at("items").as_array();
  ASSERT_EQ(items.size(), knowledge::all().size());
  for (std::size_t i = 0; i < items.size(); ++i)
    EXPECT_EQ(items[i].at("key").as_string(), knowledge::all()[i]->key);
}

TEST_F(knowledge_api, lists_what_one_side_says) {
  std::size_t sum = 0;
  for (const auto* from : {"sign_in", "identity", "imap", "smtp", "graph"}) {
    const auto got = nobody().get("/v1/knowledge?from=" + std::string{from});
    ASSERT_EQ(got.status, 200U) << from;
    const auto shown = got.json();
    for (const auto& each : shown.at("items").as_array())
      EXPECT_EQ(each.at("from"), from);
    sum += shown.at("items").as_array().size();
  }
  EXPECT_EQ(sum, knowledge::all().size());
  EXPECT_EQ(nobody().get("/v1/knowledge?from=pop3").status, 400U);
  EXPECT_EQ(nobody().get("/v1/knowledge?form=imap").status, 400U);
}

TEST_F(knowledge_api, explains_every_key_as_it_is_described) {
  const auto description = nobody().get("/openapi.json").json();
  const auto& schema = description.at("components").at("schemas").at("KnownError").at("properties").as_object();
  auto by = nobody();
  for (const auto* each : knowledge::all()) {
    const auto got = by.get("/v1/knowledge/" + std::string{each->key});
    ASSERT_EQ(got.status, 200U) << each->key;
    const auto shown = got.json();
    EXPECT_EQ(keys_of(shown), keys_of(schema));
    EXPECT_EQ(shown.at("remedy").as_string(), each->remedy);
    EXPECT_EQ(shown.at("who_acts").as_string(), to_string(each->who));
    EXPECT_EQ(shown.at("code").as_string(), to_string(each->code));
    EXPECT_EQ(shown.at("retry_not_before_s"), each->not_before.count());
  }
}

TEST_F(knowledge_api, takes_keys_in_any_case_and_knows_no_others) {
  EXPECT_EQ(nobody().get("/v1/knowledge/aadsts7000222").json().at("key"), "AADSTS7000222");
  EXPECT_EQ(nobody().get("/v1/knowledge/nothing").status, 404U);
  EXPECT_EQ(nobody().get("/v1/knowledge/a%20b").status, 404U);
  EXPECT_EQ(nobody().get("/v1/tenants/acme/knowledge").status, 404U);
}

TEST(problem_json, explains_an_error_by_its_cause) {
  const auto shown = [](error what) {
    return boost::json::parse(to_json(problem{std::move(what), {}, {}}, "id")).as_object();
  };
  const auto known = shown({errc::app_misconfigured, "words", "AADSTS7000222"});
  EXPECT_EQ(known.at("cause"), "AADSTS7000222");
  EXPECT_EQ(known.at("meaning").as_string(), knowledge::find("AADSTS7000222")->meaning);
  EXPECT_EQ(known.at("remedy").as_string(), knowledge::find("AADSTS7000222")->remedy);
  EXPECT_EQ(known.at("title").as_string(), meaning(errc::app_misconfigured));
  const auto general = shown({errc::app_misconfigured, "words"});
  EXPECT_TRUE(general.at("cause").is_null());
  EXPECT_EQ(general.at("meaning").as_string(), meaning(errc::app_misconfigured));
  EXPECT_EQ(general.at("who_acts").as_string(), to_string(who_acts(errc::app_misconfigured)));
}

} // namespace
} // namespace postroom::api::test
