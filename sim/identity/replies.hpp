#pragma once

#include "base/clock.hpp"
#include "sim/identity/errors.hpp"
#include "sim/net/http_server.hpp"

#include <boost/json/object.hpp>
#include <boost/system/result.hpp>
#include <cstdint>
#include <string>
#include <string_view>

/// How the identity platforms' endpoints answer. Pure.
namespace postroom::sim {

/// Why Entra denies a request: a row of its errors, and what the row's text names.
struct denial {
  denial() = default; ///< for `outcome`, which asks for it
  /// A `code` that is not in the table becomes a `server_error`.
  explicit denial(std::uint32_t code, std::string first = {}, std::string second = {});
  explicit denial(const entra_error& row) : row(row) {}

  entra_error row;
  std::string first;
  std::string second;
};
/// A value, or why there is none.
template <class T = void>
using outcome = boost::system::result<T, denial>;

/// JSON that must not be kept by caches (RFC 6749 §5.1).
[[nodiscard]] http_response json_reply(unsigned status, std::string body);
[[nodiscard]] http_response json_reply(const boost::json::object& body);
/// For readers that are no programs: text or HTML.
[[nodiscard]] http_response plain_reply(unsigned status, std::string_view content_type, std::string body);
/// Entra's error body. The client's `client-request-id` becomes its correlation id.
[[nodiscard]] http_response entra_denial(const denial& why, const http_request& request, wall_time now);

/// What the client sent as `client-request-id`; empty when it is missing or no GUID.
[[nodiscard]] std::string correlation_id(const http_request& request);
[[nodiscard]] std::string_view view_of(boost::beast::string_view text);
/// Without the query.
[[nodiscard]] std::string_view path_of(const http_request& request);
[[nodiscard]] std::string_view query_of(const http_request& request);

} // namespace postroom::sim
