#include "api/router.hpp"
#include "tests/api/support/running_api.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <caf/actor_system_config.hpp>
#include <gmock/gmock.h>

namespace postroom::api::test {
namespace {

using testing::HasSubstr;

class health_api : public running_api {};

TEST_F(health_api, lives_without_asking_who_wants_to_know) {
  const auto got = nobody().get("/healthz");
  EXPECT_EQ(got.status, 200U);
  EXPECT_EQ(got.json().at("status"), "ok");
}

TEST_F(health_api, is_ready_once_the_configuration_is_loaded) {
  auto by = nobody();
  ASSERT_TRUE(eventually([&] { return by.get("/readyz").status == 200; }));
  const auto shown = by.get("/readyz").json();
  EXPECT_EQ(shown.at("ready"), true);
  EXPECT_EQ(shown.at("store"), "ok");
  EXPECT_EQ(shown.at("gateway"), "ok");
  EXPECT_EQ(shown.at("mailboxes"), 0);
}

TEST_F(health_api, counts_active_mailboxes) {
  make_tenant("acme");
  make_provider("acme", "azure");
  make_account("acme", "support", "azure");
  auto admin = as(scope::admin);
  ASSERT_EQ(admin.patch("/v1/tenants/acme/accounts/support", {{"active", true}}, "*").status, 200U);
  EXPECT_TRUE(eventually([&] { return nobody().get("/readyz").json().at("mailboxes") == 1; }));
}

TEST_F(health_api, exposes_metrics_that_grow_with_each_request) {
  auto by = nobody();
  const auto before = by.get("/metrics");
  EXPECT_EQ(before.status, 200U);
  EXPECT_EQ(before.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  by.get("/v1/nothing");
  const auto after = by.get("/metrics").body;
  EXPECT_THAT(after, HasSubstr("postroom_http_requests_total{status=\"200\"} 1\n"));
  EXPECT_THAT(after, HasSubstr("postroom_http_requests_total{status=\"404\"} 1\n"));
}

TEST_F(health_api, tells_the_metrics_of_all_tenants_to_no_token_of_one) {
  const auto at = std::ranges::find(health_routes(), std::string_view{"/metrics"}, &route::pattern);
  ASSERT_NE(at, health_routes().end());
  caf::actor_system_config config;
  caf::actor_system system{config};
  const services world{*store, keys, time, system, {}, {}, metrics};
  const auto answered = [&](const std::string& tenant) {
    request from_elsewhere;
    from_elsewhere.token_tenant = tenant_id{tenant};
    boost::asio::io_context context;
    auto done = boost::asio::co_spawn(context, at->handle(world, from_elsewhere), boost::asio::use_future);
    context.run();
    const auto got = done.get();
    const auto* refused = std::get_if<problem>(&got.body);
    return refused ? http_status_of(*refused) : got.status;
  };
  EXPECT_EQ(answered("acme"), 403U);
  EXPECT_EQ(answered(""), 200U);
}

TEST_F(health_api, answers_head_with_the_headers_of_get) {
  auto by = nobody();
  for (const auto* path : {"/healthz", "/openapi.json"}) {
    const auto whole = by.get(path);
    const auto head = by.send({"HEAD", path, {}, {}});
    EXPECT_EQ(head.status, 200U);
    EXPECT_EQ(head.body, "");
    EXPECT_EQ(head.header("content-length"), std::to_string(whole.body.size()));
    EXPECT_EQ(head.header("content-type"), whole.header("content-type"));
  }
}

} // namespace
} // namespace postroom::api::test
