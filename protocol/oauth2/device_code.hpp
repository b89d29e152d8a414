#pragma once

#include "base/clock.hpp"
#include "protocol/oauth2/token_answer.hpp"
#include "protocol/oauth2/token_request.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <variant>

/// The device authorization grant (RFC 8628).
namespace postroom::oauth2 {

struct device_authorization {
  secret<> device_code;
  std::string user_code;
  std::string verification_uri;
  std::string message; ///< Entra's words to the person; made up where the platform has none
  std::chrono::seconds expires_in{0};
  std::chrono::seconds interval{5};
};

/// What to ask the device authorization endpoint. Errors as make_request().
[[nodiscard]] result<http_request> make_device_request(std::string_view endpoint, std::string_view client_id,
                                                       std::string_view scope, std::string_view request_id);
/// Its answer. Bounds: user_code 64 characters, life 1 hour, interval 1 to 60 s.
[[nodiscard]] std::variant<device_authorization, token_failure> parse_device_answer(const http_answer& answer,
                                                                                    wall_time now);

struct device_code_grant {
  secret<> device_code;
};
[[nodiscard]] result<http_request> make_request(std::string_view token_endpoint, const client_identity& who,
                                                const device_code_grant& grant, std::string_view request_id);

/// What a refusal means for polling.
enum class poll_advice : std::uint8_t { go_on, slow_down, over };
[[nodiscard]] poll_advice advice_of(const token_failure& failure) noexcept;

} // namespace postroom::oauth2
