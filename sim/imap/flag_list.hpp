#pragma once

#include "sim/mail/folder.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postroom::sim {

/// Flags as a client names them.
struct flag_list {
  std::uint8_t flags = 0;
  std::vector<std::string> keywords;
};
/// The inside of the parentheses. Nothing when it holds something that is no flag. `\Recent` and system flags nobody
/// knows are no flags if `strict`, otherwise dropped.
[[nodiscard]] std::optional<flag_list> parse_flag_list(std::string_view text, bool strict);

/// What they are in that folder, whose keywords grow by them; without `keeps_keywords` those are dropped.
[[nodiscard]] mail_marks marks_of(const flag_list& list, folder& where, bool keeps_keywords);
/// The same marks in another folder.
[[nodiscard]] mail_marks marks_elsewhere(const mail_marks& marks, const folder& from, folder& to);
/// `\Seen $Forwarded`, without parentheses.
[[nodiscard]] std::string marks_text(const mail_marks& marks, const folder& where);

} // namespace postroom::sim
