#pragma once

#include "protocol/imap/quirks.hpp"
#include "protocol/imap/response_framer.hpp"
#include "protocol/imap/text.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace postroom::imap {

/// Reads the tokens of one frame from left to right (RFC 9051 §9). Every member either consumes what it names or
/// leaves the position where it was. Borrows the frame.
class token_reader {
public:
  explicit token_reader(const frame& source, std::size_t position = 0) : source_(source), position_(position) {}

  [[nodiscard]] bool at_end() const { return position_ >= source_.text.size(); }
  /// The next octet; 0 at the end.
  [[nodiscard]] char peek() const { return at_end() ? '\0' : source_.text[position_]; }
  [[nodiscard]] std::size_t position() const { return position_; }
  void seek(std::size_t position) { position_ = position; }
  [[nodiscard]] const frame& source() const { return source_; }
  [[nodiscard]] std::string_view rest() const { return source_.text.substr(position_); }

  bool skip(char c);
  void skip_spaces();
  /// Everything up to a blank, parenthesis, quote or line end; may be empty.
  [[nodiscard]] std::string_view atom();
  /// Consumes NIL.
  [[nodiscard]] bool nil();
  template <class Number>
  [[nodiscard]] std::optional<Number> number();
  /// A quoted string or a literal in the frame.
  [[nodiscard]] std::optional<std::string> string();
  /// string, NIL (empty) or, tolerated, an atom.
  [[nodiscard]] std::optional<std::string> nstring();
  /// `(a b c)` of atoms or strings.
  [[nodiscard]] std::optional<std::vector<std::string>> list_of_words();
  /// `("a" "b" …)` or NIL as pairs; an odd last one gets an empty value.
  [[nodiscard]] std::optional<std::vector<std::pair<std::string, std::string>>> list_of_pairs();
  /// Any value: atom, string, literal or a balanced list of any depth, without recursion.
  [[nodiscard]] bool skip_value();
  /// Whether the next token is the literal that was streamed; consumes it and tells its size.
  [[nodiscard]] std::optional<std::uint64_t> streamed();

  quirks seen; ///< deviations met so far

private:
  [[nodiscard]] std::optional<std::string> quoted();
  [[nodiscard]] std::optional<std::string_view> literal();
  [[nodiscard]] bool skip_string();

  const frame& source_;
  std::size_t position_;
};

template <class Number>
std::optional<Number> token_reader::number() {
  const auto before = position_;
  const auto value = parse_number<Number>(atom());
  if (!value)
    position_ = before;
  return value;
}

} // namespace postroom::imap
