// How soon is a mail accepted? 4 KB mails are handed in by HTTP at 300 a second, spread over the mailboxes; each 202
// says that the mail is synced to disk. Meanwhile they are delivered to a sink. Then, to see the limit, as fast as the
// answers come.
#include "bench/outbound_world.hpp"
#include "bench/submitter.hpp"

#include <CLI/CLI.hpp>

#include <cstdlib>
#include <stdexcept>

namespace {

using namespace postroom::bench;
using namespace std::chrono_literals;

constexpr double rate_per_s = 300;

struct settings {
  outbound_world::options world;
  std::size_t mails = 9000;
  bool quick = false;
};

submitted submit(outbound_world& world, std::size_t mails, std::size_t connections, double per_s) {
  auto done = submit_all(world.gateway().api(), mails, connections, per_s,
                         [&](std::size_t n) { return world.account_of_mail(n); });
  if (done.refused > 0)
    throw std::runtime_error(std::to_string(done.refused) + " mails were refused");
  return done;
}

void measure(const settings& with) {
  outbound_world world{with.world};
  const auto mails = with.quick ? with.mails / 10 : with.mails;
  (void)submit(world, 200, 8, 0); // opens the connections
  say("handing in " + std::to_string(mails) + " mails at 300/s");
  const auto paced = submit(world, mails, 32, rate_per_s);
  say("and as fast as the answers come");
  const auto fastest = submit(world, mails, 32, 0);
  await(
      "delivering them", [&] { return world.arrived() >= 200 + 2 * mails; }, 120s);
  print_figures({{"per_s", static_cast<double>(mails) / fastest.seconds},
                 {"p99_ms", percentile(paced.answer_ms, 99)},
                 {"p50_ms", percentile(paced.answer_ms, 50)},
                 {"paced_per_s", static_cast<double>(mails) / paced.seconds},
                 {"peak_rss_mib", world.gateway().peak_kib() / 1024}});
}

} // namespace

int main(int argc, char** argv) {
  settings with;
  CLI::App arguments{"From handing a mail in to its 202"};
  with.world.add_to(arguments);
  arguments.add_option("--mails", with.mails, "Mails of each part")->check(CLI::Range(100, 1'000'000));
  arguments.add_flag("--quick", with.quick, "A tenth of the mails: to try it out");
  CLI11_PARSE(arguments, argc, argv);
  return run_benchmark("submit_bench", [&] { measure(with); });
}
