#pragma once

#include "base/result.hpp"
#include "protocol/imap/command.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace postroom::imap {

/// Whether small literals may be sent without waiting for the server (RFC 7888).
enum class literal_support : std::uint8_t {
  synchronising, ///< no
  at_once,       ///< LITERAL+ or LITERAL-, which we use alike
};

/// What LITERAL- allows. Literals above this always wait for `+`, so that a server can refuse a big message before it
/// is sent, and because servers that dislike a non-synchronising literal may drop the connection (RFC 7888 §4).
inline constexpr std::size_t unsolicited_literal_bytes_max = 4096;

/// A command ready to be sent. A message to be appended is a part of its own, in the string it came in.
struct encoded_command {
  struct part {
    std::string text;
    bool then_wait = false; ///< for `+`, before the next part is sent
  };
  std::vector<part> parts;
};

/// Encodes a command with its tag. Folder names are sent as given, i.e. in wire form (see folder_name.hpp), as atom,
/// quoted string or literal, whatever they need. Errors: too_large when the line without literals exceeds
/// limits::imap_command_line_bytes_max; invalid_argument for text that cannot be sent where it stands (CR, LF, NUL,
/// octets ≥ 0x80 outside of folder names and messages, a UID set that is none, an ID beyond RFC 2971 §3.3).
[[nodiscard]] result<encoded_command> encode_command(std::string_view tag, command what, literal_support literals);

/// The IDLE command is ended by this (RFC 2177).
inline constexpr std::string_view done_line = "DONE\r\n";

} // namespace postroom::imap
