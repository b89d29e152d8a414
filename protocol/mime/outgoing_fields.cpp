#include "protocol/mime/outgoing_fields.hpp"

#include "base/encoding.hpp"
#include "base/limits.hpp"
#include "base/utf8.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace postroom::mime {

namespace {

constexpr std::size_t line_octets = 78;
/// A line that holds encoded words is shorter: RFC 2047 §2.
constexpr std::size_t encoded_line_octets = 76;
constexpr std::size_t encoded_word_octets = 75;
constexpr std::string_view q_start = "=?utf-8?Q?";
constexpr std::string_view b_start = "=?utf-8?B?";
constexpr std::size_t encoded_frame_octets = q_start.size() + 2;
/// Less room on a line than this is not worth an encoded word: one character may need twelve octets.
constexpr std::size_t encoded_room_min = encoded_frame_octets + 24;
/// Longer names are encoded, since a quoted string is not folded.
constexpr std::size_t quoted_name_bytes_max = 60;

bool is_ascii(std::string_view text) noexcept {
  return std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) > 126; });
}

/// What may stand in an encoded word anywhere, also in a name before an address (RFC 2047 §5 (3)).
bool is_q_safe(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '!' || c == '*' ||
         c == '+' || c == '-' || c == '/';
}

std::size_t q_octets(std::string_view text) noexcept {
  std::size_t octets = 0;
  for (const char c : text)
    octets += is_q_safe(c) || c == ' ' ? 1 : 3;
  return octets;
}

std::size_t b_octets(std::size_t bytes) noexcept {
  return (bytes + 2) / 3 * 4;
}

std::string q_encode(std::string_view text) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (c == ' ')
      out += '_';
    else if (is_q_safe(c))
      out += c;
    else
      out.append({'=', digits[octet >> 4U], digits[octet & 15U]});
  }
  return out;
}

/// Bytes of the longest run of whole characters whose encoding fits into `room` octets.
std::size_t fitting(std::string_view text, bool with_q, std::size_t room) noexcept {
  std::size_t taken = 0;
  std::size_t octets = 0;
  while (taken < text.size()) {
    const auto character = text.substr(taken, std::max<std::size_t>(utf8_character_bytes(text.substr(taken)), 1));
    octets = with_q ? octets + q_octets(character) : b_octets(taken + character.size());
    if (octets > room)
      break;
    taken += character.size();
  }
  return taken;
}

/// As fitting(), for base64 without padding unless all of `text` fits: some readers, GMime among them, take words of
/// one charset together and stop at padding in their midst. 0 when no characters add up to whole triples.
std::size_t base64_piece(std::string_view text, std::size_t room) noexcept {
  auto bytes = fitting(text, false, room);
  if (bytes == text.size())
    return bytes;
  const auto inside_character = [&](std::size_t at) { return (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U; };
  while (bytes > 0 && (bytes % 3 != 0 || inside_character(bytes)))
    --bytes;
  return bytes;
}

/// A name as a phrase (RFC 5322 §3.2.5) in one token; empty when only encoded words can say it.
std::string quoted_name(std::string_view name) {
  // Lenient readers decode what looks like an encoded word even inside quotes.
  if (!is_ascii(name) || name.size() > quoted_name_bytes_max || name.find("=?") != std::string_view::npos)
    return {};
  const bool plain =
      name.front() != ' ' && name.back() != ' ' && name.find("  ") == std::string_view::npos &&
      std::all_of(name.begin(), name.end(), [](char c) { return c == ' ' || c == '\'' || c == '_' || is_q_safe(c); });
  if (plain)
    return std::string(name);
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\')
      quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

/// Writes ASCII with its own spaces, folding in front of them.
void put_words(field_writer& field, std::string_view text) {
  bool first = true;
  while (!text.empty()) {
    const auto start = std::min(text.find_first_not_of(' '), text.size());
    const auto end = std::min(text.find(' ', start), text.size());
    field.word(text.substr(start, end - start), first ? " " : text.substr(0, start));
    text.remove_prefix(end);
    first = false;
  }
}

} // namespace

field_writer::field_writer(std::string_view name) : field_(name), column_(name.size() + 1) {
  field_ += ':';
}

void field_writer::fold() {
  field_ += "\r\n";
  column_ = 0;
}

void field_writer::word(std::string_view word, std::string_view leading) {
  if (column_ + leading.size() + word.size() > line_octets)
    fold();
  field_.append(leading).append(word);
  column_ += leading.size() + word.size();
}

void field_writer::encoded(std::string_view text) {
  const bool with_q = q_octets(text) <= b_octets(text.size());
  while (!text.empty()) {
    if (column_ + 1 + encoded_room_min > encoded_line_octets)
      fold();
    const auto room = std::min(encoded_word_octets, encoded_line_octets - column_ - 1) - encoded_frame_octets;
    auto bytes = with_q ? 0 : base64_piece(text, room);
    const bool as_q = bytes == 0;
    if (as_q)
      bytes = fitting(text, true, room);
    const auto piece = text.substr(0, bytes);
    word(std::string(as_q ? q_start : b_start) + (as_q ? q_encode(piece) : base64_encode(piece)) + "?=");
    text.remove_prefix(piece.size());
  }
}

std::string field_writer::finish() && {
  field_ += "\r\n";
  return std::move(field_);
}

std::size_t longest_unfoldable(std::string_view text) noexcept {
  std::size_t longest = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find(' ', std::min(text.find_first_not_of(' '), text.size())), text.size());
    longest = std::max(longest, end);
    text.remove_prefix(end);
  }
  return longest;
}

std::string text_field(std::string_view name, std::string_view text) {
  field_writer field(name);
  const bool plain = is_ascii(text) && text.find("=?") == std::string_view::npos && !text.starts_with(' ') &&
                     !text.ends_with(' ') && longest_unfoldable(text) <= limits::submission_header_word_bytes_max;
  if (plain)
    put_words(field, text);
  else
    field.encoded(text);
  return std::move(field).finish();
}

std::string value_field(std::string_view name, std::string_view value) {
  const auto begin = std::min(value.find_first_not_of(' '), value.size());
  const auto trimmed = value.substr(begin, value.find_last_not_of(' ') + 1 - begin);
  field_writer field(name);
  if (is_ascii(trimmed))
    put_words(field, trimmed);
  else
    field.encoded(trimmed);
  return std::move(field).finish();
}

std::string address_field(std::string_view name, const std::vector<address>& list) {
  field_writer field(name);
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto& one = list[i];
    const std::string_view comma = i + 1 < list.size() ? "," : "";
    if (one.name.empty()) {
      field.word(one.address + std::string(comma));
      continue;
    }
    if (const auto quoted = quoted_name(one.name); !quoted.empty())
      field.word(quoted);
    else
      field.encoded(one.name);
    field.word("<" + one.address + ">" + std::string(comma));
  }
  return std::move(field).finish();
}

std::string ids_field(std::string_view name, const std::vector<std::string>& ids) {
  field_writer field(name);
  for (const auto& id : ids)
    field.word("<" + id + ">");
  return std::move(field).finish();
}

std::string date_field(wall_time date) {
  static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(date);
  const std::chrono::year_month_day ymd(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(date - day));
  std::array<char, 64> line{};
  std::snprintf(line.data(), line.size(), "Date: %s, %u %s %04d %02d:%02d:%02d +0000\r\n",
                days.at(std::chrono::weekday(day).c_encoding()), static_cast<unsigned>(ymd.day()),
                months.at(static_cast<unsigned>(ymd.month()) - 1), static_cast<int>(ymd.year()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return line.data();
}

} // namespace postroom::mime
