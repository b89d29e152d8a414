#pragma once

#include "sim/scenario.hpp"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

/// The commands behind `postroom …` that need no running gateway; those that ask one are in app/cli/. Each returns the
/// process's exit status: 0 done, 1 failed (the reason is on stderr), 2 the configuration is wrong.
namespace postroom::app {

struct serve_options {
  std::filesystem::path config_file = "postroom.toml";
  std::filesystem::path ready_file;
};
[[nodiscard]] int serve(const serve_options& options);

struct check_options {
  std::filesystem::path config_file = "postroom.toml";
};
/// Reads the configuration and the files it names and says what is wrong with them; then what it probably does not
/// mean, as warnings.
[[nodiscard]] int check(const check_options& options);

struct token_options {
  std::filesystem::path config_file = "postroom.toml";
  std::string note;
  std::string tenant; ///< empty: all
  std::vector<std::string> scopes{"read"};
  std::chrono::days life{0}; ///< 0: for ever
};
/// Makes an API token and prints it. Of the configuration only where the store is counts. The gateway must not run on
/// the same data meanwhile.
[[nodiscard]] int create_token(const token_options& options);

/// One for each provider, and what one process plays without effort.
inline constexpr std::size_t demo_mailboxes_min = 3;
inline constexpr std::size_t demo_mailboxes_max = 5000;
struct demo_options {
  std::filesystem::path directory; ///< empty: a temporary one, removed at the end
  std::filesystem::path ready_file;
  std::string listen = "127.0.0.1:0";
  std::size_t mailboxes = 50; ///< of all tenants together
  std::chrono::milliseconds mail_every{1500};
  std::chrono::seconds run_for{0}; ///< 0: until interrupted
};
[[nodiscard]] int demo(const demo_options& options);

struct sim_options {
  sim::scenario plan;
  std::filesystem::path ready_file;
  std::filesystem::path gateway_config;          ///< empty: none is written
  std::string gateway_listen = "127.0.0.1:8025"; ///< of that gateway
  std::chrono::seconds run_for{0};               ///< 0: until interrupted
};
/// Runs the stand-in for Microsoft 365 alone.
[[nodiscard]] int simulate(const sim_options& options);

} // namespace postroom::app
