#include "protocol/mime/encoded_words.hpp"

#include "base/ascii.hpp"
#include "base/encoding.hpp"
#include "base/limits.hpp"
#include "protocol/mime/header_fields.hpp"
#include "protocol/mime/utf8_text.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

namespace postroom::mime {

namespace {

enum class words_in : std::uint8_t {
  text,   ///< whatever looks like a word is one
  phrase, ///< words are kept apart from addresses, quotes and angle brackets
};

constexpr std::string_view blanks = " \t";

struct encoded_word {
  std::string_view charset, payload;
  bool base64 = false;
  std::size_t size = 0; ///< with all its delimiters
};

/// Where the payload at the front of `text` ends. RFC 2047 allows no `?` in it; real subjects hold some. The start of
/// another word ends the search, which so stays linear over a field of many beginnings.
std::optional<std::size_t> payload_size(std::string_view text) {
  for (auto at = text.find('?'); at != std::string_view::npos; at = text.find('?', at + 1)) {
    if (text.substr(at + 1).starts_with('='))
      return at;
    if (at > 0 && text[at - 1] == '=')
      break;
  }
  return std::nullopt;
}

/// The word at the front of `text`, if one is there.
std::optional<encoded_word> word_at(std::string_view text, words_in where) {
  if (!text.starts_with("=?"))
    return std::nullopt;
  const auto charset_end = text.find('?', 2);
  if (charset_end == std::string_view::npos || text.size() < charset_end + 3 || text[charset_end + 2] != '?')
    return std::nullopt;
  const auto name = text.substr(2, charset_end - 2);
  const auto charset = name.substr(0, name.find('*')); // a language may follow, RFC 2231 §5
  const auto encoding = text.substr(charset_end + 1, 1);
  const bool base64 = ascii_iequals(encoding, "b");
  if (charset.empty() || name.find_first_of(blanks) != std::string_view::npos ||
      (!base64 && !ascii_iequals(encoding, "q")))
    return std::nullopt;
  const auto rest = text.substr(charset_end + 3);
  const auto size = payload_size(rest);
  if (!size)
    return std::nullopt;
  const auto payload = rest.substr(0, *size);
  // These belong to the field's own grammar: a word across them would hide an address.
  if (where == words_in::phrase && payload.find_first_of("\"\\<>") != std::string_view::npos)
    return std::nullopt;
  return encoded_word{charset, payload, base64, charset_end + 3 + *size + 2};
}

/// Whether `all` from `begin` to `end` is part of an address, which is no place for encoded words.
bool belongs_to_address(std::string_view all, std::size_t begin, std::size_t end) {
  constexpr std::string_view specials = " \t<>()[],;:@";
  constexpr auto reach = limits::mime_word_bytes_max; // else quadratic in hostile fields
  const auto front = all.substr(begin - std::min(begin, reach), std::min(begin, reach));
  const auto back = all.substr(end, reach);
  const auto before = front.find_last_of(specials);
  const auto after = back.find_first_of(specials);
  return (before != std::string_view::npos && front[before] == '@') ||
         (after != std::string_view::npos && back[after] == '@');
}

void append_quoted(std::string_view payload, std::string& bytes) {
  for (std::size_t i = 0; i < payload.size(); ++i) {
    const char c = payload[i];
    std::uint8_t value = 0;
    const auto* digits = payload.data() + i + 1;
    if (c == '=' && i + 2 < payload.size() && std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2) {
      bytes.push_back(static_cast<char>(value));
      i += 2;
    } else {
      bytes.push_back(c == '_' ? ' ' : c);
    }
  }
}

/// Gathers the words of one run.
class run_of_words {
public:
  void add(const encoded_word& word) {
    if (!ascii_iequals(word.charset, charset_))
      convert();
    charset_ = word.charset;
    if (word.base64) {
      append_base64(word.payload);
    } else {
      bit_count_ = 0;
      append_quoted(word.payload, bytes_);
    }
  }

  std::string finish() && {
    convert();
    return std::move(text_);
  }

private:
  /// Padding ends a row of letters; without it the next word goes on with the bits left over.
  void append_base64(std::string_view payload) {
    constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (const char c : payload) {
      const auto value = letters.find(c);
      if (c == '=')
        bit_count_ = 0;
      if (value == std::string_view::npos)
        continue;
      bits_ = (bits_ << 6U | static_cast<std::uint32_t>(value)) & 0xFFFFU;
      bit_count_ += 6;
      if (bit_count_ >= 8) {
        bit_count_ -= 8;
        bytes_.push_back(static_cast<char>(bits_ >> bit_count_ & 0xFFU));
      }
    }
  }

  /// The bytes so far, all of one charset. One byte is at most one character, that is four bytes of UTF-8.
  void convert() {
    std::string converted; // apart from text_: a byte order mark is dropped only in front
    append_text(converted, bytes_, charset_, false, 4 * bytes_.size());
    text_ += converted;
    bytes_.clear();
    bit_count_ = 0;
  }

  std::string_view charset_;
  std::string bytes_, text_;
  std::uint32_t bits_ = 0;
  unsigned bit_count_ = 0; ///< how many of bits_ wait for more
};

struct found_run {
  std::size_t begin = 0, end = 0;
  std::string text;
};

/// The first run of adjacent words at or after `at`.
std::optional<found_run> next_run(std::string_view all, std::size_t at, words_in where) {
  for (at = all.find("=?", at); at != std::string_view::npos; at = all.find("=?", at)) {
    run_of_words run;
    auto end = at;
    for (auto next = at; next != std::string_view::npos; next = all.find_first_not_of(blanks, end)) {
      const auto word = word_at(all.substr(next), where);
      if (!word)
        break;
      run.add(*word);
      end = next + word->size;
    }
    if (end > at && !(where == words_in::phrase && belongs_to_address(all, at, end)))
      return found_run{at, end, std::move(run).finish()};
    at = std::max(end, at + 2);
  }
  return std::nullopt;
}

/// Every byte by its number, so that nothing in the word means anything to the grammar around it.
std::string word_of(std::string_view text) {
  std::string word = "=?utf-8?Q?";
  word.reserve(3 * text.size() + 16);
  for (const char c : text)
    word.append("=").append(hex_encode({&c, 1}));
  return word.append("?=");
}

} // namespace

std::string decode_encoded_words(std::string_view value) {
  std::string out;
  const auto append_plain = [&](std::string_view plain) {
    append_text(out, plain, {}, false, out.size() + 4 * plain.size());
  };
  std::size_t done = 0; // all before it is in `out`
  for (auto run = next_run(value, 0, words_in::text); run; run = next_run(value, done, words_in::text)) {
    append_plain(value.substr(done, run->begin - done));
    out.append(run->text);
    done = run->end;
  }
  append_plain(value.substr(done));
  return out;
}

std::string unite_encoded_words(std::string_view value) {
  std::string out;
  std::size_t done = 0;
  for (auto run = next_run(value, 0, words_in::phrase); run; run = next_run(value, done, words_in::phrase)) {
    out.append(value, done, run->begin - done).append(word_of(run->text));
    done = run->end;
  }
  return out.append(value, done);
}

std::string hide_stray_words(std::string_view value) {
  std::string out;
  std::size_t done = 0;
  for (auto at = value.find("=?"); at != std::string_view::npos; at = value.find("=?", at)) {
    const auto word = word_at(value.substr(at), words_in::text);
    const auto end = at + (word ? word->size : 2);
    if (!word && !belongs_to_address(value, at, end)) {
      out.append(value, done, at + 1 - done).append(word_of("?"));
      done = end;
    }
    at = end;
  }
  return out.append(value, done);
}

} // namespace postroom::mime
