#include "protocol/smtp/reply_reader.hpp"

#include "base/limits.hpp"
#include "base/utf8.hpp"
#include "protocol/imap/text.hpp"
#include "protocol/mime/utf8_text.hpp"

#include <algorithm>
#include <utility>

namespace postroom::smtp {

namespace {

/// What an error quotes of a line that is no reply.
constexpr std::size_t quoted_bytes_max = 120;

/// One to three digits, taken off.
std::optional<std::uint16_t> take_number(std::string_view& text) noexcept {
  const auto end = std::min(text.find_first_not_of("0123456789"), text.size());
  if (end == 0 || end > 3)
    return {};
  const auto number = imap::parse_number<std::uint16_t>(text.substr(0, end));
  text.remove_prefix(end);
  return number;
}

bool take_dot(std::string_view& text) noexcept {
  if (!text.starts_with('.'))
    return false;
  text.remove_prefix(1);
  return true;
}

/// 200 to 599: no extension we speak has replies of 1yz.
std::optional<std::uint16_t> code_of(std::string_view line) noexcept {
  if (line.size() < 3 || line[0] < '2' || line[0] > '5')
    return {};
  return imap::parse_number<std::uint16_t>(line.substr(0, 3));
}

} // namespace

std::optional<enhanced_status> take_enhanced(std::uint16_t code, std::string_view& text) noexcept {
  auto rest = text;
  const auto klass = take_number(rest);
  if (!klass || *klass != code / 100 || !take_dot(rest))
    return {};
  const auto subject = take_number(rest);
  if (!subject || !take_dot(rest))
    return {};
  const auto detail = take_number(rest);
  if (!detail || (!rest.empty() && rest.front() != ' '))
    return {};
  text = rest.empty() ? rest : rest.substr(1);
  return enhanced_status{*klass, *subject, *detail};
}

result<std::optional<reply>> reply_reader::next(std::span<const char>& octets) {
  while (!octets.empty()) {
    const auto end = std::find(octets.begin(), octets.end(), '\n');
    const std::string_view piece{octets.begin(), end};
    if (line_.size() + piece.size() > limits::smtp_line_bytes_max)
      return fail(errc::too_large, "the server sent a line that does not end");
    line_.append(piece);
    if (end == octets.end()) {
      octets = {};
      break;
    }
    octets = octets.subspan(piece.size() + 1);
    std::string_view line = line_;
    if (line.ends_with('\r'))
      line.remove_suffix(1);
    const auto last = take(line);
    if (!last)
      return last.error();
    line_.clear();
    if (*last) {
      auto whole = std::exchange(whole_, {});
      reset();
      return std::optional{std::move(whole)};
    }
  }
  return std::optional<reply>{};
}

result<bool> reply_reader::take(std::string_view line) {
  const auto code = code_of(line);
  if (!code || (line.size() > 3 && line[3] != ' ' && line[3] != '-'))
    return fail(errc::protocol_violation, "the server said: " + mime::clean_line(line, quoted_bytes_max));
  if (lines_ != 0 && *code != whole_.code)
    return fail(errc::protocol_violation, "the lines of a reply have different codes: " + std::to_string(whole_.code) +
                                              " and " + std::to_string(*code));
  if (++lines_ > limits::smtp_reply_lines_max)
    return fail(errc::too_large, "the server sent a reply that does not end");
  whole_.code = *code;
  const bool last = line.size() == 3 || line[3] == ' ';
  auto text = line.substr(std::min<std::size_t>(line.size(), 4));
  if (const auto enhanced = take_enhanced(*code, text); enhanced && !whole_.enhanced)
    whole_.enhanced = enhanced;
  const auto used = whole_.text.size() + (lines_ > 1 ? 1 : 0);
  if (used < limits::smtp_reply_text_bytes_max) {
    if (lines_ > 1)
      whole_.text.append(1, '\n');
    whole_.text.append(mime::clean_line(text, limits::smtp_reply_text_bytes_max - used));
  }
  return last;
}

void reply_reader::reset() {
  imap::release_memory(line_);
  whole_ = {};
  lines_ = 0;
}

} // namespace postroom::smtp
