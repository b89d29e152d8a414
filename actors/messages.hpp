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
  std::string login_name;          ///< under which the server knows the mailbox; empty: the configured one
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

/// Whom an access token is for: one token is good for one resource only.
enum class token_resource : std::uint8_t { mail, graph };
[[nodiscard]] std::string_view to_string(token_resource r) noexcept;

/// Wants an access token of a grant.
struct want_access_token {
  grant_id grant;
  bool refresh = false; ///< the last one was refused although it should have been valid
  token_resource resource = token_resource::mail;
};
struct access_token {
  secret<> value;
  std::string delegate; ///< the login name of who signed in; empty for an application by itself
  wall_time expires{};
  /// When a newer one is planned to be there; nothing: none is.
  std::optional<wall_time> renewed{};
};

/// What a sign-in in a browser needs, made by the provider; whoever asked keeps it until the browser comes back.
struct plan_sign_in {
  enum class purpose : std::uint8_t { sign_in, admin_consent };
  tenant_id tenant{};
  provider_id provider{};
  purpose what = purpose::sign_in;
  std::string delegate;   ///< who is expected; empty: anybody
  std::string prompt;     ///< of OpenID Connect: login, consent, select_account; empty: the platform decides
  bool form_post = false; ///< the answer comes as a form instead of in the address
};
struct sign_in_plan {
  std::string authorize_url; ///< where to send the browser
  std::string redirect_uri;
  std::string state; ///< comes back with the browser
  std::string nonce;
  secret<> code_verifier;
  std::string wanted_scope;
};

/// The browser came back with a code.
struct redeem_code {
  tenant_id tenant;
  provider_id provider;
  secret<> code;
  secret<> code_verifier;
  std::string nonce;
  std::string redirect_uri;
  std::string wanted_scope;
  std::string delegate; ///< who is expected; empty: anybody
  std::string grant;    ///< to be renewed; empty: by who signed in
};
/// Somebody has signed in, and the grant is stored.
struct signed_in {
  std::string grant;
  std::string upn;
  std::string display_name;
  std::string directory_id;
  std::string granted_scope;
  std::vector<std::string> missing;  ///< permissions that were asked for and not given
  std::vector<std::string> accounts; ///< those that use the grant
};

/// A sign-in on another device (RFC 8628): the provider polls by itself until it is over.
struct begin_device_sign_in {
  tenant_id tenant;
  provider_id provider;
  std::string delegate;
  std::string grant;
};
struct ask_device_sign_in {
  tenant_id tenant;
  provider_id provider;
  std::string id;
};
struct device_sign_in {
  enum class progress : std::uint8_t { waiting, done, failed };
  std::string id;
  progress state = progress::waiting;
  std::string user_code;
  std::string verification_uri;
  std::string message; ///< the platform's words to the person
  wall_time expires{};
  std::optional<signed_in> outcome;
  std::optional<error> failure;
};

/// Gives a grant up: at the platform, too, where it has an endpoint for that.
struct revoke_grant {
  tenant_id tenant;
  provider_id provider;
  grant_id grant;
};
struct grant_revoked {
  bool at_platform = false; ///< else `remedy` says how an administrator does it there
  std::string remedy;
};

/// How a provider and its grants stand.
struct ask_provider {
  tenant_id tenant;
  provider_id provider;
};
struct grant_status {
  std::string grant;
  std::string delegate;
  std::optional<error> failure; ///< why there is no token at present
  std::optional<wall_time> failing_since;
  std::optional<wall_time> next_try;
  std::optional<wall_time> token_expires; ///< of the mail token
  std::optional<wall_time> refresh_planned;
  bool in_use = false; ///< somebody asked for a token lately; else it is kept alive weekly
  std::vector<std::string> accounts;
};
struct provider_status {
  std::string provider;
  std::optional<error> failure; ///< of the application itself: none of its grants works
  std::optional<wall_time> failing_since;
  std::optional<wall_time> next_try;
  std::string secret_in_use; ///< current, previous, certificate, previous_certificate; empty: not known yet
  std::vector<grant_status> grants;
};

/// Looks into everything an account needs, step by step.
struct diagnose_account {
  tenant_id tenant;
  account_id account;
  std::string send_test_to; ///< an address; empty: no mail is sent
};
struct diagnosis_step {
  enum class verdict : std::uint8_t { good, note, bad, skipped };
  std::string name; ///< stable: configuration, dns, connect, tls, clock, token, claims, imap_login, …
  verdict state = verdict::skipped;
  std::string evidence;   ///< what was seen; never a secret
  std::string_view cause; ///< key of the table of known errors; empty: none
  std::string remedy;     ///< a command or a menu path
  actor_role who = actor_role::gateway;
};
[[nodiscard]] std::string_view to_string(diagnosis_step::verdict v) noexcept;
struct diagnosis {
  std::vector<diagnosis_step> steps;
  std::string summary; ///< one sentence
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
