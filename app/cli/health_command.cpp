#include "app/cli/command.hpp"

#include <ostream>

namespace postroom::app::cli {
namespace {

/// /readyz answers 503 with the same document when the gateway is not ready.
exit_code health(session& live, const common_options&) {
  api_call call;
  call.path = "/readyz";
  call.of_tenant = false;
  call.once = true;
  const auto answer = live.send(std::move(call));
  if (!answer) {
    static_cast<void>(live.complain(answer.error()));
    return exit_code::not_reachable;
  }
  const auto document = json_document::parse(answer->body);
  if (!document || !value_at(document->root(), "ready")) {
    static_cast<void>(live.complain(*answer));
    return exit_code::not_reachable;
  }
  if (live.json())
    live.world().out << one_line(document->root()) << '\n';
  else
    print_object(live.world().out, document->root(), live.world().time.now());
  return answer->good() ? exit_code::done : exit_code::not_reachable;
}

} // namespace

void add_health_command(CLI::App& program, command_shelf& shelf) {
  auto& leaf = add_leaf(program, "health", "Ask whether the gateway is ready: status 0, or 6 if not. Needs no token",
                        "postroom health --timeout 3");
  on_run(shelf, leaf, std::make_shared<common_options>(), health);
}

} // namespace postroom::app::cli
