#pragma once

#include "sim/mail/bounce.hpp"
#include "sim/smtp/submission.hpp"

#include <chrono>
#include <optional>
#include <span>
#include <string_view>

/// Whom a mail reaches, and what the sender hears of those it does not reach.
///
/// A domain of one of the tenants: the mailbox of exactly that address, if it is there and has a licence; otherwise a
/// bounce. All other domains: the mail is taken and dropped, unless the local part (up to a plus sign) or the first
/// label of the domain is one of these, as in `full@example.test`, `full+7@example.test`, `anna@full.example.test`:
///
///   bounce    fails, 5.1.1: no such mailbox
///   full      fails, 5.2.2: mailbox full
///   blocked   fails, 5.7.1: refused by policy
///   slow      as bounce, but the notification comes a minute later
///   delayed   a notification of delay, 4.4.7, and nothing more
///
/// Notifications come a moment after the mail was taken, those of one mail and moment as one. There is none for mails
/// without a sender, nor against NOTIFY (RFC 3461 §4.1).
namespace postroom::sim {

inline constexpr std::chrono::seconds bounce_after{2};
inline constexpr std::chrono::seconds slow_bounce_after{60};

/// Null when the mail does not reach a mailbox here.
[[nodiscard]] mailbox* mailbox_for(const submission_services& services, std::string_view address);

struct missed_delivery {
  missed_recipient who;
  std::chrono::seconds after{bounce_after};
  bool delayed = false;
};
/// Nothing when the mail reaches its recipient, here or somewhere in the world.
[[nodiscard]] std::optional<missed_delivery> missed(const submission_services& services, const envelope_recipient& to);

/// Puts the notifications for those whom the mail misses into the queue.
void plan_bounces(submission_services& services, const envelope_sender& from,
                  std::span<const envelope_recipient> recipients, std::string_view raw);

} // namespace postroom::sim
