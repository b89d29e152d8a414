#pragma once

#include "actors/errors.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <caf/actor_addr.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

#include <chrono>
#include <memory>
#include <mutex>
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

/// Who waits for an answer, until the first one comes; what comes later finds nobody. Thread-safe.
template <class Answer, class Handler>
class awaited_answer {
public:
  explicit awaited_answer(Handler handler) {
    // The io thread must not end while an answer is still owed.
    auto work = boost::asio::make_work_guard(boost::asio::get_associated_executor(handler));
    waiting_.reset(new waiting{std::move(handler), std::move(work)});
  }

  void end(result<Answer> with) {
    std::unique_lock lock{mutex_};
    auto taken = std::move(waiting_);
    lock.unlock();
    if (!taken)
      return;
    auto executor = taken->work.get_executor();
    boost::asio::post(executor, [who = std::move(taken), with = std::move(with)]() mutable {
      std::move(who->handler)(std::move(with));
    });
  }

private:
  struct waiting {
    Handler handler;
    boost::asio::executor_work_guard<boost::asio::associated_executor_t<Handler>> work;
  };
  std::mutex mutex_;
  std::unique_ptr<waiting> waiting_;
};

/// Awaits an actor's answer inside a coroutine and resumes on the coroutine's executor. Always ends: with the answer,
/// the actor's error, errc::timeout after `limit`, or errc::cancelled when the actor is gone or the coroutine was
/// cancelled. The actor does not hear of that: it goes on with what it was asked for.
template <class Answer, class Actor, class Question>
boost::asio::awaitable<result<Answer>> ask(caf::actor_system& system, Actor whom, std::chrono::milliseconds limit,
                                           Question question) {
  const auto so_far = co_await boost::asio::this_coro::cancellation_state;
  if (so_far.cancelled() != boost::asio::cancellation_type::none)
    co_return fail(errc::cancelled, "nobody waits for the answer any more");
  auto initiate = []<class Handler>(Handler handler, caf::actor_system* sys, Actor to, std::chrono::milliseconds bound,
                                    Question q) {
    auto slot = boost::asio::get_associated_cancellation_slot(handler);
    // What CAF keeps must be copyable; a coroutine's handler is not.
    auto pending = std::make_shared<awaited_answer<Answer, Handler>>(std::move(handler));
    // One short-lived actor per question: CAF answers only actors, and blocking an io thread is out of the question.
    const caf::actor asker = sys->spawn([to, bound, q = std::move(q), pending](caf::event_based_actor* self) {
      self->request(to, bound, q)
          .then([pending](const Answer& answer) { pending->end(answer); },
                [pending](const caf::error& e) { pending->end(from_caf(e)); });
    });
    if (!slot.is_connected())
      return;
    slot.assign(
        [weak = std::weak_ptr{pending}, by = caf::actor_cast<caf::actor_addr>(asker)](boost::asio::cancellation_type) {
          if (const auto still = weak.lock())
            still->end(fail(errc::cancelled, "nobody waits for the answer any more"));
          // Else it would live as long as the request may take, and the actor system with it.
          if (const auto left = caf::actor_cast<caf::actor>(by))
            caf::anon_send_exit(left, caf::exit_reason::user_shutdown);
        });
  };
  co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(result<Answer>)>(
      initiate, boost::asio::use_awaitable, &system, std::move(whom), limit, std::move(question));
}

} // namespace postroom
