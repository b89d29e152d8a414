#include "tests/api/support/object_checks.hpp"

#include <gmock/gmock.h>

namespace postroom::api::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class tenants_api : public running_api {
protected:
  client admin() { return as(scope::admin); }
  static boost::json::object fields() { return {{"id", "acme"}, {"name", "Acme è"}}; }
};

TEST_F(tenants_api, round_trips_every_field) {
  auto by = admin();
  expect_round_trip({storage::object_kind::tenant, "/v1/tenants", fields(), by});
}

TEST_F(tenants_api, refuses_what_is_not_a_tenant) {
  auto by = admin();
  const object_sample sample{storage::object_kind::tenant, "/v1/tenants", fields(), by};
  expect_wrong_types_refused(sample);
  expect_required_fields(sample);
  expect_bad_texts_refused(sample);
  expect_typo_explained(sample, "nmae", "name");
  EXPECT_THAT(errors_of(by.post("/v1/tenants", with(fields(), "id", "a/b"))),
              ElementsAre("id: may only have 1 to 64 of the characters A-Z a-z 0-9 . _ -"));
}

TEST_F(tenants_api, guards_changes_by_revision) {
  auto by = admin();
  const object_sample sample{storage::object_kind::tenant, "/v1/tenants", fields(), by};
  ASSERT_EQ(by.post("/v1/tenants", fields()).status, 201U);
  expect_revisions_guarded(sample);
}

TEST_F(tenants_api, draws_an_id_for_who_does_not_choose_one) {
  auto by = admin();
  const auto made = by.post("/v1/tenants", {{"name", "Nameless"}, {"id", nullptr}});
  ASSERT_EQ(made.status, 201U) << made.body;
  const std::string id{made.json().at("id").as_string()};
  EXPECT_EQ(id.substr(0, 4), "ten_");
  EXPECT_EQ(by.get("/v1/tenants/" + id).status, 200U);
}

TEST_F(tenants_api, lists_page_by_page) {
  for (const auto* id : {"a", "b", "c"})
    make_tenant(id);
  auto by = admin();
  const auto first = by.get("/v1/tenants?limit=2");
  EXPECT_THAT(ids_of(first), ElementsAre("a", "b"));
  EXPECT_EQ(first.json().at("next"), "b");
  const auto second = by.get("/v1/tenants?limit=2&after=b");
  EXPECT_THAT(ids_of(second), ElementsAre("c"));
  EXPECT_TRUE(second.json().at("next").is_null());
  for (const auto* wrong : {"limit=0", "limit=501", "limit=x", "limit=", "after=%20", "limt=2", "limit=1&limit=2"})
    EXPECT_EQ(by.get(std::string{"/v1/tenants?"} + wrong).status, 400U) << wrong;
}

TEST_F(tenants_api, stays_while_anything_is_in_it) {
  make_tenant("acme");
  make_provider("acme", "azure");
  auto by = admin();
  const auto refused = by.remove("/v1/tenants/acme", "*");
  EXPECT_EQ(refused.status, 409U);
  ASSERT_EQ(by.remove("/v1/tenants/acme/providers/azure", "*").status, 204U);
  EXPECT_EQ(by.remove("/v1/tenants/acme", "*").status, 204U);
}

TEST_F(tenants_api, shows_a_bound_token_its_own_tenant_only) {
  make_tenant("acme");
  make_tenant("other");
  auto by = as(scope::admin, "acme");
  EXPECT_THAT(ids_of(by.get("/v1/tenants")), ElementsAre("acme"));
  EXPECT_THAT(ids_of(by.get("/v1/tenants?after=acme")), IsEmpty());
  EXPECT_EQ(by.get("/v1/tenants/acme").status, 200U);
  EXPECT_EQ(by.get("/v1/tenants/other").status, 403U);
  EXPECT_EQ(by.post("/v1/tenants", {{"name", "Mine"}}).status, 403U);
  EXPECT_EQ(by.patch("/v1/tenants/acme", {{"name", "Mine"}}, "*").status, 403U);
  EXPECT_EQ(by.remove("/v1/tenants/acme", "*").status, 403U);
}

TEST_F(tenants_api, takes_its_tokens_along) {
  make_tenant("acme");
  make_tenant("other");
  auto bound = as(scope::read, "acme");
  auto of_other = as(scope::read, "other");
  auto by = admin();
  const auto tokens = ids_of(by.get("/v1/tokens")).size();
  ASSERT_EQ(bound.get("/v1/events").status, 200U);
  ASSERT_EQ(by.remove("/v1/tenants/acme", "*").status, 204U);
  EXPECT_EQ(bound.get("/v1/events").status, 401U);
  EXPECT_EQ(ids_of(by.get("/v1/tokens")).size(), tokens - 1);
  make_tenant("acme");
  EXPECT_EQ(bound.get("/v1/events").status, 401U) << "it must not open the next one of that id";
  EXPECT_EQ(of_other.get("/v1/events").status, 200U);
}

TEST_F(tenants_api, must_be_there_for_a_token_bound_to_it) {
  auto bound = as(scope::admin, "acme");
  EXPECT_EQ(bound.get("/v1/events").status, 401U);
  EXPECT_EQ(bound.get("/v1/tenants").status, 401U);
  make_tenant("acme");
  EXPECT_EQ(bound.get("/v1/events").status, 200U);
}

TEST_F(tenants_api, leaves_declared_ones_to_the_configuration_file) {
  records::Tenant declared;
  declared.set_id("acme");
  declared.set_name("Acme");
  declared.set_declared(true);
  commit({storage::put_config(declared, revision{0})});
  auto by = admin();
  EXPECT_EQ(by.get("/v1/tenants/acme").json().at("declared"), true);
  const auto refused = by.patch("/v1/tenants/acme", {{"name", "Other"}}, "*");
  EXPECT_EQ(refused.status, 409U);
  EXPECT_THAT(refused.body, testing::HasSubstr("configuration file"));
  EXPECT_EQ(by.remove("/v1/tenants/acme", "*").status, 409U);
}

} // namespace
} // namespace postroom::api::test
