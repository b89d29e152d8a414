#pragma once

#include "base/clock.hpp"
#include "sim/control/faults.hpp"
#include "sim/control/stats.hpp"
#include "sim/identity/access_tokens.hpp"
#include "sim/identity/registry.hpp"
#include "sim/imap/fetch.hpp"
#include "sim/mail/mailbox.hpp"
#include "sim/scenario.hpp"

#include <cstddef>
#include <string_view>
#include <unordered_map>

namespace postroom::sim {

/// Sessions that have a mailbox open, by mailbox. Not thread-safe.
class connection_counts {
public:
  [[nodiscard]] std::size_t of(const mailbox& which) const {
    const auto found = counts_.find(&which);
    return found == counts_.end() ? 0 : found->second;
  }
  void add(const mailbox& which) { ++counts_[&which]; }
  void remove(const mailbox& which) {
    if (const auto found = counts_.find(&which); found != counts_.end() && --found->second == 0)
      counts_.erase(found);
  }

private:
  std::unordered_map<const mailbox*, std::size_t> counts_;
};

/// What all sessions of one IMAP server share; stays where it is while they live.
struct imap_services {
  directory& mail;
  const registry& people;
  const access_tokens& tokens;
  const fault_desk& faults;
  const clock& time;
  stand_in_stats& stats;
  limit_plan limits{};
  service face = service::microsoft;
  quirk_plan quirks{};
  connection_counts connections{};
};

/// Where a session's answers go.
class answer_sink {
public:
  virtual ~answer_sink() = default;
  virtual void text(std::string_view bytes) = 0;
  virtual void body(const mail_slice& slice) = 0;
  /// Nothing follows; the connection ends once all is sent.
  virtual void finish() = 0;
  /// The same, but it ends as if the network had failed.
  virtual void cut() { finish(); }
};

} // namespace postroom::sim
