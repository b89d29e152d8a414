#include "protocol/imap/login_dialogue.hpp"

#include "base/encoding.hpp"
#include "base/limits.hpp"
#include "protocol/imap/command_encoder.hpp"
#include "protocol/imap/failure_table.hpp"
#include "protocol/imap/text.hpp"
#include "protocol/sasl/redaction.hpp"

#include <algorithm>
#include <sstream>
#include <utility>

namespace postroom::imap {

namespace {

using action = login_step::action;

/// No mechanism of ours has more than one challenge and one failure report.
constexpr std::uint32_t challenges_max = 4;

login_step failed(error why) {
  return {.next = action::failed, .why = std::move(why)};
}

login_step failed(errc code, std::string detail) {
  return failed(fail(code, std::move(detail)));
}

/// `[CODE] text`, as the server said it.
std::string words_of(const status_response& answer) {
  return answer.code ? "[" + answer.code->name + "] " + answer.text : answer.text;
}

std::vector<std::string> split_words(const std::string& text) {
  std::istringstream in{text};
  std::vector<std::string> words;
  for (std::string word; in >> word;)
    words.push_back(upper(word));
  return words;
}

} // namespace

bool login_dialogue::offers(std::string_view capability) const {
  const auto& names = capabilities_.names;
  return std::find(names.begin(), names.end(), capability) != names.end();
}

void login_dialogue::note_capabilities(const status_response& answer) {
  if (answer.code && answer.code->name == "CAPABILITY")
    capabilities_ = {split_words(answer.code->argument), true};
}

login_step login_dialogue::send_command(std::string_view text) {
  tag_ = "L" + std::to_string(++commands_);
  std::string line;
  line.reserve(tag_.size() + 1 + text.size() + 2); // growing would leave copies of a secret behind
  line.append(tag_).append(" ").append(text).append("\r\n");
  return {.next = action::send, .line = secret<>{std::move(line)}};
}

login_step login_dialogue::ask_capability(state next) {
  state_ = next;
  capabilities_ = {};
  return send_command("CAPABILITY");
}

login_step login_dialogue::on_response(const response& value) {
  const auto* answer = std::get_if<status_response>(&value);
  if (state_ == state::greeting)
    return answer ? on_greeting(*answer) : failed(errc::protocol_violation, "the server did not begin with a greeting");
  if (const auto* told = std::get_if<capability_data>(&value)) {
    capabilities_ = {told->names, true};
    return {};
  }
  if (const auto* challenge = std::get_if<continuation>(&value))
    return state_ == state::authenticate ? on_plus(*challenge) : login_step{};
  if (!answer)
    return {}; // data nobody asked for, e.g. the answer to ID
  if (answer->tag.empty()) {
    note_capabilities(*answer);
    return {};
  }
  if (answer->tag == early_id_tag_)
    return on_early_id(*answer);
  if (answer->tag != tag_)
    return failed(errc::protocol_violation, "an answer to a command that was not sent");
  return on_tagged(*answer);
}

login_step login_dialogue::on_greeting(const status_response& answer) {
  if (!answer.tag.empty() || (answer.kind != status_kind::ok && answer.kind != status_kind::preauth))
    return failed(errc::protocol_violation, "the server did not begin with a greeting");
  note_capabilities(answer);
  if (answer.kind == status_kind::preauth) {
    // A man in the middle would greet so to keep us from STARTTLS (RFC 9051 §11.1).
    if (options_.security == transport_security::starttls)
      return failed(errc::tls_failed, "the server skips the login before TLS is up");
    if (options_.security == transport_security::plain)
      return failed(errc::protocol_violation, "the server skips the login without TLS");
    return after_login();
  }
  return capabilities_.fresh ? after_capability() : ask_capability(state::capability);
}

login_step login_dialogue::on_tls() {
  tls_up_ = true;
  return ask_capability(state::capability);
}

login_step login_dialogue::after_capability() {
  if (options_.security != transport_security::starttls || tls_up_)
    return authenticate();
  if (!offers("STARTTLS"))
    return failed(errc::tls_failed, "the server does not offer STARTTLS");
  state_ = state::starttls;
  return send_command("STARTTLS");
}

login_step login_dialogue::authenticate() {
  result<sasl::mechanism> chosen = sasl::mechanism::xoauth2;
  switch (options_.method) {
  case login_method::automatic:
    chosen = sasl::choose(capabilities_.names, sasl::preference::oauth);
    break;
  case login_method::xoauth2:
    break;
  case login_method::oauthbearer:
    chosen = sasl::mechanism::oauthbearer;
    break;
  case login_method::plain:
    chosen = sasl::mechanism::plain;
    break;
  }
  if (!chosen)
    return failed(chosen.error().code, chosen.error().detail);
  auto client = sasl::client::make(*chosen, {options_.user, options_.token_or_password, options_.host, options_.port});
  if (!client)
    return failed(client.error().code, client.error().detail);
  sasl_.emplace(std::move(*client));
  const bool initial_at_once = offers("SASL-IR");
  id_was_offered_ = offers("ID");
  state_ = state::authenticate;
  capabilities_ = {};
  auto command = "AUTHENTICATE " + std::string{sasl_->name()};
  sent_ = secret<>{base64_encode(sasl_->initial_response().expose())};
  // Servers bound a command's line tighter than an answer to a challenge.
  if (!initial_at_once || command.size() + sent_.expose().size() > limits::imap_command_line_bytes_max)
    return send_command(command);
  initial_sent_ = true;
  const secret<> whole{command + " " + sent_.expose()};
  return send_command(whole.expose());
}

login_step login_dialogue::on_plus(const continuation& challenge) {
  if (++challenges_ > challenges_max)
    return failed(errc::protocol_violation, "the server does not stop asking during the login");
  if (!initial_sent_) {
    initial_sent_ = true;
    return send_response();
  }
  const auto decoded = base64_decode(challenge.text);
  // What is no base64 is taken as it is: the answer to it is the same.
  const auto answer = sasl_->answer(decoded ? *decoded : bounded(challenge.text));
  if (!answer) {
    cancelled_ = true;
    return {.next = action::send, .line = secret<>{"*\r\n"}};
  }
  return {.next = action::send, .line = secret<>{base64_encode(*answer) + "\r\n"}};
}

login_step login_dialogue::send_response() {
  const auto& response = sent_.expose();
  std::string line;
  line.reserve(response.size() + 2); // as above
  line.append(response).append("\r\n");
  return {.next = action::send, .line = secret<>{std::move(line)}};
}

login_step login_dialogue::on_tagged(const status_response& answer) {
  if (answer.kind != status_kind::ok)
    return on_refusal(answer);
  note_capabilities(answer);
  switch (state_) {
  case state::capability:
    return after_capability();
  case state::starttls:
    state_ = state::handshake;
    tag_.clear();
    return {.next = action::start_tls};
  case state::authenticate:
    if (!initial_sent_ || cancelled_)
      return failed(errc::protocol_violation, "the server accepts a login that was not made");
    return after_login();
  case state::capability_again:
    if (early_id_tag_.empty())
      return send_id();
    state_ = state::id; // its answer is still to come
    tag_.clear();
    return {};
  case state::id:
    return {.next = action::ready};
  case state::greeting:
  case state::handshake:
    break;
  }
  return failed(errc::protocol_violation, "an answer to a command that was not sent");
}

login_step login_dialogue::on_refusal(const status_response& answer) {
  switch (state_) {
  case state::starttls:
    return failed(errc::tls_failed, "the server refused STARTTLS: " + words_of(answer));
  case state::authenticate: {
    auto detail = words_of(answer);
    if (sasl_->failure() && !sasl_->failure()->status.empty())
      detail += " (status " + sasl_->failure()->status + ")";
    return failed(to_error(*classify_failure(failure_phase::login, answer), std::move(detail)));
  }
  default:
    break;
  }
  if (const auto* known = classify_failure(failure_phase::command, answer))
    return failed(to_error(*known, words_of(answer)));
  if (state_ == state::id) // nothing depends on it
    return {.next = action::ready};
  return failed(errc::protocol_violation, "the server refused CAPABILITY: " + words_of(answer));
}

login_step login_dialogue::after_login() {
  sasl_.reset();
  if (capabilities_.fresh)
    return send_id();
  return id_was_offered_ && !options_.id.empty() ? ask_capability_and_id() : ask_capability(state::capability_again);
}

login_step login_dialogue::send_id() {
  if (options_.id.empty() || !offers("ID") || id_sent_)
    return {.next = action::ready};
  state_ = state::id;
  auto line = next_id_line();
  if (!line)
    return failed(line.error().code, line.error().detail);
  return {.next = action::send, .line = secret<>{std::move(*line)}};
}

/// Its tag is `tag_`.
result<std::string> login_dialogue::next_id_line() {
  tag_ = "L" + std::to_string(++commands_);
  auto encoded = encode_command(tag_, id_command{options_.id}, literal_support::synchronising);
  if (!encoded)
    return encoded.error();
  id_sent_ = true;
  return std::move(encoded->parts.front().text);
}

login_step login_dialogue::ask_capability_and_id() {
  auto asking = ask_capability(state::capability_again);
  auto capability_tag = tag_;
  auto line = next_id_line();
  if (!line)
    return failed(line.error().code, line.error().detail);
  early_id_tag_ = std::exchange(tag_, std::move(capability_tag));
  asking.line = secret<>{asking.line.expose() + *line};
  return asking;
}

login_step login_dialogue::on_early_id(const status_response& answer) {
  early_id_tag_.clear();
  if (answer.kind != status_kind::ok)
    if (const auto* known = classify_failure(failure_phase::command, answer))
      return failed(to_error(*known, words_of(answer)));
  return state_ == state::id ? login_step{.next = action::ready} : login_step{};
}

std::string login_dialogue::without_secrets(std::string text) const {
  text = sasl::redact(std::move(text), sent_.expose());
  return sasl::redact(std::move(text), options_.token_or_password.expose());
}

} // namespace postroom::imap
