#include "app/cli/program.hpp"

#include "app/cli/command.hpp"
#include "app/cli/http_port.hpp"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <thread>

namespace postroom::app::cli {
namespace {

template <class Visit>
void visit_leaves(const CLI::App& of, const std::string& path, const Visit& visit) {
  const auto below = of.get_subcommands(nullptr);
  if (below.empty())
    visit(of, path);
  for (const auto* each : below)
    visit_leaves(*each, path.empty() ? each->get_name() : path + ' ' + each->get_name(), visit);
}

} // namespace

program::program(const surroundings& world)
    : shelf_(std::make_unique<command_shelf>(command_shelf{world, {}})),
      root_(std::make_unique<CLI::App>("Postroom: a mail gateway that turns shared mailboxes into a durable event log.",
                                       "postroom")) {
  root_->require_subcommand(1);
  add_local_commands(*root_, *shelf_);
  add_sim_command(*root_, *shelf_);
  add_health_command(*root_, *shelf_);
  add_explain_command(*root_, *shelf_);
  add_doctor_command(*root_, *shelf_);
  add_object_commands(*root_, *shelf_);
  add_authorize_command(*root_, *shelf_);
  auto& token = *root_->add_subcommand("token", "API tokens")->require_subcommand(1);
  add_token_create(token, *shelf_);
  add_token_commands(token, *shelf_);
  add_event_commands(*root_, *shelf_);
  add_outbox_commands(*root_, *shelf_);
  // At the end: commands inherit flag and footer of what they are added to.
  root_->set_help_all_flag("--help-all", "Help of all commands");
  root_->footer("\n" + std::string{exit_codes_help} +
                "\nHelp of one command: postroom provider add --help. All of them: postroom --help-all.");
}

program::~program() = default;

int program::run(std::vector<std::string> arguments) {
  const auto& world = shelf_->world;
  std::ranges::reverse(arguments); // as CLI11 wants it
  try {
    root_->parse(std::move(arguments));
  } catch (const CLI::CallForAllHelp&) {
    world.out << help_of_all();
    return 0;
  } catch (const CLI::ParseError& e) {
    return root_->exit(e, world.out, world.err) == 0 ? 0 : static_cast<int>(exit_code::wrong_usage);
  }
  const int status = shelf_->chosen ? shelf_->chosen() : static_cast<int>(exit_code::wrong_usage);
  // Half a table in a file on a full disk must not look like a whole one.
  if (world.out.flush() || status != 0)
    return status;
  world.err << "postroom: the output could not be written; what is there is not complete\n";
  return static_cast<int>(exit_code::failed);
}

std::vector<std::string> program::command_paths() const {
  std::vector<std::string> paths;
  visit_leaves(*root_, {}, [&](const CLI::App&, const std::string& path) { paths.push_back(path); });
  return paths;
}

std::string program::help_of_all() const {
  std::string all = root_->help();
  visit_leaves(*root_, {}, [&](const CLI::App& leaf, const std::string& path) {
    all += "\n== postroom " + path + "\n";
    const auto parent = path.rfind(' ');
    all += leaf.help(parent == std::string::npos ? "postroom" : "postroom " + path.substr(0, parent));
  });
  return all;
}

int run_program(int argc, char** argv) {
  const system_clock time;
  const surroundings world{
      std::cin,
      std::cout,
      std::cerr,
      time,
      [](const char* name) {
        const char* value = std::getenv(name); // NOLINT(concurrency-mt-unsafe): one thread, nobody sets
        return std::string{value ? value : ""};
      },
      make_http_port,
      [](std::chrono::milliseconds pause) { std::this_thread::sleep_for(pause); },
  };
  program all{world};
  return all.run({argv + 1, argv + argc});
}

} // namespace postroom::app::cli
