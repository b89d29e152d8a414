#include "app/cli/command.hpp"
#include "app/cli/text_table.hpp"

#include <ostream>

namespace postroom::app::cli {
namespace {

struct lint_options : common_options {
  std::string id;
};

exit_code lint(session& live, const lint_options& options) {
  api_call call;
  call.path = path_of({"providers", options.id, "lint"});
  if (live.json())
    return live.show(std::move(call));
  const auto answer = live.fetch(std::move(call));
  if (!answer)
    return live.failed_with();
  simdjson::dom::array warnings;
  const auto found = value_at(answer->root(), "warnings");
  if (!found || found->get(warnings) != simdjson::SUCCESS)
    return live.complain(fail(errc::protocol_violation, "the answer has no warnings; is this a Postroom gateway?"));
  auto& out = live.world().out;
  if (warnings.size() == 0)
    out << "provider " << harmless(options.id) << ": nothing to be seen\n";
  for (const auto each : warnings)
    out << harmless(text_at(each, "field")) << ' ' << harmless(text_at(each, "problem")) << "\n  "
        << harmless(text_at(each, "remedy")) << '\n';
  return exit_code::done;
}

} // namespace

void add_provider_lint(CLI::App& provider, command_shelf& shelf) {
  auto options = std::make_shared<lint_options>();
  auto& leaf = add_leaf(provider, "lint",
                        "Look a provider over for what is probably not meant: wrong ids, a secret's ID for its value, "
                        "dates, redirect URI, scopes. Asks nobody outside",
                        "postroom provider lint azure");
  leaf.add_option("id", options->id, "Its id")->type_name("ID")->required();
  on_run(shelf, leaf, options, lint);
}

} // namespace postroom::app::cli
