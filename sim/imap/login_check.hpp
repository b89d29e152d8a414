#pragma once

#include "sim/imap/services.hpp"

#include <cstdint>
#include <string>

namespace postroom::sim {

/// What becomes of a login.
struct login_decision {
  enum class verdict : std::uint8_t {
    connected,
    not_connected, ///< Exchange lets such a client sign in, and refuses its first command
    refused,       ///< the token or password is no good, or not for this user
    too_many,      ///< connections to this mailbox already
    closed,        ///< the connection is, without a word
  };
  verdict outcome = verdict::refused;
  mailbox* opened = nullptr;            ///< of `connected`
  mono_time expires = mono_time::max(); ///< when the session ends with its token
};

/// `user`: the login name of the mailbox asked for; `token`: of a delegate, the application, or the user, as the face
/// allows.
[[nodiscard]] login_decision decide_token_login(const imap_services& services, const std::string& user,
                                                const std::string& token);
[[nodiscard]] login_decision decide_password_login(const imap_services& services, const std::string& user,
                                                   const std::string& password);

} // namespace postroom::sim
