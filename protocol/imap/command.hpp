#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// The commands a client sends after login, as values (RFC 9051 §6). Login itself is the session's business.
namespace postroom::imap {

/// A set of UIDs as on the wire: `5`, `1:4,9`, `12:*`. Build it with uid_set.hpp.
struct uid_set_text {
  std::string text;
};

struct capability_command {};
struct noop_command {};
struct logout_command {};
struct id_command {
  std::vector<std::pair<std::string, std::string>> pairs;
};
struct list_command {
  std::string reference, pattern;
};
struct select_command {
  std::string folder;
  bool read_only = false; ///< EXAMINE
};
struct unselect_command {};
struct namespace_command {
}; ///< RFC 2342: opens no folder; Exchange still answers it only when the mailbox is connected
struct status_command {
  std::string folder;
  std::vector<std::string> items;
};
struct uid_fetch_command {
  uid_set_text uids;
  std::vector<std::string> items; ///< e.g. {"UID", "FLAGS", "INTERNALDATE", "RFC822.SIZE", "BODY.PEEK[]"}
};
struct uid_search_command {
  std::string criteria; ///< only what m365 allows: `UID a:b`, `SINCE d`, `UNSEEN`, `HEADER Message-ID x`
};
struct uid_store_command {
  uid_set_text uids;
  enum class mode : std::uint8_t { add, remove, replace } how = mode::add;
  bool silent = true;
  std::vector<std::string> flags;
};
struct uid_move_command {
  uid_set_text uids;
  std::string folder;
};
struct append_command {
  std::string folder;
  std::vector<std::string> flags;
  std::optional<wall_time> internal_date;
  std::string message; ///< sent as a literal
};
/// Enters IDLE (RFC 2177). It is *done* after `client_session::end_idle()` or when the server ends it.
struct idle_command {};

using command = std::variant<capability_command, noop_command, logout_command, id_command, list_command, select_command,
                             unselect_command, status_command, uid_fetch_command, uid_search_command, uid_store_command,
                             uid_move_command, append_command, idle_command, namespace_command>;

/// Which command an answer belongs to: counts up from 1 within one session.
using ticket = std::uint32_t;

} // namespace postroom::imap
