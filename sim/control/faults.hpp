#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "sim/mail/mailbox.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What goes wrong, for whom, from when to when. Nothing here is thread-safe.
namespace postroom::sim {

enum class fault_kind : std::uint8_t {
  // The servers as a whole. Nobody is chosen.
  outage, ///< IMAP, SMTP and identity do not listen; open connections are cut. Ends with a storm of those who return
  clock_skew,  ///< the servers' clock is wrong by `amount` seconds
  rotate_keys, ///< once: the identity platform signs with a new key; what the old one signed stays good

  // Connections of the mailboxes chosen. `refuse` and `slow` work from the login on.
  refuse, ///< closed at the login, without a word
  stall,  ///< nothing is answered any more; the connection stays open
  cut,    ///< closed in the middle of the next literal, or of the next answer where there is none
  slow,   ///< no more than `amount` octets a second are sent
  drop,   ///< once: open connections are closed without a word

  // IMAP sessions of the mailboxes chosen
  login_refused,   ///< `NO AUTHENTICATE failed.`, `535 5.7.3`, with the best of tokens
  not_connected,   ///< `BAD User is authenticated but not connected.`
  throttle,        ///< each command: `BAD Request is throttled. Suggested Backoff Time: <amount> milliseconds`
  session_expired, ///< once: `BYE Session invalidated - AccessTokenExpired`
  missed_push,     ///< IDLE says nothing of new mail
  fetch_fails,     ///< `NO` to a FETCH of the newest mail
  uidvalidity,     ///< once: INBOX gets another UIDVALIDITY
  mass_delete,     ///< once: `amount` per cent of the mails in INBOX are deleted

  // Submission of the users chosen
  smtp_disabled,    ///< `535 5.7.139 … SmtpClientAuthentication is disabled for the Mailbox`
  smtp_busy,        ///< `432 4.3.2 Concurrent connections limit exceeded` at the end of DATA
  smtp_unavailable, ///< `451 4.7.0 Temporary server error`
  smtp_quota,       ///< `554 5.2.0 … SubmissionQuotaExceededException`
  send_as_denied,   ///< `554 5.2.0 … SendAsDenied`
  smtp_doubt,       ///< the mail is taken, but the connection is cut before the last word

  // The identity platform, for the users or client ids chosen
  revoke,          ///< once: their refresh tokens are dead (AADSTS50173)
  token_error,     ///< AADSTS `amount`
  token_throttled, ///< 429 in plain text, `Retry-After: <amount>` seconds
  token_down,      ///< 503 in HTML
};
inline constexpr std::size_t fault_kinds = static_cast<std::size_t>(fault_kind::token_down) + 1;
[[nodiscard]] std::string_view to_string(fault_kind kind);
[[nodiscard]] std::optional<fault_kind> parse_fault_kind(std::string_view name);
/// Happens once, at its time, instead of being so for a while.
[[nodiscard]] bool is_momentary(fault_kind kind);

struct fault {
  fault_kind kind = fault_kind::drop;
  std::chrono::milliseconds at{0};    ///< after it was added
  std::chrono::milliseconds lasts{0}; ///< 0: until it is taken away
  /// Who is chosen: of those named, or of all when none is, this share, drawn by the seed.
  double share = 1;
  std::vector<std::string> names; ///< addresses, UPNs, client ids; `*@domain`
  std::int64_t amount = 0;
};

/// `invalid_argument` for a share outside 0…1, an amount that its kind cannot use, a negative time, too many names.
[[nodiscard]] result<void> check_fault(const fault& what);

struct posted_fault {
  std::uint64_t id = 0;
  fault what;
  mono_time begin{};
  mono_time end{};   ///< max: open
  bool done = false; ///< momentary ones
};

/// All faults, past ones until they are cleared away. The same seed, ids and names choose the same. Who has two names,
/// an address and a login name, is chosen by either, and drawn once.
class fault_desk {
public:
  static constexpr std::size_t faults_max = 1000;

  /// `mail` knows the names, and lives longer.
  fault_desk(unsigned seed, const clock& time, const directory& mail) : seed_(seed), time_(time), mail_(mail) {}

  /// `invalid_argument` as check_fault(), and when there are too many.
  [[nodiscard]] result<std::uint64_t> add(fault what);
  bool remove(std::uint64_t id);
  void clear();
  [[nodiscard]] std::span<const posted_fault> all() const { return posted_; }

  /// The fault of this kind that holds for the name now; null: none. Costs next to nothing while none is posted.
  [[nodiscard]] const fault* find(fault_kind kind, std::string_view name) const;
  /// Those whose time has come and who are not done: they are, from now on.
  [[nodiscard]] std::vector<posted_fault> take_due();
  [[nodiscard]] bool chosen(const posted_fault& posted, std::string_view name) const;

private:
  unsigned seed_;
  const clock& time_;
  const directory& mail_;
  std::vector<posted_fault> posted_;
  std::uint64_t next_id_ = 1;
};

} // namespace postroom::sim
