#pragma once

#include "bench/world.hpp"
#include "sim/stand_in.hpp"
#include "tests/support/process.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace postroom::bench::scale {

/// Connections per second that the gateways are told to stay below.
inline constexpr double admission_per_s = 200;

struct office_options {
  programs measured;
  std::size_t mailboxes = 10'000;
  std::size_t tenants = 100;
  std::size_t providers = 200;
  std::size_t grants = 400;
  std::chrono::seconds token_life{3600};
};

/// The stand-in for Microsoft 365, in this process, with many customers, and the gateways that are started against it.
/// Main thread only.
class office {
public:
  explicit office(office_options options);

  [[nodiscard]] sim::stand_in& stand_in() { return *stand_in_; }
  /// As the gateway calls them.
  [[nodiscard]] std::vector<std::string> tenants() const;
  /// Those of a gateway with so many accounts, in its order.
  [[nodiscard]] std::vector<std::string> mailboxes(std::size_t count) const;

  /// Configured for the first so many mailboxes.
  [[nodiscard]] std::unique_ptr<gateway> start_gateway(const std::string& name, std::size_t mailboxes);
  /// Until so many sessions are in IDLE; how long that took.
  double await_idle(const std::string& what, std::size_t mailboxes, std::chrono::seconds deadline);
  /// What a login costs a bare client that connects over TLS, authenticates and stays: CPU seconds.
  [[nodiscard]] double bare_login_cpu_s(std::size_t logins);

private:
  [[nodiscard]] std::string access_token(const sim::provider_facts& provider, const sim::delegate_facts& delegate);

  office_options options_;
  test::temp_directory directory_;
  std::unique_ptr<sim::stand_in> stand_in_;
};

} // namespace postroom::bench::scale
