#pragma once

#include <cstddef>
#include <string>

namespace postroom::bench {

/// Headers of a mail that came through Exchange Online, without those that describe the body. The number makes Subject
/// and Message-ID unlike all others.
[[nodiscard]] std::string typical_headers(std::size_t number);

/// 4.4 KB with text and HTML, as Outlook sends it; CR LF line ends, and no line begins with a dot.
[[nodiscard]] std::string typical_mail(std::size_t number);

/// The Message-ID of typical_mail(number), without angle brackets.
[[nodiscard]] std::string message_id_of(std::size_t number);

/// What follows `bench-` in the first Message-ID of that form in the text; npos when there is none.
[[nodiscard]] std::size_t number_of(const std::string& text);

} // namespace postroom::bench
