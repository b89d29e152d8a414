#pragma once

#include "protocol/imap/response.hpp"
#include "protocol/imap/token_reader.hpp"

#include <optional>

/// Readers of untagged data about folders; each starts behind the response's name. Nothing if it is broken.
namespace postroom::imap {

/// LIST, LSUB, XLIST: `(\Noselect) "/" name`. Names without the quotes they need are taken to the end of the line.
[[nodiscard]] std::optional<response> read_list(token_reader& in);
/// STATUS: `name (UIDNEXT 5 MESSAGES 3)`.
[[nodiscard]] std::optional<response> read_folder_status(token_reader& in);
/// SEARCH, SORT: `1 2 3 (MODSEQ 5)`. At most limits::imap_search_numbers_max (quirk::too_many_numbers).
[[nodiscard]] std::optional<response> read_search(token_reader& in);
/// ESEARCH (RFC 4731): `(TAG "A1") UID ALL 1:5,9 COUNT 6`; only ALL is kept, bounded likewise.
[[nodiscard]] std::optional<response> read_esearch(token_reader& in);
/// VANISHED (RFC 7162): `(EARLIER) 1:5,9`; the set is checked and kept as text.
[[nodiscard]] std::optional<response> read_vanished(token_reader& in);

} // namespace postroom::imap
