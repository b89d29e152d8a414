// Connects and logs in, evenly in time, and keeps every session open. Prints `cpu <seconds>` once all have logged in:
// what these logins have cost this process.
#include "bench/bare/client.hpp"

#include <cstdio>
#include <ctime>
#include <vector>

using namespace postroom::bench::bare;

namespace {

constexpr long logins_per_second = 200;

/// Sleeps until the login's turn has come.
void await_turn(const timespec& begin, std::size_t number) {
  timespec turn = begin;
  constexpr long second_ns = 1'000'000'000;
  const auto offset_ns = static_cast<long>(number) * (second_ns / logins_per_second);
  turn.tv_sec += offset_ns / second_ns;
  turn.tv_nsec += offset_ns % second_ns;
  if (turn.tv_nsec >= second_ns) {
    ++turn.tv_sec;
    turn.tv_nsec -= second_ns;
  }
  ::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &turn, nullptr);
}

} // namespace

int main(int argc, char** argv) {
  const auto with = read_arguments(argc, argv);
  SSL_CTX* context = make_context(with);
  std::vector<connection> sessions;
  timespec begin{};
  ::clock_gettime(CLOCK_MONOTONIC, &begin);
  const auto before = cpu_seconds();
  std::ifstream logins{with.logins_file};
  for (std::string login; std::getline(logins, login);) {
    await_turn(begin, sessions.size());
    sessions.push_back(log_in(context, with, login));
  }
  std::printf("cpu %.6f\n", cpu_seconds() - before);
  std::fflush(stdout);
}
