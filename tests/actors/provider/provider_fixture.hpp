#pragma once

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
  /// What the oldest open question sends.
  [[nodiscard]] const std::string& body() const { return open.front().request.body.expose(); }
  [[nodiscard]] const std::string& url() const { return open.front().request.url; }
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

/// What a tenant hears.
inline supervisor_actor::behavior_type hear(supervisor_actor::pointer, std::vector<report>* heard) {
  return {[heard](const report& what) { heard->push_back(what); }};
}

class provider_fixture : public testing::Test, public actor_fixture {
protected:
  provider_fixture() {
    provider.set_tenant("acme");
    provider.set_id("azure");
    provider.set_service("microsoft_azure");
    provider.set_type("outlook365");
    provider.set_application_id("app");
    provider.set_directory_id("contoso.example");
    provider.set_token_endpoint("http://127.0.0.1:1/token");
    EXPECT_TRUE(storage::seal_secret(keys, provider, "client_secret", secret<>{"client-secret"}));
    records::Grant grant;
    grant.set_tenant("acme");
    grant.set_id("andrea");
    grant.set_provider("azure");
    grant.set_kind("refresh_token");
    grant.set_delegate("Andrea@contoso.example");
    EXPECT_TRUE(storage::seal_refresh_token(keys, grant, secret<>{"refresh-0"}));
    commit(storage::put_config(grant, revision{0}));
    tenant = system.spawn(hear, &heard);
    start();
  }
  ~provider_fixture() override {
    quit(service);
    quit(tenant);
    quit(world.archive);
    quit(world.events);
  }
  /// The actor of what `provider` says now, in place of one that ran before.
  void start() {
    if (service)
      quit(service);
    service = system.spawn(provider::provider, std::make_shared<const records::Provider>(provider), &world, tenant);
    run();
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
  records::Provider provider;
  std::vector<report> heard;
  supervisor_actor tenant;
  provider_actor service;
};

} // namespace postroom::provider
