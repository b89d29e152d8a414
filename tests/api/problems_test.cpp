#include "api/problem.hpp"
#include "tests/api/support/running_api.hpp"

#include <gmock/gmock.h>

namespace postroom::api::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class problems_api : public running_api {
protected:
  void SetUp() override {
    running_api::SetUp();
    admin.emplace(as(scope::admin));
  }
  answer create(const std::string& body, const std::string& type = "application/json") {
    return admin->send({"POST", "/v1/tenants", body, {{"Content-Type", type}}});
  }
  std::optional<client> admin;
};

TEST_F(problems_api, say_what_happened_and_what_to_do) {
  const auto refused = admin->send({"GET", "/v1/tenants/nothing", {}, {{"X-Request-Id", "trace-7"}}});
  EXPECT_EQ(refused.status, 404U);
  EXPECT_EQ(refused.header("content-type"), "application/problem+json");
  EXPECT_EQ(refused.header("x-request-id"), "trace-7");
  const auto shown = refused.json();
  EXPECT_EQ(shown.at("type"), "urn:postroom:problem:not_found");
  EXPECT_EQ(shown.at("status"), 404);
  EXPECT_EQ(shown.at("code"), "not_found");
  EXPECT_EQ(shown.at("detail"), "there is no tenant 'nothing'");
  EXPECT_EQ(shown.at("instance"), "urn:postroom:request:trace-7");
  EXPECT_EQ(shown.at("title").as_string(), meaning(errc::not_found));
  EXPECT_EQ(shown.at("remedy").as_string(), remedy(errc::not_found));
  EXPECT_EQ(shown.at("who_acts"), "caller");
}

TEST_F(problems_api, name_their_occurrence_themselves_when_the_caller_does_not_well) {
  for (const auto& id : {std::string{}, std::string(65, 'x'), std::string{"a b"}}) {
    const auto refused = admin->send({"GET", "/v1/nothing", {}, {{"X-Request-Id", id}}});
    const auto drawn = refused.header("x-request-id");
    EXPECT_EQ(drawn.size(), 16U);
    EXPECT_EQ(refused.json().at("instance").as_string(), "urn:postroom:request:" + drawn);
  }
}

TEST_F(problems_api, tell_unknown_paths_from_wrong_methods) {
  for (const auto* path : {"/", "/v1", "/v1/", "/v2/tenants", "/v1/accounts/", "/v1/accounts/a/b/c", "//v1/tenants",
                           "/v1/tenants/acme/tokens", "/v1/tenants/acme/tenants", "/v1/a/b/c/d/e/f/g/h/i/j/k/l/m/n"})
    EXPECT_EQ(admin->get(path).status, 404U) << path;
  const auto wrong = admin->send({"PUT", "/v1/tenants", {}, {}});
  EXPECT_EQ(wrong.status, 405U);
  EXPECT_EQ(wrong.header("allow"), "GET, HEAD, POST");
  EXPECT_EQ(admin->send({"BREW", "/healthz", {}, {}}).header("allow"), "GET, HEAD");
  EXPECT_EQ(admin->send({"OPTIONS", "/v1/events", {}, {}}).status, 405U);
}

TEST_F(problems_api, refuse_bodies_that_are_not_one_flat_json_object) {
  for (const auto* body : {"", "{", "[]", "\"a\"", "null", "{\"name\":\"a\"} x", "{\"name\":\"a\",}",
                           "{\"name\":\"\xff\"}", "{name:\"a\"}"}) {
    const auto refused = create(body);
    EXPECT_EQ(refused.status, 400U) << body;
    EXPECT_EQ(code_of(refused), "invalid_argument") << body;
  }
  EXPECT_EQ(create(std::string(2000, '[') + std::string(2000, ']')).status, 400U);
  EXPECT_THAT(errors_of(create(R"({"name":"a","name":"b"})")), ElementsAre("name: is given twice"));
  EXPECT_THAT(errors_of(create(R"({"name":{"a":1}})")), ElementsAre("name: must not be an object"));
  EXPECT_THAT(errors_of(create(R"({"name":1e3})")), ElementsAre("name: must be a whole number of at most 63 bits"));
  EXPECT_THAT(errors_of(create(R"({"name":18446744073709551615})")),
              ElementsAre("name: must be a whole number of at most 63 bits"));
  std::string wide = "{\"f0\":1";
  for (int i = 1; i < 100; ++i)
    wide += ",\"f" + std::to_string(i) + "\":1";
  EXPECT_EQ(create(wide + "}").status, 400U);
}

TEST_F(problems_api, refuse_bodies_of_another_kind) {
  for (const auto* type : {"text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""}) {
    const auto refused = create(R"({"name":"a"})", type);
    EXPECT_EQ(refused.status, 415U) << type;
    EXPECT_EQ(code_of(refused), "invalid_argument");
  }
  EXPECT_EQ(create(R"({"name":"a"})", "application/json ; charset=utf-8").status, 201U);
  EXPECT_EQ(create(R"({"name":"a"})", "application/merge-patch+json").status, 201U);
  EXPECT_EQ(admin->send({"GET", "/v1/tenants", "{}", {}}).status, 400U) << "a body that nobody reads";
}

TEST_F(problems_api, are_valid_json_whatever_was_sent) {
  const auto query = admin->get("/v1/tenants?%ff%fe%00=1");
  EXPECT_EQ(query.status, 400U);
  EXPECT_NO_THROW((void)query.json()) << query.body;
  const auto cut = create("{\"" + std::string(id_bytes_max - 1, 'a') + "è\":1}");
  EXPECT_EQ(cut.status, 400U);
  EXPECT_NO_THROW((void)cut.json()) << cut.body;
}

TEST(problem_json, has_a_status_that_fits_every_code) {
  for (std::size_t i = 1; i < errc_count; ++i) {
    const auto code = static_cast<errc>(i);
    const auto status = http_status_of(code);
    EXPECT_TRUE(status >= 400 && status < 600) << to_string(code);
    EXPECT_EQ(status < 500, who_acts(code) == actor_role::caller)
        << to_string(code) << ": the caller's fault and a 4xx are the same thing";
  }
}

} // namespace
} // namespace postroom::api::test
