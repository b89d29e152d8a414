#pragma once

#include "actors/errors.hpp"

#include <caf/typed_response_promise.hpp>

#include <chrono>
#include <memory>
#include <vector>

namespace postroom::gateway {

/// Asks several actors the same and answers with the sum of what they say, once all have answered. One that fails adds
/// nothing: a tenant that is restarting must not hide the others.
template <class Answer, class Self, class Actor, class Question, class Add>
caf::typed_response_promise<Answer> gather(Self self, const std::vector<Actor>& whom, std::chrono::milliseconds limit,
                                           const Question& question, Add add, Answer start = {}) {
  auto promise = self->template make_response_promise<Answer>();
  if (whom.empty()) {
    promise.deliver(std::move(start));
    return promise;
  }
  struct tally {
    Answer sum;
    std::size_t open;
    caf::typed_response_promise<Answer> promise;
  };
  auto shared = std::make_shared<tally>(tally{std::move(start), whom.size(), promise});
  auto one_less = [shared] {
    if (--shared->open == 0)
      shared->promise.deliver(std::move(shared->sum));
  };
  for (const auto& each : whom)
    self->request(each, limit, question)
        .then(
            [shared, add, one_less](const Answer& part) {
              add(shared->sum, part);
              one_less();
            },
            [one_less](const caf::error&) { one_less(); });
  return promise;
}

} // namespace postroom::gateway
