// What does it cost to take in mail that is there already? Small mails in a few mailboxes; CPU of the gateway from its
// start until the last mailbox is in step, less that of a gateway without mailboxes, beside the bare client's, which
// fetches the same mails and throws them away.
#include "bench/event_reader.hpp"
#include "bench/typical_mail.hpp"
#include "bench/world.hpp"

#include <CLI/CLI.hpp>

#include <cstdlib>
#include <sstream>
#include <stdexcept>

namespace {

using namespace postroom;
using namespace postroom::bench;
using namespace std::chrono_literals;

struct settings {
  programs measured;
  std::size_t mailboxes = 20;
  std::size_t mails_each = 1000;
  bool quick = false;
};

settings read_arguments(int argc, char** argv) {
  settings out;
  CLI::App arguments{"CPU and memory of a catch-up"};
  out.measured.add_to(arguments);
  auto* mailboxes = arguments.add_option("--mailboxes", out.mailboxes, "Mailboxes")->check(CLI::Range(1, 1000));
  auto* mails = arguments.add_option("--mails", out.mails_each, "Mails in each")->check(CLI::Range(1, 100'000));
  arguments.add_flag("--quick", out.quick, "5 mailboxes with 400 mails: to try it out");
  try {
    arguments.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    std::exit(arguments.exit(e));
  }
  if (out.quick && mailboxes->count() == 0)
    out.mailboxes = 5;
  if (out.quick && mails->count() == 0)
    out.mails_each = 400;
  return out;
}

double idle_cpu_seconds(world& office) {
  const auto empty = office.start_gateway("empty", 0, "all");
  empty->await_ready(60s);
  const double used = empty->cpu_seconds();
  empty->stop();
  return used;
}

double bare_cpu_seconds(world& office, std::size_t mailboxes, std::size_t mails) {
  const auto bare = office.start_bare(mailboxes);
  std::optional<int> status;
  await(
      "fetching by the bare client", [&] { return (status = bare->wait(0ms)).has_value(); }, 300s);
  std::istringstream said{bare->output()};
  std::size_t fetched = 0, octets = 0;
  double cpu = 0;
  if (*status != 0 || !(said >> fetched >> octets >> cpu) || fetched != mails)
    throw std::runtime_error("the bare client did not fetch " + std::to_string(mails) + " mails: " + bare->output());
  return cpu;
}

void measure(const settings& with) {
  const auto mails = with.mailboxes * with.mails_each;
  world office{{with.measured, with.mailboxes, 2 * with.mailboxes}};
  say("filling " + std::to_string(with.mailboxes) + " mailboxes with " + std::to_string(mails) + " mails");
  for (std::size_t box = 0; box < with.mailboxes; ++box) {
    check_interrupted();
    office.mail_server().preload(world::mailbox(box), with.mails_each,
                                 [&](std::size_t i) { return typical_mail(box * with.mails_each + i); });
  }
  // Not measured: the server's first look at new mail.
  (void)bare_cpu_seconds(office, with.mailboxes, mails);
  const double bare = bare_cpu_seconds(office, with.mailboxes, mails);
  const double start_up = idle_cpu_seconds(office);
  say("catching up");
  const auto began = now_ns();
  const auto postroom = office.start_gateway("all", with.mailboxes, "all");
  postroom->await_ready(600s);
  const double cpu = postroom->cpu_seconds() - start_up;
  const double peak_kib = postroom->peak_kib();
  const double took_s = static_cast<double>(now_ns() - began) * 1e-9;
  // Asked afterwards: reading costs CPU, too.
  if (const auto there = count_mails(postroom->api()); there != mails)
    throw std::runtime_error("all mailboxes are said to be in step, but the log has " + std::to_string(there) + " of " +
                             std::to_string(mails) + " mails");
  const double thousands = static_cast<double>(mails) / 1000;
  print_figures({{"cpu_s_per_1000", cpu / thousands},
                 {"bare_cpu_s_per_1000", bare / thousands},
                 {"peak_rss_mib", peak_kib / 1024},
                 {"mails_per_s", static_cast<double>(mails) / took_s}});
}

} // namespace

int main(int argc, char** argv) {
  const auto with = read_arguments(argc, argv);
  return run_benchmark("catchup_bench", [&] { measure(with); });
}
