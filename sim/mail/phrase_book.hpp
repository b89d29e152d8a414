#pragma once

#include <span>
#include <string_view>

namespace postroom::sim {

/// What customers of one language say. UTF-8; only characters that ISO 8859-1 has, too. `#` stands for a number.
struct phrase_book {
  std::string_view language;
  std::string_view provider; ///< domain of the senders' mail provider
  std::span<const std::string_view> first_names;
  std::span<const std::string_view> last_names;
  std::span<const std::string_view> subjects;
  std::span<const std::string_view> greetings;
  std::span<const std::string_view> sentences;
  std::span<const std::string_view> closings;
  std::span<const std::string_view> file_names; ///< without suffix
  std::string_view reply_prefix;
  std::string_view quotation; ///< the line above quoted text
};

/// German, English, Italian.
[[nodiscard]] std::span<const phrase_book> phrase_books();

} // namespace postroom::sim
