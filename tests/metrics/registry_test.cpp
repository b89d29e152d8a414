#include "metrics/registry.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace postroom::metrics {
namespace {

using namespace std::chrono_literals;

std::string read_source(const std::string& name) {
  std::ifstream file{POSTROOM_SOURCE_DIR "/" + name};
  return {std::istreambuf_iterator<char>{file}, {}};
}

/// The first group of each match.
std::vector<std::string> all_matches(const std::string& text, const std::string& pattern) {
  const std::regex expression{pattern};
  std::vector<std::string> out;
  for (std::sregex_iterator it{text.begin(), text.end(), expression}, end; it != end; ++it)
    out.push_back((*it)[1]);
  return out;
}

class metrics_registry : public testing::Test {
protected:
  /// The value of the line that begins with `series`, or -1.
  double value(const std::string& series) {
    std::istringstream text{registry_.expose()};
    for (std::string line; std::getline(text, line);)
      if (line.starts_with(series + ' '))
        return std::stod(line.substr(series.size() + 1));
    return -1;
  }

  registry registry_{"1.2.3"};
  probes& probes_ = registry_.probes();
};

// Dashboards and alarms depend on the names: a change must be seen in a review.
TEST_F(metrics_registry, matches_the_golden_file) {
  probes_.token.secret_expires("acme", "azure", wall_time{1s}); // has no series of its own accord
  std::istringstream text{registry_.expose()};
  std::string declared;
  for (std::string line; std::getline(text, line);)
    if (line.starts_with("# HELP ") || line.starts_with("# TYPE "))
      declared += line.substr(2) + '\n';
  EXPECT_EQ(declared, read_source("tests/golden/metrics.txt"));
}

TEST_F(metrics_registry, follows_a_mailbox) {
  auto& m = probes_.mailbox;
  m.moved("", "inactive");
  m.moved("inactive", "waiting");
  m.moved("waiting", "connecting");
  EXPECT_EQ(value(R"(postroom_mailboxes{state="connecting"})"), 1);
  EXPECT_EQ(value(R"(postroom_mailboxes{state="waiting"})"), 0);
  EXPECT_EQ(value(R"(postroom_connections{state="connecting"})"), 1);
  m.moved("connecting", "selecting");
  EXPECT_EQ(value(R"(postroom_connections{state="catching_up"})"), 1);
  m.moved("selecting", "catching_up");
  EXPECT_EQ(value(R"(postroom_connections{state="catching_up"})"), 1);
  m.moved("catching_up", "degraded");
  m.moved("degraded", "");
  for (const char* state :
       {"inactive", "waiting", "connecting", "selecting", "catching_up", "idle", "degraded", "other"})
    EXPECT_EQ(value(std::string{R"(postroom_mailboxes{state=")"} + state + "\"}"), 0) << state;
  for (const char* state : {"waiting", "connecting", "catching_up", "idle", "other"})
    EXPECT_EQ(value(std::string{R"(postroom_connections{state=")"} + state + "\"}"), 0) << state;
}

TEST_F(metrics_registry, counts_what_mailboxes_say) {
  auto& m = probes_.mailbox;
  m.announced(300ms);
  m.announced(-5s); // clocks differ
  m.event("message.received");
  m.event("something.new");
  m.message(message_outcome::quarantined);
  m.imap_bytes(direction::received, 1000);
  m.failed(errc::auth_rejected);
  m.failed(static_cast<errc>(255));
  EXPECT_EQ(value("postroom_event_latency_seconds_count"), 2);
  EXPECT_DOUBLE_EQ(value("postroom_event_latency_seconds_sum"), 0.3);
  EXPECT_EQ(value(R"(postroom_event_latency_seconds_bucket{le="0.5"})"), 2);
  EXPECT_EQ(value(R"(postroom_events_total{type="message.received"})"), 1);
  EXPECT_EQ(value(R"(postroom_events_total{type="other"})"), 1);
  EXPECT_EQ(value(R"(postroom_messages_total{outcome="quarantined"})"), 1);
  EXPECT_EQ(value(R"(postroom_imap_bytes_total{direction="received"})"), 1000);
  EXPECT_EQ(value(R"(postroom_imap_bytes_total{direction="sent"})"), 0);
  EXPECT_EQ(value(R"(postroom_errors_total{code="auth_rejected"})"), 1);
  EXPECT_EQ(value(R"(postroom_errors_total{code="internal"})"), 1);
}

TEST_F(metrics_registry, counts_what_the_others_say) {
  probes_.store.committed(3ms, "committed");
  probes_.store.batch_written(17);
  probes_.store.queue_depth(queue::parse, 5);
  probes_.token.refreshed("microsoft_azure", "ok");
  probes_.token.refreshed("somebody_else", "no idea");
  probes_.http.answered(200, 2ms);
  probes_.http.answered(418, 2ms);
  probes_.supervision.restarted("mailbox");
  probes_.admission.credits(10, 90, 2);
  EXPECT_EQ(value(R"(postroom_commit_seconds_count{outcome="committed"})"), 1);
  EXPECT_EQ(value(R"(postroom_commit_batch_size_bucket{le="32"})"), 1);
  EXPECT_EQ(value(R"(postroom_queue_depth{queue="parse"})"), 5);
  EXPECT_EQ(value(R"(postroom_token_refreshes_total{outcome="ok",provider_kind="microsoft_azure"})"), 1);
  EXPECT_EQ(value(R"(postroom_token_refreshes_total{outcome="other",provider_kind="other"})"), 1);
  EXPECT_EQ(value(R"(postroom_http_requests_total{status="200"})"), 1);
  EXPECT_EQ(value(R"(postroom_http_requests_total{status="other"})"), 1);
  EXPECT_EQ(value("postroom_http_request_seconds_count"), 2);
  EXPECT_EQ(value(R"(postroom_actor_restarts_total{actor="mailbox"})"), 1);
  EXPECT_EQ(value(R"(postroom_credit_bytes{state="used"})"), 10);
  EXPECT_EQ(value(R"(postroom_credit_bytes{state="free"})"), 90);
  EXPECT_EQ(value("postroom_credit_waiters"), 2);
  EXPECT_EQ(value(R"(postroom_build_info{version="1.2.3"})"), 1);
}

TEST_F(metrics_registry, follows_grants_and_incidents) {
  auto& t = probes_.token;
  t.grant_moved("", "ok");
  t.grant_moved("ok", "failing");
  EXPECT_EQ(value(R"(postroom_grants{state="failing"})"), 1);
  t.grant_moved("failing", "revoked");
  t.grant_moved("revoked", "");
  for (const char* state : {"ok", "failing", "revoked", "other"})
    EXPECT_EQ(value(std::string{R"(postroom_grants{state=")"} + state + "\"}"), 0) << state;
  t.incident_opened("grant");
  t.incident_opened("provider");
  t.incident_closed("provider");
  EXPECT_EQ(value(R"(postroom_open_incidents{subject="grant"})"), 1);
  EXPECT_EQ(value(R"(postroom_open_incidents{subject="provider"})"), 0);
  t.breaker_opened();
  EXPECT_EQ(value("postroom_provider_breakers_open"), 1);
  t.breaker_closed();
  EXPECT_EQ(value("postroom_provider_breakers_open"), 0);
  t.asked("google", 300ms);
  t.asked("somebody_else", 1s);
  EXPECT_EQ(value(R"(postroom_token_refresh_seconds_count{provider_kind="google"})"), 1);
  EXPECT_EQ(value(R"(postroom_token_refresh_seconds_bucket{provider_kind="google",le="0.25"})"), 0);
  EXPECT_EQ(value(R"(postroom_token_refresh_seconds_count{provider_kind="other"})"), 1);
  EXPECT_EQ(value(R"(postroom_token_refresh_seconds_count{provider_kind="microsoft_azure"})"), 0);
}

TEST_F(metrics_registry, follows_a_mail_on_its_way_out) {
  auto& o = probes_.outbox;
  o.held("deferred", 7); // what the outbox held at start
  o.moved("", "queued");
  o.accepted();
  o.moved("queued", "sending");
  EXPECT_EQ(value(R"(postroom_outbox_mails{state="sending"})"), 1);
  EXPECT_EQ(value(R"(postroom_outbox_mails{state="queued"})"), 0);
  o.attempted("sent");
  o.moved("sending", "sent");
  o.finished("sent");
  o.delivered(2s);
  o.held("deferred", -7);
  for (const char* state : {"queued", "sending", "deferred", "held", "other"})
    EXPECT_EQ(value(std::string{R"(postroom_outbox_mails{state=")"} + state + "\"}"), 0) << state;
  EXPECT_EQ(value("postroom_outbox_accepted_total"), 1);
  EXPECT_EQ(value(R"(postroom_outbox_finished_total{outcome="sent"})"), 1);
  EXPECT_EQ(value(R"(postroom_outbox_attempts_total{outcome="sent"})"), 1);
  EXPECT_EQ(value(R"(postroom_outbox_delivery_seconds_bucket{le="1"})"), 0);
  EXPECT_EQ(value(R"(postroom_outbox_delivery_seconds_bucket{le="2.5"})"), 1);
}

TEST_F(metrics_registry, counts_what_goes_wrong_in_sending) {
  auto& o = probes_.outbox;
  o.attempted("in_doubt");
  o.doubt_resolved("found");
  o.failed("sender_denied");
  o.failed("a class of tomorrow");
  o.throttled(1500ms);
  o.throttled(-1s); // a counter never falls
  o.breaker_opened();
  o.breaker_opened();
  o.breaker_closed();
  o.finished("failed");
  EXPECT_EQ(value(R"(postroom_outbox_attempts_total{outcome="in_doubt"})"), 1);
  EXPECT_EQ(value(R"(postroom_outbox_in_doubt_total{resolution="found"})"), 1);
  EXPECT_EQ(value(R"(postroom_outbox_failures_total{class="sender_denied"})"), 1);
  EXPECT_EQ(value(R"(postroom_outbox_failures_total{class="other"})"), 1);
  EXPECT_DOUBLE_EQ(value("postroom_outbox_throttled_seconds_total"), 1.5);
  EXPECT_EQ(value("postroom_outbox_breakers_open"), 1);
  EXPECT_EQ(value(R"(postroom_outbox_finished_total{outcome="failed"})"), 1);
}

// metrics/ may not include what it counts for: such names are written twice, and compared here.
TEST_F(metrics_registry, knows_every_class_of_failure_by_its_name) {
  const auto header = read_source("protocol/smtp/failure_table.hpp");
  const auto begin = header.find("enum class failure_class");
  ASSERT_NE(begin, std::string::npos);
  const auto names = all_matches(header.substr(begin, header.find("};", begin) - begin), R"(\n  ([a-z_]+),)");
  ASSERT_GT(names.size(), 10U);
  for (const auto& name : names) {
    probes_.outbox.failed(name);
    EXPECT_EQ(value("postroom_outbox_failures_total{class=\"" + name + "\"}"), 1) << name;
  }
}

TEST_F(metrics_registry, knows_every_status_of_a_problem) {
  const auto statuses = all_matches(read_source("api/problem.cpp"), R"(status_row\{errc::\w+, (\d+)\})");
  ASSERT_GT(statuses.size(), 10U);
  for (const auto& status : statuses)
    probes_.http.answered(static_cast<unsigned>(std::stoul(status)), 1ms);
  EXPECT_EQ(value(R"(postroom_http_requests_total{status="other"})"), 0);
}

TEST_F(metrics_registry, follows_connections_to_smtp_servers) {
  auto& o = probes_.outbox;
  o.connection_moved("", "connecting");
  o.connection_moved("connecting", "ready");
  o.connection_moved("ready", "sending");
  EXPECT_EQ(value(R"(postroom_smtp_connections{state="sending"})"), 1);
  o.connection_moved("sending", "");
  for (const char* state : {"connecting", "ready", "sending", "other"})
    EXPECT_EQ(value(std::string{R"(postroom_smtp_connections{state=")"} + state + "\"}"), 0) << state;
  o.smtp_bytes(direction::sent, 4096);
  EXPECT_EQ(value(R"(postroom_smtp_bytes_total{direction="sent"})"), 4096);
  EXPECT_EQ(value(R"(postroom_smtp_bytes_total{direction="received"})"), 0);
}

TEST_F(metrics_registry, asks_for_dropped_log_lines) {
  std::uint64_t lines = 3;
  registry_.count_dropped_log_lines([&lines] { return lines; });
  EXPECT_EQ(value("postroom_log_dropped_total"), 3);
  lines = 5;
  EXPECT_EQ(value("postroom_log_dropped_total"), 5);
  lines = 0; // logging was started anew: a counter never falls
  EXPECT_EQ(value("postroom_log_dropped_total"), 5);
}

TEST_F(metrics_registry, has_a_bounded_number_of_series) {
  for (int i = 0; i < 1000; ++i) {
    const auto name = "mailbox-" + std::to_string(i);
    probes_.mailbox.event(name);
    probes_.supervision.restarted(name);
    probes_.token.refreshed(name, name);
    probes_.store.committed(1ms, name);
    probes_.http.answered(static_cast<unsigned>(i), 1ms);
    probes_.outbox.held(name, 1);
    probes_.outbox.failed(name);
    probes_.outbox.connection_moved("", name);
  }
  EXPECT_EQ(registry_.expose().find("mailbox-"), std::string::npos);
}

TEST_F(metrics_registry, is_used_by_many_threads) {
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([this] {
        for (int i = 0; i < 1000; ++i) {
          probes_.mailbox.message(message_outcome::stored);
          probes_.store.committed(1ms, "committed");
        }
      });
    static_cast<void>(registry_.expose());
  }
  EXPECT_EQ(value(R"(postroom_messages_total{outcome="stored"})"), 4000);
  EXPECT_EQ(value(R"(postroom_commit_seconds_count{outcome="committed"})"), 4000);
}

} // namespace
} // namespace postroom::metrics
