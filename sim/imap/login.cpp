#include "base/encoding.hpp"
#include "sim/identity/xoauth2.hpp"
#include "sim/imap/session.hpp"
#include "sim/smtp/sasl.hpp"

/// The login of imap_session (RFC 3501 §6.2, RFC 4959, RFC 7628).
namespace postroom::sim {

void imap_session::do_authenticate(argument_reader& arguments) {
  const auto can = talents_of(services_.face);
  const auto name = upper_case(arguments.word().value_or(""));
  mechanism_ = name == "XOAUTH2"                     ? mechanism::xoauth2
               : name == "OAUTHBEARER" && can.bearer ? mechanism::oauthbearer
               : name == "PLAIN" && can.passwords    ? mechanism::plain
                                                     : mechanism::none;
  if (mechanism_ == mechanism::none) {
    ++services_.stats.logins_refused;
    return refuse(imap_reply::no_mechanism);
  }
  if (const auto response = arguments.word())
    return on_sasl_response(*response == "=" ? std::string_view{} : *response);
  expected_ = expected::sasl_response;
  say("+ ");
}

void imap_session::on_sasl_response(std::string_view response) {
  if (response == "*")
    return refuse("BAD Authentication cancelled");
  if (mechanism_ == mechanism::plain) {
    const auto fields = parse_plain(response).value_or(password_fields{});
    return settle_login(fields.user, decide_password_login(services_, fields.user, fields.password), false);
  }
  const auto fields = mechanism_ == mechanism::oauthbearer ? parse_oauthbearer(response) : parse_xoauth2(response);
  if (!fields)
    return settle_login({}, {}, true);
  settle_login(fields->user, decide_token_login(services_, fields->user, fields->token), true);
}

void imap_session::do_login(argument_reader& arguments) {
  const auto user = arguments.string();
  const auto password = arguments.string();
  if (!user || !password)
    return refuse(imap_reply::bad_arguments);
  settle_login(*user, decide_password_login(services_, *user, *password), false);
}

void imap_session::settle_login(const std::string& user, const login_decision& decision, bool by_token) {
  using verdict = login_decision::verdict;
  const bool lets_in =
      services_.face == service::microsoft; // whom Exchange does not connect has signed in all the same
  switch (decision.outcome) {
  case verdict::closed:
    return cut();
  case verdict::refused:
    return refuse_login(
        reply_text(services_.face, command_ == "LOGIN" ? imap_reply::login_failed : imap_reply::authenticate_failed),
        by_token);
  case verdict::too_many:
    return lets_in ? sign_in(user, decision)
                   : refuse_login(too_many_text(services_.face, services_.limits.imap_connections), by_token);
  case verdict::not_connected:
    return lets_in ? sign_in(user, decision)
                   : refuse_login(reply_text(services_.face, imap_reply::not_connected), by_token);
  case verdict::connected:
    return sign_in(user, decision);
  }
}

void imap_session::refuse_login(std::string_view text, bool by_token) {
  ++services_.stats.logins_refused;
  const auto challenge =
      by_token ? token_challenge(services_.face, mechanism_ == mechanism::oauthbearer) : std::string_view{};
  if (challenge.empty())
    return refuse(text);
  refusal_ = text;
  expected_ = expected::refusal_heard;
  say("+ " + base64_encode(challenge));
}

void imap_session::sign_in(const std::string& user, const login_decision& decision) {
  ++services_.stats.logins;
  user_ = decision.opened ? decision.opened->address() : user;
  expires_ = decision.expires;
  mailbox_ = decision.opened;
  phase_ = mailbox_ ? phase::authenticated : phase::not_connected;
  if (mailbox_) {
    services_.connections.add(*mailbox_);
    counted_ = true;
  }
  const std::string capabilities{capabilities_of(services_.face, true)};
  if (services_.face == service::google)
    say("* CAPABILITY " + capabilities);
  ok(services_.face == service::generic ? "CAPABILITY " + capabilities : std::string{});
}

} // namespace postroom::sim
