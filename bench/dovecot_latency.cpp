#include "bench/dovecot_latency.hpp"

#include "bench/event_reader.hpp"
#include "bench/lmtp_client.hpp"
#include "bench/typical_mail.hpp"

#include <algorithm>
#include <cstdio>
#include <sstream>
#include <stdexcept>

namespace postroom::bench {
namespace {

using namespace std::chrono_literals;

/// A mailbox rests so long between two mails; its session hibernates after `hibernate`.
constexpr auto mailbox_rest = 8s;
constexpr auto hibernate = 5s;

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
std::vector<std::int64_t> deliver_all(world& office, const latency_plan& with) {
  lmtp_client lmtp{office.mail_server().lmtp_port()};
  std::vector<std::int64_t> sent;
  const auto gap = std::max<std::chrono::nanoseconds>(
      std::chrono::nanoseconds{mailbox_rest} / static_cast<long>(with.mailboxes),
      std::chrono::ceil<std::chrono::nanoseconds>(std::chrono::duration<double>{1 / with.mails_per_s_max}));
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

} // namespace

latency_figures measure_latency_on_dovecot(const latency_plan& with) {
  world office{{with.measured, with.mailboxes, 2 * with.mailboxes, hibernate}};
  say("connecting " + std::to_string(with.mailboxes) + " mailboxes, twice");
  const auto postroom = office.start_gateway("all", with.mailboxes, "new");
  postroom->await_ready(60s + std::chrono::seconds{static_cast<long>(with.mailboxes / 20)});
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
  return {percentile(ours, 50),   percentile(ours, 99),   percentile(ours, 100),
          percentile(theirs, 50), percentile(theirs, 99), percentile(theirs, 100)};
}

} // namespace postroom::bench
