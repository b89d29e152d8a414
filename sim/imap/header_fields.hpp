#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Header fields as a mail server reads them: octets in, octets out, nothing decoded (RFC 5322 §2.2, RFC 2045 §5.1, RFC
/// 2231). Line ends may be CR LF or LF. Pure.
namespace postroom::sim {

struct header_field {
  std::string_view name;  ///< without what may stand before the colon
  std::string_view value; ///< behind the colon, with its line ends
  std::string_view whole; ///< with its line ends
};

/// Where the line that begins at `from` ends, its line feed included.
[[nodiscard]] std::size_t line_end(std::string_view text, std::size_t from);
[[nodiscard]] bool is_blank_line(std::string_view line);
/// Octets of the header at the front of a mail or part, with the blank line that ends it.
[[nodiscard]] std::size_t header_octets(std::string_view raw);

/// The fields of the header at the front of `raw`, in their order; at most 10,000. A line without a colon is a field
/// whose name is the line.
[[nodiscard]] std::vector<header_field> header_fields(std::string_view raw);
/// The first field of that name, any case, on one line; nothing when there is none.
[[nodiscard]] std::optional<std::string> find_field(const std::vector<header_field>& fields, std::string_view name);
/// Without line ends and surrounding blanks.
[[nodiscard]] std::string unfolded(std::string_view value);

/// `attachment; filename="a b"`
struct parameterised_value {
  std::string value;
  std::vector<std::pair<std::string, std::string>> parameters; ///< as written, unquoted, at most 100
};
/// Reads a token, perhaps with a slash and a second one, and its parameters. What a parameter's continuations say
/// (RFC 2231 §3) is put together under its name; the name ends with `*` when the value is still percent-encoded. Stops
/// where the text makes no sense.
[[nodiscard]] parameterised_value parse_parameterised(std::string_view text);

} // namespace postroom::sim
