#include "actors/archive/archive.hpp"
#include "actors/events/events.hpp"
#include "actors/provider/provider.hpp"
#include "base/crypto.hpp"
#include "metrics/registry.hpp"
#include "storage/directory.hpp"
#include "storage/memory/memory_store.hpp"
#include "storage/secrets.hpp"
#include "tests/actors/support/unused_network.hpp"
#include "tests/storage/store_support.hpp"
#include "tests/support/actor_fixture.hpp"

#include <gtest/gtest.h>

#include <deque>

namespace postroom::provider {
namespace {

using namespace std::chrono_literals;

/// A token endpoint that answers when told to.
class scripted_http final : public net::http_client {
public:
  struct open_question {
    net::http_request request;
    std::function<void(result<net::http_answer>)> done;
  };
  std::deque<open_question> open;
  std::size_t asked = 0;

  void send(net::http_request request, std::string, std::function<void(result<net::http_answer>)> done) override {
    ++asked;
    open.push_back({std::move(request), std::move(done)});
  }
  void answer(unsigned status, std::string body) {
    auto question = std::move(open.front());
    open.pop_front();
    net::http_answer answer;
    answer.status = status;
    answer.headers.emplace_back("content-type", "application/json");
    answer.body = secret<>{std::move(body)};
    question.done(std::move(answer));
  }
};

class provider_test : public testing::Test, public actor_fixture {
protected:
  provider_test() {
    records::Provider provider;
    provider.set_tenant("acme");
    provider.set_id("azure");
    provider.set_service("microsoft_azure");
    provider.set_type("outlook365");
    provider.set_application_id("app");
    provider.set_directory_id("contoso.example");
    provider.set_token_endpoint("http://127.0.0.1:1/token");
    EXPECT_TRUE(storage::seal_client_secret(keys, provider, secret<>{"client-secret"}));
    records::Grant grant;
    grant.set_tenant("acme");
    grant.set_id("andrea");
    grant.set_provider("azure");
    grant.set_kind("refresh_token");
    grant.set_delegate("Andrea@contoso.example");
    EXPECT_TRUE(storage::seal_refresh_token(keys, grant, secret<>{"refresh-0"}));
    commit(storage::put_config(grant, revision{0}));
    service = system.spawn(provider::provider, std::make_shared<const records::Provider>(provider), &world);
    run();
  }
  ~provider_test() override {
    quit(service);
    quit(world.archive);
    quit(world.events);
  }
  void commit(storage::operation op) {
    storage::batch batch;
    batch.id = random_id128<batch_id>();
    batch.operations.push_back(std::move(op));
    store->commit(std::move(batch), [](auto r) { ASSERT_EQ(r.outcome, storage::outcome::committed); });
  }
  records::Grant stored() {
    records::Grant out;
    storage::get<records::Grant>(*store, storage::keys::grant(tenant_id{"acme"}, grant_id{"andrea"}),
                                 [&](auto got) { out = (*got)->value; });
    return out;
  }
  pending_answer<access_token> want(bool refresh = false, std::string grant = "by-delegate:andrea@CONTOSO.example") {
    return ask<access_token>(service, want_access_token{grant_id{grant}, refresh});
  }
  void answer_ok(const std::string& token, const std::string& refresh, int seconds = 3600) {
    http.answer(200, R"({"token_type":"Bearer","access_token":")" + token + R"(","refresh_token":")" + refresh +
                         R"(","expires_in":)" + std::to_string(seconds) + "}");
    run();
  }

  metrics::registry metrics{"test"};
  std::unique_ptr<storage::store> store = storage::open_memory_store(time);
  storage::keyring keys = *storage::keyring::from_environment("1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=");
  scripted_http http;
  unused_dialer dialer;
  unused_smtp smtp;
  storage::temporary_directory folder;
  std::unique_ptr<parsing::inflight_file> inflight =
      std::move(parsing::inflight_file::open(folder.path() / "inflight").value());
  parsing::parse_pool parser{1, *inflight};
  ownership owned;
  events_actor hub = system.spawn(events::events);
  ports world{*store,
              keys,
              dialer,
              smtp,
              http,
              parser,
              time,
              owned,
              metrics.probes(),
              system.spawn(archive::archive, store.get(), hub, &time, &metrics.probes().store),
              {},
              hub};
  provider_actor service;
};

TEST_F(provider_test, asks_once_for_any_number_of_mailboxes) {
  std::vector<pending_answer<access_token>> answers;
  for (int i = 0; i < 50; ++i)
    answers.push_back(want());
  EXPECT_EQ(http.asked, 1U);
  answer_ok("access-1", "refresh-1");
  for (auto& a : answers) {
    ASSERT_TRUE(a.there() && a.get());
    EXPECT_EQ(a.get()->value.expose(), "access-1");
    EXPECT_EQ(a.get()->delegate, "Andrea@contoso.example");
  }
}

TEST_F(provider_test, stores_the_rotated_token_sealed_before_anyone_uses_the_new_one) {
  auto answer = want();
  answer_ok("access-1", "refresh-1");
  ASSERT_TRUE(answer.there());
  const auto grant = stored();
  EXPECT_EQ(storage::open_refresh_token(keys, grant)->expose(), "refresh-1");
  EXPECT_EQ(grant.SerializeAsString().find("refresh-1"), std::string::npos);
  EXPECT_EQ(grant.SerializeAsString().find("access-1"), std::string::npos);
}

TEST_F(provider_test, uses_the_rotated_token_next_time) {
  (void)want();
  answer_ok("access-1", "refresh-1");
  pass(59min);
  ASSERT_EQ(http.open.size(), 1U) << "refreshed ahead of need";
  EXPECT_NE(http.open.front().request.body.expose().find("refresh-1"), std::string::npos);
}

TEST_F(provider_test, hands_out_the_old_token_while_the_new_one_is_on_its_way) {
  (void)want();
  answer_ok("access-1", "refresh-1");
  pass(50min);
  auto answer = want();
  ASSERT_TRUE(answer.there());
  EXPECT_EQ(answer.get()->value.expose(), "access-1");
}

TEST_F(provider_test, does_not_ask_again_after_a_dead_grant_until_somebody_signs_in) {
  const std::string dead =
      R"({"error":"invalid_grant","suberror":"bad_token","error_codes":[50173],"error_description":"AADSTS50173: x"})";
  auto first = want();
  http.answer(400, dead);
  run();
  ASSERT_TRUE(first.there());
  EXPECT_EQ(first.get().error().code, errc::grant_dead);
  pass(30min);
  auto second = want();
  ASSERT_TRUE(second.there());
  EXPECT_EQ(http.asked, 1U);

  auto grant = stored();
  ASSERT_TRUE(storage::seal_refresh_token(keys, grant, secret<>{"signed-in-again"}));
  commit(storage::put_config(grant, std::nullopt));
  (void)ask<ack>(service, config_changed{config_changed::kind::grant, tenant_id{"acme"}, "andrea"});
  auto third = want();
  EXPECT_EQ(http.asked, 2U);
  answer_ok("access-2", "refresh-2");
  ASSERT_TRUE(third.there() && third.get());
}

TEST_F(provider_test, survives_an_endpoint_that_answers_rubbish) {
  auto answer = want();
  http.answer(503, "<html>gateway trouble</html>");
  run();
  ASSERT_TRUE(answer.there());
  EXPECT_EQ(answer.get().error().code, errc::identity_unavailable);
  pass(5min);
  EXPECT_GE(http.asked, 2U) << "tries again by itself";
}

TEST_F(provider_test, takes_a_refused_token_for_stale_only_when_it_is_not_brand_new) {
  (void)want();
  answer_ok("access-1", "refresh-1");
  auto at_once = want(true);
  ASSERT_TRUE(at_once.there());
  pass(1min);
  auto later = want(true);
  EXPECT_FALSE(later.there());
  EXPECT_EQ(http.asked, 2U);
}

TEST_F(provider_test, says_whose_sign_in_is_missing) {
  auto answer = want(false, "by-delegate:nobody@contoso.example");
  ASSERT_TRUE(answer.there());
  EXPECT_EQ(answer.get().error().code, errc::grant_dead);
  EXPECT_NE(answer.get().error().detail.find("nobody@contoso.example"), std::string::npos);
}

} // namespace
} // namespace postroom::provider
