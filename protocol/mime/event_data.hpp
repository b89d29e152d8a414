#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "protocol/mime/parsed_message.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace postroom::mime {

/// What the mail server and we know of a mail besides its content.
struct message_facts {
  tenant_id tenant;
  account_id account;
  std::string folder; ///< UTF-8
  postroom::uid_validity uid_validity;
  message_uid uid;
  message_id stable_id; ///< see stable_message_id
  wall_time received{}; ///< INTERNALDATE
  std::uint64_t size_bytes = 0;
  std::vector<std::string> flags;
  bool seen_before = false; ///< announced already under an earlier UIDVALIDITY
};

/// The JSON `data` of a `message.received` event. Always valid JSON in valid UTF-8, whatever the strings hold.
[[nodiscard]] std::string message_event_data(const message_facts& facts, const parsed_message& message);

/// The id under which a mail is known for ever: `msg_` and 26 base32 characters of a SHA-256. `generation`: how often
/// the account's folder has been another one that may have the same numbers.
[[nodiscard]] message_id stable_message_id(const account_id& account, std::string_view folder, uid_validity validity,
                                           message_uid uid, std::uint32_t generation = 0);

using message_fingerprint = std::array<std::uint8_t, 16>;

/// Recognises a mail after its folder got a new UIDVALIDITY: Message-ID, Date, From, Subject and INTERNALDATE (to the
/// second, as IMAP gives it). Not the size nor the bytes: Exchange estimates the one and regenerates the others.
[[nodiscard]] message_fingerprint fingerprint(const parsed_message& message, wall_time received);

} // namespace postroom::mime
