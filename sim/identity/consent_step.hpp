#pragma once

#include "sim/identity/page_context.hpp"

#include <optional>
#include <string>
#include <vector>

/// Whether the person may use the application, and agrees to what it wants.
namespace postroom::sim {

/// The Enterprise Application is disabled (7000112), or the user is not assigned to it (50105).
[[nodiscard]] std::optional<sign_in_refusal> check_admission(const signing_in& all);

/// The consent page, or "Need admin approval" (90094), when something asked for is not consented to yet, or `always`
/// and the person has not been asked in this sign-in.
[[nodiscard]] std::optional<http_response> ask_consent(page_context& context, half_sign_in& flow, const signing_in& all,
                                                       const std::vector<std::string>& asked, bool always);
enum class consent_answer : std::uint8_t { given, declined };
/// What was posted at `consent` or `need_admin`: recorded when given, for everyone when an administrator said so.
[[nodiscard]] consent_answer take_consent(page_context& context, half_sign_in& flow, const signing_in& all,
                                          const std::vector<std::string>& asked);

} // namespace postroom::sim
