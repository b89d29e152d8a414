#include "base/log.hpp"
#include "storage/secrets.hpp"
#include "tests/api/support/certificate.hpp"
#include "tests/api/support/running_api.hpp"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

namespace postroom::api::test {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in{file};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// The fixture looks through all that was answered; these tests make the server handle secrets in every way it can.
class secrets_api : public running_api {
protected:
  void SetUp() override {
    running_api::SetUp();
    make_tenant("acme");
    make_provider("acme", "azure");
    make_grant("acme", "andrea", "azure");
    admin.emplace(as(scope::admin));
  }
  std::optional<client> admin;
};

TEST_F(secrets_api, come_back_from_no_path) {
  auto grant = stored<records::Grant>(storage::keys::grant(tenant_id{"acme"}, grant_id{"andrea"}));
  ASSERT_TRUE(storage::seal_access_token(keys, grant, secret<>{secret_mark + "-access"}));
  commit({storage::put_config(grant, {})});
  for (const auto* path : {"providers", "providers/azure", "grants", "grants/andrea", "accounts", "events"})
    EXPECT_EQ(admin->get(std::string{"/v1/tenants/acme/"} + path).status, 200U) << path;
  EXPECT_EQ(admin->patch("/v1/tenants/acme/grants/andrea", {{"refresh_token", secret_mark}}, "*").status, 200U);
  EXPECT_EQ(admin->post("/v1/tenants/acme/providers/azure/client-secret", {{"client_secret", secret_mark}}).status,
            200U);
  // Nor the sealed bytes: they are nobody's business either.
  const auto sealed = grant.refresh_token().substr(5, 12);
  EXPECT_THAT(transcript, Not(HasSubstr(sealed)));
}

TEST_F(secrets_api, are_not_repeated_when_they_are_refused) {
  const std::string grants = "/v1/tenants/acme/grants";
  const std::string secret = secret_mark + std::string(20'000, 'x');
  for (const boost::json::object& body :
       {boost::json::object{{"provider", "azure"}, {"refresh_token", secret}},
        boost::json::object{{"provider", "azure"}, {"password", secret_mark}},
        boost::json::object{{"provider", "nothing"}, {"refresh_token", secret_mark}},
        boost::json::object{{"provider", "azure"}, {"refresh_token", {secret_mark}}},
        boost::json::object{{"provider", "azure"}, {"refreshtoken", secret_mark}},
        boost::json::object{{"provider", "azure"}, {"delegate", "x"}, {"refresh_token", secret_mark}}})
    EXPECT_EQ(admin->post(grants, body).status, 400U) << boost::json::serialize(body).substr(0, 200);
  EXPECT_EQ(admin->send({"POST", grants, "{\"refresh_token\":\"" + secret_mark + "\"", {}}).status, 400U);
  EXPECT_EQ(admin->send({"POST", grants, secret_mark, {}}).status, 400U);
}

TEST_F(secrets_api, are_not_repeated_when_they_are_access_tokens) {
  EXPECT_EQ(with_token("postroom_" + secret_mark + std::string(37, 'x')).get("/v1/tenants").status, 401U);
  EXPECT_EQ(with_token(secret_mark).get("/v1/tenants").status, 401U);
  EXPECT_EQ(with_token(secret_mark).send({"POST", "/v1/tenants", "{}", {}}).status, 401U);
}

TEST_F(secrets_api, stand_in_no_log_line) {
  const certificate place;
  log::config wish;
  wish.level = log::level::debug;
  wish.to_stderr = false;
  wish.directory = place.directory();
  const system_clock now;
  ASSERT_TRUE(log::start(wish, now));
  EXPECT_EQ(admin->patch("/v1/tenants/acme/grants/andrea", {{"refresh_token", secret_mark}}, "*").status, 200U);
  EXPECT_EQ(admin->post("/v1/tenants/acme/grants", {{"refresh_token", secret_mark}}).status, 400U);
  const auto made = admin->post("/v1/tokens", {{"scopes", {"read"}}});
  const std::string token{made.json().at("token").as_string()};
  EXPECT_EQ(with_token(token).get("/v1/tenants?note=" + secret_mark).status, 400U);
  stop();
  log::stop();
  std::string lines;
  for (const auto& file : std::filesystem::directory_iterator{place.directory()})
    if (file.path().extension() == ".log")
      lines += text_of(file.path());
  EXPECT_THAT(lines, HasSubstr("api.token_created"));
  EXPECT_THAT(lines, HasSubstr("api.object_changed"));
  EXPECT_THAT(lines, Not(HasSubstr(secret_mark)));
  EXPECT_THAT(lines, Not(HasSubstr(token.substr(20))));
}

} // namespace
} // namespace postroom::api::test
