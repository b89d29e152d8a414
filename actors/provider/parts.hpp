#pragma once

#include "actors/bridge.hpp"
#include "actors/provider/provider.hpp"
#include "base/log.hpp"
#include "net/http_client.hpp"
#include "protocol/oauth2/endpoints.hpp"
#include "protocol/oauth2/token_answer.hpp"
#include "protocol/oauth2/token_request.hpp"

#include <functional>
#include <memory>
#include <string>
#include <variant>

/// The rooms of the provider actor: what each does for the others. All run in the actor.
namespace postroom::provider {

using self_pointer = provider_self::stateful_pointer<state>;

[[nodiscard]] double chance(self_pointer self);
/// The person's login name where it is known, else the delegate's address; empty for an application by itself.
[[nodiscard]] std::string login_of(const records::Grant& grant);
/// `<grant>`, `by-delegate:<address>` or `by-owner:<address>`. Null when there is none.
[[nodiscard]] grant_entry* find_grant(state& s, const std::string& id);
[[nodiscard]] error no_grant(const state& s, const std::string& id);

// loading.cpp
/// Why nobody gets a token of a grant that was revoked.
[[nodiscard]] error given_up(const records::Grant& grant);
void read_grants(self_pointer self);
void on_grants(self_pointer self, const grants_read& read);

// asking.cpp
using answer_taker = std::function<void(result<net::http_answer>&)>;
/// Sends; `then` runs in the actor.
void send(self_pointer self, result<net::http_request> request, answer_taker then);
/// An answer of the token endpoint, or why there is none.
using exchange = std::variant<oauth2::token_answer, oauth2::token_failure, error>;
using question_maker = std::function<result<oauth2::http_request>(const oauth2::client_identity&)>;
using exchange_taker = std::function<void(exchange&)>;
/// Asks the token endpoint with each credential that may be right, the best first. Keeps the breaker.
void ask_token_endpoint(self_pointer self, std::string endpoint, question_maker make, exchange_taker then);

// discovering.cpp
using endpoints_taker = std::function<void(const result<oauth2::endpoints>&)>;
/// Reads the discovery document when it is not known or is old. `directory` as in endpoints_of().
void with_endpoints(self_pointer self, std::string directory, endpoints_taker then);
/// What is known at once: enough for tokens of the great platforms.
[[nodiscard]] result<oauth2::endpoints> endpoints_now(const state& s, const std::string& directory);
using keys_taker = std::function<void(const result<oauth2::key_set>&)>;
/// The platform's keys; read anew when `key_id` is not among them, but not again and again.
void with_keys(self_pointer self, const oauth2::endpoints& where, std::string key_id, keys_taker then);

// refreshing.cpp
/// Whether `now` is another sign-in than that of `asked`, or was given up since: then what was learnt is not of it.
[[nodiscard]] bool is_another_sign_in(const records::Grant& now, const records::Grant& asked);
/// What the platform gave for a grant, which is stored before anybody uses it.
struct received_tokens {
  records::Grant asked; ///< the grant as it was when the platform was asked
  token_resource resource{};
  oauth2::token_answer answer;
  wall_time at{};
};
void want(self_pointer self, const want_access_token& wish, token_promise promise);
/// Asks for what is due, unless the grant is busy.
void start_next(self_pointer self, grant_entry& entry);
void on_refresh_due(self_pointer self, const refresh_due& due);
void plan_refresh(self_pointer self, const std::string& id, token_resource what);
/// Takes over a token that is good: plans its replacement.
void adopt(self_pointer self, grant_entry& entry, token_resource what, secret<> token, wall_time expires,
           std::optional<std::chrono::seconds> refresh_in, bool first);
/// Plans the refresh of a stored grant without a token, before it dies of disuse.
void keep_alive(self_pointer self, grant_entry& entry);
void settle(resource_entry& entry, const error& why);
/// Ends the grant's failure, if there was one.
void note_success(self_pointer self, grant_entry& entry);
void note_failure(self_pointer self, grant_entry& entry, const error& why);

// renewing.cpp
void renew(self_pointer self, const credentials_changed& change);

// signing_in.cpp
void plan(self_pointer self, const plan_sign_in& wish, caf::typed_response_promise<sign_in_plan> promise);
void redeem(self_pointer self, const redeem_code& wish, caf::typed_response_promise<signed_in> promise);

/// Tokens that a person's sign-in brought, from the browser or another device.
struct sign_in_outcome {
  std::string delegate; ///< who was expected; empty: anybody
  std::string grant;    ///< to be renewed; empty: by the person
  std::string nonce;    ///< empty: none
  std::string wanted_scope;
  std::shared_ptr<oauth2::token_answer> answer;
};
using signed_in_taker = std::function<void(const result<signed_in>&)>;
/// Checks who it was, stores the grant, and tells.
void accept_sign_in(self_pointer self, oauth2::endpoints where, sign_in_outcome outcome, signed_in_taker then);

// device.cpp
void begin_device(self_pointer self, const begin_device_sign_in& wish,
                  caf::typed_response_promise<device_sign_in> promise);
[[nodiscard]] caf::result<device_sign_in> show_device(const state& s, const ask_device_sign_in& wish);

// health.cpp
[[nodiscard]] provider_status status_of(const state& s);
void revoke(self_pointer self, const revoke_grant& wish, caf::typed_response_promise<grant_revoked> promise);
void tell_tenant(self_pointer self, report what);
/// Brings the metrics in line with how the grant stands.
void show_grant(self_pointer self, grant_entry& entry);
/// A grant, or a whole provider, that is gone is in no state at all.
void leave_metrics(self_pointer self, const grant_entry& gone);
void leave_metrics(self_pointer self);

/// Commits; `then` learns whether it is stored.
void commit(self_pointer self, std::vector<storage::operation> operations, const std::string& relies_on,
            std::function<void(const result<void>&)> then);

} // namespace postroom::provider
