#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

/// Bytes as text and back. Pure, thread-safe. Decoders are strict: whatever another encoder could not have written
/// (blanks, line ends, missing or superfluous padding, stray bits) is `invalid_argument`, so that one value has one
/// spelling.
namespace postroom {

/// RFC 4648 §4, padded, one line.
[[nodiscard]] std::string base64_encode(std::string_view bytes);
[[nodiscard]] result<std::string> base64_decode(std::string_view text);

/// RFC 4648 §5 without padding, as in JOSE (RFC 7515 §2).
[[nodiscard]] std::string base64url_encode(std::string_view bytes);
[[nodiscard]] result<std::string> base64url_decode(std::string_view text);

/// Lower case; the decoder takes both cases.
[[nodiscard]] std::string hex_encode(std::string_view bytes);
[[nodiscard]] result<std::string> hex_decode(std::string_view text);

} // namespace postroom
