// What does it cost to store mail? One batch holds 32 small mails: record, index entry, event and inline body of each,
// and one cursor. `cpu_us_per_mail` counts all threads, flushes and compactions included; it is what a catch-up pays.
#include "base/clock.hpp"
#include "storage/keys.hpp"
#include "storage/rocksdb/rocksdb_store.hpp"

#include <benchmark/benchmark.h>

#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <future>
#include <random>

namespace {

using namespace postroom;
using namespace postroom::storage;

constexpr int mails_per_batch = 32;
constexpr std::size_t record_bytes = 2'000;
constexpr std::size_t event_bytes = 3'000;
constexpr std::size_t body_bytes = 4'400;

std::string noise(std::mt19937_64& random, std::size_t bytes) {
  std::string made(bytes, '\0');
  for (auto& c : made)
    c = static_cast<char>('a' + random() % 26);
  return made;
}

/// Batches of mails whose contents differ no more than they must: making them is not to be measured.
class mails {
public:
  explicit mails(int accounts) : accounts_(accounts) {}

  batch next() {
    const auto account = account_id{"account-" + std::to_string(random_() % static_cast<std::uint64_t>(accounts_))};
    const tenant_id tenant{"tenant"};
    batch made;
    fill(made.id.bytes);
    for (int i = 0; i < mails_per_batch; ++i) {
      const message_id id{"m" + std::to_string(random_()) + std::to_string(++count_)};
      blob_id blob;
      fill(blob.bytes);
      made.operations.push_back(put_if_absent{keys::message(tenant, account, id), record_, {}});
      made.operations.push_back(put{keys::by_received(tenant, account, count_, id), {}, {}, {}});
      made.operations.push_back(put_if_absent{keys::by_fingerprint(tenant, account, id.str()), id.str(), {}});
      made.operations.push_back(reference_body{blob, 1, body_});
      made.operations.push_back(append{"tenant", event_});
    }
    made.operations.push_back(put{keys::cursor(tenant, account, "INBOX"), "cursor", {}, {}});
    return made;
  }

private:
  template <std::size_t N>
  void fill(std::array<std::uint8_t, N>& bytes) {
    for (auto& each : bytes)
      each = static_cast<std::uint8_t>(random_());
  }

  int accounts_;
  std::int64_t count_ = 0;
  std::mt19937_64 random_{1};
  std::string record_ = noise(random_, record_bytes);
  std::string event_ = noise(random_, event_bytes);
  std::string body_ = noise(random_, body_bytes);
};

double cpu_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

double resident_mib() {
  long pages = 0;
  if (auto* file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%*d %ld", &pages) != 1)
      pages = 0;
    std::fclose(file);
  }
  return static_cast<double>(pages) * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1024 * 1024);
}

/// `state.range(0)` batches in flight.
void commit_small_mails(benchmark::State& state) {
  auto pattern = (std::filesystem::temp_directory_path() / "postroom-bench-XXXXXX").string();
  const std::filesystem::path directory = ::mkdtemp(pattern.data());
  const system_clock time;
  rocksdb_options options;
  options.directory = directory;
  auto opened = open_rocksdb_store(options, time);
  if (!opened) {
    state.SkipWithError(to_string(opened.error()).c_str());
    return;
  }
  auto& db = **opened;
  const double idle_mib = resident_mib();
  mails source{200};
  std::uint64_t stored = 0;
  double making = 0;
  const double began = cpu_seconds();
  for (auto _ : state) {
    const double before = cpu_seconds();
    std::vector<batch> batches;
    for (std::int64_t i = 0; i < state.range(0); ++i)
      batches.push_back(source.next());
    making += cpu_seconds() - before;
    std::vector<std::promise<outcome>> answers(batches.size());
    for (std::size_t i = 0; i < batches.size(); ++i)
      db.commit(std::move(batches[i]), [&answers, i](commit_result r) { answers[i].set_value(r.outcome); });
    for (auto& each : answers)
      if (each.get_future().get() != outcome::committed)
        state.SkipWithError("not committed");
    stored += static_cast<std::uint64_t>(state.range(0)) * mails_per_batch;
  }
  const auto stats = db.stats();
  opened->reset();
  const auto mails = static_cast<double>(stored);
  state.counters["mails_per_s"] = benchmark::Counter(mails, benchmark::Counter::kIsRate);
  state.counters["cpu_us_per_mail"] = (cpu_seconds() - began - making) * 1e6 / mails;
  state.counters["batches_per_sync"] = static_cast<double>(stats.commits) / static_cast<double>(stats.syncs);
  state.counters["idle_rss_mib"] = idle_mib;
  state.counters["rss_mib"] = resident_mib();
  std::error_code ignored;
  std::filesystem::remove_all(directory, ignored);
}
BENCHMARK(commit_small_mails)->Arg(1)->Arg(8)->Iterations(400)->UseRealTime()->Unit(benchmark::kMillisecond);

} // namespace
