#pragma once

#include "actors/restart_policy.hpp"
#include "base/log.hpp"

#include <caf/error.hpp>
#include <caf/exit_reason.hpp>
#include <caf/message_view.hpp>
#include <caf/result.hpp>
#include <caf/scheduled_actor.hpp>
#include <caf/sec.hpp>
#include <caf/to_string.hpp>

#include <exception>
#include <functional>
#include <string>

/// How actors fail and are brought back.
namespace postroom {

/// Installs our handlers in place of CAF's, which print to stdout: an exception ends the actor with an error that its
/// supervisor sees; an unexpected message or a stray error is logged and dropped. `last_words` are said before an
/// exception ends the actor, while its state still exists: what it started must not outlive it unsupervised.
template <class Self>
void guard(Self* self, const char* name, std::function<void()> last_words = {}) {
  self->set_exception_handler([name, last_words](caf::scheduled_actor*, std::exception_ptr& ptr) -> caf::error {
    std::string what = "unknown exception";
    try {
      std::rethrow_exception(ptr);
    } catch (const std::exception& e) {
      what = e.what();
    } catch (...) {
    }
    log::error("actor.exception", {{"actor", name}, {"what", what}});
    if (last_words)
      last_words();
    return caf::make_error(caf::sec::runtime_error, what);
  });
  self->set_error_handler([name](caf::scheduled_actor*, caf::error& e) {
    log::warning("actor.stray_error", {{"actor", name}, {"error", caf::to_string(e)}});
  });
  self->set_default_handler([name](caf::scheduled_actor*, caf::message_view&) -> caf::result<caf::message> {
    log::warning("actor.unexpected_message", {{"actor", name}});
    return caf::sec::unexpected_message;
  });
}

} // namespace postroom
