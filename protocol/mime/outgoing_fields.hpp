#pragma once

#include "base/clock.hpp"
#include "protocol/mime/parsed_message.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Header fields as we write them: one complete field each, its CRLF included, folded to 78 octets where it can be
/// (RFC 5322 §2.2.3). What goes in must be valid UTF-8 without control characters.
namespace postroom::mime {

/// Builds one field word by word.
class field_writer {
public:
  explicit field_writer(std::string_view name);

  /// Appends `leading`, which is white space, and `word`; in front of both the line is folded when they do not fit.
  void word(std::string_view word, std::string_view leading = " ");
  /// Appends text as encoded words of at most 75 octets (RFC 2047 §2), none of which cuts a character.
  void encoded(std::string_view text);
  /// The field, with the end of its last line.
  [[nodiscard]] std::string finish() &&;

private:
  void fold();
  std::string field_;
  std::size_t column_;
};

/// The most octets between two places where `text` can be folded.
[[nodiscard]] std::size_t longest_unfoldable(std::string_view text) noexcept;

/// Text for people (a subject): encoded unless plain words say the same to every reader.
[[nodiscard]] std::string text_field(std::string_view name, std::string_view text);
/// A value whose ASCII stands as it is, encoded words or addresses in it included; only with other characters it
/// counts as text and is encoded.
[[nodiscard]] std::string value_field(std::string_view name, std::string_view value);
/// Names are encoded; addresses stand as they are, in raw UTF-8 if they must (RFC 6532).
[[nodiscard]] std::string address_field(std::string_view name, const std::vector<address>& list);
/// Message ids, given without angle brackets.
[[nodiscard]] std::string ids_field(std::string_view name, const std::vector<std::string>& ids);
/// RFC 5322 §3.3, in UTC.
[[nodiscard]] std::string date_field(wall_time date);

} // namespace postroom::mime
