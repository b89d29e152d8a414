#include "api/waiting.hpp"

#include "actors/bridge.hpp"
#include "net/as_values.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>

namespace postroom::api {
namespace {

using namespace std::chrono_literals;

/// A wait cannot be called back, so it is taken in slices: what the server waits for at most when it stops.
constexpr std::chrono::milliseconds slice_max = 3s;
/// The events actor answers at its limit; beyond that it is overloaded.
constexpr std::chrono::milliseconds answer_slack = 5s;
/// Between attempts when the actor cannot be asked.
constexpr std::chrono::milliseconds failure_pause = 1s;

} // namespace

awaitable<void> wait_for_growth(const services& world, const server_side& server, tenant_id tenant, std::uint64_t after,
                                std::chrono::milliseconds limit) {
  if (server.stopping)
    co_return;
  const auto slice = std::min(limit, slice_max);
  const wait_for_events question{std::move(tenant), after, slice};
  const auto answer = co_await ask<log_position>(world.actors, world.events, slice + answer_slack, question);
  if (answer || server.stopping)
    co_return;
  boost::asio::steady_timer pause{co_await boost::asio::this_coro::executor};
  pause.expires_after(std::min(limit, failure_pause));
  (void)co_await pause.async_wait(net::as_values);
}

} // namespace postroom::api
