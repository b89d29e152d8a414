#include "app/commands.hpp"
#include "app/config_files.hpp"
#include "app/config_lint.hpp"
#include "app/lookout.hpp"
#include "app/process.hpp"
#include "app/ready_file.hpp"
#include "app/systemd_notify.hpp"

#include "api/access_tokens.hpp"
#include "base/environment.hpp"

#include <cstdlib>
#include <iostream>
#include <optional>

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

result<api::token_wish> wish_of(const token_options& options, wall_time now) {
  api::token_wish wish;
  wish.note = options.note;
  wish.tenant = tenant_id{options.tenant};
  for (const auto& name : options.scopes) {
    const auto scope = api::parse_scope(name);
    if (!scope)
      return scope.error();
    wish.scopes.push_back(*scope);
  }
  if (options.life.count() > 0)
    wish.expires_ms = (now + options.life).time_since_epoch().count();
  return wish;
}

/// Most often a gateway runs on it.
int complain_of_store(const error& why) {
  const auto status = complain(why);
  if (why.code == errc::store_unavailable)
    std::cerr << "  If a gateway runs on this data: let it make the token with --url (and a token of scope admin),\n"
              << "  or stop it for as long as this command takes.\n";
  return status;
}

std::optional<std::string> variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value ? std::optional<std::string>{value} : std::nullopt;
}

/// What is to be looked at; the ready file is written when every mailbox is in step.
lookout::watched watch(gateway_process& gateway, const std::filesystem::path& ready_file) {
  lookout::watched out;
  out.look = [&gateway] { return gateway.node().look(1s); };
  out.url = gateway.url();
  if (!ready_file.empty())
    out.in_step = [&gateway, ready_file]() -> result<void> {
      auto token = gateway.make_token("ready file");
      return token ? write_ready_file(ready_file, gateway.url(), *token) : result<void>{token.error()};
    };
  return out;
}

} // namespace

int serve(const serve_options& options) {
  auto config = load(options.config_file);
  if (!config)
    return complain(config.error(), 2);
  // Trying again does not mend them; what is found wrong later may pass.
  if (const auto usable = check_files(*config); !usable)
    return complain(usable.error(), 2);
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
  systemd_notify systemd{variable};
  lookout from_above{watch(gateway, options.ready_file), systemd};
  while (!end_wanted(from_above.pause(time.ticks()), config->log.level))
    from_above.look(time.ticks());
  systemd.stopping();
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
  if (const auto usable = check_files(*config); !usable)
    return complain(usable.error(), 2);
  std::cout << options.config_file.string() << ": good; " << config->tenants.size() << " tenants, "
            << config->providers.size() << " providers, " << config->grants.size() << " grants, "
            << config->accounts.size() << " accounts\n";
  for (const auto& each : lint(*config, system_clock{}.now()))
    std::cout << "warning: " << each << "\n";
  return 0;
}

int create_token(const token_options& options) {
  // A token is stored as a hash: it needs neither the secrets of the file, which may be there for the service alone,
  // nor the sealing keys, of which the wrong ones would be made here if the service has its own.
  const auto config = load_store_configuration(options.config_file);
  if (!config)
    return complain(config.error(), 2);
  const system_clock time;
  const auto wish = wish_of(options, time.now());
  if (!wish)
    return complain(wish.error(), 2);
  const auto store = open_store(settings_of(*config), time);
  if (!store)
    return complain_of_store(store.error());
  auto token = api::create_token(**store, *wish, time.now());
  if (!token)
    return complain(token.error());
  std::cout << token->plain.expose() << "\n";
  std::cerr << "This token is shown once and stored only as a hash.\n";
  return 0;
}

} // namespace postroom::app
