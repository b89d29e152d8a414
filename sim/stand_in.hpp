#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"
#include "sim/control/faults.hpp"
#include "sim/control/journal.hpp"
#include "sim/control/stats.hpp"
#include "sim/scenario.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

/// A stand-in for Microsoft 365, Google and plain mail servers on this machine: their identity platforms, IMAP and
/// submission, with people, mails and faults as a scenario has them, for demonstrations, tests and measuring thousands
/// of idle connections. Nothing is stored on disk but certificates.
namespace postroom::sim {

/// Runs on a thread of its own. All members may be called from any thread but not after stop(); they wait for that
/// thread, which never blocks for long. What is said of "the first" provider is of the first one of the scenario's
/// first tenant.
class stand_in {
public:
  /// Raises this process's limit of open files as far as allowed. `invalid_argument` for a senseless scenario,
  /// `connect_failed` when a port is taken, `internal` when certificates cannot be made, `not_found` and `too_large`
  /// for its corpus.
  [[nodiscard]] static result<std::unique_ptr<stand_in>> start(const scenario& plan);
  stand_in(const stand_in&) = delete;
  stand_in& operator=(const stand_in&) = delete;
  ~stand_in(); ///< as stop()

  /// The trust anchor a client needs; empty without TLS.
  [[nodiscard]] std::filesystem::path ca_file() const;
  /// `https://localhost:port`: what stands for `https://login.microsoftonline.com`.
  [[nodiscard]] std::string identity_url() const;
  /// `http://localhost:port`: what is served there says itself under `/`.
  [[nodiscard]] std::string control_url() const;
  [[nodiscard]] const served_ports& ports() const;
  [[nodiscard]] std::uint16_t identity_port() const { return ports().identity; }
  [[nodiscard]] std::uint16_t imap_port() const { return ports().imap; }
  [[nodiscard]] std::uint16_t smtp_port() const { return ports().smtp; }

  [[nodiscard]] const std::vector<provider_facts>& providers() const;
  /// The first provider's: token endpoint, directory (tenant) id, application.
  [[nodiscard]] const std::string& token_url() const;
  [[nodiscard]] const std::string& tenant_id() const;
  [[nodiscard]] const std::string& client_id() const;
  [[nodiscard]] const secret<>& client_secret() const;
  /// The first provider's first delegate, whose grant opens shared mailboxes, and a refresh token of theirs. Has a
  /// mailbox too, where copies of what they submit lie in Sent Items.
  [[nodiscard]] const std::string& delegate() const;
  [[nodiscard]] const secret<>& refresh_token() const;
  /// Of all tenants, but for those of delegates.
  [[nodiscard]] const std::vector<std::string>& mailboxes() const;

  /// A further user with a mailbox, without any right; the refresh token, empty when there is such a user already or no
  /// tenant has the domain.
  [[nodiscard]] secret<> add_user(const std::string& upn);
  /// Full access of a user to a mailbox, which counts for the next login, as at Exchange, and Send As.
  void allow(const std::string& upn, const std::string& mailbox);
  void forbid(const std::string& upn, const std::string& mailbox);
  /// Refresh tokens of the user are refused from now on (AADSTS50173, bad_token).
  void revoke_grants(const std::string& upn);

  /// Puts the mail into INBOX as it is and tells those who IDLE there. Its UID; `not_found` for an unknown mailbox.
  [[nodiscard]] result<std::uint32_t> deliver(const std::string& mailbox, std::string raw);
  /// A mail as they come by themselves.
  [[nodiscard]] result<std::uint32_t> deliver_generated(const std::string& mailbox);
  /// From now on, to all mailboxes together; 0: none. `invalid_argument` for what is no rate.
  [[nodiscard]] result<void> set_mail_rate(double per_second);
  /// Removes a mail from INBOX. `not_found` when there is no such mailbox or UID.
  [[nodiscard]] result<void> expunge(const std::string& mailbox, std::uint32_t uid);
  /// As after a restore: INBOX gets another UIDVALIDITY and new UIDs; sessions that have it open end.
  [[nodiscard]] result<void> renew_uidvalidity(const std::string& mailbox);
  /// Closes all IMAP and submission connections without a word.
  void drop_connections();

  /// As fault_desk has it.
  [[nodiscard]] result<std::uint64_t> add_fault(fault what);
  bool remove_fault(std::uint64_t id);
  /// As journal has it.
  [[nodiscard]] std::vector<delivered_mail> delivered(std::uint64_t after, std::size_t limit) const;
  [[nodiscard]] std::vector<submitted_entry> submitted(std::uint64_t after, std::size_t limit) const;
  [[nodiscard]] std::uint64_t delivered_forgotten() const;
  [[nodiscard]] std::uint64_t submitted_forgotten() const;

  [[nodiscard]] stand_in_stats stats() const;
  /// `connects_peak_per_s` and `not_idle_longest_s` begin again.
  void reset_peaks();
  /// Ends all connections and the thread. Safe to call twice.
  void stop();

private:
  class impl;
  explicit stand_in(std::unique_ptr<impl> impl);
  std::unique_ptr<impl> impl_;
};

} // namespace postroom::sim
