#include "api/problem.hpp"
#include "api/router.hpp"
#include "tests/api/support/object_checks.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

#include <regex>
#include <set>

namespace postroom::api::test {
namespace {

using testing::IsSupersetOf;
using names = std::set<std::string>;

names keys_of(const boost::json::object& of) {
  names out;
  for (const auto& each : of)
    out.emplace(each.key());
  return out;
}

names texts_of(const boost::json::value& list) {
  names out;
  for (const auto& each : list.as_array())
    out.emplace(each.as_string());
  return out;
}

std::string capitalised(std::string_view kind) {
  std::string out{kind};
  out.front() = static_cast<char>(out.front() - 'a' + 'A');
  return out;
}

/// The description as the server answers it, against the code it describes.
class openapi_api : public running_api {
protected:
  void SetUp() override {
    running_api::SetUp();
    text = nobody().get("/openapi.json").body;
    document = boost::json::parse(text).as_object();
  }
  const boost::json::object& schema(const std::string& name) {
    return document.at("components").at("schemas").at(name).as_object();
  }
  names properties(const std::string& schema_name) { return keys_of(schema(schema_name).at("properties").as_object()); }
  /// The members of an object that was answered.
  void expect_described(const boost::json::object& shown, const std::string& schema_name) {
    EXPECT_EQ(keys_of(shown), properties(schema_name)) << schema_name;
  }

  std::string text;
  boost::json::object document;
};

constexpr std::array kinds{storage::object_kind::tenant, storage::object_kind::provider, storage::object_kind::grant,
                           storage::object_kind::account};

TEST_F(openapi_api, describes_every_route_and_nothing_else) {
  names described;
  for (const auto& path : document.at("paths").as_object())
    for (const auto& operation : path.value().as_object())
      if (operation.key() != "parameters")
        described.insert(std::string{operation.key()} + ' ' + std::string{path.key()});
  names routed;
  for (const auto& each : all_routes()) {
    std::string verb{boost::beast::http::to_string(each.method)};
    std::ranges::transform(verb, verb.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    routed.insert(verb + ' ' + std::string{each.pattern});
  }
  EXPECT_EQ(described, routed);
}

TEST_F(openapi_api, describes_paths_that_answer_alone_and_under_a_tenant) {
  auto admin = as(scope::admin);
  for (const auto& each : all_routes()) {
    const auto path = std::regex_replace(std::string{each.pattern}, std::regex{R"(\{\w+\})"}, "x");
    std::vector<std::string> paths{path};
    if (each.of_tenant)
      paths.push_back("/v1/tenants/acme" + path.substr(3));
    for (const auto& at : paths) {
      const auto got = admin.send({std::string{boost::beast::http::to_string(each.method)}, at, {}, {}});
      EXPECT_NE(got.status, 405U) << at;
      EXPECT_EQ(got.body.find("there is no such path"), std::string::npos) << at;
    }
  }
}

TEST_F(openapi_api, tells_of_each_operation_its_parameters_and_body) {
  for (const auto& each : all_routes()) {
    const auto& path = document.at("paths").at(each.pattern).as_object();
    std::string verb{boost::beast::http::to_string(each.method)};
    std::ranges::transform(verb, verb.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const auto& operation = path.at(verb).as_object();
    EXPECT_EQ(operation.contains("requestBody"), each.takes_body || each.streams_up_to > 0)
        << verb << ' ' << each.pattern;
    names in_path;
    if (const auto* shared = path.if_contains("parameters"))
      for (const auto& parameter : shared->as_array())
        in_path.insert('{' + std::string{parameter.at("name").as_string()} + '}');
    names in_pattern;
    const std::string pattern{each.pattern};
    const std::regex name{R"(\{\w+\})"};
    for (std::sregex_iterator it{pattern.begin(), pattern.end(), name}; it != std::sregex_iterator{}; ++it)
      in_pattern.insert(it->str());
    EXPECT_EQ(in_path, in_pattern) << pattern;
    const auto parameters = operation.contains("parameters") ? boost::json::serialize(operation.at("parameters")) : "";
    EXPECT_EQ(parameters.find("/parameters/tenant\"") != std::string::npos, each.of_tenant) << verb << ' ' << pattern;
    const bool open = each.needs == access::anybody || each.needs == access::loopback_or_read;
    EXPECT_EQ(operation.contains("security"), open) << pattern;
  }
}

TEST_F(openapi_api, points_only_to_what_is_there) {
  const std::regex reference{R"re("\$ref":\s*"#/([^"]+)")re"};
  std::size_t seen = 0;
  for (std::sregex_iterator it{text.begin(), text.end(), reference}; it != std::sregex_iterator{}; ++it, ++seen) {
    boost::system::error_code missing;
    (void)boost::json::value(document).find_pointer('/' + (*it)[1].str(), missing);
    EXPECT_FALSE(missing) << it->str();
  }
  EXPECT_GT(seen, 50U);
}

TEST_F(openapi_api, has_every_field_that_can_be_set_with_its_rule) {
  for (const auto kind : kinds) {
    const auto base = capitalised(to_string(kind));
    names all;
    names required;
    names shown{"declared", "created", "updated", "revision"};
    for (const auto& rule : storage::fields_of(kind)) {
      all.emplace(rule.name);
      if (rule.kind != storage::field_kind::secret)
        shown.emplace(rule.name);
      if (rule.required && rule.name != "id")
        required.emplace(rule.name);
      const auto& described = schema(base + "Input").at("properties").at(rule.name).as_object();
      const auto* choices = described.if_contains("enum");
      EXPECT_EQ(choices != nullptr, !rule.choices.empty()) << base << '.' << rule.name;
      if (choices)
        EXPECT_EQ(texts_of(*choices), names(rule.choices.begin(), rule.choices.end())) << base << '.' << rule.name;
      EXPECT_EQ(described.contains("writeOnly"), rule.kind == storage::field_kind::secret) << rule.name;
      if (const auto* title = described.if_contains("title"))
        EXPECT_EQ(title->as_string(), rule.label) << base << '.' << rule.name;
    }
    EXPECT_EQ(properties(base + "Input"), all) << base;
    EXPECT_EQ(properties(base + "Patch"), all) << base;
    EXPECT_EQ(texts_of(schema(base + "Input").at("required")), required) << base;
    EXPECT_FALSE(schema(base + "Patch").contains("required"));
    EXPECT_THAT(properties(base), IsSupersetOf(shown)) << base;
  }
}

TEST_F(openapi_api, describes_objects_exactly_as_they_are_shown) {
  make_tenant("acme");
  make_provider("acme", "azure");
  make_grant("acme", "andrea", "azure");
  make_account("acme", "support", "azure");
  announce("acme", 1);
  auto admin = as(scope::admin);
  const std::string base = "/v1/tenants/acme/";
  expect_described(admin.get("/v1/tenants/acme").json(), "Tenant");
  expect_described(admin.get(base + "providers/azure").json(), "Provider");
  expect_described(admin.get(base + "grants/andrea").json(), "Grant");
  expect_described(admin.get(base + "accounts/support").json(), "Account");
  expect_described(admin.get(base + "accounts/support/status").json(), "Status");
  expect_described(admin.get(base + "events").json().at("items").at(0).as_object(), "Event");
  expect_described(admin.get("/v1/tokens").json().at("items").at(0).as_object(), "Token");
  expect_described(admin.post("/v1/tokens", {{"colour", "red"}}).json(), "Problem");
}

TEST_F(openapi_api, tells_where_what_was_made_can_be_read) {
  auto admin = as(scope::admin);
  const auto expect_readable = [&](const answer& made, const std::string& collection) {
    ASSERT_LT(made.status, 300U) << collection << ' ' << made.body;
    const auto read = admin.get(made.header("location"));
    EXPECT_EQ(read.status, 200U) << made.header("location");
    EXPECT_EQ(read.json().at("id"), made.json().at("id"));
  };
  // Once the path names the tenant, once the query does.
  for (const std::string id : {"acme", "other"}) {
    expect_readable(admin.post("/v1/tenants", {{"id", id}, {"name", id}}), "tenants");
    const bool by_path = id == "acme";
    const auto at = [&](const std::string& path) {
      return by_path ? "/v1/tenants/" + id + path : "/v1" + path + "?tenant=" + id;
    };
    const auto post = [&](const std::string& path, const boost::json::object& body) {
      expect_readable(admin.post(at(path), body), path);
    };
    post("/providers", {{"id", "azure"},
                        {"name", "Azure"},
                        {"service", "microsoft_azure"},
                        {"application_id", "app"},
                        {"directory_id", "contoso.example"},
                        {"client_secret", secret_mark}});
    post("/grants", {{"id", "andrea"},
                     {"provider", "azure"},
                     {"delegate", "andrea@contoso.example"},
                     {"refresh_token", secret_mark}});
    post("/accounts", {{"id", "support"},
                       {"name", "Support"},
                       {"email", "support@contoso.example"},
                       {"active", false},
                       {"provider", "azure"}});
    expect_readable(admin.send({"POST", at("/uploads"), "content", {}}), "/uploads");
    ASSERT_TRUE(eventually([&] { return !admin.get(at("/accounts/support/status")).json().at("since").is_null(); }));
    post("/accounts/support/outbox", {{"to", "bea@example.org"}, {"subject", "Hello"}, {"text", "Hi"}});
  }
}

TEST_F(openapi_api, names_limits_that_are_taken_and_the_largest) {
  auto admin = as(scope::admin);
  make_tenant("default");
  std::size_t seen = 0;
  for (const auto& path : document.at("paths").as_object()) {
    const auto* get = path.value().as_object().if_contains("get");
    const auto* parameters = get ? get->as_object().if_contains("parameters") : nullptr;
    if (!parameters)
      continue;
    for (const auto& each : parameters->as_array()) {
      const auto* reference = each.as_object().if_contains("$ref");
      const auto& parameter =
          reference ? boost::json::value(document).at_pointer(std::string{reference->as_string()}.substr(1)) : each;
      if (parameter.at("name") != "limit")
        continue;
      ++seen;
      const auto most = parameter.at("schema").at("maximum").as_int64();
      const auto at = std::regex_replace(std::string{path.key()}, std::regex{R"(\{\w+\})"}, "x") + "?limit=";
      EXPECT_NE(admin.get(at + std::to_string(most)).status, 400U) << at << most;
      EXPECT_EQ(admin.get(at + std::to_string(most + 1)).status, 400U) << at << most + 1;
    }
  }
  EXPECT_GE(seen, 9U);
}

TEST_F(openapi_api, names_error_codes_that_exist_and_all_of_them) {
  names codes;
  for (std::size_t i = 1; i < errc_count; ++i)
    codes.emplace(to_string(static_cast<errc>(i)));
  EXPECT_EQ(texts_of(schema("Problem").at("properties").at("code").at("enum")), codes);
  names roles;
  for (const auto code : codes)
    for (std::size_t i = 1; i < errc_count; ++i)
      roles.emplace(to_string(who_acts(static_cast<errc>(i))));
  EXPECT_EQ(texts_of(schema("Problem").at("properties").at("who_acts").at("enum")), roles);
  // "410 `body_gone`": number and name must belong together.
  const std::regex mention{R"((\d{3}) `(\w+)`)"};
  std::size_t seen = 0;
  for (std::sregex_iterator it{text.begin(), text.end(), mention}; it != std::sregex_iterator{}; ++it, ++seen)
    for (std::size_t i = 1; i < errc_count; ++i)
      if (to_string(static_cast<errc>(i)) == (*it)[2].str())
        EXPECT_EQ(std::to_string(http_status_of(static_cast<errc>(i))), (*it)[1].str());
  EXPECT_GT(seen, 0U);
}

TEST_F(openapi_api, names_the_states_of_a_mailbox) {
  names states;
  for (int i = 0; i <= static_cast<int>(mailbox_state::degraded); ++i)
    states.emplace(to_string(static_cast<mailbox_state>(i)));
  EXPECT_EQ(texts_of(schema("Status").at("properties").at("state").at("enum")), states);
}

} // namespace
} // namespace postroom::api::test
