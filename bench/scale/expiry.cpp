#include "bench/event_reader.hpp"
#include "bench/scale/event_streams.hpp"
#include "bench/scale/phases.hpp"

#include <stdexcept>

namespace postroom::bench::scale {
namespace {

using namespace std::chrono_literals;

constexpr double mails_per_s = 5;

} // namespace

figures expiry(const plan& with) {
  office world{{with.measured, with.mailboxes, 10, 10, 20, with.token_life}};
  say("connecting " + std::to_string(with.mailboxes) + " mailboxes with tokens of " +
      std::to_string(with.token_life.count()) + " s");
  const auto program = world.start_gateway("expiry", with.mailboxes);
  (void)world.await_idle("connecting all mailboxes", with.mailboxes, 300s);
  program->await_ready(60s);
  const auto begin = world.stand_in().stats();
  world.stand_in().reset_peaks();
  const auto span = with.token_life + with.token_life / 2;
  const auto mails = static_cast<std::size_t>(mails_per_s * static_cast<double>(span.count()));
  event_streams events{program->api(), world.tenants(), mails};
  say("tokens expire for " + std::to_string(span.count()) + " s");
  const auto sent = deliver_evenly(world, world.mailboxes(with.mailboxes), 0, mails, mails_per_s);
  for (int i = 0; i < 60 && events.seen() < mails; ++i)
    rest(500ms);
  rest(2s); // for those that would come twice
  const auto end = world.stand_in().stats();
  if (end.connects - begin.connects < with.mailboxes)
    throw std::runtime_error("not every mailbox has moved to a new token");
  std::vector<double> took;
  for (std::size_t i = 0; i < mails; ++i)
    if (events.times()[i] != 0)
      took.push_back(static_cast<double>(events.times()[i] - sent[i]) * 1e-6);
  program->stop();
  return {{"expiry_peak_per_s", static_cast<double>(end.connects_peak_per_s)},
          {"expiry_connects", static_cast<double>(end.connects - begin.connects)},
          {"out_of_step_max_s", end.not_idle_longest_s},
          {"expiry_p99_ms", percentile(took, 99)},
          {"expiry_lost", static_cast<double>(mails - took.size())},
          {"expiry_doubled", static_cast<double>(events.doubled())}};
}

} // namespace postroom::bench::scale
