#include "tests/api/support/running_api.hpp"

#include "actors/admission/admission.hpp"
#include "actors/archive/archive.hpp"
#include "actors/bridge.hpp"
#include "actors/events/events.hpp"
#include "actors/gateway/gateway.hpp"
#include "actors/sending/sending.hpp"
#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "storage/memory/memory_store.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>

#include <thread>

namespace postroom::api::test {
namespace {

using namespace std::chrono_literals;

/// No mail server answers.
class refusing_dialer final : public net::imap_dialer {
  struct closed_link final : net::imap_link {
    void submit(std::vector<imap::command>) override {}
    void end_idle() override {}
    void close() override {}
  };
  std::unique_ptr<net::imap_link> open(net::imap_target, std::shared_ptr<net::imap_link_listener> listener) override {
    listener->on_closed(fail(errc::connect_failed, "refused"));
    return std::make_unique<closed_link>();
  }
};

class refusing_smtp_dialer final : public net::smtp_dialer {
  struct closed_link final : net::smtp_link {
    void begin(smtp::envelope) override {}
    void begin_body() override {}
    void body(std::string) override {}
    void end_body() override {}
    void reset() override {}
    void close() override {}
  };
  std::unique_ptr<net::smtp_link> open(net::smtp_target, std::shared_ptr<net::smtp_link_listener> listener) override {
    listener->on_closed(fail(errc::connect_failed, "refused"), smtp::phase::greeting, {});
    return std::make_unique<closed_link>();
  }
};

/// No identity platform either.
class refusing_http final : public net::http_client {
  void send(net::http_request, std::string, std::function<void(result<net::http_answer>)> done) override {
    done(fail(errc::connect_failed, "refused"));
  }
};

std::filesystem::path scratch_file() {
  auto name = (std::filesystem::temp_directory_path() / "api_tests.XXXXXX").string();
  const int fd = ::mkstemp(name.data());
  if (fd >= 0)
    ::close(fd);
  return name;
}

caf::actor_system_config& tuned(caf::actor_system_config& config) {
  config.set("scheduler.policy", caf::atom("sharing"));
  config.set("scheduler.max-threads", std::size_t{2});
  return config;
}

} // namespace

struct running_api::actors {
  actors(storage::store& store, const storage::keyring& keys, const clock& time, metrics::registry& metrics)
      : system(tuned(config)), world{store, keys, dialer, smtp, http, parser, time, owned, metrics.probes()} {
    auto& probes = metrics.probes();
    world.events = system.spawn(events::events);
    world.archive = system.spawn(archive::archive, &store, world.events, &time, &probes.store);
    world.admission = system.spawn(admission::admission, admission::admission_config{}, &time, &probes.admission);
    world.sending = system.spawn(sending::sending, &time, &probes.outbox);
    gateway = system.spawn(gateway::gateway, &world);
  }

  /// As the process does it: first the gateway and its children, then those who served them.
  ~actors() {
    {
      caf::scoped_actor self{system};
      self->monitor(gateway);
      caf::anon_send_exit(gateway, caf::exit_reason::user_shutdown);
      self->receive([](const caf::down_msg&) {}, caf::after(10s) >> [] { ADD_FAILURE() << "the gateway stays"; });
    }
    caf::anon_send_exit(world.sending, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(world.admission, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(world.archive, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(world.events, caf::exit_reason::user_shutdown);
    system.clock().cancel_all();
    std::error_code ignored;
    std::filesystem::remove(file, ignored);
  }

  std::filesystem::path file = scratch_file();
  std::unique_ptr<parsing::inflight_file> inflight = std::move(parsing::inflight_file::open(file).value());
  parsing::parse_pool parser{1, *inflight};
  refusing_dialer dialer;
  refusing_smtp_dialer smtp;
  refusing_http http;
  ownership owned;
  caf::actor_system_config config;
  caf::actor_system system;
  ports world;
  gateway_actor gateway;
};

running_api::running_api()
    : store(storage::open_memory_store(time)),
      keys(storage::keyring::from_environment("1:" + base64_encode(std::string(32, 'k'))).value()) {
}
running_api::~running_api() = default;

void running_api::SetUp() {
  actors_ = std::make_unique<actors>(*store, keys, time, metrics);
  auto wish = options();
  wish.listen = "127.0.0.1:0";
  auto started = start_another(wish);
  ASSERT_TRUE(started) << to_string(started.error());
  server_ = std::move(*started);
}

result<std::unique_ptr<server>> running_api::start_another(const server_options& wish) {
  auto& a = *actors_;
  return server::start(
      wish, services{*store, keys, time, a.system, gateway_for(a.system, a.gateway), a.world.events, metrics});
}

void running_api::TearDown() {
  if (server_)
    server_->stop();
  actors_.reset();
  EXPECT_EQ(transcript.find(secret_mark), std::string::npos) << "a secret was answered";
  EXPECT_EQ(metrics.expose().find(secret_mark), std::string::npos);
}

client running_api::as(scope may, const std::string& tenant) {
  const auto made = create_token(*store, {"test", tenant_id{tenant}, {may}, 0}, time.now());
  return with_token(made.value().plain.expose());
}

client running_api::with_token(const std::string& token) {
  return {port(), transcript, token};
}

void running_api::make_tenant(const std::string& id) {
  const auto made = as(scope::admin).post("/v1/tenants", {{"id", id}, {"name", id}});
  ASSERT_EQ(made.status, 201U) << made.body;
}

void running_api::make_provider(const std::string& tenant, const std::string& id) {
  const auto made = as(scope::admin)
                        .post("/v1/tenants/" + tenant + "/providers", {{"id", id},
                                                                       {"name", "Azure"},
                                                                       {"service", "microsoft_azure"},
                                                                       {"application_id", "app"},
                                                                       {"directory_id", "contoso.example"},
                                                                       {"client_secret", secret_mark + "-client"}});
  ASSERT_EQ(made.status, 201U) << made.body;
}

void running_api::make_grant(const std::string& tenant, const std::string& id, const std::string& provider) {
  const auto made = as(scope::admin)
                        .post("/v1/tenants/" + tenant + "/grants", {{"id", id},
                                                                    {"provider", provider},
                                                                    {"delegate", "andrea@contoso.example"},
                                                                    {"refresh_token", secret_mark + "-refresh"}});
  ASSERT_EQ(made.status, 201U) << made.body;
}

void running_api::make_account(const std::string& tenant, const std::string& id, const std::string& provider) {
  const auto made = as(scope::admin)
                        .post("/v1/tenants/" + tenant + "/accounts", {{"id", id},
                                                                      {"name", "Support"},
                                                                      {"email", "support@contoso.example"},
                                                                      {"active", false},
                                                                      {"provider", provider}});
  ASSERT_EQ(made.status, 201U) << made.body;
}

void running_api::commit(std::vector<storage::operation> operations) {
  const auto done = storage::commit_now(*store, std::move(operations));
  ASSERT_TRUE(done) << to_string(done.error());
}

void running_api::announce(const std::string& tenant, std::size_t count, std::size_t data_bytes) {
  const auto stream = storage::keys::stream_of(tenant_id{tenant});
  storage::batch what;
  what.id = random_id128<batch_id>();
  for (std::size_t i = 0; i < count; ++i) {
    records::Event event;
    event.set_id("evt_" + hex_encode(random_string(8)));
    event.set_type("message.received");
    event.set_source("/tenants/" + tenant + "/accounts/support");
    event.set_subject("msg_1");
    event.set_time_ms(time.now().time_since_epoch().count());
    event.set_data(R"({"text":")" + std::string(data_bytes, 'x') + "\",\n\"tenant_of\":\"" + tenant + "\"}");
    what.operations.emplace_back(storage::append{stream, event.SerializeAsString()});
  }
  const auto done =
      storage::wait_for<storage::commit_result>([&](auto answer) { store->commit(std::move(what), answer); });
  ASSERT_EQ(done.outcome, storage::outcome::committed);
  tell(actors_->world.events, log_grew{tenant_id{tenant}, done.seqs.back()});
}

bool eventually(const std::function<bool()>& holds) {
  const auto end = std::chrono::steady_clock::now() + 10s;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end)
      return false;
    std::this_thread::sleep_for(5ms);
  }
  return true;
}

std::vector<std::string> ids_of(const answer& page) {
  std::vector<std::string> ids;
  const auto document = page.json();
  for (const auto& each : document.at("items").as_array())
    ids.emplace_back(each.at("id").as_string());
  return ids;
}

std::vector<std::string> errors_of(const answer& problem) {
  std::vector<std::string> out;
  const auto document = problem.json();
  if (const auto* errors = document.if_contains("errors"))
    for (const auto& each : errors->as_array())
      out.push_back(std::string{each.at("field").as_string()} + ": " + std::string{each.at("problem").as_string()});
  return out;
}

std::string code_of(const answer& problem) {
  return std::string{problem.json().at("code").as_string()};
}

} // namespace postroom::api::test
