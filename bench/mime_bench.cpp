#include "bench/typical_mail.hpp"
#include "protocol/mime/event_data.hpp"
#include "protocol/mime/parse_message.hpp"

#include <benchmark/benchmark.h>

#include <string>

/// What one mail costs between the socket and the store: taking it apart and writing its event.
namespace {

using namespace postroom;

std::string large_mail(std::size_t bytes) {
  std::string mail = bench::typical_headers(1) + "Content-Type: application/pdf; name=a.pdf\r\n"
                                                 "Content-Transfer-Encoding: base64\r\n\r\n";
  while (mail.size() < bytes)
    mail += std::string(76, 'Q') + "\r\n";
  return mail;
}

void parse(benchmark::State& state, const std::string& mail) {
  for (auto _ : state) {
    mime::memory_source source(mail);
    benchmark::DoNotOptimize(mime::parse_message(source));
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * mail.size()));
  state.counters["mail_bytes"] = static_cast<double>(mail.size());
}

void parse_typical_mail(benchmark::State& state) {
  parse(state, bench::typical_mail(1));
}
BENCHMARK(parse_typical_mail);

void parse_large_attachment(benchmark::State& state) {
  parse(state, large_mail(16 << 20));
}
BENCHMARK(parse_large_attachment)->Unit(benchmark::kMillisecond);

void write_event_data(benchmark::State& state) {
  const auto mail = bench::typical_mail(1);
  mime::memory_source source(mail);
  const auto message = mime::parse_message(source).value();
  const mime::message_facts facts{tenant_id("acme"),   account_id("sales"), "INBOX",     {7},       {42},
                                  message_id("msg_x"), wall_time{},         mail.size(), {"\\Seen"}};
  for (auto _ : state)
    benchmark::DoNotOptimize(mime::message_event_data(facts, message));
}
BENCHMARK(write_event_data);

void identify_mail(benchmark::State& state) {
  const auto mail = bench::typical_mail(1);
  mime::memory_source source(mail);
  const auto message = mime::parse_message(source).value();
  for (auto _ : state) {
    benchmark::DoNotOptimize(mime::stable_message_id(account_id("sales"), "INBOX", {7}, {42}));
    benchmark::DoNotOptimize(mime::fingerprint(message, wall_time{}));
  }
}
BENCHMARK(identify_mail);

} // namespace

BENCHMARK_MAIN();
