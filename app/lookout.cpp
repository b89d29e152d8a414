#include "app/lookout.hpp"

#include <algorithm>
#include <utility>

namespace postroom::app {
namespace {

using namespace std::chrono_literals;

/// While somebody waits for a start, and between looks whose only purpose is the line in `systemctl status`.
constexpr std::chrono::milliseconds start_period = 100ms;
constexpr std::chrono::milliseconds status_period = 30s;
/// Before a gateway that did not answer is asked again.
constexpr std::chrono::milliseconds retry_after = 1s;

} // namespace

lookout::lookout(watched what, systemd_notify& systemd)
    : what_(std::move(what)), systemd_(systemd), started_(!systemd.listens()) {
}

std::chrono::milliseconds lookout::pause(mono_time now) const {
  if (!started_ || what_.in_step)
    return start_period;
  if (!systemd_.watchdog_period())
    return systemd_.listens() ? status_period : 1h;
  return std::max(std::chrono::ceil<std::chrono::milliseconds>(next_beat_ - now), answered_ ? 0ms : retry_after);
}

void lookout::look(mono_time now) {
  if (!systemd_.listens() && !what_.in_step)
    return;
  const auto seen = what_.look();
  answered_ = seen.has_value();
  if (!answered_)
    return;
  tell_systemd(*seen, now);
  if (what_.in_step && seen->configuration_loaded && seen->in_step >= seen->mailboxes && what_.in_step())
    what_.in_step = nullptr;
}

void lookout::tell_systemd(const overview& seen, mono_time now) {
  const auto status = std::to_string(seen.in_step) + " of " + std::to_string(seen.mailboxes) + " mailboxes in step, " +
                      std::to_string(seen.degraded) + " degraded; API at " + what_.url;
  if (started_)
    systemd_.status(status);
  else if (seen.configuration_loaded)
    systemd_.ready(status);
  started_ = started_ || seen.configuration_loaded;
  if (!started_ || !systemd_.watchdog_period() || now < next_beat_)
    return;
  systemd_.alive();
  next_beat_ = now + *systemd_.watchdog_period();
}

} // namespace postroom::app
