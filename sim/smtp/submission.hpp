#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "sim/identity/access_tokens.hpp"
#include "sim/mail/mailbox.hpp"
#include "sim/stand_in.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace postroom::sim {

/// How the server calls itself.
inline constexpr std::string_view submission_host = "EUR01.stand-in.test";
/// `[Hostname=…]`, as it stands behind Exchange's last words.
[[nodiscard]] std::string hostname_mark();

/// What all sessions of the submission server share.
struct submission_services {
  directory& mail;
  const access_tokens& tokens;
  const clock& time;
  stand_in_stats& stats;
  std::size_t mail_bytes_max = 157'286'400;
  std::size_t recipients_max = 500;
  /// Whether a refused login is first told as a challenge in JSON, as Google does it; Exchange does not.
  bool challenge_refused_logins = false;
};

/// Who may sign in as `user` with this token: the user whose it is, never one of the mailboxes they may open; with an
/// app-only token each mailbox the application may use. `unauthenticated` otherwise.
[[nodiscard]] result<void> check_login(const submission_services& services, const std::string& user,
                                       const std::string& token);

/// A mail as it was handed in.
struct submitted_mail {
  std::string user; ///< who signed in
  std::string mail_from;
  std::vector<std::string> recipients;
  std::string raw;
};

/// Takes the mail: a copy into the user's Sent Items, and into the inbox of each recipient who has a mailbox here; the
/// Message-ID, one of the server's own where the mail had none. Errors: `forbidden` when the user may not send as the
/// sender of envelope or header, `invalid_argument` when the mail has no sender or a bare line feed.
[[nodiscard]] result<std::string> take_mail(const submission_services& services, submitted_mail mail);

} // namespace postroom::sim
