#include "app/node.hpp"

#include "actors/admission/admission.hpp"
#include "actors/archive/archive.hpp"
#include "actors/errors.hpp"
#include "actors/events/events.hpp"
#include "actors/gateway/gateway.hpp"
#include "actors/ports.hpp"
#include "app/pulse.hpp"
#include "base/log.hpp"
#include "net/http_client.hpp"
#include "net/imap_dialer.hpp"
#include "net/io_threads.hpp"
#include "net/smtp_dialer.hpp"
#include "net/tls_context.hpp"
#include "storage/blocking.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <thread>

namespace postroom::app {
namespace {

using namespace std::chrono_literals;

constexpr auto grace = 10s;

/// CAF's settings, in code: its file format changes between versions.
caf::actor_system_config& tune(caf::actor_system_config& config) {
  // One queue for all workers: with few cores and mostly idle actors it answers sooner than stealing, and it sleeps
  // when there is nothing to do, where stealing polls.
  config.set("scheduler.policy", caf::atom("sharing"));
  config.set("scheduler.max-threads", std::max<std::size_t>(1, std::thread::hardware_concurrency() / 2));
  config.set("scheduler.max-throughput", std::size_t{100});
  return config;
}

result<ownership> claim_all(storage::store& store) {
  std::vector<shard_id> shards;
  for (std::uint16_t i = 0; i < shard_count; ++i)
    shards.push_back(shard_id{i});
  const auto fences =
      storage::wait_for<result<std::vector<storage::fence>>>([&](auto done) { store.claim(std::move(shards), done); });
  if (!fences)
    return fences.error();
  ownership owned;
  for (const auto& fence : *fences)
    owned.epochs[fence.shard.value] = fence.epoch;
  return owned;
}

} // namespace

struct node::parts {
  parts(const node_settings& settings, opened_store opened, const clock& time, metrics::registry& registry,
        ownership owns, std::unique_ptr<parsing::inflight_file> inflight_file)
      : data(std::move(opened)), owned(owns), inflight(std::move(inflight_file)), system(tune(config)),
        io(settings.io_threads), dialer(net::make_imap_dialer(io, tls)), smtp(net::make_smtp_dialer(io, tls)),
        http(net::make_http_client(io, tls)),
        parser(std::make_unique<parsing::parse_pool>(settings.parse_workers, *inflight)),
        world{*data.store, *data.keys, *dialer, *smtp, *http, *parser, time, owned, registry.probes()},
        sources{*data.store, *parser, *dialer, *smtp, registry.probes(), time} {
    auto& probes = registry.probes();
    world.events = system.spawn(events::events);
    world.archive = system.spawn(archive::archive, data.store.get(), world.events, &time, &probes.store);
    world.admission =
        system.spawn(admission::admission,
                     admission::admission_config{settings.credit_bytes, settings.connections_per_second_per_host},
                     &time, &probes.admission);
    world.sending = system.spawn(sending::sending, &time, &probes.outbox);
    world.sent_search = settings.sent_search;
    pulse_actor = system.spawn(pulse, &sources);
    gateway = system.spawn(gateway::gateway, &world);
  }

  // Order of life: what actors refer to is made before the first is spawned and outlives their last handler; the actor
  // system outlives whoever could still send to an actor.
  opened_store data;
  ownership owned;
  std::unique_ptr<parsing::inflight_file> inflight;
  caf::actor_system_config config;
  caf::actor_system system;
  net::io_threads io;
  net::tls_contexts tls;
  std::unique_ptr<net::counting_imap_dialer> dialer;
  std::unique_ptr<net::counting_smtp_dialer> smtp;
  std::unique_ptr<net::http_client> http;
  std::unique_ptr<parsing::parse_pool> parser;
  ports world;
  pulse_sources sources;
  caf::actor pulse_actor;
  gateway_actor gateway;
  bool stopped = false;
};

node::node(std::unique_ptr<parts> p) : parts_(std::move(p)) {
}

node::~node() {
  stop();
}

result<std::unique_ptr<node>> node::start(const node_settings& settings, opened_store data, const clock& time,
                                          metrics::registry& metrics) {
  auto owned = claim_all(*data.store);
  if (!owned)
    return owned.error();
  auto inflight = parsing::inflight_file::open(settings.data_directory / "inflight");
  if (!inflight)
    return inflight.error();
  return std::unique_ptr<node>{
      new node{std::make_unique<parts>(settings, std::move(data), time, metrics, *owned, std::move(*inflight))}};
}

caf::actor_system& node::actors() {
  return parts_->system;
}

gateway_actor node::gateway() const {
  return parts_->gateway;
}

events_actor node::events() const {
  return parts_->world.events;
}

storage::store& node::store() {
  return *parts_->data.store;
}

const storage::keyring& node::keys() const {
  return *parts_->data.keys;
}

result<overview> node::look(std::chrono::milliseconds limit) {
  caf::scoped_actor self{parts_->system};
  result<overview> out = fail(errc::timeout, "the gateway does not answer");
  self->request(parts_->gateway, limit, ask_overview{})
      .receive([&](const overview& seen) { out = seen; }, [&](const caf::error& e) { out = from_caf(e); });
  return out;
}

void node::stop() {
  auto& p = *parts_;
  if (std::exchange(p.stopped, true))
    return;
  {
    caf::scoped_actor self{p.system};
    self->monitor(p.gateway);
    caf::anon_send_exit(p.gateway, caf::exit_reason::user_shutdown);
    bool down = false;
    self->receive([&](const caf::down_msg&) { down = true; }, caf::after(grace) >> [] {});
    if (!down) {
      log::warning("node.gateway_did_not_end", {{"grace_s", grace.count()}});
      caf::anon_send_exit(p.gateway, caf::exit_reason::kill);
    }
  }
  // Nobody asks for connections or bytes any more; now those who served.
  p.io.stop();
  p.parser.reset();
  for (const auto& each :
       {caf::actor_cast<caf::actor>(p.world.admission), caf::actor_cast<caf::actor>(p.world.sending),
        caf::actor_cast<caf::actor>(p.world.archive), caf::actor_cast<caf::actor>(p.world.events), p.pulse_actor})
    caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
  p.system.clock().cancel_all();
  p.data.store.reset(); // answers what waits, while there are still actors to hear it
  p.gateway = gateway_actor{};
  p.pulse_actor = {};
  p.world.archive = archive_actor{};
  p.world.admission = admission_actor{};
  p.world.sending = sending_actor{};
  p.world.events = events_actor{};
}

} // namespace postroom::app
