#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The grammar of SMTP commands and mails as far as the stand-in understands them (RFC 5321 §4.1, §4.5.2). Pure.
namespace postroom::sim {

enum class body_kind : std::uint8_t { seven_bit, eight_bit, binary };

/// What follows `MAIL FROM:`. RET and ENVID are DSN's (RFC 3461 §4.3, §4.4).
struct envelope_sender {
  std::string address; ///< without angle brackets; empty: the null path
  std::uint64_t size = 0;
  body_kind body = body_kind::seven_bit;
  bool utf8 = false;
  bool headers_only = false; ///< what a notification is to return
  std::string envelope_id;   ///< decoded; printable ASCII
};

/// What follows `RCPT TO:`. NOTIFY and ORCPT are DSN's (RFC 3461 §4.1, §4.2).
struct envelope_recipient {
  std::string address;
  std::string original; ///< `rfc822;a@b`, as it was given
  bool notify_failure = true;
  bool notify_delay = true;
};

enum class path_fault : std::uint8_t { none, syntax, address, parameter };
template <class Path>
struct parsed_path {
  Path path;
  path_fault fault = path_fault::none;
};

/// `FROM:<a@b> SIZE=12 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=x AUTH=<>`
[[nodiscard]] parsed_path<envelope_sender> parse_mail_arguments(std::string_view text);
/// `TO:<a@b> NOTIFY=NEVER ORCPT=rfc822;a@b`. `utf8`: addresses may have more than ASCII.
[[nodiscard]] parsed_path<envelope_recipient> parse_rcpt_arguments(std::string_view text, bool utf8);
/// `86 LAST`
struct chunk_size {
  std::uint64_t octets = 0;
  bool last = false;
};
[[nodiscard]] std::optional<chunk_size> parse_chunk_arguments(std::string_view text);

/// Collects one mail. What goes beyond the limit is dropped, and remembered.
class mail_body {
public:
  /// Room for what a server writes into the header, so that a large mail need not be copied for it.
  static constexpr std::size_t headroom_bytes = 4096;

  explicit mail_body(std::size_t bytes_max) : bytes_max_(bytes_max) {}
  /// How large it will be, as far as the client tells: a large mail gets its room at once, not twice while it grows.
  void expect(std::uint64_t octets) { expected_ = octets; }
  void add(std::string_view octets);
  [[nodiscard]] bool too_large() const noexcept { return octets_ > bytes_max_; }
  /// Also of what was dropped.
  [[nodiscard]] std::uint64_t octets() const noexcept { return octets_; }
  /// The mail; what follows is another one.
  [[nodiscard]] std::string take();

private:
  std::size_t bytes_max_;
  std::uint64_t expected_ = 0;
  std::uint64_t octets_ = 0;
  std::string text_;
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
/// The address in a From field's value: a view into it.
[[nodiscard]] std::string_view address_in(std::string_view field);
/// What stands behind the last `@`, in lower case.
[[nodiscard]] std::string domain_of(std::string_view address);

} // namespace postroom::sim
