#include "app/process.hpp"

#include <chrono>
#include <iostream>

/// `postroom_on_slow_disk serve -c FILE`: as `postroom serve`, but every sync of the store's log takes 200 ms.
int main(int argc, char** argv) {
  using namespace postroom;
  using namespace std::chrono_literals;
  const auto env = environment::load(".env");
  const auto config = argc == 4 && env ? app::load_configuration(argv[3], *env) : fail(errc::invalid_argument);
  if (!config) {
    std::cerr << to_string(config.error()) << "\n";
    return 2;
  }
  app::prepare_process();
  const system_clock time;
  if (!log::start(config->log, time))
    return 1;
  auto settings = app::settings_of(*config);
  settings.sync_delay_for_test = 200ms;
  auto gateway = app::gateway_process::start(*config, settings, time);
  if (!gateway) {
    std::cerr << to_string(gateway.error()) << "\n";
    return 1;
  }
  while (!app::end_wanted(1h, config->log.level)) {
  }
  (*gateway)->stop();
  log::stop();
  return 0;
}
