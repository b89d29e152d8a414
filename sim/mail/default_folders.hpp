#pragma once

#include "sim/identity/registry.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

/// The folders that a new mailbox has.
namespace postroom::sim {

/// In which a mailbox of Exchange Online was first opened.
enum class folder_language : std::uint8_t { english, german, french, italian };
/// By its ISO 639 code.
[[nodiscard]] std::optional<folder_language> parse_folder_language(std::string_view code);

struct default_folder {
  std::string_view name; ///< modified UTF-7 (RFC 3501 §5.1.3)
  std::string_view use;  ///< RFC 6154; empty: none
};
/// The first is INBOX. The language counts at Exchange only.
[[nodiscard]] std::span<const default_folder> default_folders(service kind, folder_language language);

} // namespace postroom::sim
