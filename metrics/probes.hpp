#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
} // namespace prometheus

/// What the parts tell the outside in numbers. A probe's verbs are events; only this folder knows names and labels.
/// Label values are few and fixed – never a mailbox or address, and a tenant only where an alert must name a provider;
/// a value that is not on the list counts as `other`. Probes belong to a metrics::registry and die with it; they are
/// not copied; any thread may use them.
namespace postroom::metrics {

/// One metric with one label whose values are fixed beforehand; the last of them is `other`.
template <class Metric>
class by_label {
public:
  struct child {
    std::string_view value; ///< a literal
    Metric* metric;
  };
  by_label() = default;
  explicit by_label(std::vector<child> children) : children_(std::move(children)) {}

  /// Few values, short strings: a walk is faster than a hash.
  [[nodiscard]] Metric& operator[](std::string_view value) const noexcept {
    for (const auto& c : children_)
      if (c.value == value)
        return *c.metric;
    return *children_.back().metric;
  }

private:
  std::vector<child> children_;
};

/// Base of all probes.
struct probe {
  probe() = default;
  probe(const probe&) = delete;
  probe& operator=(const probe&) = delete;
};

enum class direction : std::uint8_t { received, sent };
enum class message_outcome : std::uint8_t {
  stored,
  quarantined,
  skipped, ///< known already, or older than what is announced
};

/// Mailboxes and their connections to the mail servers.
class mailbox_probe : probe {
public:
  /// A mailbox went from one state to another (names of mailbox_state). An empty `from` is a new mailbox, an empty `to`
  /// one that is gone. Counts mailboxes by state, and connections by the state that follows from it.
  void moved(std::string_view from, std::string_view to) noexcept;
  /// A mail's event was committed `since_arrival` after the mail server had received it.
  void announced(std::chrono::nanoseconds since_arrival) noexcept;
  /// An event of this type was committed.
  void event(std::string_view type) noexcept;
  void message(message_outcome outcome) noexcept;
  void imap_bytes(direction way, std::uint64_t count) noexcept;
  void failed(errc code) noexcept;

private:
  friend class registry;
  by_label<prometheus::Gauge> mailboxes_;
  by_label<prometheus::Gauge> connections_;
  prometheus::Histogram* latency_ = nullptr;
  by_label<prometheus::Counter> events_;
  std::array<prometheus::Counter*, 3> messages_{};
  std::array<prometheus::Counter*, 2> imap_bytes_{};
  std::array<prometheus::Counter*, errc_count> errors_{};
};

enum class queue : std::uint8_t { commit, parse, read };

/// The store and the queues before it.
class store_probe : probe {
public:
  /// One commit was answered `took` after it was asked for. `outcome`: committed, conflict, fenced, unknown,
  /// unavailable.
  void committed(std::chrono::nanoseconds took, std::string_view outcome) noexcept;
  /// The writer grouped this many commits into one synced write.
  void batch_written(std::size_t commits) noexcept;
  void queue_depth(queue which, std::size_t waiting) noexcept;

private:
  friend class registry;
  by_label<prometheus::Histogram> commit_;
  prometheus::Histogram* batch_size_ = nullptr;
  std::array<prometheus::Gauge*, 3> queues_{};
};

class secret_expiry_gauges;

/// The token service.
class token_probe : probe {
public:
  token_probe();
  ~token_probe();

  /// `provider_kind`: microsoft_azure, google, generic_oidc. `outcome`: ok, app_broken, grant_dead, user_must_act,
  /// policy, transient, unreachable.
  void refreshed(std::string_view provider_kind, std::string_view outcome) noexcept;
  /// A request for an access token was answered, or failed, `took` after it was sent.
  void asked(std::string_view provider_kind, std::chrono::nanoseconds took) noexcept;
  /// A grant went from one state to another: ok, failing, revoked. An empty `from` is a new grant, an empty `to` one
  /// that is gone.
  void grant_moved(std::string_view from, std::string_view to) noexcept;
  /// A provider's application or its platform is not asked for the time being, or is asked again.
  void breaker_opened() noexcept;
  void breaker_closed() noexcept;
  /// When the secret or certificate that a provider uses expires; nothing: it has no end, or the provider is gone.
  void secret_expires(const std::string& tenant, const std::string& provider, std::optional<wall_time> at);
  /// An incident that people were told about began or is over. `subject`: provider, grant, account.
  void incident_opened(std::string_view subject) noexcept;
  void incident_closed(std::string_view subject) noexcept;

private:
  friend class registry;
  struct kind {
    std::string_view name;
    by_label<prometheus::Counter> outcomes;
  };
  std::array<kind, 4> refreshes_; // the last is `other`
  by_label<prometheus::Histogram> took_;
  by_label<prometheus::Gauge> grants_;
  by_label<prometheus::Gauge> incidents_;
  prometheus::Gauge* breakers_open_ = nullptr;
  std::unique_ptr<secret_expiry_gauges> secrets_;
};

/// Mail on its way out, and the connections that carry it. `mail_state`: queued, sending, deferred, held – what waits
/// to be sent; a finished mail is counted by its outcome instead.
class outbox_probe : probe {
public:
  /// This many mails more (or fewer) are in this state: to fill the gauge when the outbox is read.
  void held(std::string_view mail_state, std::int64_t more) noexcept;
  /// A mail went from one state to another. An empty `from` is a new mail; a state that is not one of waiting (sent,
  /// failed, cancelled, or empty) takes it out of the count.
  void moved(std::string_view from, std::string_view to) noexcept;
  /// A mail was taken for sending: it is on disk and its caller has been told so.
  void accepted() noexcept;
  /// A mail reached its end. `outcome`: sent, failed, cancelled.
  void finished(std::string_view outcome) noexcept;
  /// A mail was sent `since_accepted` after it was accepted.
  void delivered(std::chrono::nanoseconds since_accepted) noexcept;
  /// One attempt ended. `outcome`: sent, refused, deferred, lost, in_doubt.
  void attempted(std::string_view outcome) noexcept;
  /// A server refused something, or could not be reached. `failure_class`: a name of smtp::failure_class.
  void failed(std::string_view failure_class) noexcept;
  /// It is known now what became of a mail whose last answer was lost. `resolution`: found, resent, held.
  void doubt_resolved(std::string_view resolution) noexcept;
  /// A mail that was due waited this long for the sending limits.
  void throttled(std::chrono::nanoseconds waited) noexcept;
  /// A connection went from one state to another: connecting, ready, sending. Empty: not there.
  void connection_moved(std::string_view from, std::string_view to) noexcept;
  void smtp_bytes(direction way, std::uint64_t count) noexcept;
  /// Sending for an identity or to a server was suspended, or is tried again.
  void breaker_opened() noexcept;
  void breaker_closed() noexcept;

private:
  friend class registry;
  by_label<prometheus::Gauge> mails_;
  prometheus::Counter* accepted_ = nullptr;
  by_label<prometheus::Counter> finished_;
  by_label<prometheus::Counter> attempts_;
  by_label<prometheus::Counter> failures_;
  prometheus::Histogram* delivery_ = nullptr;
  by_label<prometheus::Counter> doubts_;
  prometheus::Counter* throttled_ = nullptr;
  by_label<prometheus::Gauge> connections_;
  std::array<prometheus::Counter*, 2> bytes_{};
  prometheus::Gauge* breakers_open_ = nullptr;
};

/// Our HTTP server.
class http_probe : probe {
public:
  void answered(unsigned status, std::chrono::nanoseconds took) noexcept;

private:
  friend class registry;
  by_label<prometheus::Counter> requests_;
  prometheus::Histogram* duration_ = nullptr;
};

/// Actors that failed and were brought back.
class supervision_probe : probe {
public:
  /// `actor`: gateway, tenant, provider, mailbox, admission, archive, events, subscription, outbox.
  void restarted(std::string_view actor) noexcept;

private:
  friend class registry;
  by_label<prometheus::Counter> restarts_;
};

/// Byte credits, the backpressure from store to sockets.
class admission_probe : probe {
public:
  void credits(std::uint64_t used_bytes, std::uint64_t free_bytes, std::size_t waiting) noexcept;

private:
  friend class registry;
  prometheus::Gauge* used_ = nullptr;
  prometheus::Gauge* free_ = nullptr;
  prometheus::Gauge* waiters_ = nullptr;
};

/// All of them, for passing around.
struct probes {
  mailbox_probe mailbox;
  store_probe store;
  token_probe token;
  http_probe http;
  supervision_probe supervision;
  admission_probe admission;
  outbox_probe outbox;
};

} // namespace postroom::metrics
