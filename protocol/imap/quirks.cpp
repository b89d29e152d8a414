#include "protocol/imap/quirks.hpp"

#include <array>

namespace postroom::imap {

namespace {

struct quirk_row {
  std::string_view name;
  std::string_view reason;
};

// In the order of the enumeration.
constexpr std::array<quirk_row, static_cast<std::size_t>(quirk::count)> quirk_rows{{
    {"missing_text", "several servers end a tagged answer right after OK; nothing depends on the text"},
    {"missing_status", "Exchange was seen to send [COPYUID ...] as a line of its own (MailKit's test data)"},
    {"empty_copyuid", "Exchange sends [COPYUID 14  ] when nothing was moved; no set, no mapping"},
    {"broken_code", "a code without its bracket only costs the code, not the status"},
    {"broken_envelope", "the message is parsed from its own bytes; UID and FLAGS must not be lost with the envelope"},
    {"broken_body_structure", "Exchange sends structures that cannot be read; the message's bytes are parsed instead"},
    {"odd_body_structure", "Exchange: disposition as a string, (NIL NIL), NIL as type, missing fields"},
    {"broken_fetch", "what was read before the break, or stands plainly at the end, is kept"},
    {"raw_line", "Exchange's front end speaks plain text before it hangs up: Server Unavailable. 15"},
    {"eight_bit_in_quoted", "many servers send raw UTF-8 or Latin-1 in quoted strings without UTF8=ACCEPT"},
    {"odd_folder_name", "Exchange lists folder names with blanks or control characters unquoted"},
    {"body_nil", "the message vanished between listing and fetching, or the server cannot render it"},
    {"body_as_string", "small messages may legally come quoted; the body's callbacks are emulated"},
    {"bare_line_feed", "some proxies and home-grown servers end lines in LF"},
    {"trailing_text", "blanks or remarks after a complete answer: * SEARCH 1 2 3 followed by a blank"},
    {"broken_date", "a message without a readable INTERNALDATE is still a message"},
    {"too_many_numbers", "an answer beyond the limit is refused as a whole, since half of it would mean deletions"},
    {"superfluous_plus", "Exchange sends a second + after a literal or an IDLE; it is meaningless there"},
}};

} // namespace

std::string_view name_of(quirk q) noexcept {
  return q < quirk::count ? quirk_rows[static_cast<std::size_t>(q)].name : std::string_view{"unknown"};
}

std::string_view reason_for(quirk q) noexcept {
  return q < quirk::count ? quirk_rows[static_cast<std::size_t>(q)].reason : std::string_view{};
}

} // namespace postroom::imap
