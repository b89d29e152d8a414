#include "metrics/registry.hpp"

#include "metrics/secret_expiry_gauges.hpp"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <initializer_list>
#include <map>
#include <mutex>
#include <utility>

namespace postroom::metrics {
namespace {

using prometheus::Counter;
using prometheus::Gauge;
using prometheus::Histogram;
using buckets = Histogram::BucketBoundaries;

template <class Metric>
prometheus::Family<Metric>& family(prometheus::Registry& in, const char* name, const char* help) {
  if constexpr (std::is_same_v<Metric, Counter>)
    return prometheus::BuildCounter().Name(name).Help(help).Register(in);
  else if constexpr (std::is_same_v<Metric, Gauge>)
    return prometheus::BuildGauge().Name(name).Help(help).Register(in);
  else
    return prometheus::BuildHistogram().Name(name).Help(help).Register(in);
}

/// One child per value and one for `other`. `fixed` labels come along with each.
template <class Metric, class... Args>
by_label<Metric> children(prometheus::Family<Metric>& of, const char* label,
                          std::initializer_list<std::string_view> values, const prometheus::Labels& fixed,
                          const Args&... args) {
  std::vector<typename by_label<Metric>::child> out;
  const auto add = [&](std::string_view value) {
    auto labels = fixed;
    labels.emplace(label, value);
    out.push_back({value, &of.Add(labels, args...)});
  };
  for (const auto value : values)
    add(value);
  add("other");
  return by_label<Metric>{std::move(out)};
}

// From a local disk's fsync to a stalled network volume.
const buckets commit_seconds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
// From IDLE at its best to the catch-up after a night without connection.
const buckets latency_seconds{0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600, 14'400, 86'400};
const buckets batch_commits{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 4096};
// From an open connection at its best to a mail that waited for a server to come back. What takes more than an hour
// is seen in the backlog.
const buckets delivery_seconds{0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600};
// One request to an identity platform, until its time is up.
const buckets token_seconds{0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60};
const buckets http_seconds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60};

} // namespace

struct registry::families {
  prometheus::Registry all;
  metrics::probes probes;
  Counter* dropped = nullptr;
  std::mutex dropped_mutex;
  std::function<std::uint64_t()> dropped_source;

  void declare_mailbox();
  void declare_store();
  void declare_token();
  void declare_grants();
  void declare_outbox();
  void declare_smtp();
  void declare_http();
  void declare_actors();
  void declare_process(std::string_view version);
};

void registry::families::declare_mailbox() {
  auto& p = probes.mailbox;
  p.mailboxes_ = children(
      family<Gauge>(all, "postroom_mailboxes", "Mailboxes by state."), "state",
      {"inactive", "waiting", "connecting", "authenticating", "selecting", "catching_up", "idle", "degraded"}, {});
  p.connections_ =
      children(family<Gauge>(all, "postroom_connections", "Connections of mailboxes to their mail servers by state."),
               "state", {"connecting", "authenticating", "catching_up", "idle", "waiting"}, {});
  p.latency_ = &family<Histogram>(all, "postroom_event_latency_seconds",
                                  "From a mail's arrival at its server to its committed event.")
                    .Add({}, latency_seconds);
  p.events_ = children(family<Counter>(all, "postroom_events_total", "Events committed by type."), "type",
                       {"message.received", "message.quarantined", "outbox.sent", "outbox.deferred", "outbox.held",
                        "outbox.failed", "account.auth_error", "account.auth_recovered", "grant.expiring",
                        "grant.revoked", "provider.secret_expiring", "provider.signed_in", "provider.sign_in_failed"},
                       {});
  auto& messages = family<Counter>(all, "postroom_messages_total", "Messages dealt with by outcome.");
  p.messages_ = {&messages.Add({{"outcome", "stored"}}), &messages.Add({{"outcome", "quarantined"}}),
                 &messages.Add({{"outcome", "skipped"}})};
  auto& bytes = family<Counter>(all, "postroom_imap_bytes_total", "Bytes exchanged with IMAP servers, without TLS.");
  p.imap_bytes_ = {&bytes.Add({{"direction", "received"}}), &bytes.Add({{"direction", "sent"}})};
  auto& errors = family<Counter>(all, "postroom_errors_total", "Failures of mailboxes by error code.");
  for (std::size_t code = 1; code < errc_count; ++code)
    p.errors_[code] = &errors.Add({{"code", std::string{to_string(static_cast<errc>(code))}}});
}

void registry::families::declare_store() {
  auto& p = probes.store;
  p.commit_ = children(family<Histogram>(all, "postroom_commit_seconds", "From asking for a commit to its answer."),
                       "outcome", {"committed", "conflict", "fenced", "unknown", "unavailable"}, {}, commit_seconds);
  p.batch_size_ = &family<Histogram>(all, "postroom_commit_batch_size", "Commits grouped into one synced write.")
                       .Add({}, batch_commits);
  auto& queues = family<Gauge>(all, "postroom_queue_depth", "Work waiting by queue.");
  p.queues_ = {&queues.Add({{"queue", "commit"}}), &queues.Add({{"queue", "parse"}}), &queues.Add({{"queue", "read"}})};
}

void registry::families::declare_token() {
  auto& refreshes = family<Counter>(all, "postroom_token_refreshes_total",
                                    "Requests for access tokens by kind of provider and outcome.");
  auto& kinds = probes.token.refreshes_;
  kinds[0].name = "microsoft_azure";
  kinds[1].name = "google";
  kinds[2].name = "generic_oidc";
  kinds[3].name = "other";
  for (auto& kind : kinds)
    kind.outcomes = children(refreshes, "outcome",
                             {"ok", "app_broken", "grant_dead", "user_must_act", "policy", "transient", "unreachable"},
                             {{"provider_kind", std::string{kind.name}}});
  probes.token.took_ =
      children(family<Histogram>(all, "postroom_token_refresh_seconds",
                                 "From sending a request for an access token to its answer by kind of provider."),
               "provider_kind", {"microsoft_azure", "google", "generic_oidc"}, {}, token_seconds);
}

void registry::families::declare_grants() {
  auto& p = probes.token;
  p.grants_ = children(family<Gauge>(all, "postroom_grants", "Sign-ins of delegates and applications by state."),
                       "state", {"ok", "failing", "revoked"}, {});
  p.incidents_ = children(
      family<Gauge>(all, "postroom_open_incidents", "Faults that people were told about by what they concern."),
      "subject", {"provider", "grant", "account"}, {});
  p.breakers_open_ = &family<Gauge>(all, "postroom_provider_breakers_open",
                                    "Providers that are not asked for tokens for the time being.")
                          .Add({});
  auto& left_out = family<Gauge>(all, "postroom_provider_secret_expiries_left_out",
                                 "Providers without a series of their own since there are too many.")
                       .Add({});
  p.secrets_ = std::make_unique<secret_expiry_gauges>(
      family<Gauge>(all, "postroom_provider_secret_expiry_timestamp_seconds",
                    "When the client secret or certificate of a provider expires, in seconds since 1970."),
      left_out);
}

void registry::families::declare_outbox() {
  auto& p = probes.outbox;
  p.mails_ = children(family<Gauge>(all, "postroom_outbox_mails", "Mails that wait to be sent by state."), "state",
                      {"queued", "sending", "deferred", "held"}, {});
  p.accepted_ = &family<Counter>(all, "postroom_outbox_accepted_total", "Mails taken for sending.").Add({});
  p.finished_ =
      children(family<Counter>(all, "postroom_outbox_finished_total", "Mails that reached their end by outcome."),
               "outcome", {"sent", "failed", "cancelled"}, {});
  p.delivery_ = &family<Histogram>(all, "postroom_outbox_delivery_seconds",
                                   "From taking a mail for sending to the mail server's acceptance.")
                     .Add({}, delivery_seconds);
  p.attempts_ = children(family<Counter>(all, "postroom_outbox_attempts_total", "Attempts to send a mail by outcome."),
                         "outcome", {"sent", "refused", "deferred", "lost", "in_doubt"}, {});
  p.failures_ = children(
      family<Counter>(all, "postroom_outbox_failures_total", "Refusals by mail servers by what they mean."), "class",
      {"server_unavailable", "throttled", "quota_exhausted", "auth_unavailable", "auth_rejected", "auth_disabled",
       "sender_denied", "recipient_deferred", "recipient_rejected", "message_deferred", "message_rejected", "too_large",
       "not_supported", "protocol"},
      {});
  p.doubts_ = children(family<Counter>(all, "postroom_outbox_in_doubt_total",
                                       "Mails whose last answer was lost by what was done about them."),
                       "resolution", {"found", "resent", "held"}, {});
  p.throttled_ = &family<Counter>(all, "postroom_outbox_throttled_seconds_total",
                                  "Time that mails which were due waited for the sending limits.")
                      .Add({});
  p.breakers_open_ =
      &family<Gauge>(all, "postroom_outbox_breakers_open", "Identities and servers for which sending is suspended.")
           .Add({});
}

void registry::families::declare_smtp() {
  auto& p = probes.outbox;
  p.connections_ = children(family<Gauge>(all, "postroom_smtp_connections", "Connections to SMTP servers by state."),
                            "state", {"connecting", "ready", "sending"}, {});
  auto& bytes = family<Counter>(all, "postroom_smtp_bytes_total", "Bytes exchanged with SMTP servers, without TLS.");
  p.bytes_ = {&bytes.Add({{"direction", "received"}}), &bytes.Add({{"direction", "sent"}})};
}

void registry::families::declare_http() {
  auto& p = probes.http;
  p.requests_ =
      children(family<Counter>(all, "postroom_http_requests_total", "Requests to the API answered by status."),
               "status", {"101", "200", "201", "202", "204", "302", "304", "400", "401", "403", "404", "405", "409",
                          "410", "412", "413", "415", "422", "428", "429", "431", "500", "502", "503", "504", "507"},
               {});
  p.duration_ = &family<Histogram>(all, "postroom_http_request_seconds",
                                   "From a request's header to its answer; long polls and streams as a whole.")
                     .Add({}, http_seconds);
}

void registry::families::declare_actors() {
  probes.supervision.restarts_ = children(
      family<Counter>(all, "postroom_actor_restarts_total", "Actors restarted after a failure."), "actor",
      {"gateway", "tenant", "provider", "mailbox", "admission", "archive", "events", "subscription", "outbox"}, {});
  auto& p = probes.admission;
  auto& credits = family<Gauge>(all, "postroom_credit_bytes", "Byte credits for mail in memory by state.");
  p.free_ = &credits.Add({{"state", "free"}});
  p.used_ = &credits.Add({{"state", "used"}});
  p.waiters_ = &family<Gauge>(all, "postroom_credit_waiters", "Mailboxes that wait for byte credits.").Add({});
}

void registry::families::declare_process(std::string_view version) {
  dropped =
      &family<Counter>(all, "postroom_log_dropped_total", "Log lines given up because the queue was full.").Add({});
  family<Gauge>(all, "postroom_build_info", "Always 1; the version is the label.")
      .Add({{"version", std::string{version}}})
      .Set(1);
}

registry::registry(std::string_view version) : families_(std::make_unique<families>()) {
  families_->declare_mailbox();
  families_->declare_store();
  families_->declare_token();
  families_->declare_grants();
  families_->declare_outbox();
  families_->declare_smtp();
  families_->declare_http();
  families_->declare_actors();
  families_->declare_process(version);
}

registry::~registry() = default;

metrics::probes& registry::probes() noexcept {
  return families_->probes;
}

void registry::count_dropped_log_lines(std::function<std::uint64_t()> source) {
  std::lock_guard lock{families_->dropped_mutex};
  families_->dropped_source = std::move(source);
}

std::string registry::expose() {
  auto& f = *families_;
  {
    std::lock_guard lock{f.dropped_mutex};
    if (f.dropped_source) {
      const double now = static_cast<double>(f.dropped_source());
      f.dropped->Increment(std::max(now - f.dropped->Value(), 0.0));
    }
  }
  auto collected = f.all.Collect();
  std::sort(collected.begin(), collected.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return prometheus::TextSerializer{}.Serialize(collected);
}

} // namespace postroom::metrics
