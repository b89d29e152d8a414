#pragma once

#include "tests/support/dovecot.hpp"
#include "tests/support/postfix_copies.hpp"
#include "tests/support/postfix_map.hpp"
#include "tests/support/smtp_sink.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace postroom::test {

struct postfix_options {
  /// Who may send as whom: delegate and sender. More with allow() later.
  std::vector<std::pair<std::string, std::string>> rights;
  /// How long after a mail its copy comes into the Sent folder of who logged in; nothing: never. Where Dovecot has no
  /// `sent_folder`, never.
  std::optional<std::chrono::milliseconds> sent_copies = std::chrono::milliseconds{0};
  /// Told as SIZE, too.
  std::uint64_t message_bytes_max = 37'748'736;
  /// Connections served at one time.
  std::size_t smtpd_processes = 100;
  /// For benchmarks: every mail is queued, then thrown away; anybody who logs in may send as anybody; no address has a
  /// meaning; nothing is logged.
  bool fast = false;
  /// With `fast`: no queue, each mail goes straight to the plain SMTP server on this port, which has the last word.
  std::uint16_t fast_sink = 0;
  /// More lines for main.cf; the last of a name holds.
  std::string extra_config;
};

/// A real Postfix of our own, for submission on a high port of 127.0.0.1: STARTTLS with Dovecot's test certificate,
/// then AUTH by Dovecot (XOAUTH2 and OAUTHBEARER, where `user` is the delegate; PLAIN and LOGIN with the one password).
/// A delegate may send only as whom he is allowed to: others are refused at RCPT with 553 5.7.1. What it takes ends in
/// `relay()`. Some recipients are refused on purpose, whatever the domain:
///
///   code-450-4.2.0@…    with this answer to RCPT (421 hangs up); as MAIL FROM, too
///   data-451-4.3.0@…    to DATA           (both when it is the only recipient)
///   end-554-5.2.0@…     to the final dot
///   slow-3@…            accepted after 3 s
///   relay-550-5.1.1@…   accepted, then refused by the relay: a bounce follows, which ends in `relay()`, too
///
/// Everything lies in a temporary directory; nothing of /etc/postfix is read. Postfix insists on being started by root.
/// allow(), forbid(), send_copies_after() and relay() may be used from any thread, the rest from one.
class postfix {
public:
  /// `server` must outlive it. `not_found` when Postfix is not installed or we are not root; `timeout` with the log
  /// when it does not come up.
  [[nodiscard]] static result<std::unique_ptr<postfix>> start(dovecot& server, postfix_options options = {});
  postfix(const postfix&) = delete;
  postfix& operator=(const postfix&) = delete;
  ~postfix();

  [[nodiscard]] std::string host() const { return "127.0.0.1"; }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] pid_t pid() const noexcept { return master_ ? master_->pid() : 0; }
  [[nodiscard]] const certificate_files& certificates() const noexcept { return server_.certificates(); }
  [[nodiscard]] const std::filesystem::path& directory() const noexcept { return directory_.path(); }
  [[nodiscard]] std::string log() const;
  /// Where its mail ends, not the copies for Sent folders. While it is kill()ed, mail waits in the queue and is tried
  /// again every few seconds.
  [[nodiscard]] smtp_sink& relay() noexcept { return relay_; }
  /// Mails taken but not yet handed on.
  [[nodiscard]] std::size_t queued() const;

  /// Hold from now on, also for sessions that are open.
  void allow(const std::string& delegate, const std::string& sender);
  void forbid(const std::string& delegate, const std::string& sender);
  /// As `postfix_options::sent_copies`, for mail sent from now on.
  void send_copies_after(std::optional<std::chrono::milliseconds> delay);

  /// Orderly end.
  void stop();
  /// Sudden death of all its processes. What it has acknowledged is in the queue.
  void kill();
  /// After stop() or kill(), on the same port with the same queue.
  [[nodiscard]] result<void> restart();

private:
  postfix(dovecot& server, postfix_options options);
  [[nodiscard]] result<void> prepare();
  [[nodiscard]] result<void> launch();
  void write_configuration() const;
  [[nodiscard]] std::optional<std::string> look_up(const std::string& table, const std::string& key);

  dovecot& server_;
  postfix_options options_;
  temp_directory directory_;
  std::filesystem::path programs_;
  std::uint16_t port_;
  std::mutex mutex_;                                     ///< guards the two that follow
  std::set<std::pair<std::string, std::string>> rights_; ///< sender and delegate, in lower case
  bool copies_wanted_;
  smtp_sink relay_;
  postfix_copies copies_;
  postfix_map map_;
  std::unique_ptr<process> master_;
};

} // namespace postroom::test
