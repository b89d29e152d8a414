#pragma once

#include "base/error.hpp"
#include "storage/object_schema.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postroom::api {

/// A failure as the API tells it (RFC 9457).
struct problem {
  postroom::error what;
  /// Where HTTP has a finer status than the code: 405, 412, 415, 428, 431.
  std::optional<unsigned> status;
  std::vector<storage::field_problem> fields;
  bool close = false; ///< the connection cannot be used further
};

/// The HTTP status of a code.
[[nodiscard]] unsigned http_status_of(errc code) noexcept;
[[nodiscard]] unsigned http_status_of(const problem& p) noexcept;
/// The `application/problem+json` document; `request_id` names the occurrence.
[[nodiscard]] boost::json::object problem_document(const problem& p, std::string_view request_id);
/// The same as text.
[[nodiscard]] std::string to_json(const problem& p, std::string_view request_id);

/// `return invalid({{"email", "is required"}});`
[[nodiscard]] problem invalid(std::vector<storage::field_problem> fields);

} // namespace postroom::api
