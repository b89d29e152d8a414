#include "base/limits.hpp"
#include "protocol/imap/client_session.hpp"
#include "tests/fuzz/fuzzing.hpp"

#include <string>

using namespace postroom;
using namespace postroom::imap;
using fuzzing::check;

namespace {

/// Checks that bodies are complete and that nothing comes after the end.
class checker final : public session_listener {
public:
  void on_starttls() override { check(!over_); }
  void on_ready(const session_info&) override { check(!over_); }
  void on_command_done(const command_outcome&) override { check(!over_); }
  void on_data(const response& data) override {
    check(!over_ && left_ == 0);
    if (const auto* fetch = std::get_if<fetch_data>(&data))
      check(fetch->streamed_bytes.has_value() == began_);
    began_ = false;
  }
  void on_body_begin(std::uint32_t, std::uint64_t bytes) override {
    check(!over_ && left_ == 0 && !began_);
    left_ = bytes;
    began_ = true;
  }
  void on_body_data(std::string_view octets) override {
    check(!over_ && octets.size() <= left_);
    left_ -= octets.size();
  }
  void on_idling() override { check(!over_); }
  void on_closed(const error&) override {
    check(!over_);
    over_ = true;
  }

private:
  std::uint64_t left_ = 0;
  bool began_ = false;
  bool over_ = false;
};

command command_of(std::uint8_t choice) {
  switch (choice % 7) {
  case 0:
    return noop_command{};
  case 1:
    return select_command{"INBOX"};
  case 2:
    return idle_command{};
  case 3:
    return uid_fetch_command{{"1:*"}, {"UID", "BODY.PEEK[]"}};
  case 4:
    return append_command{"Sent", {}, {}, std::string(5000, 'm')};
  case 5:
    return logout_command{};
  default:
    return append_command{"\xFF", {}, {}, "m"};
  }
}

/// What the owner does before the next piece of the server's words.
void act(client_session& session, std::uint8_t choice, std::size_t& submitted) {
  switch (choice >> 5U) {
  case 0:
    submitted += session.submit(command_of(choice)) ? 1 : 0;
    break;
  case 1:
    session.end_idle();
    break;
  case 2:
    session.tls_established();
    break;
  default:
    session.sent(choice % 32U);
    break;
  }
}

session_options options_of(std::uint8_t choice) {
  return {.security = choice & 1U ? transport_security::starttls : transport_security::tls,
          .method = static_cast<login_method>((choice >> 1U) % 4),
          .user = "u@x",
          .token_or_password = secret<>{"token"},
          .host = "h",
          .id = {{"name", "Postroom"}}};
}

} // namespace

/// A hostile server. The first octet chooses the options; the bit above says whether the login is skipped; 0xFE in the
/// words is followed by an act of the owner, so that pieces end there.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1)
    return 0;
  checker listener;
  client_session session{options_of(data[0]), listener};
  if (data[0] & 0x80U) {
    const std::string login = "* OK [CAPABILITY SASL-IR AUTH=XOAUTH2 STARTTLS] hello\r\n";
    session.received(login);
    session.tls_established();
    const std::string in = data[0] & 1U
                               ? "* CAPABILITY SASL-IR AUTH=XOAUTH2\r\nL2 OK\r\nL3 OK [CAPABILITY LITERAL+] in\r\n"
                               : "L1 OK [CAPABILITY LITERAL+] in\r\n";
    session.received(in);
  }
  const char* words = reinterpret_cast<const char*>(data);
  std::size_t from = 1, submitted = 0;
  for (std::size_t at = 1; at < size; ++at) {
    if (data[at] != 0xFE || at + 1 == size)
      continue;
    session.received({words + from, at - from});
    act(session, data[at + 1], submitted);
    from = ++at + 1;
  }
  if (from < size)
    session.received({words + from, size - from});
  check(session.buffered_bytes() < 1 * limits::mib + submitted * 8 * limits::kib);
  session.transport_closed({errc::connection_lost, "end"});
  check(session.closed() && session.outgoing().empty() && session.commands_open() == 0);
  return 0;
}
