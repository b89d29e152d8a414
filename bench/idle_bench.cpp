// What does a mailbox cost that has nothing to do? Gateways with no mailbox, with half of them and with all of them,
// and the bare watcher with all of them, stay in IDLE on one Dovecot side by side; then their resident memory is read.
#include "bench/event_reader.hpp"
#include "bench/world.hpp"

#include <CLI/CLI.hpp>

#include <cstdlib>
#include <stdexcept>

namespace {

using namespace postroom;
using namespace postroom::bench;

struct settings {
  programs measured;
  std::size_t mailboxes = 2000;
  unsigned idle_s = 300;
  bool quick = false;
};

settings read_arguments(int argc, char** argv) {
  settings out;
  CLI::App arguments{"Resident memory of idle mailboxes"};
  out.measured.add_to(arguments);
  auto* mailboxes = arguments.add_option("--mailboxes", out.mailboxes, "Mailboxes")->check(CLI::Range(10, 3000));
  auto* idle = arguments.add_option("--idle-s", out.idle_s, "Seconds in IDLE before memory is read");
  arguments.add_flag("--quick", out.quick, "200 mailboxes, 10 s: to try it out");
  try {
    arguments.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    std::exit(arguments.exit(e));
  }
  if (out.quick && mailboxes->count() == 0)
    out.mailboxes = 200;
  if (out.quick && idle->count() == 0)
    out.idle_s = 10;
  return out;
}

std::chrono::seconds patience(std::size_t mailboxes) {
  return std::chrono::seconds{60 + mailboxes / 10};
}

double bare_base_kib(const test::process& watcher) {
  const auto output = watcher.output();
  const auto at = output.find("base ");
  if (at == std::string::npos)
    throw std::runtime_error("the bare watcher did not say its base");
  return std::strtod(output.c_str() + at + 5, nullptr);
}

void measure(const settings& with) {
  const auto all = with.mailboxes;
  const auto half = all / 2;
  world office{{with.measured, all, all + half + all, std::chrono::seconds{2}}};
  const auto empty = office.start_gateway("empty", 0, "new");
  empty->await_ready(std::chrono::seconds{60});
  say("connecting " + std::to_string(half) + " mailboxes");
  const auto smaller = office.start_gateway("half", half, "new");
  smaller->await_ready(patience(half));
  say("connecting " + std::to_string(all) + " mailboxes");
  const auto larger = office.start_gateway("all", all, "new");
  larger->await_ready(patience(all));
  say("connecting " + std::to_string(all) + " mailboxes of the bare watcher");
  const auto bare = office.start_bare_watcher(all);
  say("idle for " + std::to_string(with.idle_s) + " s");
  rest(std::chrono::seconds{with.idle_s});

  const double empty_kib = empty->resident_kib();
  const double half_kib = smaller->resident_kib();
  const double all_kib = larger->resident_kib();
  const double bare_kib = static_cast<double>(bare->resident_bytes()) / 1024;
  // Asked afterwards: answering costs memory, too.
  if (mailboxes_in_step(smaller->api()) != half || mailboxes_in_step(larger->api()) != all || !bare->running())
    throw std::runtime_error("not all mailboxes were in step at the end");
  office.check_hibernation();
  const auto count = static_cast<double>(all);
  print_figures({{"kib_per_mailbox", all_kib / count},
                 {"marginal_kib", (all_kib - half_kib) / static_cast<double>(all - half)},
                 {"mailboxes", count},
                 {"fixed_mib", empty_kib / 1024},
                 {"bare_kib_per_mailbox", (bare_kib - bare_base_kib(*bare)) / count}});
}

} // namespace

int main(int argc, char** argv) {
  const auto with = read_arguments(argc, argv);
  return run_benchmark("idle_bench", [&] { measure(with); });
}
