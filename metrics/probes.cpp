#include "metrics/probes.hpp"

#include "metrics/secret_expiry_gauges.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

#include <algorithm>

namespace postroom::metrics {
namespace {

double seconds(std::chrono::nanoseconds span) {
  // Clocks of two machines differ: mail may arrive "before" it was sent.
  return std::max(std::chrono::duration<double>(span).count(), 0.0);
}

/// A connection is what a mailbox holds while it talks to its server, so its states follow from the mailbox's.
std::string_view connection_state(std::string_view mailbox_state) {
  return mailbox_state == "selecting" ? "catching_up" : mailbox_state;
}

bool has_connection_state(std::string_view mailbox_state) {
  return mailbox_state != "inactive" && mailbox_state != "degraded";
}

bool waits_to_be_sent(std::string_view mail_state) {
  return !mail_state.empty() && mail_state != "sent" && mail_state != "failed" && mail_state != "cancelled";
}

} // namespace

void mailbox_probe::moved(std::string_view from, std::string_view to) noexcept {
  if (!from.empty()) {
    mailboxes_[from].Decrement();
    if (has_connection_state(from))
      connections_[connection_state(from)].Decrement();
  }
  if (!to.empty()) {
    mailboxes_[to].Increment();
    if (has_connection_state(to))
      connections_[connection_state(to)].Increment();
  }
}

void mailbox_probe::announced(std::chrono::nanoseconds since_arrival) noexcept {
  latency_->Observe(seconds(since_arrival));
}

void mailbox_probe::event(std::string_view type) noexcept {
  events_[type].Increment();
}

void mailbox_probe::message(message_outcome outcome) noexcept {
  messages_[static_cast<std::size_t>(outcome)]->Increment();
}

void mailbox_probe::imap_bytes(direction way, std::uint64_t count) noexcept {
  imap_bytes_[static_cast<std::size_t>(way)]->Increment(static_cast<double>(count));
}

void mailbox_probe::failed(errc code) noexcept {
  const auto index = static_cast<std::size_t>(code);
  errors_[index > 0 && index < errors_.size() ? index : static_cast<std::size_t>(errc::internal)]->Increment();
}

void store_probe::committed(std::chrono::nanoseconds took, std::string_view outcome) noexcept {
  commit_[outcome].Observe(seconds(took));
}

void store_probe::batch_written(std::size_t commits) noexcept {
  batch_size_->Observe(static_cast<double>(commits));
}

void store_probe::queue_depth(queue which, std::size_t waiting) noexcept {
  queues_[static_cast<std::size_t>(which)]->Set(static_cast<double>(waiting));
}

token_probe::token_probe() = default;
token_probe::~token_probe() = default;

void token_probe::refreshed(std::string_view provider_kind, std::string_view outcome) noexcept {
  for (const auto& kind : refreshes_)
    if (kind.name == provider_kind || &kind == &refreshes_.back()) {
      kind.outcomes[outcome].Increment();
      return;
    }
}

void token_probe::asked(std::string_view provider_kind, std::chrono::nanoseconds took) noexcept {
  took_[provider_kind].Observe(seconds(took));
}

void token_probe::grant_moved(std::string_view from, std::string_view to) noexcept {
  if (!from.empty())
    grants_[from].Decrement();
  if (!to.empty())
    grants_[to].Increment();
}

void token_probe::breaker_opened() noexcept {
  breakers_open_->Increment();
}

void token_probe::breaker_closed() noexcept {
  breakers_open_->Decrement();
}

void token_probe::secret_expires(const std::string& tenant, const std::string& provider, std::optional<wall_time> at) {
  if (at)
    secrets_->set(tenant, provider, *at);
  else
    secrets_->remove(tenant, provider);
}

void token_probe::incident_opened(std::string_view subject) noexcept {
  incidents_[subject].Increment();
}

void token_probe::incident_closed(std::string_view subject) noexcept {
  incidents_[subject].Decrement();
}

void outbox_probe::held(std::string_view mail_state, std::int64_t more) noexcept {
  mails_[mail_state].Increment(static_cast<double>(more));
}

void outbox_probe::moved(std::string_view from, std::string_view to) noexcept {
  if (waits_to_be_sent(from))
    mails_[from].Decrement();
  if (waits_to_be_sent(to))
    mails_[to].Increment();
}

void outbox_probe::accepted() noexcept {
  accepted_->Increment();
}

void outbox_probe::finished(std::string_view outcome) noexcept {
  finished_[outcome].Increment();
}

void outbox_probe::delivered(std::chrono::nanoseconds since_accepted) noexcept {
  delivery_->Observe(seconds(since_accepted));
}

void outbox_probe::attempted(std::string_view outcome) noexcept {
  attempts_[outcome].Increment();
}

void outbox_probe::failed(std::string_view failure_class) noexcept {
  failures_[failure_class].Increment();
}

void outbox_probe::doubt_resolved(std::string_view resolution) noexcept {
  doubts_[resolution].Increment();
}

void outbox_probe::throttled(std::chrono::nanoseconds waited) noexcept {
  throttled_->Increment(seconds(waited));
}

void outbox_probe::connection_moved(std::string_view from, std::string_view to) noexcept {
  if (!from.empty())
    connections_[from].Decrement();
  if (!to.empty())
    connections_[to].Increment();
}

void outbox_probe::smtp_bytes(direction way, std::uint64_t count) noexcept {
  bytes_[static_cast<std::size_t>(way)]->Increment(static_cast<double>(count));
}

void outbox_probe::breaker_opened() noexcept {
  breakers_open_->Increment();
}

void outbox_probe::breaker_closed() noexcept {
  breakers_open_->Decrement();
}

void http_probe::answered(unsigned status, std::chrono::nanoseconds took) noexcept {
  const auto known = std::to_string(status);
  requests_[known].Increment();
  duration_->Observe(seconds(took));
}

void supervision_probe::restarted(std::string_view actor) noexcept {
  restarts_[actor].Increment();
}

void admission_probe::credits(std::uint64_t used_bytes, std::uint64_t free_bytes, std::size_t waiting) noexcept {
  used_->Set(static_cast<double>(used_bytes));
  free_->Set(static_cast<double>(free_bytes));
  waiters_->Set(static_cast<double>(waiting));
}

} // namespace postroom::metrics
