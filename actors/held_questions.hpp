#pragma once

#include "actors/errors.hpp"

#include <caf/typed_response_promise.hpp>

#include <functional>
#include <utility>
#include <vector>

namespace postroom {

/// Questions about something that is just being read from the store: whoever has made an object and asks for it at once
/// must not hear that there is none. Owned by one actor.
class held_questions {
public:
  /// Puts the question to `again` (the actor itself) when release() is called. `busy` when too many wait.
  template <class Answer, class Self, class Handle, class Question>
  caf::result<Answer> hold(Self self, Handle again, const Question& question) {
    constexpr std::size_t held_max = 1000;
    if (held_.size() >= held_max)
      return to_caf(fail(errc::busy, "too many questions wait for the configuration to be read"));
    auto promise = self->template make_response_promise<Answer>();
    held_.push_back([promise, again = std::move(again), question]() mutable { promise.delegate(again, question); });
    return promise;
  }
  void release() {
    for (auto& each : std::exchange(held_, {}))
      each();
  }

private:
  std::vector<std::function<void()>> held_;
};

} // namespace postroom
