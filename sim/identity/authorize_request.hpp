#pragma once

#include "sim/identity/page_errors.hpp"
#include "sim/identity/platform.hpp"
#include "sim/identity/registry.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The authorization request (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1, RFC 7636 §4.3). Pure.
namespace postroom::sim {

enum class response_mode : std::uint8_t { query, fragment, form_post };

/// Where an answer goes, and how.
struct client_address {
  std::string redirect_uri;
  response_mode mode = response_mode::query;
  std::optional<std::string> state; ///< returned unchanged
};

struct authorize_request {
  face look = face::microsoft;
  std::string client_id;
  client_address reply;
  redirect_kind kind = redirect_kind::web;
  std::vector<std::string> scopes;
  std::string nonce;
  std::string code_challenge;
  std::string code_challenge_method; ///< empty: no PKCE
  bool prompt_login = false;
  bool prompt_none = false;
  bool prompt_consent = false;
  bool prompt_select_account = false;
  std::string login_hint;
  std::string domain_hint; ///< lower case
};

/// `common`, `organizations`: whatever tenant the person belongs to.
[[nodiscard]] bool is_any_tenant(std::string_view tenant);
/// Unknown tenant or application (90002, 700016, 50194).
[[nodiscard]] std::optional<sign_in_refusal> check_application(const registry& people, face look,
                                                               std::string_view tenant, std::string_view client_id);
/// 50011 unless it is registered byte for byte.
[[nodiscard]] std::optional<sign_in_refusal> check_redirect_uri(const application& client, const std::string& uri);

/// Fills `request` from the query. When refused with an `error`, `request.reply` is good and is where it goes.
[[nodiscard]] std::optional<sign_in_refusal> read_authorize_request(const registry& people, face look,
                                                                    std::string_view tenant, const form_fields& query,
                                                                    authorize_request& request);

/// Sends the parameters, and the state, to the client in its response mode.
[[nodiscard]] http_response answer_client(face look, const client_address& address, parameters values);
/// `error`, `error_description` (not on Google's face) and state.
[[nodiscard]] http_response refuse_client(face look, const client_address& address, const sign_in_refusal& why,
                                          const std::string& correlation_id, wall_time now);

} // namespace postroom::sim
