#include "protocol/smtp/login_dialogue.hpp"

#include "base/encoding.hpp"
#include "base/limits.hpp"
#include "protocol/sasl/redaction.hpp"

#include <array>

namespace postroom::smtp {

namespace {

using action = login_step::action;

login_step send(std::string line) {
  return {.next = action::send, .line = secret<>{std::move(line)}};
}

login_step failed(errc code, std::string detail, std::string_view cause = {}) {
  return {.next = action::failed, .why = {code, std::move(detail), cause}};
}

login_step unexpected(const reply& answer) {
  return failed(errc::protocol_violation, "an answer that does not fit: " + to_string(answer));
}

bool refuses(const reply& answer) {
  return answer.transient() || answer.permanent();
}

} // namespace

errc ending_code(phase where, const reply& answer) noexcept {
  switch (classify(where, answer)) {
  case failure_class::throttled:
  case failure_class::quota_exhausted:
  case failure_class::auth_unavailable: // it passes; nothing was said of the token
    return errc::throttled;
  case failure_class::auth_rejected:
  case failure_class::auth_disabled:
    return errc::auth_rejected;
  case failure_class::protocol:
    return errc::protocol_violation;
  default:
    return errc::server_bye;
  }
}

phase login_dialogue::where() const {
  constexpr std::array places{phase::greeting, phase::hello, phase::starttls, phase::starttls, phase::login};
  return places[static_cast<std::size_t>(state_)];
}

login_step login_dialogue::say_hello() {
  state_ = state::hello;
  hello_ = {};
  return send("EHLO " + options_.hello + "\r\n");
}

login_step login_dialogue::on_reply(const reply& answer) {
  switch (state_) {
  case state::greeting:
    if (answer.code == 220)
      return say_hello();
    break;
  case state::hello:
    if (answer.code == 250)
      return on_hello(answer);
    break;
  case state::starttls:
    if (answer.code == 220) {
      state_ = state::handshake;
      return {.next = action::start_tls};
    }
    if (refuses(answer))
      return failed(errc::tls_failed, "the server refused STARTTLS: " + to_string(answer));
    break;
  case state::authenticate:
    return answer.code == 334 ? on_challenge(answer) : on_login_answer(answer);
  case state::handshake:
    return unexpected(answer);
  }
  if (!refuses(answer))
    return unexpected(answer);
  // A greeting or EHLO that is refused for good says nothing of any mail: the server may change its mind.
  const auto code = ending_code(where(), answer);
  return failed(code == errc::protocol_violation ? errc::server_bye : code, to_string(answer),
                case_of(where(), answer).key);
}

login_step login_dialogue::on_hello(const reply& answer) {
  hello_ = read_extensions(answer);
  if (options_.security != transport_security::starttls || tls_up_)
    return authenticate();
  if (!hello_.starttls)
    return failed(errc::tls_failed, "the server does not offer STARTTLS");
  state_ = state::starttls;
  return send("STARTTLS\r\n");
}

login_step login_dialogue::on_tls() {
  tls_up_ = true;
  return say_hello();
}

// -- AUTH ------------------------------------------------------------------------------------------------------------

result<sasl::mechanism> login_dialogue::choose() const {
  const std::span<const std::string> offered{hello_.info.auth};
  if (options_.method == login_method::automatic)
    return sasl::choose(offered, sasl::preference::oauth_by_xoauth2);
  if (options_.method == login_method::plain)
    return sasl::choose(offered, sasl::preference::password);
  // Of the two that carry tokens the one wanted: a secret is sent to nobody who has not asked for it.
  const auto wanted =
      options_.method == login_method::xoauth2 ? sasl::mechanism::xoauth2 : sasl::mechanism::oauthbearer;
  for (const auto& name : offered)
    if (name == sasl::to_string(wanted))
      return wanted;
  return fail(errc::auth_rejected, "the server does not offer " + std::string{sasl::to_string(wanted)});
}

login_step login_dialogue::authenticate() {
  state_ = state::authenticate;
  if (options_.method == login_method::none)
    return {.next = action::ready};
  const auto chosen = choose();
  if (!chosen)
    return failed(chosen.error().code, chosen.error().detail);
  auto client = sasl::client::make(*chosen, {options_.user, options_.token_or_password, options_.host, options_.port});
  if (!client)
    return failed(errc::auth_rejected, client.error().detail);
  sasl_.emplace(std::move(*client));
  sent_ = secret<>{base64_encode(sasl_->initial_response().expose())};
  const auto command = "AUTH " + std::string{sasl_->name()};
  if (command.size() + 1 + sent_.expose().size() + 2 > limits::smtp_auth_line_bytes_max)
    return send(command + "\r\n");
  initial_sent_ = true;
  return send_response(command + " ", sent_.expose());
}

login_step login_dialogue::send_response(std::string_view before, std::string_view response) {
  std::string line;
  line.reserve(before.size() + response.size() + 2); // growing would leave copies of the secret behind
  line.append(before).append(response).append("\r\n");
  return send(std::move(line));
}

login_step login_dialogue::on_challenge(const reply& answer) {
  if (!sasl_ || cancelled_)
    return unexpected(answer);
  if (!initial_sent_) {
    initial_sent_ = true;
    return send_response({}, sent_.expose());
  }
  // A failure report that is no base64 is answered all the same; who does not answer waits for ever.
  const auto decoded = base64_decode(answer.text);
  const auto response = sasl_->answer(decoded ? *decoded : answer.text);
  if (!response) {
    cancelled_ = true;
    return send("*\r\n");
  }
  return send(base64_encode(*response) + "\r\n");
}

login_step login_dialogue::on_login_answer(const reply& answer) {
  if (answer.code == 235 && initial_sent_ && !cancelled_)
    return {.next = action::ready};
  if (!refuses(answer))
    return unexpected(answer);
  auto detail = to_string(answer);
  if (sasl_ && sasl_->failure() && !sasl_->failure()->status.empty())
    detail += " (status " + sasl_->failure()->status + ")";
  const auto code = ending_code(phase::login, answer);
  return failed(code, std::move(detail), case_of(phase::login, answer).key);
}

std::string login_dialogue::without_secrets(std::string text) const {
  text = sasl::redact(std::move(text), sent_.expose());
  return sasl::redact(std::move(text), options_.token_or_password.expose());
}

} // namespace postroom::smtp
