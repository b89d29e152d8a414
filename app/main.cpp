#include "app/commands.hpp"
#include "app/version.hpp"

#include <CLI/CLI.hpp>

#include <iostream>

using namespace postroom::app;

namespace {

int run(int argc, char** argv) {
  CLI::App program{"Postroom: a mail gateway that turns shared mailboxes into a durable event log.\n"
                   "Exit status: 0 done, 1 failed (the reason is on stderr), 2 wrong configuration or arguments."};
  program.require_subcommand(1);
  program.set_help_all_flag("--help-all", "Help of all commands");

  serve_options serving;
  auto* serve_command = program.add_subcommand("serve", "Run the gateway until SIGINT or SIGTERM");
  serve_command->add_option("-c,--config", serving.config_file, "Configuration file")->capture_default_str();
  serve_command->add_option("--ready-file", serving.ready_file,
                            "Write {\"url\",\"token\",\"pid\"} here once all mailboxes are in step");

  demo_options showing;
  auto* demo_command = program.add_subcommand("demo", "Run a gateway with a built-in stand-in for Microsoft 365");
  demo_command->add_option("--directory", showing.directory, "Keep data here instead of in a temporary directory");
  demo_command->add_option("--ready-file", showing.ready_file,
                           "Write {\"url\",\"token\",\"pid\"} here once all mailboxes are in step");
  demo_command->add_option("--listen", showing.listen, "Address of the API; port 0 takes a free one")
      ->capture_default_str();
  demo_command->add_option("--mailboxes", showing.mailboxes, "Shared mailboxes to play")
      ->check(CLI::Range(1, 5000))
      ->capture_default_str();
  unsigned mail_every_ms = 1500;
  demo_command->add_option("--mail-every-ms", mail_every_ms, "A new mail arrives this often; 0: never")
      ->capture_default_str();
  unsigned run_for_s = 0;
  demo_command->add_option("--run-for-s", run_for_s, "End by itself after so many seconds; 0: never");

  check_options checking;
  auto* check_command = program.add_subcommand("check", "Read a configuration file and say what is wrong with it");
  check_command->add_option("-c,--config", checking.config_file, "Configuration file")->capture_default_str();

  auto* token_command = program.add_subcommand("token", "API tokens")->require_subcommand(1);
  token_options making;
  auto* create_command = token_command->add_subcommand("create", "Make a token and print it; the gateway must not run");
  create_command->add_option("-c,--config", making.config_file, "Configuration file")->capture_default_str();
  create_command->add_option("--note", making.note, "What the token is for");
  create_command->add_option("--tenant", making.tenant, "Only for this tenant; without: for all");
  create_command->add_option("--scope", making.scopes, "read, write or admin")->capture_default_str();
  int life_days = 0;
  create_command->add_option("--days", life_days, "Days until it expires; 0: never")->check(CLI::NonNegativeNumber);

  auto* version_command = program.add_subcommand("version", "Print the version");

  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return program.exit(e) == 0 ? 0 : 2;
  }
  if (*serve_command)
    return serve(serving);
  if (*demo_command) {
    showing.mail_every = std::chrono::milliseconds{mail_every_ms};
    showing.run_for = std::chrono::seconds{run_for_s};
    return demo(showing);
  }
  if (*check_command)
    return check(checking);
  if (*create_command) {
    making.life = std::chrono::days{life_days};
    return create_token(making);
  }
  if (*version_command)
    std::cout << "postroom " << version << "\n";
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& e) {
    std::cerr << "postroom: " << e.what() << "\n";
    return 1;
  }
}
