#pragma once

#include "sim/identity/client_authentication.hpp"
#include "sim/identity/form.hpp"
#include "sim/identity/services.hpp"

#include <string>
#include <string_view>

namespace postroom::sim {

/// A request to Entra's token endpoint, understood as far as its client.
struct token_call {
  const identity_services& services;
  std::string_view tenant_name; ///< as in the path
  tenant* directory = nullptr;  ///< null at `organizations` and `common`: the user's will be it
  form_fields form;
  client_credentials credentials;
  const application* client = nullptr;

  [[nodiscard]] std::string_view field(const std::string& name) const { return value_of(form, name); }
};

inline constexpr std::string_view grant_code = "authorization_code";
inline constexpr std::string_view grant_refresh = "refresh_token";
inline constexpr std::string_view grant_device = "urn:ietf:params:oauth:grant-type:device_code";
inline constexpr std::string_view grant_client = "client_credentials";

/// What the grant in the request goes back to, whatever its state; null: nothing, or not known.
[[nodiscard]] const authorization* authorization_behind(const identity_services& services, const form_fields& form);

} // namespace postroom::sim
