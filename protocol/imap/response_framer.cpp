#include "protocol/imap/response_framer.hpp"

#include "base/ascii.hpp"
#include "protocol/imap/text.hpp"

#include <algorithm>
#include <cstring>

namespace postroom::imap {

namespace {

/// `{n}` or `{n+}` at the end of a line, if it can be a literal there.
struct announced {
  std::size_t brace = 0;
  std::uint64_t bytes = 0;
  bool overflow = false;
};

std::optional<announced> literal_at_end(std::string_view line) {
  if (line.size() < 3 || line.back() != '}')
    return {};
  auto end = line.size() - 1;
  if (line[end - 1] == '+')
    --end;
  auto begin = end;
  while (begin > 0 && ascii_digit(line[begin - 1]))
    --begin;
  if (begin == end || begin == 0 || line[begin - 1] != '{')
    return {};
  announced found{.brace = begin - 1};
  if (found.brace > 0 && !std::strchr(" (~]>", line[found.brace - 1]))
    return {}; // part of a word, e.g. of an unquoted folder name
  const auto number = parse_number<std::uint64_t>(line.substr(begin, end - begin));
  found.overflow = !number;
  found.bytes = number.value_or(0);
  return found;
}

/// Status lines and everything not untagged have free text, in which `{5}` means nothing.
bool may_hold_literals(std::string_view line) {
  if (!line.starts_with("* "))
    return false;
  const auto word = first_word(line.substr(2));
  for (const std::string_view status : {"OK", "NO", "BAD", "BYE", "PREAUTH"})
    if (ascii_iequals(word, status))
      return false;
  return true;
}

/// The message's number if the response is a FETCH.
std::optional<std::uint32_t> fetch_sequence(std::string_view text) {
  if (!text.starts_with("* "))
    return {};
  text.remove_prefix(2);
  const auto digits = first_word(text);
  const auto number = parse_number<std::uint32_t>(digits);
  if (!number || text.size() <= digits.size() || !ascii_iequals(first_word(text.substr(digits.size() + 1)), "FETCH"))
    return {};
  return number;
}

/// Whether the text before a literal's brace names the whole message. Looks at the current line only: what stands
/// before it may be the content of another literal, written by the sender of a mail.
bool names_whole_message(std::string_view line) {
  if (line.ends_with('~'))
    line.remove_suffix(1);
  while (line.ends_with(' '))
    line.remove_suffix(1);
  if (line.ends_with('>')) {
    const auto open = line.rfind('<');
    if (open == std::string_view::npos)
      return false;
    line = line.substr(0, open);
  }
  const auto start = line.find_last_of(" (");
  if (start == std::string_view::npos)
    return false;
  const auto item = line.substr(start + 1);
  return ascii_iequals(item, "BODY[]") || ascii_iequals(item, "RFC822") || ascii_iequals(item, "BINARY[]");
}

} // namespace

result<response_framer::piece> response_framer::next(std::span<const char>& input) {
  if (frame_done_) {
    buffer_.clear();
    frame_done_ = false;
  }
  if (body_left_ != 0) {
    if (input.empty())
      return piece{need_more{}};
    const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(body_left_, input.size()));
    const std::string_view octets{input.data(), n};
    input = input.subspan(n);
    body_left_ -= n;
    return piece{body_piece{octets}};
  }
  while (!input.empty()) {
    if (literal_left_ != 0) {
      const auto n = std::min(literal_left_, input.size());
      buffer_.append(input.data(), n);
      input = input.subspan(n);
      literal_left_ -= n;
      segment_ = buffer_.size();
      continue;
    }
    const auto* line_feed = static_cast<const char*>(std::memchr(input.data(), '\n', input.size()));
    const auto length = line_feed ? static_cast<std::size_t>(line_feed - input.data()) + 1 : input.size();
    line_bytes_ += length;
    if (line_bytes_ > bounds_.line_bytes_max)
      return fail(errc::too_large, "a response line exceeds " + std::to_string(bounds_.line_bytes_max) + " bytes");
    if (!line_feed) {
      buffer_.append(input.data(), length);
      input = {};
      break;
    }
    auto ended = end_line(input, length);
    if (!ended || !std::holds_alternative<need_more>(*ended))
      return ended;
  }
  return piece{need_more{}};
}

result<response_framer::piece> response_framer::end_line(std::span<const char>& input, std::size_t length) {
  const std::string_view chunk{input.data(), length};
  input = input.subspan(length);
  // A response that lies in the input as a whole is not copied.
  const bool in_place = buffer_.empty();
  if (!in_place)
    buffer_.append(chunk);
  auto whole = in_place ? chunk : std::string_view{buffer_};
  whole.remove_suffix(1);
  if (whole.size() > segment_ && whole.back() == '\r')
    whole.remove_suffix(1);
  else
    bare_line_feed_ = true;
  const auto line = whole.substr(segment_);
  const auto literal = literal_at_end(line);
  if (literal && (segment_ != 0 || may_hold_literals(whole))) {
    if (in_place)
      buffer_.assign(chunk);
    if (literal->overflow)
      return fail(errc::too_large, "a literal of absurd size was announced");
    return open_literal(segment_ + literal->brace, literal->bytes);
  }
  frame done{whole};
  done.streamed = streamed_;
  done.bare_line_feed = bare_line_feed_;
  frame_done_ = !in_place;
  segment_ = line_bytes_ = literal_bytes_ = 0;
  streamed_.reset();
  bare_line_feed_ = false;
  return piece{done};
}

result<response_framer::piece> response_framer::open_literal(std::size_t brace, std::uint64_t bytes) {
  const std::string_view text{buffer_};
  const auto sequence = fetch_sequence(text);
  const bool whole_message = sequence && !streamed_ && names_whole_message(text.substr(segment_, brace - segment_));
  segment_ = buffer_.size();
  if (whole_message) {
    if (bytes > bounds_.body_bytes_max)
      return fail(errc::too_large, "a message of " + std::to_string(bytes) + " bytes was announced");
    streamed_ = streamed_literal{brace, bytes};
    body_left_ = bytes;
    return piece{body_start{*sequence, bytes}};
  }
  // Compared before anything is added or allocated: 2 GiB may be announced.
  if (bytes > bounds_.inline_literal_bytes_max - literal_bytes_)
    return fail(errc::too_large, "a literal of " + std::to_string(bytes) + " bytes was announced");
  literal_left_ = static_cast<std::size_t>(bytes);
  literal_bytes_ += literal_left_;
  return piece{need_more{}};
}

void response_framer::release() {
  if (!half_read()) {
    release_memory(buffer_);
    frame_done_ = false;
  }
}

void response_framer::reset() {
  const auto kept = bounds_;
  release_memory(buffer_);
  *this = response_framer{kept};
}

} // namespace postroom::imap
