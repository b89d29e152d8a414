#pragma once

#include "app/cli/session.hpp"

#include <CLI/CLI.hpp>

#include <functional>
#include <memory>
#include <string>
#include <utility>

/// How a command of the gateway's API enters the program: options, help, and what runs once all is parsed.
namespace postroom::app::cli {

/// What a command is registered with. Lives as long as the program.
struct command_shelf {
  const surroundings& world;
  /// Set by the command that was chosen.
  std::function<int()> chosen;
};

/// A command at the end of a path, with one example in its help.
inline CLI::App& add_leaf(CLI::App& parent, const std::string& name, const std::string& description,
                          const std::string& example) {
  auto& leaf = *parent.add_subcommand(name, description);
  leaf.footer("\nExample: " + example);
  return leaf;
}

/// `options` derives from common_options; `run` gets a session that works.
template <class Options>
void on_run(command_shelf& shelf, CLI::App& leaf, std::shared_ptr<Options> options,
            exit_code (*run)(session&, const Options&)) {
  add_common_options(leaf, *options);
  leaf.callback([&shelf, options = std::move(options), run] {
    shelf.chosen = [&shelf, options, run] {
      session live{shelf.world, *options};
      return static_cast<int>(live ? run(live, *options) : live.failed_with());
    };
  });
}

void add_object_commands(CLI::App& program, command_shelf& shelf);
/// `status`, `activate`, `deactivate` beside what every kind of object has.
void add_account_commands(CLI::App& account, command_shelf& shelf);
/// `import` and `export`.
void add_account_transfer(CLI::App& account, command_shelf& shelf);
void add_provider_lint(CLI::App& provider, command_shelf& shelf);
/// `authenticate` and `admin-consent`.
void add_provider_sign_in(CLI::App& provider, command_shelf& shelf);
/// `status`, `update-secret`, `update-certificate`.
void add_provider_credentials(CLI::App& provider, command_shelf& shelf);
/// `status` and `revoke`.
void add_grant_commands(CLI::App& grant, command_shelf& shelf);
void add_authorize_command(CLI::App& program, command_shelf& shelf);
/// `list` and `revoke`.
void add_token_commands(CLI::App& token, command_shelf& shelf);
void add_event_commands(CLI::App& program, command_shelf& shelf);
void add_outbox_commands(CLI::App& program, command_shelf& shelf);
void add_outbox_send(CLI::App& outbox, command_shelf& shelf);
void add_health_command(CLI::App& program, command_shelf& shelf);
/// The table of known errors; needs no running gateway.
void add_explain_command(CLI::App& program, command_shelf& shelf);
void add_doctor_command(CLI::App& program, command_shelf& shelf);
/// `serve`, `demo`, `check`, `version`: what needs no running gateway. `token create` does both.
void add_local_commands(CLI::App& program, command_shelf& shelf);
void add_sim_command(CLI::App& program, command_shelf& shelf);
void add_token_create(CLI::App& token, command_shelf& shelf);

} // namespace postroom::app::cli
