#pragma once

#include "base/clock.hpp"
#include "sim/identity/registry.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace postroom::sim {

/// A recipient whom a mail has not reached.
struct missed_recipient {
  std::string address;
  std::string original;   ///< ORCPT as it was given, `rfc822;a@b` (RFC 3461 §4.2); empty: none
  std::string status;     ///< RFC 3463: `5.1.10`
  std::string diagnostic; ///< the SMTP reply, one line: `550 5.1.10 RESOLVER.ADR.RecipientNotFound; …`
  std::string remote_mta; ///< the server that said so; empty: ours
};

/// What a delivery status notification tells.
struct bounce_facts {
  service voice = service::microsoft; ///< whose words and headers
  std::string host;                   ///< Reporting-MTA
  std::string to;                     ///< who sent the mail: its MAIL FROM
  std::string message_id;             ///< of the notification itself, in angle brackets
  std::string envelope_id;            ///< ENVID, decoded; empty: none
  wall_time arrived{};
  wall_time now{};
  bool delayed = false;      ///< the mail is still on its way: Action `delayed`, otherwise `failed`
  bool headers_only = false; ///< RET=HDRS
  std::vector<missed_recipient> recipients;
};

/// Originals beyond are returned as their header alone, and that is cut at the end of a line.
inline constexpr std::size_t returned_mail_bytes_max = 256 * 1024;
inline constexpr std::size_t returned_header_bytes_max = 64 * 1024;

/// The whole notification as a mail (RFC 3464, RFC 6522): `multipart/report` of a text for people, a
/// `message/delivery-status`, and the original as `message/rfc822` or `text/rfc822-headers`. In-Reply-To and References
/// name the original. With addresses beyond ASCII the second part is a `message/global-delivery-status` (RFC 6533).
/// Pure.
[[nodiscard]] std::string write_bounce(const bounce_facts& facts, std::string_view original);

} // namespace postroom::sim
