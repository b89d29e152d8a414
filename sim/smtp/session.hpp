#pragma once

#include "sim/smtp/submission.hpp"
#include "sim/smtp/text.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace postroom::sim {

/// The server's side of one submission (RFC 6409), with the manners of Exchange Online: what it offers, AUTH inside TLS
/// only, its words of refusal, and its last word with the Message-ID in force. Does no I/O and has no clock: the
/// connection ends what is silent. Not thread-safe.
class smtp_session {
public:
  enum class stage : std::uint8_t {
    open,
    wants_tls, ///< once the answers are sent: run the handshake, then call tls_established()
    finished,  ///< once the answers are sent: close
  };

  /// `starttls`: offered, and needed before AUTH.
  smtp_session(const submission_services& services, bool starttls);

  [[nodiscard]] std::string greet() const;
  /// Takes octets in any cut; what to send back. After STARTTLS what came with it is dropped (RFC 3207 §4.2).
  [[nodiscard]] std::string receive(std::string_view octets);
  void tls_established();
  [[nodiscard]] stage state() const noexcept { return stage_; }

private:
  enum class expected : std::uint8_t { command, sasl_response, sasl_cancel, data, chunk };
  using handler = void (smtp_session::*)(std::string_view arguments);
  struct command_entry;

  [[nodiscard]] static const command_entry* find_command(std::string_view name);
  [[nodiscard]] bool take_line();
  [[nodiscard]] bool take_data();
  [[nodiscard]] bool take_chunk();
  void on_line(std::string_view line);
  void say(std::string_view line);
  void refuse(std::string_view line);
  void end(std::string_view line);

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

  void finish_login(std::string_view response);
  void refuse_login();
  void finish_mail();
  void forget_mail();

  const submission_services& services_;
  bool starttls_;
  std::string input_;
  std::string answers_;
  std::string user_; ///< empty: not signed in
  std::string mail_from_;
  std::vector<std::string> recipients_;
  mail_body body_;
  dot_reader dots_;
  chunk_size chunk_;
  std::size_t refusals_ = 0;
  stage stage_ = stage::open;
  expected expected_ = expected::command;
  body_kind body_kind_ = body_kind::seven_bit;
  bool greeted_ = false;
  bool has_sender_ = false;
  bool utf8_ = false;
  bool in_chunks_ = false;
  bool chunk_refused_ = false; ///< its octets are read and dropped
};

} // namespace postroom::sim
