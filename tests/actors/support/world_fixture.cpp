#include "tests/actors/support/world_fixture.hpp"

#include "actors/admission/admission.hpp"
#include "actors/archive/archive.hpp"
#include "actors/events/events.hpp"
#include "storage/blocking.hpp"
#include "storage/memory/memory_store.hpp"
#include "storage/secrets.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <stdexcept>

namespace postroom {
namespace {

constexpr const char* key_line = "1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

parsing::parse_job trivial_job(std::function<void()> done) {
  parsing::parse_job job;
  job.body = std::string{"Subject: x\r\n\r\n"};
  job.done = [done = std::move(done)](parsing::parse_outcome) { done(); };
  return job;
}

std::unique_ptr<parsing::inflight_file>
open_inflight(const std::filesystem::path& path, const std::function<void(const std::filesystem::path&)>& prepare) {
  if (prepare)
    prepare(path);
  return std::move(parsing::inflight_file::open(path).value());
}

template <class Record>
void put(storage::store& into, const Record& record) {
  EXPECT_TRUE(storage::commit_now(into, {storage::put_config(record, {})}));
}

} // namespace

void pretended_http::send(net::http_request request, std::string, std::function<void(result<net::http_answer>)> done) {
  if (crashes_us)
    throw std::runtime_error("a bug");
  urls.push_back(request.url);
  open.push_back(std::move(done));
}

void pretended_http::grant_token(const std::string& token) {
  ASSERT_FALSE(open.empty()) << "nobody asks for a token";
  net::http_answer answer;
  answer.status = 200;
  answer.headers.emplace_back("content-type", "application/json");
  answer.body = secret<>{R"({"token_type":"Bearer","access_token":")" + token +
                         R"(","refresh_token":"next","expires_in":86400})"};
  auto done = std::move(open.front());
  open.pop_front();
  urls.pop_front();
  done(std::move(answer));
}

world_fixture::folder_of_its_own::folder_of_its_own() {
  auto pattern = testing::TempDir() + "world.XXXXXX";
  path = ::mkdtemp(pattern.data());
}
world_fixture::folder_of_its_own::~folder_of_its_own() {
  std::error_code ignored;
  std::filesystem::remove_all(path, ignored);
}

world_fixture::world_fixture(const std::function<void(const std::filesystem::path&)>& prepare)
    : memory(storage::open_memory_store(time)), store(*memory), keys(*storage::keyring::from_environment(key_line)),
      inflight(open_inflight(folder_.path / "inflight", prepare)),
      parser(std::make_unique<parsing::parse_pool>(1, *inflight)),
      world{store, keys, server, smtp, http, *parser, time, owned, metrics.probes(), {}, {}, {}, {}} {
  auto& probes = metrics.probes();
  world.events = system.spawn(events::events);
  world.archive =
      system.spawn(archive::archive, static_cast<storage::store*>(&store), world.events, &time, &probes.store);
  world.admission =
      system.spawn(admission::admission, admission::admission_config{credit_bytes, 1000.0}, &time, &probes.admission);
  world.sending = system.spawn(sending::sending, static_cast<const clock*>(&time), &probes.outbox);
  hold_parser();
}

world_fixture::~world_fixture() {
  gate_.set_value();
  parser.reset();
  quit(world.sending);
  quit(world.admission);
  quit(world.archive);
  quit(world.events);
}

void world_fixture::hold_parser() {
  gate_ = std::promise<void>{};
  auto closed = parser->submit(trivial_job([open = gate_.get_future().share()] { open.wait(); }));
  ASSERT_TRUE(closed);
}

void world_fixture::let_parse() {
  gate_.set_value();
  auto idle = std::make_shared<std::promise<void>>();
  ASSERT_TRUE(parser->submit(trivial_job([idle] { idle->set_value(); })));
  idle->get_future().wait();
  hold_parser();
}

void world_fixture::settle() {
  const auto work = [this] {
    do {
      run();
      let_parse();
    } while (scheduler.has_job());
  };
  work();
  for (int rounds = 0; rounds < 4 && commits_wait_for_company(); ++rounds) {
    pass(archive::patience);
    work();
  }
}

bool world_fixture::commits_wait_for_company() const {
  using keeper = std::remove_pointer_t<archive::archive_self::stateful_pointer<archive::state>>;
  return !dynamic_cast<const keeper&>(*caf::actor_cast<caf::abstract_actor*>(world.archive)).state.patient.empty();
}

void world_fixture::let_pass(std::chrono::milliseconds total, std::chrono::milliseconds step) {
  for (; total.count() > 0; total -= step) {
    pass(std::min(step, total));
    settle();
  }
}

void world_fixture::put_tenant(const std::string& id) {
  records::Tenant tenant;
  tenant.set_id(id);
  put(*memory, tenant);
}

records::Provider world_fixture::put_provider(const std::string& tenant, const std::string& id,
                                              const std::string& service) {
  records::Provider provider;
  provider.set_tenant(tenant);
  provider.set_id(id);
  provider.set_service(service);
  provider.set_type("imap");
  provider.set_imap_host("mail.example.com");
  provider.set_smtp_host("smtp.example.com");
  provider.set_token_endpoint("https://login.example.com/token");
  provider.set_application_id("app");
  EXPECT_TRUE(storage::seal_secret(keys, provider, "client_secret", secret<>{"client-secret"}));
  put(*memory, provider);
  return provider;
}

void world_fixture::put_grant(const std::string& tenant, const std::string& id, const std::string& provider,
                              const std::string& kind) {
  records::Grant grant;
  grant.set_tenant(tenant);
  grant.set_id(id);
  grant.set_provider(provider);
  grant.set_kind(kind);
  grant.set_delegate(id + "@example.com");
  EXPECT_TRUE(storage::seal_refresh_token(keys, grant, secret<>{"refresh-or-password"}));
  put(*memory, grant);
}

records::Account world_fixture::put_account(const std::string& tenant, const std::string& id,
                                            const std::function<void(records::Account&)>& change) {
  records::Account account;
  account.set_tenant(tenant);
  account.set_id(id);
  account.set_email(id + "@example.com");
  account.set_active(true);
  account.set_provider("mail");
  account.set_grant("andrea");
  account.set_list("friends");
  account.set_catch_up("all");
  if (change)
    change(account);
  put(*memory, account);
  return account;
}

void world_fixture::erase(storage::record_key key) {
  EXPECT_TRUE(storage::commit_now(*memory, {storage::erase{std::move(key), {}}}));
}

std::vector<records::Event> world_fixture::events_of(const std::string& tenant) {
  std::vector<records::Event> out;
  memory->read_stream(tenant, 0, 10'000, std::size_t{1} << 30, [&](auto got) {
    for (const auto& each : *got)
      EXPECT_TRUE(out.emplace_back().ParseFromString(each.value));
  });
  return out;
}

bool world_fixture::metrics_show(const std::string& line) {
  return metrics.expose().find(line + "\n") != std::string::npos;
}

} // namespace postroom
