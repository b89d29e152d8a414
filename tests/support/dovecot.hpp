#pragma once

#include "base/result.hpp"
#include "tests/support/jwt_issuer.hpp"
#include "tests/support/process.hpp"
#include "tests/support/test_ca.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace postroom::test {

/// Another identity platform and one of its keys, with which it signs for one application.
struct trusted_issuer {
  std::string issuer;
  std::string client_id;
  std::string key_id;
  std::string public_key_pem; ///< RSA
};

struct dovecot_options {
  /// Mailboxes (addresses). More can be named in grant() later.
  std::vector<std::string> mailboxes;
  /// Who may open what with an access token: delegate and mailbox.
  std::vector<std::pair<std::string, std::string>> rights;
  /// Whose access tokens are good besides those of issuer().
  std::vector<trusted_issuer> trusted;
  /// Password of every mailbox for AUTH=PLAIN and LOGIN.
  std::string password = "test-password";
  /// 0: connections in IDLE keep their imap process.
  std::chrono::seconds imap_hibernate_timeout{0};
  std::size_t login_processes = 1;
  /// A folder with this name and \Sent in every mailbox, e.g. "Sent Items", and every delegate named in `rights` or
  /// granted may open his own mailbox, too, where Exchange puts what he sends. Empty: neither.
  std::string sent_folder;
  /// More lines for dovecot.conf.
  std::string extra_config;
};

/// A real Dovecot of our own: TLS on a high port of 127.0.0.1, PLAIN/LOGIN with one password, XOAUTH2 and OAUTHBEARER
/// with tokens of `issuer()`, where a delegate opens the shared mailboxes it has a right to. LMTP for deliveries.
/// Everything lies in a temporary directory; nothing of /etc/dovecot is read. Works as root (mail belongs to user
/// `mail`) and as an ordinary user. Not thread-safe, except deliver(), deliver_to_folder() and drop().
class dovecot {
public:
  /// `not_found` when Dovecot is not installed; `timeout` with the log when it does not come up.
  [[nodiscard]] static result<std::unique_ptr<dovecot>> start(dovecot_options options);
  dovecot(const dovecot&) = delete;
  dovecot& operator=(const dovecot&) = delete;
  ~dovecot();

  [[nodiscard]] std::string host() const { return "127.0.0.1"; }
  [[nodiscard]] std::uint16_t imaps_port() const noexcept { return imaps_port_; }
  [[nodiscard]] std::uint16_t lmtp_port() const noexcept { return lmtp_port_; }
  [[nodiscard]] const certificate_files& certificates() const noexcept { return certificates_; }
  [[nodiscard]] const std::filesystem::path& directory() const noexcept { return directory_.path(); }
  [[nodiscard]] const jwt_issuer& issuer() const noexcept { return issuer_; }
  [[nodiscard]] const std::string& password() const noexcept { return options_.password; }
  [[nodiscard]] const std::string& sent_folder() const noexcept { return options_.sent_folder; }
  /// The socket where Postfix asks who somebody is (smtpd_sasl_path).
  [[nodiscard]] std::filesystem::path auth_socket() const { return directory_.path() / "run" / "auth-submission"; }
  [[nodiscard]] std::string log() const;

  /// Takes effect for logins within a second or two (Dovecot looks at the list's time stamp).
  void grant(const std::string& delegate, const std::string& mailbox);
  void revoke(const std::string& delegate, const std::string& mailbox);

  /// By LMTP: pushes to IDLE at once. Adds Return-Path only. The mail may use bare LF or CR LF.
  [[nodiscard]] result<void> deliver(const std::string& mailbox, std::string_view raw);
  /// As deliver(), into a folder. Only where there is a `sent_folder`.
  [[nodiscard]] result<void> deliver_to_folder(const std::string& mailbox, const std::string& folder,
                                               std::string_view raw);
  /// Puts the bytes unchanged into the mailbox's Maildir: thousands per second, seen by IDLE through inotify.
  void drop(const std::string& mailbox, std::string_view raw);
  /// As drop(), so many times into each of the mailboxes, as links to one file: a large backlog that takes no space.
  void drop_linked(const std::vector<std::string>& mailboxes, std::size_t copies, std::string_view raw);
  /// `count` mails made by `make(i)`, put in as by drop(), in this order.
  void preload(const std::string& mailbox, std::size_t count, const std::function<std::string(std::size_t)>& make);

  /// Runs `doveadm <arguments>` against this server; its output, or `command_refused` with it.
  [[nodiscard]] result<std::string> doveadm(std::vector<std::string> arguments);
  /// Messages in the folder.
  [[nodiscard]] result<std::size_t> message_count(const std::string& mailbox, const std::string& folder = "INBOX");
  /// Expunges what a doveadm-search query finds: {"uid", "3:5"}, {"all"}.
  [[nodiscard]] result<void> expunge(const std::string& mailbox, const std::vector<std::string>& query);
  /// Gives INBOX another UIDVALIDITY and its mails new UIDs, as after a restore. Restarts the server.
  [[nodiscard]] result<void> renew_uidvalidity(const std::string& mailbox);
  /// Ends the sessions of the mailbox.
  [[nodiscard]] result<void> kick(const std::string& mailbox);

  /// Orderly end: clients get BYE.
  void stop();
  /// Sudden death of all its processes.
  void kill();
  /// After stop() or kill(), on the same ports with the same mail.
  [[nodiscard]] result<void> restart();

private:
  explicit dovecot(dovecot_options options);
  [[nodiscard]] result<void> prepare();
  [[nodiscard]] result<void> launch();
  [[nodiscard]] std::string configuration() const;
  void write_access_list() const;
  [[nodiscard]] std::filesystem::path maildir(const std::string& mailbox);

  dovecot_options options_;
  temp_directory directory_;
  jwt_issuer issuer_;
  certificate_files certificates_;
  std::uint16_t imaps_port_ = 0;
  std::uint16_t lmtp_port_ = 0;
  std::unique_ptr<process> master_;
};

} // namespace postroom::test
