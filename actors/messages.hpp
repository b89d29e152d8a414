#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/secret.hpp"
#include "storage/store.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace postroom::records {
class OutboxMail;
}

/// What actors say to each other: plain values. Nothing here crosses a process border (nodes talk HTTP, not CAF), so
/// none of them needs a serialiser.
namespace postroom {

/// "Done": CAF 0.17 cannot fulfil a promise of nothing.
struct ack {};

/// A stored configuration object was written or removed; whoever runs it must read it again.
struct config_changed {
  enum class kind : std::uint8_t { tenant, provider, grant, account };
  kind what{};
  tenant_id tenant;
  std::string id;
};

/// Where a mailbox stands; the names are part of the API.
enum class mailbox_state : std::uint8_t {
  inactive,       ///< switched off by its configuration
  waiting,        ///< waits for admission, a token, or the next try
  connecting,     ///< TCP and TLS
  authenticating, ///< login
  selecting,      ///< opens the folder
  catching_up,    ///< fetches what is new
  idle,           ///< in step, holding IDLE
  degraded,       ///< parked after repeated failures; retried slowly
};
[[nodiscard]] std::string_view to_string(mailbox_state s) noexcept;

/// What an operator wants to know of one account.
struct account_status {
  account_id account;
  tenant_id tenant;
  mailbox_state state = mailbox_state::inactive;
  wall_time since{};           ///< in this state since
  bool in_step = false;        ///< the first pass is complete and nothing is known to be outstanding
  std::uint64_t announced = 0; ///< messages announced since the start of the process
  std::uint64_t quarantined = 0;
  std::uint32_t last_uid = 0;
  std::optional<wall_time> last_confirmed; ///< when the server last proved that we are complete
  std::optional<wall_time> next_try;
  std::optional<error> last_error; ///< cleared when in step again
};

struct ask_account {
  tenant_id tenant;
  account_id account;
};
struct ask_accounts {
  tenant_id tenant; ///< empty: all
};
struct account_statuses {
  std::vector<account_status> accounts;
};

struct ask_overview {};
/// The gateway as a whole.
struct overview {
  std::uint64_t mailboxes = 0; ///< active ones
  std::uint64_t in_step = 0;
  std::uint64_t degraded = 0;
  bool configuration_loaded = false;
};

/// Asks to be told when a tenant's log grows past `after`, or when `limit` has passed.
struct wait_for_events {
  tenant_id tenant;
  std::uint64_t after = 0;
  std::chrono::milliseconds limit{};
};
struct log_position {
  std::uint64_t last_seq = 0; ///< of what was announced in this process; 0: nothing yet
};
/// A commit appended to a tenant's log.
struct log_grew {
  tenant_id tenant;
  std::uint64_t last_seq = 0;
};

/// A commit to be made; the batch is consumed.
struct commit_request {
  std::shared_ptr<storage::batch> what;
  /// Nobody waits for it: it may wait a moment for others like it and share their one write to disk.
  bool patient = false;
};
struct commit_answer {
  std::shared_ptr<const storage::commit_result> result;
};

/// Wants an access token of a grant.
struct want_access_token {
  grant_id grant;
  bool refresh = false; ///< the last one was refused although it should have been valid
};
struct access_token {
  secret<> value;
  std::string delegate;
  wall_time expires{};
  /// When a newer one is planned to be there; nothing: none is.
  std::optional<wall_time> renewed{};
};

/// Byte credits for mail between socket and store.
struct want_credit {
  std::uint64_t bytes = 0;
};
struct credit {
  std::uint64_t bytes = 0; ///< booked; give all of it back
  bool large_lane = false;
  std::uint64_t number = 0; ///< of the booking
};
struct return_credit {
  credit what;
};
/// Hands in a mail that is stored or small enough to come along.
struct submit_mail {
  tenant_id tenant;
  account_id account;
  /// All of it but id, seq and state. Consumed.
  std::shared_ptr<records::OutboxMail> mail;
  std::shared_ptr<const std::string> body; ///< null: its chunks are staged under the mail's blob
  bool hold = false;
  /// Digests of the Idempotency-Key and of the request; empty: none was given. The same key brings the same mail again;
  /// with another request it is refused.
  std::string idempotency_key;
  std::string request_digest;
};
enum class mail_action : std::uint8_t { cancel, hold, release, requeue };
[[nodiscard]] std::string_view to_string(mail_action a) noexcept;
struct change_mail {
  tenant_id tenant;
  account_id account;
  std::string mail; ///< id
  mail_action action{};
};
/// A mail in the outbox as it is stored now.
struct mail_answer {
  std::shared_ptr<const records::OutboxMail> mail;
  bool repeated = false; ///< it had been accepted before, under the same Idempotency-Key
};

/// Permission to open one connection to a server, answered in the order asked, at the admitted rate.
struct want_connection {
  std::string host;
  std::uint16_t port = 0;
};
/// What became of an attempt to connect: whether the server answered at all. A server that nobody reaches is tried by
/// one asker at a time.
struct connection_tried {
  std::string host;
  std::uint16_t port = 0;
  bool arrived = false;
};

} // namespace postroom
