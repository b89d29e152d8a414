#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace postroom::app {

/// Tells systemd how we are (sd_notify(3)): one datagram for each message to the socket that it names in the
/// environment. Without one – started by hand, or in a container – every call does nothing. For one thread.
class systemd_notify {
public:
  using variables = std::function<std::optional<std::string>(const std::string& name)>;
  /// Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID.
  explicit systemd_notify(const variables& environment);
  ~systemd_notify();
  systemd_notify(const systemd_notify&) = delete;
  systemd_notify& operator=(const systemd_notify&) = delete;

  [[nodiscard]] bool listens() const noexcept { return socket_ >= 0; }
  /// How often alive() must be said; half of what systemd waits. Nothing: nobody watches us.
  [[nodiscard]] std::optional<std::chrono::microseconds> watchdog_period() const noexcept { return watchdog_period_; }

  /// The service is up: units that come after it may start.
  void ready(std::string_view status);
  /// One line for `systemctl status`; said again only when it has changed.
  void status(std::string_view line);
  /// Feeds the watchdog. Only for those who have just seen that everything moves.
  void alive();
  void stopping();

private:
  void send(std::string_view message);

  std::string address_; ///< as in sun_path; an abstract one begins with a zero
  int socket_ = -1;
  std::optional<std::chrono::microseconds> watchdog_period_;
  std::string last_status_;
  bool complained_ = false;
};

} // namespace postroom::app
