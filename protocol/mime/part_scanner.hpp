#pragma once

#include "base/result.hpp"
#include "protocol/mime/byte_source.hpp"
#include "protocol/mime/gmime_fields.hpp"
#include "protocol/mime/header_fields.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postroom::mime {

/// What can be wrong with a mail. The names (`to_string`) are part of the event format.
enum class defect : std::uint8_t {
  invalid_header,           ///< a line among the headers is none
  missing_header_separator, ///< content follows without an empty line
  headers_truncated,        ///< a header block or field beyond our limits was cut
  missing_boundary,         ///< a multipart names no boundary: shown as text
  boundary_not_found,       ///< a multipart in which its boundary never comes: shown as text
  missing_end_boundary,     ///< a multipart is not closed: the mail may be cut off
  nesting_limit,            ///< parts deeper than limits::mime_depth_max are one attachment
  too_many_parts,           ///< what follows limits::mime_parts_max is not listed
  too_many_addresses,
  missing_from,
  invalid_date,
  unknown_charset,
  undecodable_text,
};
inline constexpr std::size_t defect_count = static_cast<std::size_t>(defect::undecodable_text) + 1;
[[nodiscard]] std::string_view to_string(defect d) noexcept;

/// What the headers of one part say of its content.
struct part_header {
  mime::content_type content_type;
  content_disposition disposition;
  std::string encoding;
  std::string content_id; ///< without angle brackets
};
[[nodiscard]] part_header read_part_header(const std::vector<header_field>& fields);

/// A part that is not a multipart. Views end with the call they are passed to.
struct leaf_part {
  std::string_view number;         ///< as in IMAP: `2.1`
  std::string_view parent_subtype; ///< `alternative`, `related`, …; empty for the root
  const part_header& header;
};

/// Is told what a mail consists of, front to back.
class part_visitor {
public:
  virtual ~part_visitor() = default;
  /// The mail's own header fields; first of all calls.
  virtual void message_headers(const std::vector<header_field>& fields, const part_header& header) = 0;
  virtual void begin_part(const leaf_part& part) = 0;
  /// Content of the part begun last, still transfer-encoded. An error ends the scan with it.
  [[nodiscard]] virtual result<void> content(std::span<const char> encoded) = 0;
  virtual void end_part() = 0;
  /// Bytes before the first boundary of a multipart: nothing worth showing, unless no part follows …
  virtual void preamble(std::string_view bytes) = 0;
  /// … and this says that none did.
  virtual void preamble_was_all() = 0;
  virtual void found(defect d) = 0;
  /// Whether the rest of the mail is of no interest.
  [[nodiscard]] virtual bool done() const { return false; }
};

/// Takes a mail apart in one pass, in bounded memory (one window, one header block, limits::mime_depth_max boundaries)
/// and in time linear in its size. A message/rfc822 part is a leaf. GMime's own parser is not used for this because it
/// keeps every header, multipart preamble and part object of a mail in memory, however many a hostile mail has.
[[nodiscard]] result<void> scan_parts(byte_source& source, part_visitor& visitor);

} // namespace postroom::mime
