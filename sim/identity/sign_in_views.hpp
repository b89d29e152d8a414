#pragma once

#include "sim/identity/browser_sessions.hpp"
#include "sim/identity/page_context.hpp"
#include "sim/identity/page_errors.hpp"

#include <string>
#include <string_view>
#include <vector>

/// The pages, one function each. Each sets nothing and decides nothing. Pure.
///
/// Ids (and names) that tests may count on: fields `email`, `password`, `otc` (a code of the second factor),
/// `user-code`, `on-behalf` (checkbox); buttons `next`, `sign-in`, `verify`, `accept`, `cancel`, `back`, `use-other`,
/// `account-0`, `account-1`, …; texts `error` (what went wrong), `details` (ids and time), `done` (the end of a device
/// sign-in or of a logout, with `declined` or `done` in its `data-result`).
namespace postroom::sim {

/// `email` and `next`.
[[nodiscard]] http_response account_page(const half_sign_in& flow, std::string_view email, std::string_view client,
                                         std::string_view message);
/// `account-0` … and `use-other`.
[[nodiscard]] http_response pick_account_page(const half_sign_in& flow, const std::vector<signed_in_account>& accounts);
/// `password`, `sign-in` and `back`.
[[nodiscard]] http_response password_page(const half_sign_in& flow, std::string_view message);
/// `otc` and `verify`; also the end of an enrolment.
[[nodiscard]] http_response code_page(const half_sign_in& flow, std::string_view message);
/// `next`.
[[nodiscard]] http_response enrol_page(const half_sign_in& flow, std::string_view client);
/// `accept`, `cancel`, and `on-behalf` for administrators.
[[nodiscard]] http_response consent_page(const half_sign_in& flow, const application& client,
                                         const std::vector<std::string>& permissions, bool administrator);
/// `accept` and `cancel`, for the whole organization.
[[nodiscard]] http_response admin_consent_page(const half_sign_in& flow, const application& client,
                                               const tenant& directory, const std::vector<std::string>& permissions);
/// AADSTS90094; `use-other` and `cancel`.
[[nodiscard]] http_response need_admin_page(const half_sign_in& flow, const signing_in& all, wall_time now);
/// `user-code` and `next`.
[[nodiscard]] http_response user_code_page(const half_sign_in& flow, std::string_view code, std::string_view message);
/// `accept` and `cancel`.
[[nodiscard]] http_response confirm_device_page(const half_sign_in& flow, std::string_view client);
/// `done`, with its `data-result`.
[[nodiscard]] http_response done_page(face look, std::string_view heading, std::string_view text,
                                      std::string_view result);
/// An error about the account chosen, with `use-other`.
[[nodiscard]] http_response account_error_page(const half_sign_in& flow, const sign_in_refusal& why, wall_time now);

} // namespace postroom::sim
