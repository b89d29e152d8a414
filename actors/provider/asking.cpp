#include "actors/provider/parts.hpp"
#include "actors/provider/questions.hpp"
#include "base/crypto.hpp"
#include "protocol/oauth2/device_code.hpp"
#include "storage/directory.hpp"

#include <utility>

/// What goes to the identity platform and comes back.
namespace postroom::provider {
namespace {

using namespace std::chrono_literals;

constexpr auto commit_limit = 2min;

/// A question under way: kept for the next credential.
struct attempt {
  std::string endpoint;
  question_maker make;
  exchange_taker then;
  mono_time sent{};
  std::shared_ptr<const records::Provider> with; ///< whose credential was used
};

void ask_with(self_pointer self, credential which, std::shared_ptr<attempt> what);

void give_up(const attempt& what, error why) {
  exchange outcome{std::move(why)};
  what.then(outcome);
}

void clear_previous(records::Provider& of, credential which) {
  if (which == credential::certificate) {
    of.clear_previous_certificate();
    of.clear_previous_certificate_key();
  } else {
    of.clear_previous_client_secret();
    of.clear_previous_client_secret_expires_ms();
  }
}

/// The previous credential has had its day. Nobody needs to begin anew for that, so nobody is told.
void retire_previous(self_pointer self, credential worked) {
  auto& s = self->state;
  const auto key = storage::key_of(*s.config);
  log::info("provider.previous_credential_retired", {{"tenant", s.config->tenant()}, {"provider", s.config->id()}});
  const provider_self me{self};
  storage::get<records::Provider>(s.world->store, key, [self, me, worked](auto got) {
    if (!got || !*got)
      return; // it is tried again after the next start
    tell(me, resumed{[self, worked, found = std::move(**got)] {
           auto record = found.value;
           clear_previous(record, worked);
           commit(self, {storage::put_config(record, found.rev)}, record.id(), [](const result<void>&) {});
         }});
  });
}

void show_breaker(const state& s, bool was_open) {
  if (s.breaker.open() && !was_open)
    s.world->metrics.token.breaker_opened();
  else if (was_open && !s.breaker.open())
    s.world->metrics.token.breaker_closed();
}

void on_answer(self_pointer self, credential which, const std::shared_ptr<attempt>& what,
               result<net::http_answer>& answer) {
  auto& s = self->state;
  s.world->metrics.token.asked(s.config->service(), s.world->time.ticks() - what->sent);
  const auto now = s.world->time.now();
  if (!answer) {
    s.breaker.unreachable();
    give_up(*what, answer.error());
    return;
  }
  const oauth2::http_answer view{answer->status, answer->header("retry-after"), answer->body.expose()};
  auto parsed = oauth2::parse_token_answer(view, now);
  const bool is_stale = what->with != s.config; // the credentials were changed meanwhile
  if (const auto* failure = std::get_if<oauth2::token_failure>(&parsed)) {
    if (is_stale) {
      ask_with(self, s.credentials->pick(now), what);
      return;
    }
    if (s.credentials->refused(which, *failure, now)) {
      log::warning("provider.credential_refused", {{"tenant", s.config->tenant()},
                                                   {"provider", s.config->id()},
                                                   {"which", to_string(which)},
                                                   {"detail", oauth2::describe(*failure)}});
      ask_with(self, s.credentials->pick(now), what);
      return;
    }
    const bool was_open = s.breaker.open();
    // "Not yet" to who waits for another device is no fault at all.
    if (oauth2::advice_of(*failure) != oauth2::poll_advice::go_on)
      (void)s.breaker.failed(*failure, s.world->time.ticks(), chance(self));
    show_breaker(s, was_open);
    exchange outcome{*failure};
    what->then(outcome);
    return;
  }
  if (!is_stale && s.credentials->worked(which, now))
    retire_previous(self, which);
  const bool was_open = s.breaker.open();
  (void)s.breaker.worked();
  show_breaker(s, was_open);
  exchange outcome{std::move(std::get<oauth2::token_answer>(parsed))};
  what->then(outcome);
}

void ask_with(self_pointer self, credential which, std::shared_ptr<attempt> what) {
  auto& s = self->state;
  const auto who = identity_with(*s.config, which, what->endpoint, s.world->keys, s.world->time.now());
  if (!who) {
    s.breaker.unreachable();
    give_up(*what, who.error());
    return;
  }
  auto question = what->make(*who);
  if (!question) {
    s.breaker.unreachable();
    give_up(*what, question.error());
    return;
  }
  what->sent = s.world->time.ticks();
  what->with = s.config;
  send(self, outward(*s.config, std::move(*question), s.world->keys),
       [self, which, what](result<net::http_answer>& answer) { on_answer(self, which, what, answer); });
}

} // namespace

double chance(self_pointer self) {
  return std::uniform_real_distribution<double>{}(self->state.random);
}

void send(self_pointer self, result<net::http_request> request, answer_taker then) {
  const provider_self me{self};
  auto bring = [me, then = std::move(then)](result<net::http_answer> answer) {
    auto shared = std::make_shared<result<net::http_answer>>(std::move(answer));
    tell(me, resumed{[shared, then] { then(*shared); }});
  };
  if (!request)
    bring(request.error());
  else
    self->state.world->http.send(std::move(*request), self->state.config->ca_file(), std::move(bring));
}

void ask_token_endpoint(self_pointer self, std::string endpoint, question_maker make, exchange_taker then) {
  auto what = std::make_shared<attempt>(attempt{std::move(endpoint), std::move(make), std::move(then), {}, {}});
  ask_with(self, self->state.credentials->pick(self->state.world->time.now()), std::move(what));
}

void commit(self_pointer self, std::vector<storage::operation> operations, const std::string& relies_on,
            std::function<void(const result<void>&)> then) {
  auto& s = self->state;
  auto batch = std::make_shared<storage::batch>();
  batch->id = random_id128<batch_id>();
  batch->relies_on.push_back(s.world->owned.fence_of(relies_on));
  batch->operations = std::move(operations);
  self->request(s.world->archive, commit_limit, commit_request{std::move(batch)})
      .then(
          [then](const commit_answer& done) {
            if (done.result->outcome == storage::outcome::committed)
              then(result<void>{});
            else
              then(done.result->error.value_or(fail(errc::conflict, "it was changed in between")));
          },
          [then](const caf::error& e) { then(from_caf(e)); });
}

} // namespace postroom::provider
