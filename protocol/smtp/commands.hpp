#pragma once

#include "protocol/smtp/client_session.hpp"

#include <string>
#include <string_view>

namespace postroom::smtp {

/// Whether the envelope can be said at all: `invalid_argument` or `too_large`, see client_session::begin().
[[nodiscard]] result<void> check_envelope(const envelope& what);
/// Whether this server can carry it; the class of our own refusal, if not.
[[nodiscard]] std::optional<failure_class> unfit_for(const envelope& what, const server_info& server);

/// Whole lines. The envelope has been checked.
[[nodiscard]] std::string mail_command(const envelope& what, const server_info& server);
[[nodiscard]] std::string rcpt_command(std::string_view address);

} // namespace postroom::smtp
