#pragma once

#include "base/error.hpp"
#include "protocol/imap/client_session.hpp"

#include <string>

namespace postroom::mailbox {

/// Why a command was refused. `otherwise`: when the server's words say no more than that it was.
[[nodiscard]] error refusal_of(const imap::command_outcome& outcome, const std::string& command, errc otherwise);

} // namespace postroom::mailbox
