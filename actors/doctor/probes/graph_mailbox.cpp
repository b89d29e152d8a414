#include "actors/doctor/probes/probes.hpp"
#include "actors/provider/questions.hpp"
#include "protocol/graph/failure.hpp"
#include "protocol/http/url.hpp"

namespace postroom::doctor {
namespace {

seen_over_graph read(const net::http_answer& answer) {
  seen_over_graph out;
  out.status = answer.status;
  out.opened = answer.status == 200;
  if (!out.opened)
    out.failed = graph::to_error(graph::read_failure(answer.status, answer.body.expose()));
  return out;
}

} // namespace

/// Whether the inbox is there for this sign-in; nothing of its content is asked for.
void ask_graph(self_pointer self) {
  auto& s = self->state;
  auto url = s.known.graph_root + "/v1.0/users/" + http::percent_encode(s.known.mailbox_user) +
             "/mailFolders/inbox?$select=id";
  auto request = provider::outward_get(*s.known.provider, std::move(url), s.world->keys);
  if (!request)
    return give_up(s, request.error());
  request->headers.emplace_back("Authorization", "Bearer " + s.graph_token.expose());
  const reporter report{self};
  s.world->http.send(std::move(*request), s.known.provider->ca_file(), [report](result<net::http_answer> got) {
    if (!got) {
      report([why = got.error()](state& to) { give_up(to, why); });
      return;
    }
    report([seen = read(*got)](state& to) {
      to.seen.graph = seen;
      finish(to);
    });
  });
}

} // namespace postroom::doctor
