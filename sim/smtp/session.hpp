#pragma once

#include "sim/smtp/submission.hpp"
#include "sim/smtp/text.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postroom::sim {

/// The server's side of one submission (RFC 6409), with the manners of one face: what it offers, AUTH inside TLS only,
/// its words of refusal, and its last word. Does no I/O and has no timer: the connection ends what is silent. Not
/// thread-safe.
///
/// More mails than the user may send in a minute are delayed: the session then waits before its last word, and takes
/// nothing meanwhile.
class smtp_session {
public:
  enum class stage : std::uint8_t {
    open,
    wants_tls, ///< once the answers are sent: run the handshake, then call tls_established()
    waiting,   ///< once the answers are sent: call resume() at wakes_at(), and read nothing until then
    finished,  ///< once the answers are sent: close
    cut,       ///< once the answers are sent: close as if the network had failed
  };

  /// `starttls`: offered, and needed before AUTH. The services stay where they are while the session lives.
  smtp_session(submission_services& services, bool starttls);
  smtp_session(const smtp_session&) = delete;
  smtp_session& operator=(const smtp_session&) = delete;

  [[nodiscard]] std::string greet() const;
  /// Takes octets in any cut; what to send back. After STARTTLS what came with it is dropped (RFC 3207 §4.2).
  [[nodiscard]] std::string receive(std::string_view octets);
  void tls_established();
  /// Only while waiting.
  [[nodiscard]] mono_time wakes_at() const noexcept { return wakes_at_; }
  [[nodiscard]] std::string resume();

  [[nodiscard]] stage state() const noexcept { return stage_; }
  /// Who signed in; empty: nobody yet.
  [[nodiscard]] const std::string& user() const noexcept { return user_; }
  /// The latest MAIL FROM; empty: none yet.
  [[nodiscard]] const std::string& spoken_for() const noexcept { return spoken_for_; }
  /// Stalled: it says nothing any more.
  [[nodiscard]] bool mute() const noexcept { return mute_; }
  /// How many octets a second the answers are to be sent with; 0: at once.
  [[nodiscard]] std::size_t octets_per_s() const;

private:
  enum class expected : std::uint8_t { command, token, plain, login_name, login_password, refusal_heard, data, chunk };
  enum class mechanism : std::uint8_t { xoauth2, oauthbearer };
  using handler = void (smtp_session::*)(std::string_view arguments);
  struct command_entry;
  struct held_mail {
    submitted_mail mail;
    submitted_entry entry;
  };

  [[nodiscard]] static const command_entry* find_command(std::string_view name);
  [[nodiscard]] std::string go_on();
  [[nodiscard]] bool take_line();
  [[nodiscard]] bool take_data();
  [[nodiscard]] bool take_chunk();
  void on_line(std::string_view line);
  void on_login_line(expected before, std::string_view line);
  [[nodiscard]] std::string text_of(smtp_reply reply) const;
  void say(std::string_view text);
  void say(smtp_reply reply) { say(text_of(reply)); }
  /// Counts as an error of the client; ends the session with the last one it may make, or with a 421.
  void refuse(smtp_reply reply);
  void end(smtp_reply reply);
  void cut() { stage_ = stage::cut; }
  /// A fault of the connection, for the user or whom they last spoke for.
  [[nodiscard]] const fault* struck(fault_kind kind) const;

  void do_ehlo(std::string_view arguments);
  void do_helo(std::string_view arguments);
  void do_starttls(std::string_view arguments);
  void do_auth(std::string_view arguments);
  void do_mail(std::string_view arguments);
  void do_rcpt(std::string_view arguments);
  void do_data(std::string_view arguments);
  void do_bdat(std::string_view arguments);
  void do_rset(std::string_view arguments);
  void do_noop(std::string_view arguments);
  void do_vrfy(std::string_view arguments);
  void do_quit(std::string_view arguments);

  void begin_login(expected response, std::string_view initial);
  void finish_token(std::string_view response);
  void finish_password(const std::string& user, const std::string& password);
  void sign_in(const std::string& user);
  void refuse_login(smtp_reply reply);
  void finish_mail();
  void refuse_mail(submitted_entry entry, smtp_reply reply);
  void take(held_mail held);
  void forget_mail();

  submission_services& services_;
  bool starttls_;
  std::string id_;
  std::string input_;
  std::string answers_;
  std::string user_;
  std::string login_name_; ///< between the two lines of AUTH LOGIN
  std::string spoken_for_; ///< the latest MAIL FROM
  submission_usage::seat seat_;
  envelope_sender from_;
  std::vector<envelope_recipient> recipients_;
  mail_body body_;
  dot_reader dots_;
  chunk_size chunk_;
  std::optional<held_mail> held_; ///< while waiting
  mono_time wakes_at_{};
  std::size_t refusals_ = 0;
  stage stage_ = stage::open;
  expected expected_ = expected::command;
  mechanism mechanism_ = mechanism::xoauth2;
  bool greeted_ = false;
  bool has_sender_ = false;
  bool in_chunks_ = false;
  bool chunk_refused_ = false; ///< its octets are read and dropped
  bool mute_ = false;          ///< stalled: whatever comes is dropped
};

} // namespace postroom::sim
