#include "protocol/imap/token_reader.hpp"

#include "base/ascii.hpp"

namespace postroom::imap {

bool token_reader::skip(char c) {
  if (at_end() || source_.text[position_] != c)
    return false;
  ++position_;
  return true;
}

void token_reader::skip_spaces() {
  while (skip(' ')) {
  }
}

std::string_view token_reader::atom() {
  const auto end = std::min(source_.text.find_first_of(" ()\"\r\n", position_), source_.text.size());
  const auto word = source_.text.substr(position_, end - position_);
  position_ = end;
  return word;
}

bool token_reader::nil() {
  const auto before = position_;
  if (ascii_iequals(atom(), "NIL"))
    return true;
  position_ = before;
  return false;
}

std::optional<std::string> token_reader::quoted() {
  const auto& text = source_.text;
  std::string out;
  bool eight_bit = false;
  for (auto i = position_ + 1; i < text.size(); ++i) {
    char c = text[i];
    if (c == '"') {
      position_ = i + 1;
      if (eight_bit)
        seen.add(quirk::eight_bit_in_quoted);
      return out;
    }
    if (c == '\r' || c == '\n')
      break;
    // Only these two may be escaped; other backslashes stand for themselves, as Exchange sends them.
    if (c == '\\' && i + 1 < text.size() && (text[i + 1] == '"' || text[i + 1] == '\\'))
      c = text[++i];
    eight_bit = eight_bit || static_cast<unsigned char>(c) >= 0x80;
    out.push_back(c);
  }
  return {};
}

std::optional<std::string_view> token_reader::literal() {
  const auto& text = source_.text;
  if (source_.streamed && source_.streamed->offset == position_)
    return {}; // its octets are not here
  const auto close = text.find('}', position_);
  if (close == std::string_view::npos || close == position_)
    return {};
  auto digits = text.substr(position_ + 1, close - position_ - 1);
  if (digits.ends_with('+'))
    digits.remove_suffix(1);
  const auto bytes = parse_number<std::size_t>(digits);
  auto begin = close + 1;
  if (begin < text.size() && text[begin] == '\r')
    ++begin;
  if (!bytes || begin >= text.size() || text[begin] != '\n' || text.size() - begin - 1 < *bytes)
    return {};
  position_ = begin + 1 + *bytes;
  return text.substr(begin + 1, *bytes);
}

std::optional<std::string> token_reader::string() {
  const auto before = position_;
  if (peek() == '"')
    return quoted();
  if (peek() == '~')
    ++position_; // literal8
  if (peek() == '{')
    if (const auto octets = literal())
      return std::string{*octets};
  position_ = before;
  return {};
}

std::optional<std::string> token_reader::nstring() {
  if (auto text = string())
    return text;
  if (peek() == '"' || peek() == '{')
    return {};
  const auto word = atom();
  if (word.empty())
    return {};
  return ascii_iequals(word, "NIL") ? std::string{} : std::string{word};
}

std::optional<std::vector<std::string>> token_reader::list_of_words() {
  const auto before = position_;
  std::vector<std::string> words;
  if (skip('(')) {
    for (skip_spaces(); !at_end(); skip_spaces()) {
      if (skip(')'))
        return words;
      auto word = nstring();
      if (!word)
        break;
      words.push_back(std::move(*word));
    }
  }
  position_ = before;
  return {};
}

std::optional<std::vector<std::pair<std::string, std::string>>> token_reader::list_of_pairs() {
  std::vector<std::pair<std::string, std::string>> pairs;
  if (nil())
    return pairs;
  const auto before = position_;
  if (skip('(')) {
    for (skip_spaces(); !at_end(); skip_spaces()) {
      if (skip(')'))
        return pairs;
      auto key = nstring();
      skip_spaces();
      auto value = peek() == ')' ? std::string{} : nstring();
      if (!key || !value)
        break;
      pairs.emplace_back(std::move(*key), std::move(*value));
    }
  }
  position_ = before;
  return {};
}

bool token_reader::skip_string() {
  if (peek() == '"') {
    const auto& text = source_.text;
    for (auto i = position_ + 1; i < text.size(); ++i) {
      if (text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '"' || text[i + 1] == '\\'))
        ++i;
      else if (text[i] == '"') {
        position_ = i + 1;
        return true;
      } else if (text[i] == '\r' || text[i] == '\n')
        return false;
    }
    return false;
  }
  return streamed().has_value() || literal().has_value();
}

bool token_reader::skip_value() {
  const auto before = position_;
  std::size_t depth = 0;
  do {
    if (depth != 0)
      skip_spaces();
    if (skip('(')) {
      ++depth;
    } else if (peek() == ')' && depth != 0) {
      ++position_;
      --depth;
    } else if (peek() == '"' || peek() == '{') {
      if (!skip_string())
        break;
    } else if (atom().empty()) {
      break;
    }
    if (depth == 0)
      return true;
  } while (!at_end());
  position_ = before;
  return false;
}

std::optional<std::uint64_t> token_reader::streamed() {
  const auto& literal = source_.streamed;
  auto brace = position_;
  if (peek() == '~')
    ++brace;
  if (!literal || literal->offset != brace)
    return {};
  const auto line_feed = source_.text.find('\n', brace);
  if (line_feed == std::string_view::npos)
    return {};
  position_ = line_feed + 1;
  return literal->bytes;
}

} // namespace postroom::imap
