#include "actors/provider/parts.hpp"
#include "actors/provider/platform.hpp"
#include "actors/provider/questions.hpp"
#include "actors/sign_in_failure.hpp"
#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "protocol/oauth2/device_code.hpp"

#include <algorithm>

/// Sign-in on another device (RFC 8628): the platform is asked again and again until the person is done.
namespace postroom::provider {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t devices_max = 50;
/// How long an outcome can be asked for.
constexpr auto remembered = 10min;

void poll(self_pointer self, const std::string& id);

void poll_later(self_pointer self, const std::string& id, std::chrono::seconds in) {
  self->delayed_send(self, in, resumed{[self, id] { poll(self, id); }});
}

/// Whoever waits for the events hears of it as of a sign-in in the browser.
void announce_failure(self_pointer self, const std::string& id, const begin_device_sign_in& wish, const error& why) {
  const auto& s = self->state;
  records::SignIn what;
  what.set_id(id);
  what.set_tenant(s.config->tenant());
  what.set_provider(s.config->id());
  what.set_grant(wish.grant);
  what.set_delegate(wish.delegate);
  what.set_purpose("sign_in");
  std::vector<storage::operation> change{sign_in_failure_event(what, why, s.world->time.now())};
  commit(self, std::move(change), s.config->id(), [self](const result<void>& done) {
    if (done)
      self->state.world->metrics.mailbox.event("provider.sign_in_failed");
    else
      log::error("provider.sign_in_failure_not_told",
                 {{"provider", self->state.config->id()}, {"why", to_string(done.error())}});
  });
}

void finish(self_pointer self, const std::string& id, const result<signed_in>& outcome) {
  const auto found = self->state.devices.find(id);
  if (found == self->state.devices.end())
    return;
  auto& shown = found->second.shown;
  found->second.device_code = {};
  if (outcome) {
    shown.state = device_sign_in::progress::done;
    shown.outcome = *outcome;
  } else {
    shown.state = device_sign_in::progress::failed;
    shown.failure = outcome.error();
    announce_failure(self, id, found->second.wish, outcome.error());
  }
  self->delayed_send(self, remembered, resumed{[self, id] { self->state.devices.erase(id); }});
}

void on_refusal(self_pointer self, const std::string& id, const oauth2::token_failure& failure) {
  auto& device = self->state.devices.at(id);
  switch (oauth2::advice_of(failure)) {
  case oauth2::poll_advice::slow_down:
    device.interval += 5s; // RFC 8628 §3.5
    [[fallthrough]];
  case oauth2::poll_advice::go_on:
    poll_later(self, id, device.interval);
    return;
  case oauth2::poll_advice::over:
    finish(self, id, oauth2::to_error(failure));
  }
}

void on_answer(self_pointer self, const std::string& id, const oauth2::endpoints& where, exchange& outcome) {
  const auto found = self->state.devices.find(id);
  if (found == self->state.devices.end())
    return;
  if (auto* given = std::get_if<oauth2::token_answer>(&outcome)) {
    const auto scope = consent_scope_of(*self->state.config, where);
    accept_sign_in(self, where,
                   {found->second.wish.delegate,
                    found->second.wish.grant,
                    {},
                    scope ? *scope : std::string{},
                    std::make_shared<oauth2::token_answer>(std::move(*given))},
                   [self, id](const result<signed_in>& done) { finish(self, id, done); });
  } else if (const auto* failure = std::get_if<oauth2::token_failure>(&outcome)) {
    on_refusal(self, id, *failure);
  } else {
    poll_later(self, id, found->second.interval); // not reached: the code is still good
  }
}

void poll(self_pointer self, const std::string& id) {
  auto& s = self->state;
  const auto found = s.devices.find(id);
  if (found == s.devices.end())
    return;
  if (s.world->time.now() >= found->second.shown.expires) {
    finish(self, id, fail(errc::timeout, "nobody signed in before the code ran out"));
    return;
  }
  const auto where = endpoints_now(s, {});
  if (!where) {
    finish(self, id, where.error());
    return;
  }
  auto make = [endpoint = where->token, code = found->second.device_code](const oauth2::client_identity& who) {
    return oauth2::make_request(endpoint, who, oauth2::device_code_grant{code}, random_uuid());
  };
  ask_token_endpoint(self, where->token, std::move(make),
                     [self, id, where = *where](exchange& outcome) { on_answer(self, id, where, outcome); });
}

result<device_sign_in> take_in(self_pointer self, const begin_device_sign_in& wish,
                               const result<net::http_answer>& answer) {
  if (!answer)
    return answer.error();
  auto& s = self->state;
  const oauth2::http_answer view{answer->status, answer->header("retry-after"), answer->body.expose()};
  auto parsed = oauth2::parse_device_answer(view, s.world->time.now());
  if (const auto* failure = std::get_if<oauth2::token_failure>(&parsed))
    return oauth2::to_error(*failure);
  auto& given = std::get<oauth2::device_authorization>(parsed);
  device_entry entry;
  entry.shown.id = base64url_encode(random_string(16));
  entry.shown.user_code = given.user_code;
  entry.shown.verification_uri = given.verification_uri;
  entry.shown.message = given.message;
  entry.shown.expires = s.world->time.now() + given.expires_in;
  entry.wish = wish;
  entry.device_code = std::move(given.device_code);
  entry.interval = given.interval;
  auto shown = entry.shown;
  poll_later(self, shown.id, entry.interval);
  s.devices.emplace(shown.id, std::move(entry));
  return shown;
}

void ask_device_code(self_pointer self, const begin_device_sign_in& wish, const oauth2::endpoints& where,
                     caf::typed_response_promise<device_sign_in> promise) {
  auto& s = self->state;
  const auto scope = consent_scope_of(*s.config, where);
  auto question =
      !scope ? result<oauth2::http_request>{scope.error()}
      : where.device_authorization.empty()
          ? result<oauth2::http_request>{fail(errc::invalid_argument, "the platform has no sign-in on another device")}
          : oauth2::make_device_request(where.device_authorization, s.config->application_id(), *scope, random_uuid());
  if (!question) {
    promise.deliver(to_caf(question.error()));
    return;
  }
  send(self, outward(*s.config, std::move(*question), s.world->keys),
       [self, wish, promise](result<net::http_answer>& answer) mutable {
         auto begun = take_in(self, wish, answer);
         if (begun)
           promise.deliver(std::move(*begun));
         else
           promise.deliver(to_caf(begun.error()));
       });
}

} // namespace

void begin_device(self_pointer self, const begin_device_sign_in& wish,
                  caf::typed_response_promise<device_sign_in> promise) {
  if (self->state.devices.size() >= devices_max) {
    promise.deliver(to_caf(fail(errc::busy, "too many sign-ins on other devices are under way")));
    return;
  }
  with_endpoints(self, {}, [self, wish, promise](const result<oauth2::endpoints>& where) mutable {
    if (where)
      ask_device_code(self, wish, *where, std::move(promise));
    else
      promise.deliver(to_caf(where.error()));
  });
}

caf::result<device_sign_in> show_device(const state& s, const ask_device_sign_in& wish) {
  const auto found = s.devices.find(wish.id);
  if (found == s.devices.end())
    return to_caf(fail(errc::not_found, "there is no such sign-in: it is over, or the gateway was started anew"));
  return found->second.shown;
}

} // namespace postroom::provider
