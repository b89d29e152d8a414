#pragma once

#include "base/clock.hpp"
#include "protocol/mime/parsed_message.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The words of header fields, understood by GMime. Takes unfolded values without NUL; answers valid UTF-8, bounded.
/// Thread-safe; the library is initialised on first use.
namespace postroom::mime {

/// Unstructured text with encoded words (RFC 2047) and raw 8-bit bytes (UTF-8, else windows-1252).
[[nodiscard]] std::string decode_text(const std::string& value, std::size_t limit_bytes);

/// An address list (RFC 5322 §3.4); groups are flattened. Names are decoded, once; addresses stay as written, punycode
/// too: one replies to them. Appends to `list` up to limits::mime_addresses_max and
/// answers whether all fitted.
bool decode_addresses(const std::string& value, std::vector<address>& list);

/// A Date field; nothing when it is none.
[[nodiscard]] std::optional<wall_time> decode_date(const std::string& value);

/// The first message id of a field, without angle brackets.
[[nodiscard]] std::string decode_message_id(const std::string& value);
/// All message ids of a field; of more than limits::mime_references_max, the first ten and the last ones.
[[nodiscard]] std::vector<std::string> decode_references(const std::string& value);

/// A Content-Type field (RFC 2045 §5.1), parameters decoded by RFC 2231 and, as found in the wild, RFC 2047.
struct content_type {
  std::string type = "text"; ///< lower case, as is `subtype`
  std::string subtype = "plain";
  std::string boundary, charset, name, report_type;
};
[[nodiscard]] content_type decode_content_type(const std::string& value);

/// A Content-Disposition field (RFC 2183).
struct content_disposition {
  std::string kind; ///< lower case; empty when there is none
  std::string filename;
};
[[nodiscard]] content_disposition decode_disposition(const std::string& value);

/// The name under which iconv knows a charset.
[[nodiscard]] std::string iconv_name(std::string_view charset);

} // namespace postroom::mime
