#include "bench/event_reader.hpp"
#include "bench/scale/event_streams.hpp"
#include "bench/scale/phases.hpp"
#include "bench/typical_mail.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <stdexcept>

namespace postroom::bench::scale {
namespace {

using namespace std::chrono_literals;

/// After the last login, until memory and processor have come to rest.
constexpr auto settling = 20s;
constexpr std::size_t bare_logins_max = 2000;
/// What shares the machine only ever adds to what a login costs: the lowest of so many takes counts.
constexpr int takes = 3;
constexpr std::size_t mails_around_outage = 200;

struct size_figures {
  double mailboxes = 0;
  double connect_s = 0;
  double connect_cpu_s = 0;  ///< of all together, from the start of the program on
  std::vector<double> steps; ///< CPU seconds for each login from one of the sizes measured to the next
  double resident_kib = 0;
  double peak_per_s = 0;
};

std::chrono::seconds patience(std::size_t mailboxes) {
  return std::chrono::seconds{60 + static_cast<long>(static_cast<double>(mailboxes) / admission_per_s * 2)};
}

struct connected {
  std::unique_ptr<gateway> program;
  size_figures figures;
};

/// `sizes` ascend; the last is what the gateway has.
connected connect_all(office& world, const std::string& name, std::span<const std::size_t> sizes) {
  const auto mailboxes = sizes.back();
  say("connecting " + std::to_string(mailboxes) + " mailboxes");
  world.stand_in().reset_peaks();
  const auto before = world.stand_in().stats().connects;
  connected out;
  out.program = world.start_gateway(name, mailboxes);
  await(
      "the first connection", [&] { return world.stand_in().stats().connects > before; }, 60s);
  out.figures.mailboxes = static_cast<double>(mailboxes);
  for (std::size_t before_it = 0; const auto size : sizes) {
    out.figures.connect_s += world.await_idle("connecting mailboxes", size, patience(mailboxes));
    const auto cpu_s = out.program->cpu_seconds();
    if (before_it > 0)
      out.figures.steps.push_back((cpu_s - out.figures.connect_cpu_s) / static_cast<double>(size - before_it));
    out.figures.connect_cpu_s = cpu_s;
    before_it = size;
  }
  out.program->await_ready(60s);
  out.figures.connect_cpu_s = out.program->cpu_seconds();
  out.figures.peak_per_s = static_cast<double>(world.stand_in().stats().connects_peak_per_s);
  rest(settling);
  out.figures.resident_kib = out.program->resident_kib();
  say("in " + std::to_string(out.figures.connect_s) + " s, for " +
      std::to_string(out.figures.connect_cpu_s / out.figures.mailboxes * 1000) + " ms of processor and " +
      std::to_string(out.figures.resident_kib / out.figures.mailboxes) + " KiB each");
  return out;
}

void disconnect(office& world, connected& what) {
  what.program->stop();
  await(
      "the end of all sessions", [&] { return world.stand_in().stats().connections == 0; }, 60s);
}

void latency(office& world, const plan& with, connected& gateways, figures& out) {
  const auto mailboxes = world.mailboxes(static_cast<std::size_t>(gateways.figures.mailboxes));
  event_streams events{gateways.program->api(), world.tenants(), with.mails};
  rest(1s);
  say("delivering " + std::to_string(with.mails) + " mails");
  const auto sent = deliver_evenly(world, mailboxes, 0, with.mails, with.mails_per_s);
  await(
      "all events", [&] { return events.seen() == with.mails; }, 30s);
  std::vector<double> took;
  for (std::size_t i = 0; i < sent.size(); ++i)
    took.push_back(static_cast<double>(events.times()[i] - sent[i]) * 1e-6);
  out.emplace_back("p50_ms", percentile(took, 50));
  out.emplace_back("p99_ms", percentile(took, 99));
  out.emplace_back("max_ms", percentile(took, 100));
}

void idleness(office& world, const plan& with, connected& gateways, figures& out) {
  say("idle for " + std::to_string(with.idle.count()) + " s");
  const auto cpu = gateways.program->cpu_seconds();
  const auto sim_cpu = world.stand_in().stats().cpu_s;
  const auto begin = now_ns();
  rest(with.idle);
  const auto span_s = static_cast<double>(now_ns() - begin) * 1e-9;
  out.emplace_back("idle_cpu_percent", (gateways.program->cpu_seconds() - cpu) / span_s * 100);
  out.emplace_back("stand_in_idle_cpu_percent", (world.stand_in().stats().cpu_s - sim_cpu) / span_s * 100);
  if (mailboxes_in_step(gateways.program->api()) != with.mailboxes)
    throw std::runtime_error("not all mailboxes were in step at the end");
}

/// The server is gone for a while, with mail before, meanwhile and after.
void outage(office& world, const plan& with, connected& gateways, figures& out) {
  const auto mailboxes = world.mailboxes(with.mailboxes);
  event_streams events{gateways.program->api(), world.tenants(), 3 * mails_around_outage};
  rest(1s);
  (void)deliver_evenly(world, mailboxes, 0, mails_around_outage, with.mails_per_s);
  say("an outage of " + std::to_string(with.outage.count()) + " s");
  world.stand_in().reset_peaks();
  sim::fault gone;
  gone.kind = sim::fault_kind::outage;
  gone.lasts = with.outage;
  if (auto posted = world.stand_in().add_fault(gone); !posted)
    throw std::runtime_error("no outage: " + posted.error().detail);
  const auto back = now_ns() + std::chrono::nanoseconds{with.outage}.count();
  (void)deliver_evenly(world, mailboxes, mails_around_outage, mails_around_outage, with.mails_per_s);
  while (now_ns() < back)
    rest(20ms);
  world.await_idle("the return of all mailboxes", with.mailboxes, 300s);
  out.emplace_back("recovery_s", static_cast<double>(now_ns() - back) * 1e-9);
  out.emplace_back("outage_peak_per_s", static_cast<double>(world.stand_in().stats().connects_peak_per_s));
  (void)deliver_evenly(world, mailboxes, 2 * mails_around_outage, mails_around_outage, with.mails_per_s);
  for (int i = 0; i < 60 && events.seen() < 3 * mails_around_outage; ++i)
    rest(500ms);
  rest(2s); // for those that would come twice
  out.emplace_back("outage_lost", static_cast<double>(3 * mails_around_outage - events.seen()));
  out.emplace_back("outage_doubled", static_cast<double>(events.doubled()));
}

/// How far, in per cent, what one mailbox more costs in any step is from what it costs in all of them.
double memory_unevenness(const std::vector<size_figures>& sizes) {
  const auto slope = [](const size_figures& from, const size_figures& to) {
    return (to.resident_kib - from.resident_kib) / (to.mailboxes - from.mailboxes);
  };
  const auto whole = slope(sizes.front(), sizes.back());
  double worst = 0;
  for (std::size_t i = 1; i < sizes.size(); ++i)
    worst = std::max(worst, std::abs(slope(sizes[i - 1], sizes[i]) / whole - 1));
  return worst * 100;
}

/// The same for the CPU of a login, within programs that connect to the largest size.
double cpu_unevenness(office& world, std::span<const std::size_t> sizes, std::vector<double> lowest) {
  for (int take = 1; take < takes; ++take) {
    auto gateways = connect_all(world, "take-" + std::to_string(take), sizes);
    for (std::size_t i = 0; i < lowest.size(); ++i)
      lowest[i] = std::min(lowest[i], gateways.figures.steps[i]);
    disconnect(world, gateways);
  }
  double all = 0;
  for (std::size_t i = 0; i < lowest.size(); ++i)
    all += lowest[i] * static_cast<double>(sizes[i + 1] - sizes[i]);
  const auto mean = all / static_cast<double>(sizes.back() - sizes.front());
  double worst = 0;
  for (const auto each : lowest) {
    say("a login more costs " + std::to_string(each * 1000) + " ms");
    worst = std::max(worst, std::abs(each / mean - 1));
  }
  return worst * 100;
}

double bare_login_cpu_s(office& world, std::size_t mailboxes) {
  say("logging in a bare client");
  double lowest = std::numeric_limits<double>::max();
  for (int take = 0; take < takes; ++take)
    lowest = std::min(lowest, world.bare_login_cpu_s(std::min(mailboxes, bare_logins_max)));
  return lowest;
}

} // namespace

figures growth(const plan& with) {
  figures out;
  const auto all = with.mailboxes;
  office world{{with.measured, all + all / 2}};
  const std::array counts{all / 5, all / 2, all, all + all / 2};
  std::vector<size_figures> sizes;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    auto gateways = connect_all(world, "with-" + std::to_string(counts[i]), std::span{counts}.first(i + 1));
    sizes.push_back(gateways.figures);
    if (counts[i] == all / 2)
      latency(world, with, gateways, out);
    if (counts[i] == all) {
      idleness(world, with, gateways, out);
      outage(world, with, gateways, out);
    }
    disconnect(world, gateways);
  }
  const auto cpu_growth = cpu_unevenness(world, counts, sizes.back().steps);
  const auto bare_cpu_s = bare_login_cpu_s(world, all);
  const auto& main = sizes[2];
  const auto login_cpu_s = main.connect_cpu_s / main.mailboxes;
  double peak = 0;
  for (const auto& each : sizes)
    peak = std::max(peak, each.peak_per_s);
  out.emplace_back("mailboxes", main.mailboxes);
  out.emplace_back("connect_s", main.connect_s);
  out.emplace_back("login_cpu_ms", login_cpu_s * 1000);
  out.emplace_back("bare_login_cpu_ms", bare_cpu_s * 1000);
  out.emplace_back("login_cpu_ratio", login_cpu_s / bare_cpu_s);
  out.emplace_back("growth_peak_per_s", peak);
  out.emplace_back("kib_per_mailbox", main.resident_kib / main.mailboxes);
  out.emplace_back("marginal_kib", (sizes.back().resident_kib - sizes.front().resident_kib) /
                                       (sizes.back().mailboxes - sizes.front().mailboxes));
  out.emplace_back("memory_unevenness_percent", memory_unevenness(sizes));
  out.emplace_back("cpu_unevenness_percent", cpu_growth);
  out.emplace_back("stand_in_mib", static_cast<double>(world.stand_in().stats().resident_bytes) / 1024 / 1024);
  return out;
}

} // namespace postroom::bench::scale
