#pragma once

#include "sim/mail/mailbox.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace postroom::sim {

/// A mail as a search sees it.
struct search_subject {
  const sim::mail& mail;
  std::uint32_t sequence = 0;
  std::uint32_t highest_uid = 0;
  std::uint32_t highest_sequence = 0;
};
using search_predicate = std::function<bool(const search_subject&)>;

/// The keys of RFC 3501 §6.4.4 that Exchange can be trusted with, all of which must hold: ALL, sequence numbers, UID,
/// SINCE, BEFORE, ON, HEADER, the flags, and OR of two of these. Nothing when there is another one.
[[nodiscard]] std::optional<search_predicate> parse_search(std::string_view criteria);

} // namespace postroom::sim
