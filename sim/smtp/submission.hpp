#pragma once

#include "base/clock.hpp"
#include "sim/control/faults.hpp"
#include "sim/control/journal.hpp"
#include "sim/control/stats.hpp"
#include "sim/identity/access_tokens.hpp"
#include "sim/identity/registry.hpp"
#include "sim/mail/bounce_queue.hpp"
#include "sim/mail/mailbox.hpp"
#include "sim/scenario.hpp"
#include "sim/smtp/face.hpp"
#include "sim/smtp/limits.hpp"
#include "sim/smtp/text.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace postroom::sim {

/// What all sessions of one submission server share.
struct submission_services {
  directory& mail;
  const registry& people;
  const access_tokens& tokens;
  const fault_desk& faults;
  const clock& time;
  stand_in_stats& stats;
  /// Told of every mail that was handed in whole, with the server's last word, and of those delivered into mailboxes
  /// here. Copies for the sender are no deliveries.
  sim::journal& journal;
  bounce_queue& bounces; ///< drained by whoever has a timer
  limit_plan limits;
  /// Exchange Online: all limits. Gmail: size, recipients of a mail and of a day. Generic: size and recipients of a
  /// mail.
  service face = service::microsoft;
  submission_usage usage{};
};

/// A mail as it was handed in.
struct submitted_mail {
  std::string user; ///< who signed in
  envelope_sender from;
  std::vector<envelope_recipient> recipients;
  std::string raw;
};

/// The address in From; empty: there is none.
[[nodiscard]] std::string author_of(std::string_view raw);
/// The journal's entry for the mail, but for the last word.
[[nodiscard]] submitted_entry entry_for(const submission_services& services, const submitted_mail& mail);

/// Takes the mail, which nothing speaks against: into the inbox of each recipient who has a mailbox here, once; a
/// notification to the sender for whom it does not reach (see routing.hpp); copies as the face keeps them:
/// Exchange Online in Sent Items of the user, and of the mailbox in From where that is set so; Gmail in the user's;
/// generic servers none. Gmail writes the user's own address into From and the envelope. Octets are kept as they came
/// otherwise, but for a Message-ID where there is none. `entry` gets the Message-ID in force.
void accept_mail(submission_services& services, submitted_mail mail, submitted_entry& entry);

} // namespace postroom::sim
