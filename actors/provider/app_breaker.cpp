#include "actors/provider/app_breaker.hpp"

#include "protocol/oauth2/refresh_plan.hpp"

#include <algorithm>

namespace postroom::provider {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t in_a_row = 3;
/// One probe for all grants costs little, and tokens end while nobody looks: the backoff stops at half a minute.
constexpr std::uint32_t backoff_steps = 6;

/// What a failure says of the application and the platform as a whole.
enum class sign : std::uint8_t {
  nothing,   ///< it may be anything
  well,      ///< the platform took the application and looked at the grant
  suspicion, ///< when it comes again and again
  fault,
};

sign sign_of(const oauth2::token_failure& why) {
  using oauth2::failure_class;
  switch (why.kind) {
  case failure_class::grant_dead:
  case failure_class::user_must_act:
  case failure_class::policy:
    return sign::well;
  case failure_class::app_broken:
    // The words of RFC 6749 §5.2 that one grant's token or scope may cause, too.
    return why.error == "invalid_grant" || why.error == "invalid_request" || why.error == "invalid_scope"
               ? sign::suspicion
               : sign::fault;
  case failure_class::transient:
    break;
  }
  if (why.http_status != 429 && why.http_status < 500)
    return sign::nothing;
  return why.retry_after ? sign::fault : sign::suspicion;
}

} // namespace

app_breaker::advice app_breaker::may_ask(mono_time now) {
  if (!refusal_)
    return advice::ask;
  if (retry_at_ && now < *retry_at_)
    return advice::refuse;
  probing_ = true;
  retry_at_ = now + probe_limit;
  return advice::probe;
}

bool app_breaker::failed(const oauth2::token_failure& why, mono_time now, double chance) {
  const bool was_open = open();
  const bool straggler = was_open && !probing_;
  probing_ = false;
  const auto says = sign_of(why);
  if (says == sign::well) {
    worked();
    return false;
  }
  if (says == sign::nothing)
    return false;
  // Those under way when it opened say again what is known: they count only for how long to wait.
  if (straggler) {
    if (why.retry_after)
      put_off(now + *why.retry_after);
    return false;
  }
  ++failures_;
  if (!was_open && says == sign::suspicion && failures_ < in_a_row)
    return false;
  refusal_ = oauth2::to_error(why);
  retry_at_ = now + oauth2::retry_delay(why, was_open ? std::min(failures_, backoff_steps) : 1, chance).value_or(5min);
  return !was_open;
}

bool app_breaker::worked() {
  const bool was_open = open();
  refusal_.reset();
  retry_at_.reset();
  failures_ = 0;
  probing_ = false;
  return was_open;
}

void app_breaker::put_off(mono_time until) {
  retry_at_ = std::max(retry_at_.value_or(until), until);
}

} // namespace postroom::provider
