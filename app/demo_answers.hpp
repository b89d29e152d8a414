#pragma once

#include "app/cli/api_call.hpp"
#include "app/demo_events.hpp"

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace postroom::app {

/// What stands in for an application in a demonstration: answers every third mail that is received, by the gateway's
/// own API, as an application would. Robots and mailboxes of our own get no answer, or two machines would write to each
/// other for ever. The Idempotency-Key comes from the event, so that an answer tried again is sent once. Blocks; for
/// one thread.
class answering_machine {
public:
  /// `gateway` null: answers nothing. `own`: the addresses of our mailboxes.
  answering_machine(std::unique_ptr<cli::api_port> gateway, std::vector<std::string> own);

  /// Remembers the event when its mail is to be answered.
  void see(const demo_event& event);
  /// Hands a few of the remembered answers in. One that fails for now is tried again by the next call, a few times.
  void work();
  /// Answers not handed in yet.
  [[nodiscard]] std::size_t waiting() const noexcept { return due_.size(); }

private:
  struct answer {
    cli::api_call call;
    int tries = 0;
  };
  [[nodiscard]] bool deserves_an_answer(const demo_event& event) const;
  [[nodiscard]] bool is_ours(const std::string& address) const;

  std::unique_ptr<cli::api_port> gateway_;
  std::vector<std::string> own_;
  std::size_t received_ = 0;
  std::deque<answer> due_;
};

} // namespace postroom::app
