#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

/// Folder names as people write them (UTF-8) and as IMAP4rev1 carries them (modified UTF-7, RFC 3501 §5.1.3). Commands
/// and list_data hold the latter: a listed name is sent back exactly as it came, even if it cannot be decoded.
namespace postroom::imap {

/// `Entwürfe` → `Entw&APw-rfe`. Fails (errc::invalid_argument) when the text is not UTF-8.
[[nodiscard]] result<std::string> encode_folder_name(std::string_view utf8);

/// The reverse. Fails (errc::protocol_violation) on what is not modified UTF-7 or decodes to broken UTF-16; raw UTF-8,
/// which some servers send, passes.
[[nodiscard]] result<std::string> decode_folder_name(std::string_view wire);

} // namespace postroom::imap
