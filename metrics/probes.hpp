#pragma once

#include "base/error.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
} // namespace prometheus

/// What the parts tell the outside in numbers. A probe's verbs are events; only this folder knows names and labels.
/// Label values are few and fixed – never a tenant, mailbox or address; a value that is not on the list counts as
/// `other`. Probes belong to a metrics::registry and die with it; they are not copied; any thread may use them.
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

/// The token service.
class token_probe : probe {
public:
  /// `provider_kind`: microsoft_azure, google, generic_oidc. `outcome`: ok, app_broken, grant_dead, user_must_act,
  /// policy, transient, unreachable.
  void refreshed(std::string_view provider_kind, std::string_view outcome) noexcept;

private:
  friend class registry;
  struct kind {
    std::string_view name;
    by_label<prometheus::Counter> outcomes;
  };
  std::array<kind, 4> refreshes_; // the last is `other`
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
  /// `actor`: gateway, tenant, provider, mailbox, admission, archive, events, subscription.
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
};

} // namespace postroom::metrics
