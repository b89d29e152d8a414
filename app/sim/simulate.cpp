#include "app/commands.hpp"
#include "app/private_file.hpp"
#include "app/process.hpp"
#include "app/sim/gateway_config_file.hpp"
#include "sim/gateway_config.hpp"
#include "sim/stand_in.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <iostream>
#include <unistd.h>

namespace postroom::app {
namespace {

using namespace std::chrono_literals;

constexpr auto report_every = 10s;

int complain(const error& why) {
  std::cerr << "postroom sim: " << to_string(why) << "\n  what to do: " << remedy(why.code) << "\n";
  return 1;
}

result<void> write_files(const sim_options& options, const sim::stand_in& office) {
  if (!options.gateway_config.empty()) {
    sim::gateway_config_options config;
    config.data_directory = "stand-in-data"; // not where a gateway in the same folder keeps its own
    config.ca_file = office.ca_file();
    config.listen = options.gateway_listen;
    config.connections_per_second_per_host = 200;
    if (auto written =
            write_gateway_config_file(options.gateway_config, sim::gateway_config(office.providers(), config));
        !written)
      return written;
  }
  if (options.ready_file.empty())
    return {};
  const boost::json::object ready{{"control_url", office.control_url()},
                                  {"identity_url", office.identity_url()},
                                  {"ca_file", office.ca_file().string()},
                                  {"pid", ::getpid()}};
  return write_private_file(options.ready_file, boost::json::serialize(ready) + '\n');
}

void introduce(const sim_options& options, const sim::stand_in& office) {
  const auto& ports = office.ports();
  std::cout << "postroom sim: " << options.plan.tenants.size() << " tenants, " << office.providers().size()
            << " app registrations, " << office.mailboxes().size() << " mailboxes\n"
            << "  identity  " << office.identity_url() << "\n"
            << "  Exchange  IMAP " << ports.imap << ", submission " << ports.smtp << "\n"
            << "  Gmail     IMAP " << ports.gmail_imap << ", submission " << ports.gmail_smtp << "\n"
            << "  generic   IMAP " << ports.generic_imap << ", submission " << ports.generic_smtp << "\n"
            << "  control   " << office.control_url() << " (what it can do, and under /v1/facts who may sign in)\n";
  if (!office.ca_file().empty())
    std::cout << "  trust     " << office.ca_file().string() << "\n";
  if (!options.gateway_config.empty())
    std::cout << "A gateway for all of them: postroom serve -c " << options.gateway_config.string() << "\n";
  if (const auto& first = office.providers().front(); !first.delegates.empty() && !options.gateway_config.empty())
    std::cout << "Sign-ins of its providers, by POST /v1/providers/{id}/authenticate, come here: as "
              << first.delegates.front().upn << " with " << first.delegates.front().password.expose()
              << ", a second factor is " << sim::user::mfa_code << "\n";
  std::cout << "Ctrl-C ends it.\n" << std::flush;
}

/// A line when something has happened since the last one.
class progress {
public:
  void report(const sim::stand_in_stats& now) {
    if (now.connects == before_.connects && now.idling == before_.idling &&
        now.mails_delivered == before_.mails_delivered && now.mails_submitted == before_.mails_submitted &&
        now.token_requests == before_.token_requests)
      return;
    before_ = now;
    std::cout << now.connections << " connections, " << now.idling << " in IDLE; " << now.token_requests
              << " token requests, " << now.logins << " logins (" << now.logins_refused << " refused), "
              << now.mails_delivered << " mails delivered, " << now.mails_fetched << " fetched, " << now.mails_submitted
              << " submitted\n"
              << std::flush;
  }

private:
  sim::stand_in_stats before_;
};

} // namespace

int simulate(const sim_options& options) {
  if (!options.gateway_config.empty())
    if (auto ours = check_gateway_config_file(options.gateway_config); !ours) {
      complain(ours.error());
      return 2;
    }
  prepare_process();
  auto plan = options.plan;
  if (plan.tls && plan.directory.empty())
    plan.directory = "stand-in";
  if (auto fine = sim::check_scenario(plan); !fine) {
    complain(fine.error());
    return 2;
  }
  if (plan.tls) // whoever reads where the CA is may run elsewhere
    plan.directory = std::filesystem::absolute(plan.directory);
  if (!options.gateway_config.empty())
    for (const auto& uri : sim::callback_uris(options.gateway_listen))
      if (std::ranges::find(plan.redirect_uris, uri) == plan.redirect_uris.end())
        plan.redirect_uris.push_back(uri);
  auto office = sim::stand_in::start(plan);
  if (!office)
    return complain(office.error());
  introduce(options, **office);
  if (auto written = write_files(options, **office); !written)
    return complain(written.error());
  progress seen;
  const auto begin = std::chrono::steady_clock::now();
  auto reported = begin;
  while (!end_wanted(200ms, log::level::info)) {
    const auto now = std::chrono::steady_clock::now();
    if (options.run_for > 0s && now - begin >= options.run_for)
      break;
    if (now - reported < report_every)
      continue;
    reported = now;
    seen.report((*office)->stats());
  }
  (*office)->stop();
  return 0;
}

} // namespace postroom::app
