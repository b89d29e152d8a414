#include "app/cli/command.hpp"

namespace postroom::app::cli {
namespace {

struct account_options : common_options {
  std::string id;
};

exit_code status(session& live, const account_options& options) {
  api_call call;
  call.path = path_of({"accounts", options.id, "status"});
  return live.show(std::move(call));
}

exit_code switch_to(session& live, const account_options& options, bool active) {
  api_call call;
  call.method = "PATCH";
  call.path = path_of({"accounts", options.id});
  call.headers.emplace_back("If-Match", "*");
  call.body = active ? R"({"active":true})" : R"({"active":false})";
  // Saying it twice changes nothing.
  call.repeatable = true;
  if (live.json())
    return live.show(std::move(call));
  return live.perform(std::move(call), "account " + options.id + (active ? " is active" : " is not active"));
}

exit_code activate(session& live, const account_options& options) {
  return switch_to(live, options, true);
}

exit_code deactivate(session& live, const account_options& options) {
  return switch_to(live, options, false);
}

} // namespace

void add_account_commands(CLI::App& account, command_shelf& shelf) {
  const auto add = [&](const char* name, const char* description, exit_code (*run)(session&, const account_options&)) {
    auto options = std::make_shared<account_options>();
    auto& leaf = add_leaf(account, name, description, std::string{"postroom account "} + name + " support");
    leaf.add_option("id", options->id, "Its id")->type_name("ID")->required();
    on_run(shelf, leaf, options, run);
  };
  add("status", "Show where the mailbox stands: its state, the last error, who must act", status);
  add("activate", "Let the gateway read this mailbox", activate);
  add("deactivate", "Let the gateway leave this mailbox alone; what it has stays", deactivate);
}

} // namespace postroom::app::cli
