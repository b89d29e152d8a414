#pragma once

#include "app/cli/session.hpp"

#include <memory>
#include <string>
#include <vector>

/// `postroom …` as a whole: all commands, their help, and running the one that was chosen.
namespace postroom::app::cli {

struct command_shelf;

class program {
public:
  /// `world` must outlive it.
  explicit program(const surroundings& world);
  ~program();

  /// Without the program's own name. The exit status. Once.
  [[nodiscard]] int run(std::vector<std::string> arguments);

  /// `provider add`, … in the order of the help.
  [[nodiscard]] std::vector<std::string> command_paths() const;
  /// The help of every command, one after the other.
  [[nodiscard]] std::string help_of_all() const;

private:
  std::unique_ptr<command_shelf> shelf_;
  std::unique_ptr<CLI::App> root_;
};

/// The real surroundings: standard streams, the machine's clock and environment, HTTP.
[[nodiscard]] int run_program(int argc, char** argv);

} // namespace postroom::app::cli
