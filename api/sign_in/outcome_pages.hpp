#pragma once

#include "actors/messages.hpp"
#include "api/message.hpp"
#include "protocol/oauth2/authorize_answer.hpp"

#include "records.pb.h"

/// The page for each end of a sign-in: what happened, what it means, who does what next. Pure.
namespace postroom::api::sign_in {

/// 200: who, for what, what is missing, and what comes next.
[[nodiscard]] response signed_in_page(const records::SignIn& of, const signed_in& who);
/// 200: which directory has consented.
[[nodiscard]] response consented_page(const records::SignIn& of, const oauth2::admin_consented& what);
/// By the cause of the table of known errors: 403, 410, else 502. `of`: null when the sign-in is not known.
[[nodiscard]] response failure_page(const error& why, const records::SignIn* of);
/// 400: what came with the browser is no answer of a platform.
[[nodiscard]] response unreadable_page(const error& why);
/// 409: the start page was opened by another browser before.
[[nodiscard]] response used_link_page();
/// 429, with Retry-After.
[[nodiscard]] response too_many_page(std::chrono::seconds wait);
/// 200, for whoever looks without opening (HEAD): nothing has happened.
[[nodiscard]] response preview_page();

/// An error of the rows `sign_in.*`.
[[nodiscard]] error sign_in_error(errc code, std::string_view cause, std::string detail);
/// What a platform's refusal means here: declined and admin approval have rows of their own.
[[nodiscard]] error error_of(const oauth2::authorize_refused& refused);

} // namespace postroom::api::sign_in
