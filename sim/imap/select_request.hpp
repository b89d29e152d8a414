#pragma once

#include "sim/imap/text.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace postroom::sim {

/// What a client knows of a folder from before (RFC 7162 §3.2.5).
struct resync_point {
  std::uint32_t uid_validity = 0;
  std::uint64_t mod_seq = 0;
  std::optional<number_set> known_uids;
};

/// The parameters of SELECT and EXAMINE.
struct select_parameters {
  bool condstore = false;
  std::optional<resync_point> resync;
};
/// The inside of the parentheses: `CONDSTORE`, `QRESYNC (…)`. The sequence match data of QRESYNC are checked and not
/// used, as a server may do. Nothing when it does not fit.
[[nodiscard]] std::optional<select_parameters> parse_select_parameters(std::string_view text);

/// The modifiers of FETCH (RFC 7162 §3.1.4.1, §3.2.6): `CHANGEDSINCE 5 VANISHED`.
struct fetch_modifiers {
  std::optional<std::uint64_t> changed_since;
  bool vanished = false;
};
[[nodiscard]] std::optional<fetch_modifiers> parse_fetch_modifiers(std::string_view text);

/// Splits what follows the set of FETCH into items and the inside of the modifiers' parentheses; those are nothing when
/// there are none.
struct fetch_arguments {
  std::string_view items;
  std::optional<std::string_view> modifiers;
};
[[nodiscard]] fetch_arguments split_fetch_arguments(std::string_view text);

} // namespace postroom::sim
