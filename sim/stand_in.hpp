#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

/// A stand-in for Microsoft 365 on this machine: enough of the identity platform and of Exchange Online's IMAP and
/// submission for a demonstration, for tests and for measuring thousands of idle connections. Nothing is stored on disk
/// but certificates.
namespace postroom::sim {

struct stand_in_options {
  /// 0: any free port. All listen on 127.0.0.1 only.
  std::uint16_t identity_port = 0;
  std::uint16_t imap_port = 0;
  std::uint16_t smtp_port = 0;
  /// Shared mailboxes, all open to delegate().
  std::size_t mailboxes = 20;
  std::string domain = "contoso.test";
  /// Whether IMAP and the identity endpoint speak TLS and submission offers STARTTLS, with a certificate for localhost
  /// and 127.0.0.1.
  bool tls = true;
  std::chrono::seconds access_token_life{3600};
  /// A generated mail reaches some mailbox this often; 0: never.
  std::chrono::milliseconds mail_every{1500};
  std::size_t initial_mails_per_mailbox = 3;
  /// Where the certificates are written; made when missing. Needed with `tls` only.
  std::filesystem::path directory;
  /// Same seed, same mails (but for their dates).
  unsigned seed = 1;
};

struct stand_in_stats {
  std::size_t connections = 0; ///< open to the IMAP port now
  std::size_t idling = 0;      ///< of those, in IDLE
  std::uint64_t logins = 0;
  std::uint64_t logins_refused = 0;
  std::uint64_t token_requests = 0;
  std::uint64_t mails_delivered = 0;
  std::uint64_t mails_fetched = 0;        ///< bodies sent
  std::uint64_t bytes_sent = 0;           ///< to IMAP clients, before encryption
  std::size_t submission_connections = 0; ///< open to the SMTP port now
  std::uint64_t submission_logins = 0;
  std::uint64_t submission_logins_refused = 0;
  std::uint64_t mails_submitted = 0; ///< taken by SMTP
  std::uint64_t mails_refused = 0;   ///< by SMTP, after the mail was there
};

/// Runs on a thread of its own. All members may be called from any thread but not after stop(); they wait for that
/// thread, which never blocks for long.
class stand_in {
public:
  using options = stand_in_options;

  /// Raises this process's limit of open files as far as allowed. `invalid_argument` for senseless options,
  /// `connect_failed` when a port is taken, `internal` when certificates cannot be made.
  [[nodiscard]] static result<std::unique_ptr<stand_in>> start(options options);
  stand_in(const stand_in&) = delete;
  stand_in& operator=(const stand_in&) = delete;
  ~stand_in(); ///< as stop()

  /// The trust anchor a client needs; empty without TLS.
  [[nodiscard]] std::filesystem::path ca_file() const;
  /// `https://localhost:port`: what stands for `https://login.microsoftonline.com`.
  [[nodiscard]] std::string identity_url() const;
  /// `identity_url()` + `/<tenant>/oauth2/v2.0/token`
  [[nodiscard]] std::string token_url() const;
  [[nodiscard]] std::uint16_t identity_port() const;
  [[nodiscard]] std::uint16_t imap_port() const;
  [[nodiscard]] std::uint16_t smtp_port() const;
  /// The directory (tenant) id of the only customer.
  [[nodiscard]] const std::string& tenant_id() const;
  [[nodiscard]] const std::string& client_id() const;
  [[nodiscard]] const secret<>& client_secret() const;
  /// The user whose grant opens the shared mailboxes, and a refresh token of theirs. Has a mailbox too, where copies
  /// of what they submit lie in Sent Items.
  [[nodiscard]] const std::string& delegate() const;
  [[nodiscard]] const secret<>& refresh_token() const;
  [[nodiscard]] const std::vector<std::string>& mailboxes() const;

  /// A further user with a mailbox, without any right; the refresh token.
  [[nodiscard]] secret<> add_user(const std::string& upn);
  /// Full access of a user to a mailbox, which counts for the next login, as at Exchange, and Send As.
  void allow(const std::string& upn, const std::string& mailbox);
  void forbid(const std::string& upn, const std::string& mailbox);
  /// Refresh tokens of the user are refused from now on (AADSTS50173, bad_token).
  void revoke_grants(const std::string& upn);

  /// Puts the mail into INBOX as it is and tells those who IDLE there. Its UID; `not_found` for an unknown mailbox.
  [[nodiscard]] result<std::uint32_t> deliver(const std::string& mailbox, std::string raw);
  /// A generated mail, as the clock of `mail_every` delivers them.
  [[nodiscard]] result<std::uint32_t> deliver_generated(const std::string& mailbox);
  /// Removes a mail from INBOX. `not_found` when there is no such mailbox or UID.
  [[nodiscard]] result<void> expunge(const std::string& mailbox, std::uint32_t uid);
  /// As after a restore: INBOX gets another UIDVALIDITY and new UIDs; sessions that have it open end.
  [[nodiscard]] result<void> renew_uidvalidity(const std::string& mailbox);
  /// Closes all IMAP connections without a word.
  void drop_connections();

  [[nodiscard]] stand_in_stats stats() const;
  /// Ends all connections and the thread. Safe to call twice.
  void stop();

private:
  class impl;
  explicit stand_in(std::unique_ptr<impl> impl);
  std::unique_ptr<impl> impl_;
};

} // namespace postroom::sim
