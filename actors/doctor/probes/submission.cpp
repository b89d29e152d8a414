#include "actors/doctor/probes/smtp_ear.hpp"
#include "actors/sending/sending.hpp"
#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "protocol/mime/compose.hpp"

namespace postroom::doctor {
namespace {

class text_sink final : public mime::byte_sink {
public:
  result<void> write(std::string_view octets) override {
    text += octets;
    return {};
  }
  std::string text;
};

result<std::string> compose_test(const facts& f) {
  mime::outgoing_message mail;
  mail.from.address = f.account.email();
  mail.to.emplace_back().address = f.send_test_to;
  mail.subject = "Postroom: test of " + f.account.email();
  mail.text = "This mail was sent by postroom doctor to find out whether the account " + f.account.id() +
              " can send as " + f.account.email() + ".\r\nNobody needs to answer it.\r\n";
  mail.headers.emplace_back("Auto-Submitted", "auto-generated");
  const auto at = f.account.email().rfind('@');
  const auto id = random_id128<blob_id>();
  mail.message_id = hex_encode({reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()}) +
                    f.account.email().substr(std::min(at, f.account.email().size()));
  mail.date = f.now;
  text_sink out;
  if (const auto done = mime::compose(mail, out); !done)
    return done.error();
  return std::move(out.text);
}

bool was_accepted(const seen_submission& seen) {
  return seen.mail_from && seen.mail_from->positive() && seen.recipient && seen.recipient->positive();
}

/// Without a wish for a test mail the mailbox itself is named as recipient, since an envelope has one; RSET takes it
/// all back.
void begin(state& s) {
  auto& seen = *s.seen.submission;
  seen.logged_in = true;
  smtp::envelope what;
  what.mail_from = seen.sender;
  what.recipients = {s.known.send_test_to.empty() ? seen.sender : s.known.send_test_to};
  what.size = s.test_mail ? s.test_mail->size() : 0;
  what.utf8 = mime::needs_utf8(what.mail_from) || mime::needs_utf8(what.recipients.front());
  if (s.smtp)
    s.smtp->begin(std::move(what));
}

void note_envelope(state& s, const smtp::envelope_outcome& outcome) {
  auto& seen = *s.seen.submission;
  seen.mail_from = outcome.sender;
  if (!outcome.recipients.empty())
    seen.recipient = outcome.recipients.front();
  if (outcome.refused) {
    const auto& known = smtp::case_of(*outcome.refused);
    seen.where = smtp::phase::sender;
    return give_up(s, {known.code, "the server cannot carry the mail", known.key});
  }
  if (!was_accepted(seen) || !s.smtp)
    return finish(s);
  if (s.test_mail)
    s.smtp->begin_body();
  else
    s.smtp->reset();
}

void feed(state& s) {
  const auto mail = std::exchange(s.test_mail, nullptr);
  if (!mail || !s.smtp)
    return;
  s.smtp->body(*mail);
  s.smtp->end_body();
}

void note_end(state& s, const error& why, smtp::phase where, const std::optional<smtp::reply>& last) {
  s.seen.submission->where = where;
  s.seen.submission->last = last;
  give_up(s, why);
}

/// Who logs in.
std::string user_of(const state& s) {
  const auto& delegate = s.seen.token->delegate;
  return s.sending.authenticates_as_delegate && !delegate.empty() ? delegate : s.sending.shared_user;
}

void open(self_pointer self) {
  auto& s = self->state;
  auto target = s.sending.target;
  target.session.user = user_of(s);
  target.session.token_or_password = s.token;
  auto& seen = s.seen.submission.emplace();
  seen.user = target.session.user;
  seen.sender = s.known.account.email();
  if (!s.known.send_test_to.empty()) {
    auto mail = compose_test(s.known);
    if (!mail)
      return give_up(s, mail.error());
    s.test_mail = std::make_shared<const std::string>(std::move(*mail));
    seen.mail_wanted = true;
  }
  smtp_ear::reactions then;
  then.ready = begin;
  then.envelope = note_envelope;
  then.body_wanted = feed;
  then.done = [](state& to, smtp::phase, const smtp::reply& answer) {
    to.seen.submission->verdict = answer;
    to.seen.submission->tested = answer.positive();
    finish(to);
  };
  then.reset = finish;
  then.closed = note_end;
  s.smtp = s.world->smtp.open(std::move(target), std::make_shared<smtp_ear>(reporter{self}, std::move(then)));
}

void ask_for_place(self_pointer self) {
  const want_connection wish{self->state.known.smtp.host, self->state.known.smtp.port};
  ask_within<ack>(self, self->state.world->admission, permit_limit, wish,
                  [](self_pointer me, const ack&) { open(me); });
}

} // namespace

void try_submission(self_pointer self) {
  const auto& s = self->state;
  const ask_identity who{sending::identity_name(s.sending.tenant, s.sending.provider_name, user_of(s))};
  ask_within<identity_status>(
      self, s.world->sending, answer_limit, who, [](self_pointer me, const identity_status& status) {
        me->state.seen.limits =
            seen_limits{status.refused, status.recipients_of_day, me->state.sending.rules.recipients_per_day};
        ask_for_place(me);
      });
}

} // namespace postroom::doctor
