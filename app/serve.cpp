#include "app/commands.hpp"
#include "app/process.hpp"
#include "app/ready_file.hpp"

#include "api/access_tokens.hpp"
#include "base/environment.hpp"

#include <iostream>

namespace postroom::app {
namespace {

using namespace std::chrono_literals;

int complain(const error& why, int status = 1) {
  std::cerr << "postroom: " << why.detail << "\n"
            << "  " << to_string(why.code) << ": " << meaning(why.code) << "\n"
            << "  what to do: " << remedy(why.code) << "\n";
  return status;
}

result<configuration> load(const std::filesystem::path& file) {
  auto env = environment::load(file.parent_path() / ".env");
  if (!env)
    return env.error();
  return load_configuration(file, *env);
}

} // namespace

int serve(const serve_options& options) {
  auto config = load(options.config_file);
  if (!config)
    return complain(config.error(), 2);
  prepare_process();
  const system_clock time;
  if (auto logging = log::start(config->log, time); !logging)
    return complain(logging.error());
  auto process = gateway_process::start(*config, settings_of(*config), time);
  if (!process) {
    log::error("gateway.not_started", {{"code", to_string(process.error().code)}, {"detail", process.error().detail}});
    log::stop();
    return complain(process.error());
  }
  auto& gateway = **process;
  bool announced = options.ready_file.empty();
  while (!end_wanted(announced ? 1h : 100ms, config->log.level)) {
    if (announced)
      continue;
    const auto seen = gateway.node().look(1s);
    if (!seen || !seen->configuration_loaded || seen->in_step < seen->mailboxes)
      continue;
    auto token = gateway.make_token("ready file");
    if (token && write_ready_file(options.ready_file, gateway.url(), *token))
      announced = true;
  }
  log::info("gateway.stopping", {});
  gateway.stop();
  log::info("gateway.stopped", {});
  log::stop();
  return 0;
}

int check(const check_options& options) {
  auto config = load(options.config_file);
  if (!config)
    return complain(config.error(), 2);
  std::cout << options.config_file.string() << ": good; " << config->tenants.size() << " tenants, "
            << config->providers.size() << " providers, " << config->grants.size() << " grants, "
            << config->accounts.size() << " accounts\n";
  return 0;
}

int create_token(const token_options& options) {
  auto config = load(options.config_file);
  if (!config)
    return complain(config.error(), 2);
  const system_clock time;
  auto data = open_data(settings_of(*config), time);
  if (!data)
    return complain(data.error());
  api::token_wish wish;
  wish.note = options.note;
  wish.tenant = tenant_id{options.tenant};
  for (const auto& name : options.scopes) {
    const auto scope = api::parse_scope(name);
    if (!scope)
      return complain(scope.error(), 2);
    wish.scopes.push_back(*scope);
  }
  if (options.life.count() > 0)
    wish.expires_ms = (time.now() + options.life).time_since_epoch().count();
  auto token = api::create_token(*data->store, wish, time.now());
  if (!token)
    return complain(token.error());
  std::cout << token->plain.expose() << "\n";
  std::cerr << "This token is shown once and stored only as a hash.\n";
  return 0;
}

} // namespace postroom::app
