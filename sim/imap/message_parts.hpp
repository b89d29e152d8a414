#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postroom::sim {

/// Octets of a mail, counted from its beginning.
struct octet_range {
  std::size_t offset = 0;
  std::size_t octets = 0;
  [[nodiscard]] std::string_view in(std::string_view raw) const { return raw.substr(offset, octets); }
};

/// A mail, or a part of one, and what it consists of.
struct message_part {
  enum class kind : std::uint8_t {
    single,
    multipart, ///< `children` are its parts; perhaps none
    message,   ///< message/rfc822: the one child is the mail inside
  };
  octet_range header; ///< with the blank line that ends it
  octet_range body;
  kind what = kind::single;
  std::string type; ///< `text/html` as written; empty: none that can be read
  std::vector<message_part> children;
};

/// Takes a mail apart (RFC 2046 §5.1). Parts deeper than 20 levels stay whole, parts after the thousandth are left out;
/// time grows with the mail's size and its depth, not with what is in it.
[[nodiscard]] message_part read_parts(std::string_view raw);

/// The part that `2.1` names in FETCH (RFC 3501 §6.4.5); no numbers: the mail itself. Null when there is no such part.
[[nodiscard]] const message_part* find_part(const message_part& mail, std::span<const std::uint32_t> numbers);

/// Line ends in it.
[[nodiscard]] std::size_t line_count(std::string_view text);

} // namespace postroom::sim
