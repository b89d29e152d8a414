#include "base/limits.hpp"
#include "protocol/smtp/client_session.hpp"
#include "tests/fuzz/fuzzing.hpp"

#include <string>

using namespace postroom;
using namespace postroom::smtp;
using fuzzing::check;

namespace {

constexpr const char* token = "eyJhbGciOiJub25lIn0.e30.";

bool valid_text(const std::string& text) {
  return text.size() <= 2 * limits::smtp_reply_text_bytes_max && text.find('\r') == std::string::npos &&
         text.find('\0') == std::string::npos && text.find('\x1b') == std::string::npos;
}

/// Checks that each mail has one fate, that nothing comes after the end, and that no answer is out of bounds.
class checker final : public session_listener {
public:
  void on_starttls() override { check(!over_ && !ready_); }
  void on_ready(const server_info& info) override {
    check(!over_ && !ready_ && info.auth.size() <= limits::smtp_mechanisms_max);
    ready_ = true;
  }
  void on_envelope(const envelope_outcome& outcome) override {
    check(!over_ && stage_ == stage::begun);
    check(outcome.refused.has_value() != outcome.sender.has_value());
    check(outcome.recipients.empty() || outcome.recipients.size() == recipients);
    stage_ = outcome.any_accepted() ? stage::decided : stage::none;
  }
  void on_body_wanted() override {
    check(!over_ && stage_ == stage::decided);
    stage_ = stage::body;
  }
  void on_message_done(phase where, const reply& answer) override {
    check(!over_ && valid_text(answer.text));
    check(where == phase::data ? stage_ == stage::decided && !answer.positive() : stage_ == stage::body);
    check(!answer.positive() || ended);
    (void)classify(where, answer);
    (void)message_id_in(answer);
    stage_ = stage::none;
  }
  void on_reset() override {
    check(!over_);
    stage_ = stage::none;
  }
  void on_closed(const error& why, phase where, const std::optional<reply>& last) override {
    check(!over_ && valid_text(why.detail));
    check(!last || valid_text(last->text));
    check(ready_ || why.detail.find(token) == std::string::npos); // a server may say what it likes, to its own harm
    if (last)
      (void)classify(where, *last);
    over_ = true;
  }

  void begins(std::size_t count) {
    recipients = count;
    ended = false;
    stage_ = stage::begun;
  }
  void forget() { stage_ = stage::none; }
  [[nodiscard]] bool may_begin() const { return ready_ && stage_ == stage::none; }

  std::size_t recipients = 0;
  bool ended = false;

private:
  enum class stage : std::uint8_t { none, begun, decided, body };
  stage stage_ = stage::none;
  bool ready_ = false;
  bool over_ = false;
};

/// What the owner does; the number chooses.
void act(client_session& session, checker& listener, std::uint8_t choice) {
  switch (choice % 10) {
  case 0: {
    envelope what{.mail_from = "a@x.test",
                  .recipients = std::vector<std::string>(1 + choice / 10 * 7, "b@y.test"),
                  .size = choice,
                  .eight_bit = (choice & 64U) != 0,
                  .chunked = (choice & 32U) != 0};
    if (!listener.may_begin() || session.closed())
      return;
    listener.begins(what.recipients.size());
    const auto begun = session.begin(what);
    // Refused only while a reset is answered, or after QUIT.
    check(begun || begun.error().code == errc::conflict || begun.error().code == errc::cancelled);
    if (!begun)
      listener.forget();
    break;
  }
  case 1:
    session.begin_body();
    break;
  case 2:
    session.body("Subject: x\r\n.\r\n\n.\r" + std::string(choice, '.'));
    break;
  case 3:
    listener.ended = true;
    session.end_body();
    break;
  case 4:
    session.reset();
    break;
  case 5:
    session.quit();
    break;
  case 6:
    session.tls_established();
    break;
  default:
    while (!session.outgoing().empty())
      session.sent(session.outgoing().size());
    check(session.unsent() == 0);
  }
}

} // namespace

/// A hostile server. The first octet chooses the options; the bit above says whether the login is skipped; 0xFE in the
/// words is followed by an act of the owner.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1)
    return 0;
  session_options options;
  options.security = static_cast<transport_security>((data[0] & 3U) % 3);
  options.method = static_cast<login_method>((data[0] >> 2U & 7U) % 5);
  options.user = "shared@contoso.com";
  options.token_or_password = secret<>{token};
  options.host = "smtp.example.test";
  if (data[0] & 0x80U) {
    options.security = transport_security::tls;
    options.method = login_method::none;
  }
  checker listener;
  client_session session{options, listener};
  if (data[0] & 0x80U) {
    const std::string login = std::string{"220 mx\r\n250-mx\r\n250-SIZE 200\r\n"} +
                              (data[0] & 1U ? "250-PIPELINING\r\n" : "") + (data[0] & 2U ? "250-CHUNKING\r\n" : "") +
                              "250 8BITMIME\r\n";
    session.received(login);
  }
  const char* words = reinterpret_cast<const char*>(data);
  std::size_t from = 1;
  for (std::size_t at = 1; at < size; ++at) {
    if (data[at] != 0xFE || at + 1 == size)
      continue;
    session.received({words + from, at - from});
    act(session, listener, data[at + 1]);
    from = ++at + 1;
  }
  if (from < size)
    session.received({words + from, size - from});
  session.transport_closed({errc::connection_lost, "end"});
  check(session.closed() && session.outgoing().empty() && session.unsent() == 0);
  check(session.waits_for() == waiting_for::nothing);
  return 0;
}
