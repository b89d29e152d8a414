#pragma once

#include "base/clock.hpp"
#include "protocol/smtp/client_session.hpp"
#include "protocol/smtp/failure_table.hpp"

#include "records.pb.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What attempts and people do to a mail's record. Pure: time and chance come in.
namespace postroom::outbox {

/// How an attempt ended.
struct attempt_end {
  std::string host;                           ///< who answered, as it calls itself; empty: nobody did
  smtp::phase where = smtp::phase::greeting;  ///< of what decided
  std::optional<smtp::failure_class> failure; ///< nothing: the server took the mail
  std::chrono::seconds not_before{0};         ///< what is known of that failure: no sooner again
  std::string words;                          ///< the server's, else ours
  std::vector<std::uint32_t> tried;           ///< indexes of the recipients named in this attempt
  std::vector<smtp::reply> answers;           ///< one for each of `tried`, if it came so far
  std::string server_message_id;              ///< told by the server where it is not ours
  bool counts = true;                         ///< false: not the server's answer, but what keeps us from asking it
};

/// Recipients that are still to be served.
[[nodiscard]] std::vector<std::uint32_t> waiting_recipients(const records::OutboxMail& of);
/// The envelope of the next attempt.
[[nodiscard]] smtp::envelope envelope_of(const records::OutboxMail& of);

/// Notes the attempt: recipients' states, history, and the mail's new state – sent, failed, deferred until a time, or
/// queued: the server takes only so many recipients at once, and the others' turn is now.
void note_attempt(records::OutboxMail& mail, const attempt_end& end, wall_time now, double chance);

/// Another turn in the mail's life; the history is bounded: the first turns and the latest are kept.
void add_turn(records::OutboxMail& mail, std::string_view outcome, std::string words, wall_time now);

/// The attempt ended without a verdict after the last octet had left.
void note_doubt(records::OutboxMail& mail, std::string words, wall_time now);
/// The copy was found: the recipients `served` have the mail.
void note_found(records::OutboxMail& mail, const std::vector<std::uint32_t>& served, const std::string& folder,
                wall_time now);
/// Nobody can tell: to be sent again after a while, or held for a person to decide. One that was sent again
/// `resends_max` times is held, too: a server that takes a mail and hangs up each time may have delivered each.
void note_undecided(records::OutboxMail& mail, bool resend, std::string words, wall_time now, double chance);
inline constexpr std::ptrdiff_t resends_max = 3;
[[nodiscard]] bool in_doubt(const records::OutboxMail& mail);

/// Neither to be sent any more nor held.
[[nodiscard]] bool is_final(const records::OutboxMail& mail);
/// Queued or deferred.
[[nodiscard]] bool is_pending(const records::OutboxMail& mail);

} // namespace postroom::outbox
