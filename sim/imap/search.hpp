#pragma once

#include "sim/mail/folder.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace postroom::sim {

/// A mail as a search sees it.
struct search_subject {
  const sim::mail& mail;
  std::uint32_t sequence = 0;
  std::uint32_t highest_uid = 0;
  std::uint32_t highest_sequence = 0;
};
using search_predicate = std::function<bool(const search_subject&)>;

/// What a server understands beyond plain keys.
struct search_grammar {
  bool groups = false;                     ///< parentheses
  bool mod_seq = false;                    ///< RFC 7162 §3.1.5
  bool gmail = false;                      ///< X-GM-MSGID, X-GM-RAW
  std::span<const std::string> keywords{}; ///< of the folder
};

struct search_criteria {
  search_predicate matches;
  bool uses_mod_seq = false;
};

/// The keys of RFC 3501 §6.4.4, all of which must hold. Nothing when there is another one, and for nesting beyond 16
/// levels. Text is compared without case, as octets, in headers as they are written.
[[nodiscard]] std::optional<search_criteria> parse_search(std::string_view criteria,
                                                          const search_grammar& grammar = {});
/// The inside of `RETURN (…)`: MIN, MAX, ALL, COUNT, or nothing (RFC 4731).
[[nodiscard]] bool are_search_results(std::string_view options);

} // namespace postroom::sim
