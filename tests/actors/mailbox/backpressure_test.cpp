#include "actors/admission/admission.hpp"
#include "actors/archive/archive.hpp"
#include "actors/events/events.hpp"
#include "actors/mailbox/mailbox.hpp"
#include "base/limits.hpp"
#include "metrics/registry.hpp"
#include "storage/blocking.hpp"
#include "storage/rocksdb/rocksdb_store.hpp"
#include "tests/actors/support/pretended_provider.hpp"
#include "tests/actors/support/pretended_server.hpp"
#include "tests/actors/support/unused_network.hpp"
#include "tests/storage/store_support.hpp"
#include "tests/support/forwarding_store.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <thread>

// Backpressure from end to end: the real mailboxes, credits, parser, archive and store; the mail servers are pretended
// and hand out mail as fast as memory allows, while the store syncs slowly.

namespace postroom::mailbox {
namespace {

using namespace std::chrono_literals;
using limits::kib;
using limits::mib;

constexpr std::uint64_t pool_bytes = 8 * mib;
constexpr std::size_t mailboxes = 200;
constexpr std::size_t mails_each = 64;
/// The server estimates on the high side, so that few mails are many ranges: each mailbox takes its turn twice,
/// and together they want 25 times the pool.
constexpr std::size_t listed_bytes = 16 * kib;
constexpr std::size_t mail_bytes = 1000;
constexpr std::size_t large_bytes = 150'000'000;

/// A number that remembers how high it went.
class high_water {
public:
  void add(std::int64_t n) {
    const auto now = (value_ += n);
    auto seen = peak_.load();
    while (seen < now && !peak_.compare_exchange_weak(seen, now)) {
    }
  }
  [[nodiscard]] std::int64_t peak() const { return peak_; }
  [[nodiscard]] std::int64_t now() const { return value_; }

private:
  std::atomic<std::int64_t> value_{0};
  std::atomic<std::int64_t> peak_{0};
};

/// Counts the bytes of mail on their way through it.
class counting_store final : public forwarding_store {
public:
  using forwarding_store::forwarding_store;
  high_water pieces;                   ///< of large bodies, waiting for the disk
  high_water small_mail;               ///< fetched and not yet committed
  high_water batches;                  ///< bodies, records and events, waiting for the disk
  std::atomic<std::size_t> refused{0}; ///< batches that were not committed, pieces not taken

  void commit(storage::batch what, storage::completion<storage::commit_result> done) override {
    std::int64_t bytes = 0;
    std::int64_t all = 0;
    for (const auto& op : what.operations) {
      if (const auto* put = std::get_if<storage::put>(&op))
        all += static_cast<std::int64_t>(put->value.size());
      if (const auto* event = std::get_if<storage::append>(&op))
        all += static_cast<std::int64_t>(event->value.size());
      if (const auto* body = std::get_if<storage::reference_body>(&op); body && body->inline_chunk)
        bytes += static_cast<std::int64_t>(body->inline_chunk->size());
    }
    all += bytes;
    batches.add(all);
    forwarding_store::commit(std::move(what), [this, bytes, all, done = std::move(done)](storage::commit_result how) {
      small_mail.add(-bytes);
      batches.add(-all);
      refused += how.outcome == storage::outcome::committed ? 0 : 1;
      done(std::move(how));
    });
  }
  void write_chunk(blob_id blob, std::uint32_t index, std::string bytes,
                   storage::completion<result<void>> done) override {
    const auto size = static_cast<std::int64_t>(bytes.size());
    pieces.add(size);
    forwarding_store::write_chunk(blob, index, std::move(bytes),
                                  [this, size, done = std::move(done)](result<void> how) {
                                    pieces.add(-size);
                                    refused += how ? 0 : 1;
                                    done(std::move(how));
                                  });
  }
};

std::string mail_of(std::size_t bytes, std::uint32_t uid) {
  std::string mail = "From: Anna <anna@example.com>\r\nSubject: files\r\nMessage-ID: <" + std::to_string(uid) +
                     "@example.com>\r\nMIME-Version: 1.0\r\nContent-Type: application/octet-stream\r\n"
                     "Content-Transfer-Encoding: base64\r\n\r\n";
  const std::string line = std::string(76, 'Q') + "\r\n";
  mail.reserve(bytes + line.size());
  while (mail.size() < bytes)
    mail += line;
  mail.resize(bytes);
  return mail;
}

class backpressure : public testing::Test {
protected:
  backpressure() {
    config_.set("scheduler.max-threads", std::size_t{2});
    storage::rocksdb_options options = storage::small_store(directory.path() / "store");
    options.memory_bytes_max = 96 * mib; // each flush syncs too: few of them, lest the test take minutes
    options.sync_delay_for_test = 200ms;
    real = storage::open_or_fail(options, time);
    store = std::make_unique<counting_store>(*real);
    inflight = std::move(parsing::inflight_file::open(directory.path() / "inflight").value());
    parser = std::make_unique<parsing::parse_pool>(2, *inflight);
    system = std::make_unique<caf::actor_system>(config_);
    server.on_sent = [this](std::size_t bytes) {
      if (bytes < large_bytes)
        store->small_mail.add(static_cast<std::int64_t>(bytes));
    };
    auto& probes = metrics.probes();
    world = std::make_unique<ports>(ports{*store, keys, server, smtp, http, *parser, time, owned, probes});
    world->events = system->spawn(events::events);
    world->archive =
        system->spawn(archive::archive, static_cast<storage::store*>(store.get()), world->events, &time, &probes.store);
    world->admission = system->spawn(admission::admission, admission::admission_config{pool_bytes, 100'000.0}, &time,
                                     &probes.admission);
    provider = system->spawn([](provider_actor::pointer) -> provider_actor::behavior_type {
      return pretended_provider([](const want_access_token&) {
        return access_token{secret<>{"token"}, "andrea@example.com", system_clock{}.now() + 24h};
      });
    });
    supervisor = system->spawn([](mailbox_supervisor::pointer) -> mailbox_supervisor::behavior_type {
      return {[](const account_status&) {}};
    });
  }

  ~backpressure() override {
    {
      caf::scoped_actor self{*system};
      for (const auto& each : running) {
        self->monitor(each);
        caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
      }
      std::size_t down = 0;
      self->receive_for(down, running.size())([](const caf::down_msg&) {});
    }
    running.clear();
    parser.reset();
    caf::anon_send_exit(world->admission, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(world->archive, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(world->events, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(provider, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(supervisor, caf::exit_reason::user_shutdown);
    system->clock().cancel_all();
    real.reset();
    world.reset();
    provider = provider_actor{};
    supervisor = mailbox_supervisor{};
    system.reset();
  }

  void add_mailbox(const std::string& name, std::uint32_t mails, std::size_t bytes, std::size_t listed = 0) {
    auto& account = server.accounts[name];
    account.listed_bytes = listed;
    for (std::uint32_t i = 0; i < mails; ++i, ++account.uid_next)
      account.mails[account.uid_next] = mail_of(bytes, account.uid_next);
  }
  void start_mailbox(const std::string& name) {
    assignment task;
    task.config.account = account_id{name};
    task.config.tenant = tenant_id{"acme"};
    task.config.policy = catch_up_policy::all;
    task.target.session.user = name;
    task.provider = provider;
    task.supervisor = supervisor;
    running.push_back(system->spawn(mailbox, std::make_shared<const assignment>(std::move(task)), world.get()));
  }
  std::uint64_t events_stored() {
    return storage::wait_for<std::uint64_t>([&](auto done) {
      real->with_snapshot([done](const storage::snapshot& view) { done(view.last_seq("acme").value()); });
    });
  }
  /// How many mailboxes had got all of their mail before the last one got its first.
  std::size_t complete_before_all_began() {
    auto got = storage::wait_for<result<std::vector<storage::stream_entry>>>(
        [&](auto done) { real->read_stream("acme", 0, 1'000'000, std::size_t{1} << 30, done); });
    std::map<std::string, std::size_t> seen;
    std::size_t complete = 0;
    records::Event event;
    for (const auto& each : *got) {
      if (!event.ParseFromString(each.value) || event.source().ends_with("/large"))
        continue;
      complete += ++seen[event.source()] == mails_each ? 1 : 0;
      if (seen.size() == mailboxes)
        return complete;
    }
    return complete;
  }

  system_clock time;
  metrics::registry metrics{"test"};
  storage::temporary_directory directory;
  unused_http http;
  unused_smtp smtp;
  storage::keyring keys = *storage::keyring::from_environment("1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=");
  ownership owned;
  pretended_server server;
  std::unique_ptr<parsing::inflight_file> inflight;
  std::unique_ptr<storage::store> real;
  std::unique_ptr<counting_store> store;
  std::unique_ptr<parsing::parse_pool> parser;
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system;
  std::unique_ptr<ports> world;
  provider_actor provider;
  mailbox_supervisor supervisor;
  std::vector<mailbox_actor> running;
};

TEST_F(backpressure, bounds_memory_and_starves_nobody_when_the_disk_is_slow) {
  for (std::size_t i = 0; i < mailboxes; ++i)
    add_mailbox("m" + std::to_string(i), mails_each, mail_bytes, listed_bytes);
  add_mailbox("large", 1, large_bytes);
  for (const auto& [name, account] : server.accounts)
    start_mailbox(name);

  constexpr std::uint64_t expected = mailboxes * mails_each + 1;
  const auto deadline = std::chrono::steady_clock::now() + 90s;
  auto stored = events_stored();
  while (stored < expected && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(50ms);
    stored = events_stored();
  }
  ASSERT_EQ(stored, expected) << "a mailbox is stuck";

  EXPECT_LE(store->small_mail.peak(), static_cast<std::int64_t>(pool_bytes)) << "more mail in memory than credit";
  EXPECT_GE(store->batches.peak(), static_cast<std::int64_t>(pool_bytes / 8)) << "the pool was never put to the test";
  EXPECT_LE(store->batches.peak(), static_cast<std::int64_t>(2 * pool_bytes)) << "what limits.hpp promises the store";
  EXPECT_EQ(store->small_mail.now(), 0);
  EXPECT_LE(store->pieces.peak(), static_cast<std::int64_t>(16 * mib)) << "one large mail fills the store's queue";
  EXPECT_EQ(store->refused, 0U);
  EXPECT_LE(complete_before_all_began(), mailboxes / 2) << "some were served again and again while others waited";
  for (const auto& [name, account] : server.accounts)
    ASSERT_EQ(account.dialled, 1U) << name << " was thrown off its connection";
  EXPECT_NE(metrics.expose().find("postroom_credit_bytes{state=\"used\"} 0\n"), std::string::npos);
}

TEST_F(backpressure, reads_a_large_body_back_only_when_it_is_stored) {
  add_mailbox("large", 3, 5 * mib + 1);
  start_mailbox("large");
  const auto deadline = std::chrono::steady_clock::now() + 30s;
  while (events_stored() < 3 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(20ms);
  EXPECT_EQ(events_stored(), 3U);
  EXPECT_EQ(server.accounts["large"].bodies_sent, 3U) << "none was fetched twice";
}

} // namespace
} // namespace postroom::mailbox
