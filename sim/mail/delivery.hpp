#pragma once

#include "base/clock.hpp"
#include "sim/control/journal.hpp"
#include "sim/mail/mailbox.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace postroom::sim {

/// A mail ready to lie in any number of mailboxes: its octets are there once.
struct sealed_mail {
  std::shared_ptr<const std::string> raw;
  std::string message_id; ///< in angle brackets; empty: it has none
  std::string sha256;     ///< of its octets, in hex
};

/// The Message-ID of a mail in angle brackets; empty when there is none or it makes no sense (RFC 5322 §3.6.4: more
/// than 512 octets, blanks, no brackets).
[[nodiscard]] std::string message_id_of(std::string_view raw);
/// SHA-256 in hex.
[[nodiscard]] std::string digest_of(std::string_view octets);
[[nodiscard]] sealed_mail seal(std::string raw);

/// Into INBOX, and into the journal. Its UID.
std::uint32_t deliver(mailbox& into, const sealed_mail& mail, wall_time now, mail_origin origin, journal& journal);

} // namespace postroom::sim
