#pragma once

#include "actors/messages.hpp"
#include "app/systemd_notify.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

#include <chrono>
#include <functional>
#include <string>

namespace postroom::app {

/// Looks at the running gateway as long as somebody waits for what is seen: whoever started us, until every mailbox is
/// in step; systemd, until the configuration is loaded, and then in its watchdog's rhythm. A gateway that does not
/// answer is asked again and again, and systemd, not being told that we are alive, starts us anew. For the main thread.
class lookout {
public:
  struct watched {
    /// Asks the gateway; blocks, but not for long.
    std::function<result<overview>()> look;
    /// Called once every mailbox is in step; again, should it fail. None: nobody waits for that.
    std::function<result<void>()> in_step;
    std::string url;
  };
  lookout(watched what, systemd_notify& systemd);

  /// How long to sleep before the next look.
  [[nodiscard]] std::chrono::milliseconds pause(mono_time now) const;
  void look(mono_time now);

private:
  void tell_systemd(const overview& seen, mono_time now);

  watched what_;
  systemd_notify& systemd_;
  bool started_ = false; ///< systemd knows, or does not want to
  bool answered_ = true;
  mono_time next_beat_{};
};

} // namespace postroom::app
