#pragma once

#include "sim/identity/browser_sessions.hpp"
#include "sim/identity/form.hpp"
#include "sim/identity/platform.hpp"

#include <string>
#include <vector>

namespace postroom::sim {

/// One request for a page, and what answers it.
struct page_context {
  identity_services& services;
  browser_sessions& browsers;
  form_fields fields; ///< the query of a GET, the form of a POST
  std::string path;
  std::string correlation_id;
  std::string browser;              ///< cookie
  std::string session;              ///< cookie; may be empty
  std::vector<std::string> cookies; ///< to be set, as headers' values

  /// Empty when it was not sent.
  [[nodiscard]] std::string field(const char* name) const { return std::string{value_of(fields, name)}; }
};

/// Who signs in, where, and to what.
struct signing_in {
  tenant& directory; ///< whose consents and policies count: the user's own tenant
  const application& client;
  user& who;
};

} // namespace postroom::sim
