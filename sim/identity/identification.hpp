#pragma once

#include "sim/identity/page_context.hpp"

#include <optional>

/// The part of every sign-in that finds out who it is: account, password, second factor.
namespace postroom::sim {

/// The page that asks for what is not known yet; nothing once `flow.account` has proved itself (the browser's session
/// then knows it). Single sign-on happens here.
[[nodiscard]] std::optional<http_response> identify(page_context& context, half_sign_in& flow);
/// Takes what was posted at one of these steps. The page again with a message when it is wrong; nothing when `identify`
/// can go on, or when the step is none of these.
[[nodiscard]] std::optional<http_response> take_identification(page_context& context, half_sign_in& flow);
/// For `prompt=none`: why a page would be needed; nothing when `identify` answers nothing.
[[nodiscard]] std::optional<sign_in_refusal> silent_refusal(page_context& context, half_sign_in& flow);

/// Who it is, once identified, and the tenant it happens in. 50020 when a certain tenant was asked for and the account
/// is of another.
[[nodiscard]] std::optional<sign_in_refusal> check_directory(const page_context& context, const half_sign_in& flow);
/// Only after the two above have passed.
[[nodiscard]] signing_in who_signs_in(const page_context& context, const half_sign_in& flow);
/// Of the purpose, whichever it is; empty at a device page without its code.
[[nodiscard]] std::string client_id_of(const half_sign_in& flow);
/// The application's name; empty when there is none.
[[nodiscard]] std::string client_name(const page_context& context, const half_sign_in& flow);

} // namespace postroom::sim
