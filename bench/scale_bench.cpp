// What does the gateway cost, and how does it behave, with thousands of mailboxes? Memory and processor at rest and
// while connecting, mail on its way, tokens that expire, a server that goes away: against the stand-in in this process,
// and, for the latency, on Dovecot beside a bare watcher.
#include "bench/scale/phases.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>
#include <set>

namespace {

using namespace postroom::bench;
using namespace std::chrono_literals;

struct settings {
  scale::plan plan;
  std::set<std::string> parts{"growth", "expiry", "dovecot"};
};

settings read_arguments(int argc, char** argv) {
  settings out;
  bool quick = false;
  std::vector<std::string> only;
  CLI::App arguments{"The gateway with thousands of mailboxes"};
  out.plan.measured.add_to(arguments);
  arguments.add_option("--bare-watch", out.plan.bare_watch, "The bare watcher")->required()->check(CLI::ExistingFile);
  auto* mailboxes = arguments.add_option("--mailboxes", out.plan.mailboxes, "Mailboxes; half as many again for growth")
                        ->check(CLI::Range(50, 10'000));
  arguments.add_option("--only", only, "growth, expiry, dovecot")->check(CLI::IsMember(out.parts));
  arguments.add_flag("--quick", quick, "500 mailboxes, short waits: to try it out");
  try {
    arguments.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    std::exit(arguments.exit(e));
  }
  if (quick) {
    if (mailboxes->count() == 0)
      out.plan.mailboxes = 500;
    out.plan.idle = 20s;
    out.plan.outage = 10s;
    out.plan.token_life = 60s;
    out.plan.mails = 100;
  }
  if (!only.empty())
    out.parts = {only.begin(), only.end()};
  return out;
}

double sum_of(const scale::figures& figures, std::string_view ending) {
  double sum = 0;
  for (const auto& [name, value] : figures)
    if (name.ends_with(ending))
      sum += value;
  return sum;
}

double largest_of(const scale::figures& figures, std::string_view ending) {
  double largest = 0;
  for (const auto& [name, value] : figures)
    if (name.ends_with(ending))
      largest = std::max(largest, value);
  return largest;
}

void measure(const settings& with) {
  scale::figures all;
  const std::pair<const char*, scale::figures (*)(const scale::plan&)> parts[] = {
      {"growth", scale::growth}, {"expiry", scale::expiry}, {"dovecot", scale::dovecot}};
  for (const auto& [name, part] : parts)
    if (with.parts.contains(name))
      for (auto& each : part(with.plan))
        all.push_back(std::move(each));
  all.emplace_back("connect_peak_per_s", largest_of(all, "_peak_per_s"));
  all.emplace_back("lost", sum_of(all, "_lost"));
  all.emplace_back("doubled", sum_of(all, "_doubled"));
  print_figures(all);
}

} // namespace

int main(int argc, char** argv) {
  const auto with = read_arguments(argc, argv);
  return run_benchmark("scale_bench", [&] { measure(with); });
}
