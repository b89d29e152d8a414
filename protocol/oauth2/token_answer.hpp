#pragma once

#include "base/clock.hpp"
#include "base/secret.hpp"
#include "protocol/oauth2/failure.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace postroom::oauth2 {

/// The parts of an HTTP answer that matter here; its content type does not: some send JSON as text/html.
struct http_answer {
  unsigned status = 0;
  std::string_view retry_after; ///< value of the header, empty without one
  std::string_view body;
};

/// RFC 6749 §5.1.
struct token_answer {
  secret<> access_token;
  std::string token_type;
  std::chrono::seconds expires_in{0};
  std::optional<std::chrono::seconds> refresh_in; ///< Microsoft: refresh from then on
  std::string scope;                              ///< what was really granted, may be less than asked for
  /// When present: persist it before the access token is used, then forget the old one.
  std::optional<secret<>> refresh_token;
  std::optional<secret<>> id_token;
};

using token_result = std::variant<token_answer, token_failure>;

/// Reads any answer of a token endpoint; total. Bodies that are not JSON, over limits::http_answer_bytes_max, without
/// an access token or with another token_type than Bearer are failures (transient, since no platform sends them on
/// purpose). `now` is for a Retry-After that is a date. Nothing of the body but the failure's own fields is quoted.
[[nodiscard]] token_result parse_token_answer(const http_answer& answer, wall_time now);

/// Retry-After (RFC 9110 §10.2.3): seconds or an HTTP date; at most an hour. Nothing for what is neither.
[[nodiscard]] std::optional<std::chrono::seconds> parse_retry_after(std::string_view value, wall_time now);

} // namespace postroom::oauth2
