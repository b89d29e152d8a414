#pragma once

#include "actors/messages.hpp"
#include "api/message.hpp"
#include "storage/directory.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

/// Sign-ins that wait for a browser (records::SignIn). Each is good once: whoever takes it out of the store goes on,
/// everybody else finds nothing.
namespace postroom::api::sign_in {

/// People find their password, their phone and their second try within it; links that lie about are dead by then.
inline constexpr std::chrono::minutes life{15};
/// Of one tenant: more delegates than sign in within a quarter of an hour.
inline constexpr std::size_t open_of_tenant_max = 100;
/// Of all tenants: about 2 KB each, looked through whenever one more begins.
inline constexpr std::size_t open_max = 2000;

using pending = storage::versioned<records::SignIn>;

/// Stores what the browser's return needs. `busy` when too many are open, `internal` when the plan's state does not
/// begin with an id.
[[nodiscard]] awaitable<result<records::SignIn>> begin(const services& world, plan_sign_in wish, std::string grant,
                                                       sign_in_plan plan);
/// By the id of its start page. Nothing: it never was, was used, or is too old.
[[nodiscard]] awaitable<result<std::optional<pending>>> find(const services& world, std::string id);
/// By what came back as `state`, of which the hash is compared.
[[nodiscard]] awaitable<result<std::optional<pending>>> find_by_state(const services& world, std::string state);
/// From now on only the browser with this cookie may go on. `conflict`: another one was first.
[[nodiscard]] awaitable<result<void>> bind(const services& world, pending what, std::string cookie);
/// Whether it is the browser that began it.
[[nodiscard]] bool is_bound_to(const records::SignIn& what, std::string_view cookie);
/// Takes it out of the store, with an event that it has failed if `why` is given. `conflict`: somebody else did.
[[nodiscard]] awaitable<result<void>> consume(const services& world, pending what, std::optional<error> why);
/// The event alone, for what fails after it was consumed. Never fails: what cannot be stored is logged.
[[nodiscard]] awaitable<void> announce_failure(const services& world, records::SignIn what, error why);

} // namespace postroom::api::sign_in
