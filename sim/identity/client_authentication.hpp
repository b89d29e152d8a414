#pragma once

#include "base/clock.hpp"
#include "base/secret.hpp"
#include "sim/identity/form.hpp"
#include "sim/identity/registry.hpp"
#include "sim/identity/replies.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace postroom::sim {

/// Who a token request says it comes from, and its proof.
struct client_credentials {
  std::string client_id;
  secret<> client_secret;
  std::string assertion;
  std::string assertion_type;

  [[nodiscard]] bool any() const { return !client_secret.empty() || !assertion.empty(); }
};

/// From the form, or from HTTP Basic, both parts URL-encoded (RFC 6749 §2.3.1). Nothing when the header is malformed,
/// or names another client than the form.
[[nodiscard]] std::optional<client_credentials> credentials_of(const http_request& request, const form_fields& form);

enum class secret_state : std::uint8_t { good, expired, wrong };
/// Looks at all secrets the application has: several are valid side by side. Takes as long whatever is presented.
[[nodiscard]] secret_state check_secret(const application& client, std::string_view presented, wall_time now);

enum class client_kind : std::uint8_t {
  confidential,  ///< must prove itself
  public_client, ///< must not even try
  either,
};
/// Entra's rules. `audiences`: what an assertion may be for. Why the client is refused; nothing: it is who it says.
[[nodiscard]] std::optional<denial> authenticate(const application& client, client_kind kind,
                                                 const client_credentials& presented,
                                                 std::span<const std::string> audiences, wall_time now);

} // namespace postroom::sim
