#include "tests/api/support/running_api.hpp"

#include <gmock/gmock.h>

namespace postroom::api::test {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::UnorderedElementsAre;

class access_tokens_api : public running_api {
protected:
  answer with_header(const std::string& authorization) {
    return nobody().send({"GET", "/v1/tenants", {}, {{"Authorization", authorization}}});
  }
  static std::string text(const answer& from, const char* member) {
    return std::string{from.json().at(member).as_string()};
  }
};

TEST_F(access_tokens_api, are_needed) {
  const auto refused = nobody().get("/v1/tenants");
  EXPECT_EQ(refused.status, 401U);
  EXPECT_EQ(code_of(refused), "unauthenticated");
  EXPECT_EQ(refused.header("www-authenticate"), "Bearer realm=\"postroom\"");
}

TEST_F(access_tokens_api, must_be_known_and_whole) {
  const auto made = create_token(*store, {"", {}, {scope::read}, 0}, time.now()).value();
  auto token = made.plain.expose();
  EXPECT_EQ(with_header("Bearer " + token).status, 200U);
  EXPECT_EQ(with_header("bearer " + token).status, 200U) << "the scheme's name has no case";
  // The record is found by the first characters; all others must fit as well.
  token.back() = token.back() == 'A' ? 'B' : 'A';
  for (const auto& wrong : {"Bearer " + token, "Bearer " + token.substr(1), std::string{"Bearer "},
                            std::string{"Bearer postroom_"}, "Basic " + token, token, "Bearer  " + token,
                            "Bearer postroom_" + std::string(43, '/'), "Bearer " + std::string(5000, 'x')})
    EXPECT_EQ(with_header(wrong).status, 401U) << wrong;
}

TEST_F(access_tokens_api, expire) {
  const auto end = time.now() + 1h;
  const auto made = create_token(*store, {"", {}, {scope::read}, end.time_since_epoch().count()}, time.now());
  auto by = with_token(made.value().plain.expose());
  EXPECT_EQ(by.get("/v1/tenants").status, 200U);
  time.advance(1h);
  EXPECT_EQ(by.get("/v1/tenants").status, 401U);
}

TEST_F(access_tokens_api, allow_what_their_scope_says) {
  make_tenant("default");
  make_provider("default", "azure");
  const boost::json::object account{
      {"name", "A"}, {"email", "a@contoso.example"}, {"provider", "azure"}, {"active", false}};
  auto reader = as(scope::read);
  auto writer = as(scope::write);
  const auto refused = reader.post("/v1/accounts", account);
  EXPECT_EQ(refused.status, 403U);
  EXPECT_EQ(code_of(refused), "forbidden");
  EXPECT_THAT(refused.body, HasSubstr("lacks the scope write"));
  EXPECT_EQ(reader.patch("/v1/accounts/x", account, "*").status, 403U);
  EXPECT_EQ(reader.remove("/v1/accounts/x", "*").status, 403U);
  EXPECT_EQ(writer.post("/v1/accounts", account).status, 201U);
  for (const auto* path : {"/v1/providers", "/v1/grants", "/v1/tenants", "/v1/tokens"})
    EXPECT_EQ(writer.post(path, account).status, 403U) << path;
  EXPECT_EQ(reader.get("/v1/tokens").status, 403U);
  EXPECT_EQ(writer.get("/v1/providers").status, 200U);
}

TEST_F(access_tokens_api, of_a_tenant_reach_no_other) {
  make_tenant("acme");
  make_tenant("other");
  make_provider("other", "azure");
  auto by = as(scope::admin, "acme");
  EXPECT_EQ(by.get("/v1/providers").status, 200U);
  for (const auto* path : {"/v1/tenants/other/providers", "/v1/providers?tenant=other", "/v1/events?tenant=other",
                           "/v1/tenants/other/accounts/x/messages", "/v1/tenants/default/providers"}) {
    const auto refused = by.get(path);
    EXPECT_EQ(refused.status, 403U) << path;
    EXPECT_EQ(code_of(refused), "forbidden");
  }
  EXPECT_EQ(by.remove("/v1/tenants/other/providers/azure", "*").status, 403U);
  EXPECT_EQ(by.get("/v1/providers/azure").status, 404U) << "its own tenant has none of that name";
}

TEST_F(access_tokens_api, are_shown_once_and_work) {
  auto admin = as(scope::admin);
  const auto made = admin.post("/v1/tokens", {{"note", "for the portal"}, {"scopes", {"read", "write"}}});
  ASSERT_EQ(made.status, 201U) << made.body;
  const auto plain = text(made, "token");
  EXPECT_EQ(made.header("location"), "") << "one cannot be read by itself";
  EXPECT_EQ(made.header("cache-control"), "no-store");
  EXPECT_EQ(with_token(plain).get("/v1/tenants").status, 200U);
  const auto list = admin.get("/v1/tokens");
  EXPECT_THAT(ids_of(list), Contains(text(made, "id")));
  EXPECT_THAT(list.body, HasSubstr("for the portal"));
  EXPECT_THAT(list.body, Not(HasSubstr("\"token\"")));
  EXPECT_THAT(list.body, Not(HasSubstr(plain.substr(20))));
}

TEST_F(access_tokens_api, end_when_they_are_removed) {
  auto admin = as(scope::admin);
  const auto made = admin.post("/v1/tokens", {{"scopes", {"read"}}});
  auto by = with_token(text(made, "token"));
  EXPECT_EQ(by.get("/v1/tenants").status, 200U);
  const auto path = "/v1/tokens/" + text(made, "id");
  EXPECT_EQ(admin.send({"DELETE", path, {}, {}}).status, 204U);
  EXPECT_EQ(by.get("/v1/tenants").status, 401U);
  EXPECT_EQ(admin.send({"DELETE", path, {}, {}}).status, 404U);
}

TEST_F(access_tokens_api, of_a_tenant_make_and_see_their_own_only) {
  make_tenant("acme");
  make_tenant("other");
  auto by = as(scope::admin, "acme");
  const auto other = as(scope::admin).post("/v1/tokens", {{"tenant", "other"}, {"scopes", {"read"}}});
  ASSERT_EQ(other.status, 201U) << other.body;
  const auto own = by.post("/v1/tokens", {{"scopes", {"read"}}, {"tenant", nullptr}});
  ASSERT_EQ(own.status, 201U) << own.body;
  EXPECT_EQ(text(own, "tenant"), "acme") << "a bound token must not make one for all tenants";
  EXPECT_EQ(by.post("/v1/tokens", {{"scopes", {"read"}}, {"tenant", "other"}}).status, 403U);
  EXPECT_EQ(by.post("/v1/tokens", {{"scopes", {"read"}}, {"tenant", ""}}).status, 403U);
  EXPECT_THAT(ids_of(by.get("/v1/tokens")), Not(Contains(text(other, "id"))));
  EXPECT_EQ(by.send({"DELETE", "/v1/tokens/" + text(other, "id"), {}, {}}).status, 404U);
}

TEST_F(access_tokens_api, are_checked_before_they_are_made) {
  auto admin = as(scope::admin);
  const auto errors = [&](const boost::json::object& body) { return errors_of(admin.post("/v1/tokens", body)); };
  EXPECT_THAT(errors({{"note", "x"}}), UnorderedElementsAre("scopes: is required"));
  EXPECT_THAT(
      errors({{"scopes", {"root"}}, {"colour", "red"}}),
      UnorderedElementsAre("scopes: must be a list of read, write, admin", "colour: is not a field of a token"));
  EXPECT_THAT(errors({{"scopes", "read"}}), UnorderedElementsAre("scopes: must be a list of read, write, admin"));
  EXPECT_THAT(errors({{"scopes", {"read"}}, {"expires", "2001-01-01T00:00:00Z"}}),
              UnorderedElementsAre(HasSubstr("expires: must be a time to come")));
  EXPECT_EQ(admin.post("/v1/tokens", {{"scopes", {"read"}}, {"note", std::string(257, 'x')}}).status, 400U);
  EXPECT_EQ(admin.post("/v1/tokens", {{"scopes", {"read"}}, {"tenant", "nowhere"}}).status, 404U);
  EXPECT_EQ(admin.post("/v1/tokens", {{"scopes", {"read"}}, {"tenant", "a/b"}}).status, 400U);
}

TEST_F(access_tokens_api, are_listed_page_by_page) {
  auto admin = as(scope::admin);
  std::vector<std::string> made{ids_of(admin.get("/v1/tokens")).at(0)};
  for (int i = 0; i < 4; ++i)
    made.push_back(text(admin.post("/v1/tokens", {{"scopes", {"read"}}}), "id"));
  std::vector<std::string> listed;
  boost::json::value next = "";
  do {
    const auto after = std::string{next.as_string()};
    const auto page = admin.get("/v1/tokens?limit=2" + (after.empty() ? after : "&after=" + after));
    for (auto& id : ids_of(page))
      listed.push_back(id);
    next = page.json().at("next");
  } while (!next.is_null() && listed.size() < 10);
  EXPECT_THAT(listed, testing::UnorderedElementsAreArray(made));
}

} // namespace
} // namespace postroom::api::test
