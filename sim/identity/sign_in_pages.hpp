#pragma once

#include "sim/identity/browser_sessions.hpp"
#include "sim/identity/platform.hpp"

#include <optional>

namespace postroom::sim {

struct page_context;

/// Everything that a person sees of the identity platforms in the browser. Pages are plain HTML without scripts (but
/// one that posts a form by itself), and their elements have stable ids: see sign_in_views.hpp.
///
/// `/{tenant}/oauth2/v2.0/authorize`, `/{tenant}/v2.0/adminconsent`, `/{tenant}/adminconsent`,
/// `/{tenant}/oauth2/v2.0/logout`, `/devicelogin`, and Google's `/o/oauth2/v2/auth`. Each takes a GET, and the POST of
/// its own forms. Not there: "Stay signed in?", password resets, sign-ins at other identity providers.
///
/// Not thread-safe. `services` must outlive it.
class sign_in_pages {
public:
  /// A form, and a query, are no longer than this.
  static constexpr std::size_t form_bytes_max = 16 * 1024;
  static constexpr std::size_t query_bytes_max = 8 * 1024;

  explicit sign_in_pages(identity_services& services);

  /// Nothing when the path is none of these.
  [[nodiscard]] std::optional<http_response> answer(const http_request& request);
  [[nodiscard]] const browser_sessions& browsers() const { return browsers_; }

private:
  [[nodiscard]] http_response log_out(page_context& context);

  identity_services& services_;
  browser_sessions browsers_;
};

} // namespace postroom::sim
