#pragma once

#include "actors/errors.hpp"
#include "base/clock.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>

#include <memory>
#include <optional>

namespace postroom {

/// An actor system whose scheduler runs on the test's thread and whose time stands still: nothing happens but by run()
/// and pass(). Every actor of a test must be ended before the fixture dies; quit() does it.
class actor_fixture {
public:
  actor_fixture()
      : system(configure(config_)), scheduler(dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler())) {}
  ~actor_fixture() {
    scheduler.run();
    system.clock().cancel_all();
  }

private:
  caf::actor_system_config config_;

public:
  caf::actor_system system;
  caf::scheduler::test_coordinator& scheduler;
  manual_clock time;

  void run() { scheduler.run(); }
  /// Both clocks move; timers that are due ring.
  void pass(std::chrono::milliseconds by) {
    time.advance(by);
    scheduler.advance_time(by);
    scheduler.run();
  }

  /// Asks and runs until the answer is there; nothing: no answer yet (see `later`).
  template <class Answer>
  struct pending_answer {
    std::shared_ptr<std::optional<result<Answer>>> slot = std::make_shared<std::optional<result<Answer>>>();
    [[nodiscard]] bool there() const { return slot->has_value(); }
    [[nodiscard]] const result<Answer>& get() const { return **slot; }
  };
  template <class Answer, class Actor, class Question>
  pending_answer<Answer> ask(const Actor& whom, Question question) {
    pending_answer<Answer> out;
    system.spawn([slot = out.slot, whom, question](caf::event_based_actor* self) {
      self->request(whom, std::chrono::minutes{60}, question)
          .then([slot](const Answer& answer) { *slot = answer; }, [slot](const caf::error& e) { *slot = from_caf(e); });
    });
    run();
    return out;
  }
  template <class Actor>
  void quit(const Actor& whom) {
    caf::anon_send_exit(whom, caf::exit_reason::user_shutdown);
    run();
  }

private:
  static caf::actor_system_config& configure(caf::actor_system_config& config) {
    config.set("scheduler.policy", caf::atom("testing"));
    return config;
  }
};

} // namespace postroom
