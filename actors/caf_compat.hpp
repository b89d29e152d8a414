#pragma once

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/duration.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

/// The one file that knows how CAF 0.17 spells what later versions spell differently.
namespace postroom {

/// `answers<R, Args...>`: replies with R to a message of Args.
template <class R, class... Args>
using answers = typename caf::replies_to<Args...>::template with<R>;

/// `accepts<Args...>`: takes a message and answers nothing.
template <class... Args>
using accepts = caf::reacts_to<Args...>;

/// For `request` by an actor that keeps the deadline itself, with one alarm for all it waits for. Nobody else may leave
/// the deadline to chance.
inline constexpr auto kept_by_the_asker = caf::infinite;

/// For a place in the row before a server, which the admission actor gives to everyone in the end: whoever stopped
/// waiting would leave a place behind that nobody takes, and stand in the row once more.
inline constexpr auto until_its_turn = caf::infinite;

} // namespace postroom
