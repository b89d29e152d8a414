#pragma once

#include "base/jws.hpp"
#include "base/result.hpp"
#include "sim/control/connect_rate.hpp"
#include "sim/control/faults.hpp"
#include "sim/control/idle_watch.hpp"
#include "sim/control/journal.hpp"
#include "sim/control/stats.hpp"
#include "sim/graph/graph_api.hpp"
#include "sim/identity/platform.hpp"
#include "sim/mail/bounce_queue.hpp"
#include "sim/mail/mailbox.hpp"
#include "sim/mail_flow.hpp"
#include "sim/office_builder.hpp"
#include "sim/scenario.hpp"
#include "sim/sim_clock.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace postroom::sim {

/// Everything the stand-in knows: who exists, who may do what, all mail, and what goes wrong. Does no I/O but for
/// reading the corpus at the beginning. Not thread-safe.
class world {
public:
  /// Of one mail in an INBOX.
  static constexpr std::size_t mail_bytes_max = 160 * 1024 * 1024;

  /// `invalid_argument` as check_scenario() and for faults that cannot be, `not_found` and `too_large` for the corpus.
  /// `keys` are the identity platform's first; nothing: a new pair.
  [[nodiscard]] static result<std::unique_ptr<world>> make(const scenario& plan, const served_ports& ports,
                                                           const clock& truth, std::optional<key_pair_pem> keys = {});

  /// Into INBOX. Its UID; `not_found` for an unknown mailbox, `too_large`.
  [[nodiscard]] result<std::uint32_t> deliver(std::string_view address, const sealed_mail& mail, mail_origin origin);
  /// One more as the flow makes them, but outside its order.
  [[nodiscard]] result<std::uint32_t> deliver_generated(std::string_view address);
  /// What the flow has due by now, at most `most`; whether something may be left.
  bool deliver_due(std::size_t most);
  /// What was counted; gauges of connections are their servers' to fill in.
  [[nodiscard]] stand_in_stats count();
  void reset_peaks();

  const scenario plan;
  const served_ports ports;
  sim_clock time;
  registry people;
  access_tokens tokens;
  authorizations grants;
  directory mail;
  fault_desk faults;
  journal records;
  stand_in_stats stats;
  bounce_queue bounces;
  connect_rate connects;
  idle_watch idles;
  identity_services services;
  identity_platform platform;
  graph_services graph;
  office who;
  mail_flow flow;

private:
  using corpus = std::vector<sealed_mail>;
  world(const scenario& plan, const served_ports& ports, const clock& truth, std::optional<key_pair_pem> keys,
        corpus mails);
  void fill();

  std::size_t due_ = 0; ///< taken from the flow's clock, not delivered yet
};

} // namespace postroom::sim
