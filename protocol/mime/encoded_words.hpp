#pragma once

#include <string>
#include <string_view>

/// Encoded words (RFC 2047) in runs. GMime joins adjacent ones before it decodes them, and then stops at the first
/// padding. Here characters may be cut between words of one charset, and base64 between any two letters. What is no
/// word, or starts one that never ends, stays as it is. Pure, thread-safe.
namespace postroom::mime {

/// Unstructured text in UTF-8; raw 8-bit bytes are UTF-8, else windows-1252. At most four times the bytes of `value`.
[[nodiscard]] std::string decode_encoded_words(std::string_view value);

/// A field with a grammar, to be parsed by GMime: each run becomes one word in UTF-8, as long as need be. At most 12
/// times the bytes of `value`.
[[nodiscard]] std::string unite_encoded_words(std::string_view value);

/// A list of addresses for GMime, in which nothing but words begins with `=?`: GMime would take all up to the next `?=`
/// for one. At most 8 times the bytes of `value`.
[[nodiscard]] std::string hide_stray_words(std::string_view value);

} // namespace postroom::mime
