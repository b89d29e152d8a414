#pragma once

#include "actors/errors.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

#include <chrono>
#include <memory>
#include <utility>

/// The only way between io or storage threads and actors.
namespace postroom {

/// Sends a message from any thread. If the actor is gone the message is dropped. Never blocks. Not to be called after
/// the actor system ended.
template <class Actor, class... Ts>
void tell(const Actor& to, Ts&&... xs) {
  if (to)
    caf::anon_send(to, std::forward<Ts>(xs)...);
}

/// Awaits an actor's answer inside a coroutine and resumes on the coroutine's executor. Always ends: with the answer,
/// the actor's error, errc::timeout after `limit`, or errc::cancelled when the actor is gone.
template <class Answer, class Actor, class Question>
boost::asio::awaitable<result<Answer>> ask(caf::actor_system& system, Actor whom, std::chrono::milliseconds limit,
                                           Question question) {
  auto initiate = []<class Handler>(Handler handler, caf::actor_system* sys, Actor to, std::chrono::milliseconds bound,
                                    Question q) {
    auto executor = boost::asio::get_associated_executor(handler);
    // What CAF keeps must be copyable; a coroutine's handler is not.
    auto shared = std::make_shared<Handler>(std::move(handler));
    // The io thread must not end while an actor still owes an answer.
    auto work = boost::asio::make_work_guard(executor);
    auto finish = [shared, executor, work](result<Answer> answer) {
      boost::asio::post(executor,
                        [shared, answer = std::move(answer)]() mutable { std::move (*shared)(std::move(answer)); });
    };
    // One short-lived actor per question: CAF answers only actors, and blocking an io thread is out of the question.
    sys->spawn([to, bound, q = std::move(q), finish](caf::event_based_actor* self) {
      self->request(to, bound, q)
          .then([finish](const Answer& answer) { finish(answer); },
                [finish](const caf::error& e) { finish(from_caf(e)); });
    });
  };
  co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(result<Answer>)>(
      initiate, boost::asio::use_awaitable, &system, std::move(whom), limit, std::move(question));
}

} // namespace postroom
