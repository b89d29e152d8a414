// How soon is a mail an event, on Dovecot and beside a bare watcher? See dovecot_latency.hpp.
#include "bench/dovecot_latency.hpp"

#include <CLI/CLI.hpp>

#include <cstdlib>

namespace {

using namespace postroom;
using namespace postroom::bench;
struct settings {
  programs measured;
  std::size_t mailboxes = 200;
  std::size_t mails = 1000;
  double mails_per_s_max = 1000;
  bool quick = false;
};

settings read_arguments(int argc, char** argv) {
  settings out;
  CLI::App arguments{"From delivery to event"};
  out.measured.add_to(arguments);
  auto* mailboxes = arguments.add_option("--mailboxes", out.mailboxes, "Mailboxes")->check(CLI::Range(1, 5000));
  auto* mails = arguments.add_option("--mails", out.mails, "Mails")->check(CLI::Range(1, 1'000'000));
  arguments.add_option("--per-second", out.mails_per_s_max, "Mails a second, at most")->check(CLI::Range(1, 1000));
  arguments.add_flag("--quick", out.quick, "50 mailboxes, 100 mails: to try it out");
  try {
    arguments.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    std::exit(arguments.exit(e));
  }
  if (out.quick && mailboxes->count() == 0)
    out.mailboxes = 50;
  if (out.quick && mails->count() == 0)
    out.mails = 100;
  return out;
}

void measure(const settings& with) {
  const auto measured = measure_latency_on_dovecot({with.measured, with.mailboxes, with.mails, with.mails_per_s_max});
  print_figures({{"p50_ms", measured.p50_ms},
                 {"p99_ms", measured.p99_ms},
                 {"bare_p50_ms", measured.bare_p50_ms},
                 {"bare_p99_ms", measured.bare_p99_ms},
                 {"max_ms", measured.max_ms},
                 {"bare_max_ms", measured.bare_max_ms}});
}

} // namespace

int main(int argc, char** argv) {
  const auto with = read_arguments(argc, argv);
  return run_benchmark("latency_bench", [&] { measure(with); });
}
