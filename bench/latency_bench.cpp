// How soon is a mail an event? Mails are delivered by LMTP to mailboxes that have been resting long enough for Dovecot
// to hibernate their sessions. Measured from the instant before a mail's text is handed to the server: until its event
// has been read from the gateway's log, and until the bare watcher, on the same mailboxes, has read its last octet.
#include "bench/event_reader.hpp"
#include "bench/lmtp_client.hpp"
#include "bench/typical_mail.hpp"
#include "bench/world.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <stdexcept>

namespace {

using namespace postroom;
using namespace postroom::bench;
using namespace std::chrono_literals;

/// A mailbox rests so long between two mails; its session hibernates after `hibernate`.
constexpr auto mailbox_rest = 8s;
constexpr auto hibernate = 5s;

struct settings {
  programs measured;
  std::size_t mailboxes = 200;
  std::size_t mails = 1000;
  bool quick = false;
};

settings read_arguments(int argc, char** argv) {
  settings out;
  CLI::App arguments{"From delivery to event"};
  out.measured.add_to(arguments);
  auto* mailboxes = arguments.add_option("--mailboxes", out.mailboxes, "Mailboxes")->check(CLI::Range(1, 2000));
  auto* mails = arguments.add_option("--mails", out.mails, "Mails")->check(CLI::Range(1, 1'000'000));
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

/// `mail <number> <nanoseconds>` per line; 0: not seen.
std::vector<std::int64_t> times_of_bare(const test::process& watcher, std::size_t mails) {
  std::vector<std::int64_t> out(mails, 0);
  std::istringstream lines{watcher.output()};
  for (std::string line; std::getline(lines, line);) {
    unsigned long long number = 0;
    long long at = 0;
    if (std::sscanf(line.c_str(), "mail %llu %lld", &number, &at) == 2 && number < mails)
      out[number] = at;
  }
  return out;
}

std::size_t count_seen(const std::vector<std::int64_t>& times) {
  return times.size() - static_cast<std::size_t>(std::ranges::count(times, 0));
}

/// Round robin, evenly in time. When each mail was sent.
std::vector<std::int64_t> deliver_all(world& office, const settings& with) {
  lmtp_client lmtp{office.mail_server().lmtp_port()};
  std::vector<std::int64_t> sent;
  const auto gap = std::chrono::nanoseconds{mailbox_rest} / static_cast<long>(with.mailboxes);
  const auto begin = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < with.mails; ++i) {
    rest(std::chrono::ceil<std::chrono::milliseconds>(begin + gap * static_cast<long>(i) -
                                                      std::chrono::steady_clock::now()));
    sent.push_back(lmtp.deliver(world::mailbox(i % with.mailboxes), typical_mail(i)));
  }
  return sent;
}

std::vector<double> milliseconds_between(const std::vector<std::int64_t>& from, const std::vector<std::int64_t>& to) {
  std::vector<double> out;
  for (std::size_t i = 0; i < from.size(); ++i)
    out.push_back(static_cast<double>(to[i] - from[i]) * 1e-6);
  return out;
}

void measure(const settings& with) {
  world office{{with.measured, with.mailboxes, 2 * with.mailboxes, hibernate}};
  say("connecting " + std::to_string(with.mailboxes) + " mailboxes, twice");
  const auto postroom = office.start_gateway("all", with.mailboxes, "new");
  postroom->await_ready(120s);
  const auto bare = office.start_bare_watcher(with.mailboxes);
  event_watcher events{postroom->api(), with.mails};
  rest(mailbox_rest);
  say("delivering " + std::to_string(with.mails) + " mails");
  const auto sent = deliver_all(office, with);
  // Those that miss this are named below.
  for (int i = 0; i < 60 && (events.seen() < with.mails || count_seen(times_of_bare(*bare, with.mails)) < with.mails);
       ++i)
    rest(500ms);
  const auto bare_times = times_of_bare(*bare, with.mails);
  const auto& event_times = events.times();
  if (count_seen(event_times) < with.mails || count_seen(bare_times) < with.mails)
    throw std::runtime_error("of " + std::to_string(with.mails) + " mails, " + std::to_string(count_seen(event_times)) +
                             " became events and " + std::to_string(count_seen(bare_times)) +
                             " reached the bare watcher");
  office.check_hibernation();
  const auto ours = milliseconds_between(sent, event_times);
  const auto theirs = milliseconds_between(sent, bare_times);
  print_figures({{"p50_ms", percentile(ours, 50)},
                 {"p99_ms", percentile(ours, 99)},
                 {"bare_p50_ms", percentile(theirs, 50)},
                 {"bare_p99_ms", percentile(theirs, 99)},
                 {"max_ms", percentile(ours, 100)},
                 {"bare_max_ms", percentile(theirs, 100)}});
}

} // namespace

int main(int argc, char** argv) {
  const auto with = read_arguments(argc, argv);
  return run_benchmark("latency_bench", [&] { measure(with); });
}
