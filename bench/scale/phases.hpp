#pragma once

#include "bench/scale/office.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

/// The parts of the measurement at scale. Each begins with nothing running, ends what it started, and throws when the
/// run is not one that a figure could be taken from.
namespace postroom::bench::scale {

using figures = std::vector<std::pair<std::string, double>>;

struct plan {
  programs measured; ///< `bare`: bare_login
  std::filesystem::path bare_watch;
  std::size_t mailboxes = 10'000;
  std::chrono::seconds idle{600};
  std::chrono::seconds outage{60};
  std::chrono::seconds token_life{360};
  std::size_t mails = 1000; ///< of each measurement of latency
  double mails_per_s = 25;
};

/// Memory and the price of a login, from a fifth of the mailboxes to one and a half times as many; with half of them
/// how soon mail is an event; with all of them what idleness costs, and how an outage of the server is overcome.
[[nodiscard]] figures growth(const plan& with);
/// All mailboxes of 20 sign-ins whose tokens live for minutes, over more than one such life.
[[nodiscard]] figures expiry(const plan& with);
/// How soon mail is an event with half of the mailboxes on Dovecot, beside a bare watcher.
[[nodiscard]] figures dovecot(const plan& with);

/// Delivers typical mails `first` … to the mailboxes in turn, evenly in time; when each was handed over.
[[nodiscard]] std::vector<std::int64_t> deliver_evenly(office& to, const std::vector<std::string>& mailboxes,
                                                       std::size_t first, std::size_t count, double per_second);

} // namespace postroom::bench::scale
