#pragma once

#include "actors/interfaces.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace postroom {

/// Someone who asks for credit and keeps it, as a mailbox does, until told to end.
class credit_holder {
public:
  credit_holder(caf::actor_system& system, admission_actor gate)
      : gate_(std::move(gate)),
        actor_(
            system.spawn([gate = gate_, got = got_, refused = refused_](caf::event_based_actor* self) -> caf::behavior {
              return {[=](const want_credit& wish) {
                self->request(gate, std::chrono::minutes{60}, wish)
                    .then([got](const credit& c) { got->push_back(c); }, [refused](const caf::error&) { ++*refused; });
              }};
            })) {}

  void ask(std::uint64_t bytes) { caf::anon_send(actor_, want_credit{bytes}); }
  void give_back(std::size_t which) { caf::anon_send(gate_, return_credit{got_->at(which)}); }
  void end() { caf::anon_send_exit(actor_, caf::exit_reason::user_shutdown); }
  /// What it was given so far.
  [[nodiscard]] const std::vector<credit>& got() const { return *got_; }
  [[nodiscard]] int refused() const { return *refused_; }

private:
  std::shared_ptr<std::vector<credit>> got_ = std::make_shared<std::vector<credit>>();
  std::shared_ptr<int> refused_ = std::make_shared<int>(0);
  admission_actor gate_;
  caf::actor actor_;
};

} // namespace postroom
