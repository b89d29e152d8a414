#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The grammar of SMTP commands and mails as far as the stand-in understands them (RFC 5321 §4.1, §4.5.2). Pure.
namespace postroom::sim {

enum class body_kind : std::uint8_t { seven_bit, eight_bit, binary };

/// What follows `MAIL FROM:` or `RCPT TO:`.
struct envelope_path {
  std::string address; ///< without angle brackets; empty: the null path
  std::uint64_t size = 0;
  body_kind body = body_kind::seven_bit;
  bool utf8 = false;
};

enum class path_fault : std::uint8_t { none, syntax, address, parameter };
struct parsed_path {
  envelope_path path;
  path_fault fault = path_fault::none;
};

/// `FROM:<a@b> SIZE=12 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=x AUTH=<>`
[[nodiscard]] parsed_path parse_mail_arguments(std::string_view text);
/// `TO:<a@b> NOTIFY=NEVER ORCPT=rfc822;a@b`
[[nodiscard]] parsed_path parse_rcpt_arguments(std::string_view text);
/// `86 LAST`
struct chunk_size {
  std::uint64_t octets = 0;
  bool last = false;
};
[[nodiscard]] std::optional<chunk_size> parse_chunk_arguments(std::string_view text);

/// Collects one mail. What goes beyond the limit is dropped, and remembered.
class mail_body {
public:
  explicit mail_body(std::size_t bytes_max) : bytes_max_(bytes_max) {}
  void add(std::string_view octets);
  [[nodiscard]] bool too_large() const noexcept { return too_large_; }
  [[nodiscard]] std::string take();

private:
  std::size_t bytes_max_;
  std::string text_;
  bool too_large_ = false;
};

/// Takes the dots out that DATA put in, and finds the one that ends it.
class dot_reader {
public:
  /// Feeds octets up to and including the final dot's line; how many those were.
  [[nodiscard]] std::size_t take(std::string_view octets, mail_body& into);
  [[nodiscard]] bool ended() const noexcept { return state_ == state::ended; }

private:
  enum class state : std::uint8_t { line_start, text, cr, dot, dot_cr, ended };
  state state_ = state::line_start;
};

/// A line end of LF alone, which Exchange refuses.
[[nodiscard]] bool has_bare_line_feed(std::string_view mail);
/// The address in a From field's value.
[[nodiscard]] std::string address_in(std::string_view field);

} // namespace postroom::sim
