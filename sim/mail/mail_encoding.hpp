#pragma once

#include <string>
#include <string_view>

/// How text and bytes are dressed for a mail. Pure.
namespace postroom::sim {

/// RFC 2045 §6.7, lines of at most 76 characters, CR LF.
[[nodiscard]] std::string quoted_printable(std::string_view text);
/// RFC 2045 §6.8, the same.
[[nodiscard]] std::string base64_lines(std::string_view bytes);
/// Characters beyond U+00FF become `?`.
[[nodiscard]] std::string to_latin1(std::string_view utf8);
/// As it is when it is ASCII, otherwise as encoded words (RFC 2047) of at most 75 characters, folded.
[[nodiscard]] std::string header_text(std::string_view utf8, bool base64);
/// RFC 2231: `UTF-8''%C3%9Cbersicht.pdf`.
[[nodiscard]] std::string extended_parameter(std::string_view utf8);
[[nodiscard]] bool is_ascii(std::string_view text);

} // namespace postroom::sim
