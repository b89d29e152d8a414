#include "sim/smtp/session.hpp"

#include "base/ascii.hpp"
#include "base/encoding.hpp"
#include "sim/smtp/refusals.hpp"
#include "sim/smtp/sasl.hpp"

#include <algorithm>
#include <utility>

/// The login of smtp_session (RFC 4954).
namespace postroom::sim {

void smtp_session::do_auth(std::string_view arguments) {
  if (!greeted_ || !user_.empty() || has_sender_)
    return refuse(smtp_reply::bad_sequence);
  const auto name = arguments.substr(0, arguments.find(' '));
  auto initial = arguments.substr(name.size());
  initial.remove_prefix(std::min(initial.find_first_not_of(' '), initial.size()));
  const bool by_password = ascii_iequals(name, "PLAIN") || ascii_iequals(name, "LOGIN");
  if (starttls_)
    return refuse(smtp_reply::unknown_mechanism);
  if (by_password && !takes_passwords(services_.face))
    return refuse_login(smtp_reply::passwords_refused);
  if (ascii_iequals(name, "PLAIN"))
    return begin_login(expected::plain, initial);
  if (ascii_iequals(name, "LOGIN"))
    return begin_login(expected::login_name, initial);
  const bool bearer = ascii_iequals(name, "OAUTHBEARER") && takes_oauthbearer(services_.face);
  if (!bearer && !ascii_iequals(name, "XOAUTH2"))
    return refuse(smtp_reply::unknown_mechanism);
  mechanism_ = bearer ? mechanism::oauthbearer : mechanism::xoauth2;
  begin_login(expected::token, initial);
}

void smtp_session::begin_login(expected response, std::string_view initial) {
  if (!initial.empty())
    return on_login_line(response, initial);
  expected_ = response;
  say(response == expected::login_name ? "334 VXNlcm5hbWU6" : "334 ");
}

void smtp_session::on_login_line(expected before, std::string_view line) {
  if (before == expected::refusal_heard) // whatever the client says to the challenge, `AQ==` or nothing
    return refuse_login(smtp_reply::credentials_refused);
  if (line == "*")
    return refuse(smtp_reply::login_cancelled);
  if (before == expected::token)
    return finish_token(line);
  if (before == expected::plain) {
    const auto fields = parse_plain(line).value_or(password_fields{});
    return finish_password(fields.user, fields.password);
  }
  const auto text = base64_decode(line);
  if (!text)
    return refuse_login(smtp_reply::credentials_refused);
  if (before == expected::login_password)
    return finish_password(std::exchange(login_name_, {}), *text);
  login_name_ = *text;
  expected_ = expected::login_password;
  say("334 UGFzc3dvcmQ6");
}

void smtp_session::finish_token(std::string_view response) {
  if (!base64_decode(response)) // no response at all: no mechanism's business
    return refuse_login(smtp_reply::credentials_refused);
  const auto fields = mechanism_ == mechanism::oauthbearer ? parse_oauthbearer(response) : parse_xoauth2(response);
  if (fields && services_.faults.find(fault_kind::refuse, fields->user))
    return cut();
  const auto refusal =
      fields ? refuse_token(services_, fields->user, fields->token) : std::optional{smtp_reply::credentials_refused};
  if (!refusal)
    return sign_in(fields->user);
  const auto challenge = refusal_challenge(services_.face);
  if (challenge.empty())
    return refuse_login(*refusal);
  expected_ = expected::refusal_heard;
  say("334 " + base64_encode(challenge));
}

void smtp_session::finish_password(const std::string& user, const std::string& password) {
  if (services_.faults.find(fault_kind::refuse, user))
    return cut();
  if (const auto refusal = refuse_password(services_, user, password))
    return refuse_login(*refusal);
  sign_in(user);
}

void smtp_session::sign_in(const std::string& user) {
  ++services_.stats.submission_logins;
  const auto* const own = services_.mail.find_login(user);
  user_ = own ? own->address() : user; // as it is registered, whatever case the client writes
  seat_ = services_.usage.take_seat(user);
  say(smtp_reply::signed_in);
}

void smtp_session::refuse_login(smtp_reply reply) {
  ++services_.stats.submission_logins_refused;
  refuse(reply);
}

} // namespace postroom::sim
