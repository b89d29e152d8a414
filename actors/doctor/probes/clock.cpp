#include "actors/doctor/probes/probes.hpp"
#include "actors/provider/questions.hpp"
#include "protocol/http/date.hpp"
#include "protocol/http/url.hpp"

namespace postroom::doctor {

/// Any answer will do, a refusal, too: its Date header tells the platform's time.
void ask_clock(self_pointer self) {
  auto& s = self->state;
  seen_clock began;
  if (const auto where = http::parse_url(s.known.discovery))
    began.host = where->host;
  s.seen.time = began;
  auto request = provider::outward_get(*s.known.provider, s.known.discovery, s.world->keys);
  if (!request)
    return give_up(s, request.error());
  const reporter report{self};
  s.world->http.send(std::move(*request), s.known.provider->ca_file(), [report](result<net::http_answer> got) {
    if (!got) {
      report([why = got.error()](state& to) { give_up(to, why); });
      return;
    }
    report([told = http::parse_date(got->header("date"))](state& to) {
      if (told)
        to.seen.time->ahead = std::chrono::round<std::chrono::seconds>(to.world->time.now() - *told);
      finish(to);
    });
  });
}

} // namespace postroom::doctor
