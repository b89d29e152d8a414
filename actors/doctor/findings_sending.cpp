#include "actors/doctor/findings_parts.hpp"

#include "base/ascii.hpp"

/// SMTP, the right to send as the mailbox, the copy of what is sent, and limits.
namespace postroom::doctor {
namespace {

const knowledge::entry* case_of_reply(smtp::phase where, const smtp::reply& said) {
  return &smtp::case_of(where, said);
}

std::optional<submission_stop> refused(smtp::phase where, const std::optional<smtp::reply>& said) {
  if (!said || said->positive())
    return {};
  const auto* known = case_of_reply(where, *said);
  return submission_stop{where, known, {known->code, to_string(*said), known->key}};
}

/// Of the mailbox that logs in, since that is what the switch is on.
names names_of_login(const facts& f, const evidence& e) {
  auto who = names_of(f, e);
  if (e.submission && !e.submission->user.empty())
    who.mailbox = e.submission->user;
  return who;
}

std::string no_submission_reason(const facts& f, const evidence& e) {
  if (!f.provider || f.unusable)
    return "the configuration does not allow it";
  if (e.smtp && e.smtp->failed)
    return "the server was not reached";
  if ((e.token && e.token->failed) || (e.fresh_token && e.fresh_token->failed))
    return "there is no token";
  return std::string{not_tried(e, "no login was tried")};
}

bool is_sender_refused(const submission_stop& stop) {
  return stop.known && stop.known->kind == "sender_denied";
}

bool sends_as_another(const evidence& e) {
  return !ascii_iequals(e.submission->user, e.submission->sender);
}

/// We keep an identity from being used that its server has refused; all mailboxes that send as it wait.
diagnosis_step resting(const sending::refusal& why, const names& who) {
  auto step = from_case("throttle", smtp::case_of(why.klass),
                        who.mailbox + " rests until " + to_rfc3339(why.until) + " (" +
                            std::string{to_string(why.klass)} + "): " + why.words,
                        who);
  step.state = diagnosis_step::verdict::note;
  return step;
}

std::string used_of_day(const evidence& e) {
  if (!e.limits || e.limits->recipients_per_day == 0)
    return {};
  return "; " + std::to_string(e.limits->recipients_of_day) + " of " + std::to_string(e.limits->recipients_per_day) +
         " recipients of 24 hours are used";
}

} // namespace

std::optional<submission_stop> stop_of(const evidence& e) {
  if (!e.submission)
    return {};
  const auto& seen = *e.submission;
  if (auto stop = refused(smtp::phase::sender, seen.mail_from))
    return stop;
  // Without a mail only what is said of the sender counts; some servers say it here.
  if (auto stop = refused(smtp::phase::recipient, seen.recipient);
      stop && (seen.mail_wanted || !stop->known->kind.starts_with("recipient_")))
    return stop;
  if (auto stop = refused(smtp::phase::message, seen.verdict))
    return stop;
  if (!seen.failed)
    return {};
  if (seen.last && !seen.last->positive())
    return submission_stop{seen.where, case_of_reply(seen.where, *seen.last), *seen.failed};
  return submission_stop{seen.where, knowledge::find(seen.failed->cause), *seen.failed};
}

bool is_limit(const submission_stop& stop) {
  return stop.known && (stop.known->kind == "throttled" || stop.known->kind == "quota_exhausted");
}

diagnosis_step smtp_login_step(const facts& f, const evidence& e) {
  if (!e.submission)
    return skipped("smtp_login", no_submission_reason(f, e));
  const auto stop = stop_of(e);
  if (e.submission->logged_in)
    return good("smtp_login", "logged in as " + e.submission->user);
  if (!stop)
    return skipped("smtp_login", not_tried(e, "the login was not finished"));
  if (is_limit(*stop))
    return skipped("smtp_login", "see throttle: " + stop->why.detail);
  return stop->known ? from_case("smtp_login", *stop->known, stop->why.detail, names_of_login(f, e))
                     : from_error("smtp_login", stop->why, names_of_login(f, e));
}

diagnosis_step send_as_step(const facts& f, const evidence& e) {
  if (!e.submission)
    return skipped("send_as", no_submission_reason(f, e));
  const auto stop = stop_of(e);
  const auto& seen = *e.submission;
  const auto who = names_of(f, e);
  if (!seen.logged_in)
    return skipped("send_as", stop ? "the login failed" : not_tried(e, "the login was not finished"));
  if (!seen.mail_from && !(stop && is_limit(*stop)))
    return skipped("send_as", stop ? "the sender was not asked for: " + stop->why.detail
                                   : std::string{not_tried(e, "the server did not answer")});
  if (stop && is_limit(*stop))
    return skipped("send_as", "see throttle: " + stop->why.detail);
  if (stop && is_sender_refused(*stop)) {
    auto step = from_case("send_as", *stop->known, stop->why.detail, who);
    if (stop->known->remedy.find("Add-RecipientPermission") != std::string_view::npos)
      step.remedy = grant_send_as(seen.sender, seen.user) + ". Postroom tries once more after 15 minutes, then hourly.";
    return step;
  }
  if (stop)
    return stop->known ? from_case("send_as", *stop->known, stop->why.detail, who)
                       : from_error("send_as", stop->why, who);
  if (seen.tested)
    return good("send_as", seen.user + " sent a test mail as " + seen.sender + " to " + f.send_test_to +
                               (seen.verdict ? ": " + to_string(*seen.verdict) : ""));
  if (!sends_as_another(e))
    return good("send_as", seen.user + " sends as itself");
  return noted("send_as",
               "MAIL FROM:<" + seen.sender + "> was accepted for " + seen.user +
                   ", but whether it may send as it is told only when a mail is really sent",
               "Send one: `postroom doctor " + argument(who.account) +
                   " --send-test-to <address>`. If it is refused: " + grant_send_as(seen.sender, seen.user),
               actor_role::operators);
}

diagnosis_step sent_copy_step(const facts& f, const evidence& e) {
  if (!f.provider)
    return skipped("sent_copy", "there is no provider");
  const auto& kept = f.provider->sent_copy();
  const bool known_to_keep = f.provider->type() == "outlook365" || f.provider->type() == "gmail";
  if (kept == "no" || (kept != "yes" && !known_to_keep))
    return good("sent_copy", "the server keeps no copy of what is sent, as configured");
  const auto who = names_of(f, e);
  const auto user = e.submission && !e.submission->user.empty() ? e.submission->user : who.delegate;
  if (user.empty() || ascii_iequals(user, f.account.email()))
    return good("sent_copy", "the server keeps a copy in the mailbox's own Sent Items");
  if (!f.is_microsoft())
    return good("sent_copy", "the server keeps a copy in the Sent folder of " + user);
  return noted("sent_copy",
               "the server keeps the copy in Sent Items of " + user + ", who logs in, not of " + f.account.email() +
                   ", unless the mailbox is told to",
               "To have one in the shared mailbox, too: " + keep_sent_copy(f.account.email()),
               actor_role::exchange_admin);
}

diagnosis_step throttle_step(const facts& f, const evidence& e) {
  const auto who = names_of(f, e);
  const auto by_server = [&](const error& why) {
    auto step = from_error("throttle", why, who);
    step.state = diagnosis_step::verdict::note;
    return step;
  };
  if (const auto* last = last_login(e); last && last->failed && last->failed->code == errc::throttled)
    return by_server(*last->failed);
  if (const auto stop = stop_of(e); stop && is_limit(*stop)) {
    auto step = from_case("throttle", *stop->known, stop->why.detail, who);
    // What frees within minutes is nobody's fault; a day's quota is.
    if (stop->known->kind == "throttled")
      step.state = diagnosis_step::verdict::note;
    return step;
  }
  if (f.mailbox.last_error && f.mailbox.last_error->code == errc::throttled)
    return by_server(*f.mailbox.last_error);
  if (e.token && e.token->failed && e.token->failed->code == errc::throttled)
    return by_server(*e.token->failed);
  if (e.limits && e.limits->refused)
    return resting(*e.limits->refused, names_of_login(f, e));
  if (!e.login && !e.submission)
    return skipped("throttle", "no server was used");
  return good("throttle", "no server asked to slow down" + used_of_day(e));
}

} // namespace postroom::doctor
