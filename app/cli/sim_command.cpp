#include "app/cli/command.hpp"
#include "app/commands.hpp"
#include "app/sim/scenario_file.hpp"
#include "sim/tenant_spread.hpp"

#include <ostream>

namespace postroom::app::cli {
namespace {

/// What the command line says; a flag that was not given leaves the scenario as it is.
struct sim_wish {
  std::filesystem::path scenario_file;
  sim::tenant_spread counts;
  bool counted = false;
  std::vector<std::string> faults;
  std::filesystem::path directory;
  std::vector<std::function<void(sim::scenario&)>> changes;
  sim_options options;
  unsigned run_for_s = 0;
};

using wish_pointer = std::shared_ptr<sim_wish>;

/// An option that changes one value of the scenario.
template <class T, class Set>
CLI::Option& add_change(CLI::App& leaf, const wish_pointer& wish, const std::string& name, const std::string& help,
                        Set set) {
  return *leaf.add_option_function<T>(
      name,
      [wish, set](const T& value) { wish->changes.push_back([set, value](sim::scenario& plan) { set(plan, value); }); },
      help);
}

void add_people(CLI::App& leaf, const wish_pointer& wish) {
  const auto add = [&](const char* name, std::size_t& into, const char* help, std::size_t most) {
    leaf.add_option_function<std::size_t>(
            name,
            [wish, &into](std::size_t value) {
              into = value;
              wish->counted = true;
            },
            help)
        ->check(CLI::Range(std::size_t{1}, most))
        ->group("People");
  };
  auto& counts = wish->counts;
  add("--tenants", counts.tenants, "Customers of Microsoft 365 [1]", 1'000);
  add("--providers", counts.providers, "App registrations, of all together [one each]", 10'000);
  add("--grants", counts.grants, "Delegates who have signed in, of all together [one for each app]", 100'000);
  add("--mailboxes", counts.mailboxes, "Shared mailboxes, of all together [20]", 100'000);
}

void add_mail(CLI::App& leaf, const wish_pointer& wish) {
  add_change<double>(leaf, wish, "--mails-per-second", "Mail arrives at this rate, to all mailboxes together [0]",
                     [](auto& plan, double rate) { plan.mail.per_second = rate; })
      .check(CLI::Range(0.0, 10'000.0))
      ->group("Mail");
  add_change<std::size_t>(leaf, wish, "--initial-mails", "In every inbox from the beginning [3]",
                          [](auto& plan, std::size_t count) { plan.mail.initial_each = count; })
      .check(CLI::Range(0, 100'000))
      ->group("Mail");
  add_change<std::filesystem::path>(leaf, wish, "--corpus", "Mails are the *.eml of this folder instead of made up",
                                    [](auto& plan, const auto& folder) { plan.mail.corpus = folder; })
      .check(CLI::ExistingDirectory)
      ->group("Mail");
  add_change<std::size_t>(leaf, wish, "--mail-size", "Octets of a made-up mail, at least",
                          [](auto& plan, std::size_t octets) { plan.mail.size_min = octets; })
      .group("Mail");
}

void add_ports(CLI::App& leaf, const wish_pointer& wish) {
  const auto add = [&](const char* name, std::uint16_t sim::scenario::*port, const char* help) {
    add_change<std::uint16_t>(leaf, wish, name, help, [port](auto& plan, std::uint16_t value) {
      plan.*port = value;
    }).group("Ports of 127.0.0.1; any free one unless given");
  };
  add("--control-port", &sim::scenario::control_port, "HTTP: look and change; / tells how");
  add("--identity-port", &sim::scenario::identity_port, "Sign-in and tokens, as login.microsoftonline.com");
  add("--imap-port", &sim::scenario::imap_port, "IMAP, as outlook.office365.com");
  add("--smtp-port", &sim::scenario::smtp_port, "Submission, as smtp.office365.com");
  add("--generic-imap-port", &sim::scenario::generic_imap_port, "IMAP, as Dovecot");
  add("--generic-smtp-port", &sim::scenario::generic_smtp_port, "Submission, as Postfix");
  add("--gmail-imap-port", &sim::scenario::gmail_imap_port, "IMAP, as imap.gmail.com");
  add("--gmail-smtp-port", &sim::scenario::gmail_smtp_port, "Submission, as smtp.gmail.com");
}

void add_behaviour(CLI::App& leaf, const wish_pointer& wish) {
  std::string kinds;
  for (std::size_t i = 0; i < sim::fault_kinds; ++i)
    kinds += (kinds.empty() ? "" : ", ") + std::string{sim::to_string(static_cast<sim::fault_kind>(i))};
  leaf.add_option("--fault", wish->faults,
                  "Something goes wrong, for a share or some of the mailboxes: throttle,share=0.1,at=10s,for=2m,"
                  "amount=30000,names=a@b.test;*@c.test. Kinds: " +
                      kinds)
      ->group("Behaviour");
  add_change<unsigned>(leaf, wish, "--seed", "The same seed plays the same run [1]", [](auto& plan, unsigned seed) {
    plan.seed = seed;
  }).group("Behaviour");
  add_change<unsigned>(leaf, wish, "--token-life", "Seconds an access token lives [3600]",
                       [](auto& plan, unsigned seconds) { plan.access_token_life = std::chrono::seconds{seconds}; })
      .check(CLI::Range(1, 100'000))
      ->group("Behaviour");
  leaf.add_flag_callback(
          "--no-tls", [wish] { wish->changes.push_back([](auto& plan) { plan.tls = false; }); }, "Speak in the clear")
      ->group("Behaviour");
}

result<sim_options> options_of(const sim_wish& wish) {
  auto options = wish.options;
  options.run_for = std::chrono::seconds{wish.run_for_s};
  if (!wish.scenario_file.empty()) {
    auto plan = read_scenario(wish.scenario_file);
    if (!plan)
      return plan.error();
    options.plan = std::move(*plan);
  }
  if (wish.counted) {
    auto counts = wish.counts;
    counts.providers = std::max(counts.providers, counts.tenants);
    counts.grants = std::max(counts.grants, counts.providers);
    counts.mailboxes = std::max(counts.mailboxes, counts.tenants);
    auto tenants = sim::spread_tenants(counts);
    if (!tenants)
      return tenants.error();
    options.plan.tenants = std::move(*tenants);
  }
  for (const auto& change : wish.changes)
    change(options.plan);
  for (const auto& text : wish.faults) {
    auto fault = parse_fault(text);
    if (!fault)
      return fault.error();
    options.plan.faults.push_back(std::move(*fault));
  }
  if (!wish.directory.empty())
    options.plan.directory = wish.directory;
  return options;
}

} // namespace

void add_sim_command(CLI::App& program, command_shelf& shelf) {
  auto wish = std::make_shared<sim_wish>();
  auto& leaf = add_leaf(program, "sim", "Run a stand-in for Microsoft 365, Google and plain mail servers",
                        "postroom sim --mailboxes 50 --mails-per-second 1 --gateway-config stand-in.toml");
  leaf.add_option("--scenario", wish->scenario_file, "Who exists and what happens, as TOML (sim.example.toml)")
      ->check(CLI::ExistingFile);
  leaf.add_option("--directory", wish->directory, "Keep the certificates here [stand-in]");
  leaf.add_option("--gateway-config", wish->options.gateway_config,
                  "Write a postroom.toml with all tenants, providers, grants and accounts here (holds secrets)");
  leaf.add_option("--gateway-listen", wish->options.gateway_listen,
                  "Address of that gateway's API, where browsers come back to after a sign-in [127.0.0.1:8025]");
  leaf.add_option("--ready-file", wish->options.ready_file,
                  "Write {\"control_url\",\"identity_url\",\"ca_file\",\"pid\"} here once all ports are open");
  leaf.add_option("--run-for-s", wish->run_for_s, "End by itself after so many seconds; 0: never");
  add_people(leaf, wish);
  add_mail(leaf, wish);
  add_behaviour(leaf, wish);
  add_ports(leaf, wish);
  leaf.callback([&shelf, wish] {
    shelf.chosen = [&shelf, wish] {
      const auto options = options_of(*wish);
      if (options)
        return simulate(*options);
      shelf.world.err << "postroom sim: " << options.error().detail << "\n";
      return 2;
    };
  });
}

} // namespace postroom::app::cli
