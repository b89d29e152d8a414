#pragma once

#include "protocol/imap/send_buffer.hpp"
#include "protocol/smtp/body_writer.hpp"
#include "protocol/smtp/client_session.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

namespace postroom::smtp {

/// Octets on their way to the server, counted.
class outgoing_octets {
public:
  void append(std::string octets) {
    bytes_ += octets.size();
    buffer_.append(std::move(octets));
  }
  [[nodiscard]] std::string_view front() const { return buffer_.front(); }
  void sent(std::size_t bytes) {
    buffer_.sent(bytes);
    bytes_ -= bytes < bytes_ ? bytes : bytes_;
  }
  void clear() {
    buffer_.clear();
    bytes_ = 0;
  }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

private:
  imap::send_buffer buffer_;
  std::size_t bytes_ = 0;
};

/// Why the session must end.
struct ending {
  error why;
  std::optional<reply> last;
};

/// Mails, one after the other, in a session that is logged in:
///
///   idle ──begin──> envelope ──> decided ──begin_body──> data ──> body ──end_body──> verdict ──> idle
///     ^  all refused   │            │ reset               │ refused  │ a BDAT refused
///     └────────────────┴────────────┴─────────────────────┴──────────┘
///
/// Every command sent has its place in a row of awaited answers; an answer that nothing awaits ends the session, for it
/// would be taken for the next one's. Answers nobody wants any more (RCPT after a refused MAIL, the RSET that clears a
/// failed transaction) are waited for before the next mail is begun on the wire.
class mail_dialogue {
public:
  mail_dialogue(server_info server, outgoing_octets& out, session_listener& listener)
      : server_(std::move(server)), out_(out), listener_(listener) {}

  [[nodiscard]] result<void> begin(const envelope& what);
  void begin_body();
  void body(std::string octets);
  void end_body();
  void reset();
  /// False: the server cannot be told here; hang up.
  [[nodiscard]] bool quit();

  /// Takes a reply, but for 421, which is the session's business.
  [[nodiscard]] std::optional<ending> on_reply(reply answer);
  /// QUIT was said.
  [[nodiscard]] bool quitting() const noexcept { return quitting_; }
  [[nodiscard]] waiting_for waits_for() const;
  [[nodiscard]] phase where() const;

private:
  enum class stage : std::uint8_t { idle, envelope, decided, data, body, verdict, resetting, over };
  enum class awaited : std::uint8_t { nobody, silent_reset, told_reset, mail, rcpt, data, chunk, verdict, quit };

  void send(std::string line, awaited answer);
  void start();
  void send_recipients();
  void forget_answers();
  void clear_transaction();
  void skipped();
  [[nodiscard]] std::optional<ending> on_unawaited(reply answer);
  [[nodiscard]] std::optional<ending> on_sender(reply answer);
  [[nodiscard]] std::optional<ending> on_recipient(reply answer);
  void tell_envelope();
  [[nodiscard]] std::optional<ending> on_data(reply answer);
  [[nodiscard]] std::optional<ending> on_chunk(reply answer);
  [[nodiscard]] std::optional<ending> on_verdict(reply answer);

  const server_info server_;
  outgoing_octets& out_;
  session_listener& listener_;
  std::deque<awaited> awaited_;
  stage stage_ = stage::idle;
  bool pending_ = false; ///< MAIL waits for answers nobody wants
  bool quitting_ = false;
  bool chunked_ = false;
  bool line_ends_ = true; ///< what was sent by BDAT so far ends with CRLF
  char last_octet_ = '\n';
  envelope envelope_;
  std::size_t next_recipient_ = 0;
  envelope_outcome outcome_;
  body_writer writer_;
};

} // namespace postroom::smtp
