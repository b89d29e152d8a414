#include "tests/actors/support/pretended_smtp.hpp"

#include <algorithm>
#include <utility>

namespace postroom {
namespace {

using smtp_session = pretended_smtp::session;
using mood = pretended_smtp::mood;

void take(smtp_session& to) {
  if (to.served->verdict.positive())
    to.served->mails.push_back(to.mail);
}

class pretended_smtp_link final : public net::smtp_link {
public:
  explicit pretended_smtp_link(std::shared_ptr<smtp_session> s) : session_(std::move(s)) {}
  ~pretended_smtp_link() override { session_->ear.reset(); }

  void begin(smtp::envelope what) override {
    auto& s = *session_;
    if (!s.open())
      return;
    s.mail = {std::move(what), {}, {}};
    if (s.served->mood == mood::holds_envelope)
      return;
    smtp::envelope_outcome outcome;
    outcome.sender = s.served->sender;
    if (!s.served->sender.positive()) {
      s.ear->on_envelope(outcome);
      return;
    }
    for (const auto& each : s.mail.envelope.recipients) {
      if (s.mail.recipients.size() >= s.served->recipients_max) {
        outcome.recipients.push_back({452, smtp::enhanced_status{4, 5, 3}, "Too many recipients"});
        continue;
      }
      const auto found = s.served->refused.find(each);
      outcome.recipients.push_back(found == s.served->refused.end() ? smtp::reply{250, {}, "OK"} : found->second);
      if (found == s.served->refused.end())
        s.mail.recipients.push_back(each);
    }
    s.ear->on_envelope(outcome);
  }
  void begin_body() override { wanted(); }
  void body(std::string octets) override {
    session_->mail.body += octets;
    wanted();
  }
  void end_body() override {
    auto& s = *session_;
    if (!s.open() || s.served->mood == mood::holds_verdict)
      return;
    if (s.served->mood == mood::loses_verdict) {
      take(s);
      pretended_smtp::drop(s, fail(errc::connection_lost, "gone"));
    } else {
      pretended_smtp::answer_verdict(s);
    }
  }
  void reset() override {
    ++session_->served->resets;
    if (session_->open())
      session_->ear->on_reset();
  }
  void close() override { pretended_smtp::drop(*session_, fail(errc::cancelled, "closed")); }

private:
  void wanted() {
    if (session_->open())
      session_->ear->on_body_wanted();
  }
  std::shared_ptr<smtp_session> session_;
};

} // namespace

std::unique_ptr<net::smtp_link> pretended_smtp::open(net::smtp_target target,
                                                     std::shared_ptr<net::smtp_link_listener> ear) {
  auto& served = accounts[target.session.user];
  ++served.dialled;
  served.tokens.emplace_back(target.session.token_or_password.expose());
  auto made = std::make_shared<smtp_session>();
  made->target = std::move(target);
  made->ear = std::move(ear);
  made->served = &served;
  sessions.push_back(made);
  if (served.mood == mood::refuses)
    drop(*made, fail(errc::connect_failed, "refused"), smtp::phase::greeting);
  else if (served.login_refused) {
    const auto& known = smtp::case_of(smtp::phase::login, *served.login_refused);
    const auto listener = std::exchange(made->ear, nullptr);
    listener->on_closed({known.code, to_string(*served.login_refused), known.key}, smtp::phase::login,
                        served.login_refused);
  } else if (served.mood == mood::rejects_login)
    drop(*made, fail(errc::auth_rejected, "535 5.7.3 Authentication unsuccessful"), smtp::phase::login);
  else if (served.mood != mood::silent)
    made->ear->on_ready({.greeted_as = "smtp.example.com"});
  return std::make_unique<pretended_smtp_link>(std::move(made));
}

std::size_t pretended_smtp::open_count() const {
  return static_cast<std::size_t>(
      std::count_if(sessions.begin(), sessions.end(), [](const auto& each) { return each->open(); }));
}

void pretended_smtp::answer_verdict(smtp_session& of) {
  take(of);
  of.ear->on_message_done(smtp::phase::message, of.served->verdict);
}

void pretended_smtp::drop(smtp_session& which, error why, smtp::phase where) {
  if (const auto ear = std::exchange(which.ear, nullptr))
    ear->on_closed(why, where, {});
}

} // namespace postroom
