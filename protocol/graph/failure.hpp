#pragma once

#include "protocol/knowledge/entry.hpp"

#include <string>
#include <string_view>

/// Refusals of Microsoft Graph.
namespace postroom::graph {

/// Longest of each text kept from an answer.
inline constexpr std::size_t code_bytes_max = 128;
inline constexpr std::size_t message_bytes_max = 512;

/// What Graph says in an answer that is no success.
struct failure {
  unsigned status = 0;
  std::string code; ///< of the error object, the innermost known one; empty: the body was none of Graph's
  std::string message;
  std::string request_id; ///< support asks for it
  const knowledge::entry* known = nullptr;
};

/// Total: anything may be the body, of which at most limits::http_answer_bytes_max are looked at.
[[nodiscard]] failure read_failure(unsigned status, std::string_view body);
/// `404 ErrorInvalidUser: The requested user … [request-id …]`: the detail of an error.
[[nodiscard]] std::string describe(const failure& what);
/// With its cause. An unknown code counts by its status: 401 and 403 as blocked_by_policy, 404 as not_found, 429 as
/// throttled, others as server_bye.
[[nodiscard]] error to_error(const failure& what);

} // namespace postroom::graph
