#pragma once

#include "sim/net/http_server.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// HTML of the pages that a person sees while signing in: plain pages that work without scripts, load nothing from
/// elsewhere and tell their name in a content security policy. Pure, thread-safe.
namespace postroom::sim {

/// Whose pages they are to look like.
enum class face : std::uint8_t { microsoft, google };

/// For text and for attribute values in quotes. Line ends become character references, so that a value comes back from
/// a hidden field as it went in; other control characters become U+FFFD.
[[nodiscard]] std::string escape_html(std::string_view text);

struct text_field {
  std::string_view id; ///< its name, too
  std::string_view label;
  std::string_view type = "text";
  std::string_view autocomplete = "off";
  std::string_view value = {};
  bool numeric = false; ///< a phone shows digits
};
struct button {
  std::string_view id;
  std::string_view action; ///< sent as `action`
  std::string_view text;
  bool primary = true;
  bool needs_fields = true; ///< otherwise sent although required fields are empty
};

/// Parts of a page; all texts are escaped.
[[nodiscard]] std::string paragraph(std::string_view text, std::string_view css_class = {});
/// Spoken at once by screen readers, with id `error`; nothing when empty.
[[nodiscard]] std::string alert(std::string_view text);
[[nodiscard]] std::string input(const text_field& field, bool wrong);
[[nodiscard]] std::string hidden(std::string_view name, std::string_view value);
[[nodiscard]] std::string buttons(const std::vector<button>& row);
/// A form that posts to `action`; `content` is HTML.
[[nodiscard]] std::string form(std::string_view action, std::string_view content);

struct page {
  face look = face::microsoft;
  std::string title;
  std::string heading;
  std::string subtitle; ///< whose account it is about; may be empty
  std::string content;  ///< HTML
  /// Where its form may lead in the end: the client's redirect URI. Empty: nowhere but here. Browsers apply
  /// `form-action` to the redirects that follow a form, also to those of the client's own pages, so any http and https
  /// address is allowed then.
  std::string leads_to;
};
/// Not cached, not framed, nothing loaded: `Content-Security-Policy: default-src 'none'; …`.
[[nodiscard]] http_response render(const page& page, unsigned status = 200);

using parameters = std::vector<std::pair<std::string, std::string>>;
/// 302. `location` must be without line ends: see `add_parameters`.
[[nodiscard]] http_response redirect_to(std::string_view location);
/// A page whose form posts the parameters to the client by itself, or by a button where scripts are off
/// (OAuth 2.0 Form Post Response Mode).
[[nodiscard]] http_response self_posting_form(face look, std::string_view target, const parameters& values);
/// `uri` with the parameters, percent-encoded, behind `?` or `&`; with `fragment` behind `#`.
[[nodiscard]] std::string add_parameters(std::string_view uri, const parameters& values, bool fragment);

} // namespace postroom::sim
