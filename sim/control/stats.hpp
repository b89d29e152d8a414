#pragma once

#include <cstddef>
#include <cstdint>

namespace postroom::sim {

/// What the stand-in has seen so far. Gauges say "now"; all others only grow, but for the peaks, which can be reset.
struct stand_in_stats {
  std::size_t connections = 0; ///< open to the IMAP ports now
  std::size_t idling = 0;      ///< of those, in IDLE
  std::uint64_t logins = 0;
  std::uint64_t logins_refused = 0;
  std::uint64_t token_requests = 0;
  std::uint64_t mails_delivered = 0;      ///< into mailboxes, after the initial ones
  std::uint64_t mails_fetched = 0;        ///< bodies sent
  std::uint64_t bytes_sent = 0;           ///< to IMAP clients, before encryption
  std::size_t submission_connections = 0; ///< open to the SMTP ports now
  std::uint64_t submission_logins = 0;
  std::uint64_t submission_logins_refused = 0;
  std::uint64_t mails_submitted = 0; ///< taken by SMTP
  std::uint64_t mails_refused = 0;   ///< by SMTP, after the mail was there

  // Of each IMAP face, now
  std::size_t exchange_connections = 0;
  std::size_t exchange_idling = 0;
  std::size_t google_connections = 0;
  std::size_t google_idling = 0;
  std::size_t generic_connections = 0;
  std::size_t generic_idling = 0;

  std::uint64_t connects = 0;          ///< IMAP connections accepted
  std::size_t connects_last_s = 0;     ///< in the second before now
  std::size_t connects_peak_per_s = 0; ///< the most within any second
  std::size_t not_idle = 0;            ///< mailboxes of the scenario without a session in IDLE now
  double not_idle_longest_s = 0;       ///< the longest time any mailbox that was in IDLE has been without
  double cpu_s = 0;                    ///< of this process, user and system
  std::uint64_t resident_bytes = 0;    ///< of this process
};

} // namespace postroom::sim
