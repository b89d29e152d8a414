#include "sim/world.hpp"

#include "sim/control/process_usage.hpp"
#include "sim/mail_corpus.hpp"

#include <algorithm>

namespace postroom::sim {
namespace {

std::string identity_url(const scenario& plan, const served_ports& ports) {
  return (plan.tls ? "https" : "http") + std::string{"://localhost:"} + std::to_string(ports.identity);
}

} // namespace

result<std::unique_ptr<world>> world::make(const scenario& plan, const served_ports& ports, const clock& truth,
                                           std::optional<key_pair_pem> keys) {
  if (auto fine = check_scenario(plan); !fine)
    return fine.error();
  corpus mails;
  if (!plan.mail.corpus.empty()) {
    auto read = read_corpus(plan.mail.corpus);
    if (!read)
      return read.error();
    mails = std::move(*read);
  }
  std::unique_ptr<world> made{new world(plan, ports, truth, std::move(keys), std::move(mails))};
  for (const auto& each : plan.faults)
    if (auto added = made->faults.add(each); !added)
      return added.error();
  return made;
}

world::world(const scenario& plan, const served_ports& ports, const clock& truth, std::optional<key_pair_pem> keys,
             corpus mails)
    : plan(plan), ports(ports), time(truth), tokens(identity_url(plan, ports), time, std::move(keys)), grants(time),
      faults(plan.seed, time, mail), records(plan.journal_mails_max), bounces(mail, records, stats, time),
      services{identity_url(plan, ports), plan.access_token_life, people, tokens, grants, faults, time},
      platform(services), graph{services.base_url, people, mail, tokens, time},
      who(build_office(plan, services, ports, mail)), flow(plan.mail, plan.seed, who.mailboxes, std::move(mails)) {
  for (const auto& each : who.mailboxes)
    idles.add(each);
  fill();
  flow.set_rate(plan.mail.per_second, time.ticks());
}

void world::fill() {
  const auto now = time.now();
  for (const auto& address : who.mailboxes) {
    auto& into = *mail.find(address);
    for (auto left = plan.mail.initial_each; left > 0; --left) {
      const auto received = now - std::chrono::minutes{37} * left;
      sim::deliver(into, flow.initial(address, received), received, mail_origin::generated, records);
    }
  }
}

result<std::uint32_t> world::deliver(std::string_view address, const sealed_mail& mail, mail_origin origin) {
  auto* const into = this->mail.find(address);
  if (!into)
    return fail(errc::not_found, "there is no mailbox " + std::string{address});
  if (mail.raw->size() > mail_bytes_max)
    return fail(errc::too_large, "a mail of more than " + std::to_string(mail_bytes_max) + " octets");
  const auto uid = sim::deliver(*into, mail, time.now(), origin, records);
  ++stats.mails_delivered;
  auto& inbox = into->inbox();
  if (const auto keep = plan.mail.keep_each; keep > 0)
    while (inbox.mails().size() > keep)
      into->drop_oldest();
  return uid;
}

result<std::uint32_t> world::deliver_generated(std::string_view address) {
  if (!mail.find(address))
    return fail(errc::not_found, "there is no mailbox " + std::string{address});
  return deliver(address, flow.extra(std::string{address}, time.now()), mail_origin::generated);
}

bool world::deliver_due(std::size_t most) {
  due_ += flow.take_due(time.ticks());
  const auto count = std::min(most, due_);
  due_ -= count;
  for (std::size_t i = 0; i < count; ++i) {
    const auto next = flow.next(time.now());
    (void)deliver(next.mailbox, next.mail, mail_origin::generated);
  }
  return due_ > 0;
}

stand_in_stats world::count() {
  const auto now = time.ticks();
  const auto usage = measure_process();
  auto counted = stats;
  counted.token_requests = platform.token_requests();
  counted.connects = connects.total();
  counted.connects_last_s = connects.last_second(now);
  counted.connects_peak_per_s = connects.peak();
  counted.not_idle = idles.not_idle();
  counted.not_idle_longest_s = std::chrono::duration<double>{idles.longest(now)}.count();
  counted.cpu_s = usage.cpu_s;
  counted.resident_bytes = usage.resident_bytes;
  return counted;
}

void world::reset_peaks() {
  const auto now = time.ticks();
  connects.reset_peak(now);
  idles.reset(now);
}

} // namespace postroom::sim
