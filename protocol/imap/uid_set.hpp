#pragma once

#include "base/ids.hpp"
#include "base/limits.hpp"
#include "base/result.hpp"
#include "protocol/imap/command.hpp"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace postroom::imap {

/// First to last, both included; `*` is uid_star.
struct uid_range {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  friend bool operator==(const uid_range&, const uid_range&) = default;
};

/// `*`: the highest UID of the folder. The same number as the highest possible UID, which no server reaches.
inline constexpr std::uint32_t uid_star = 0xFFFFFFFF;

/// Room for the rest of the command beside its set.
inline constexpr std::size_t uid_set_bytes_max = limits::imap_command_line_bytes_max - 1000;

/// One range: `12:*`.
[[nodiscard]] uid_set_text to_uid_set(uid_range range);

/// The UIDs, ascending (doubles are allowed, zeros are left out), as compact sets of at most `bytes_max` octets each;
/// none for none.
[[nodiscard]] std::vector<uid_set_text> to_uid_sets(std::span<const message_uid> ascending,
                                                    std::size_t bytes_max = uid_set_bytes_max);

/// Parses `5,7:9,12:*` in the order given; a reversed range is turned round. Fails (errc::protocol_violation) on
/// anything else, also zero.
[[nodiscard]] result<std::vector<uid_range>> parse_uid_set(std::string_view text);

/// How many UIDs the ranges name, counted with their overlaps.
[[nodiscard]] std::uint64_t count_uids(std::span<const uid_range> ranges);

} // namespace postroom::imap
