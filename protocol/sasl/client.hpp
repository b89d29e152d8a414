#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// SASL mechanisms of the client side (RFC 4422) as machines: no bytes are encoded, sent or timed here.
namespace postroom::sasl {

enum class mechanism : std::uint8_t {
  xoauth2,     ///< Google's and Microsoft's, no RFC
  oauthbearer, ///< RFC 7628
  plain,       ///< RFC 4616
};

/// `XOAUTH2`, `OAUTHBEARER`, `PLAIN`.
[[nodiscard]] std::string_view to_string(mechanism m) noexcept;

struct credentials {
  std::string user;           ///< the mailbox to open, or who signs in
  secret<> token_or_password; ///< access token, for PLAIN the password
  std::string host;           ///< connected to; OAUTHBEARER tells the server
  std::uint16_t port = 0;
};

/// What a server says about a refused token (RFC 7628 §3.2.2, and Google's form for XOAUTH2). Any part may be empty:
/// servers send half of it, or something that is no JSON at all. It alone does not tell the cause.
struct failure_report {
  std::string status;
  std::string schemes;
  std::string scope;
  std::string openid_configuration;
};

/// Challenges longer than this are refused.
inline constexpr std::size_t challenge_bytes_max = 16 * 1024;
/// Longer user names and tokens are refused: an Entra token is 2–4 kB.
inline constexpr std::size_t user_bytes_max = 512;
inline constexpr std::size_t token_bytes_max = 32 * 1024;

/// Reads the JSON of a failure challenge; tolerant: what is missing or of the wrong type is empty, what is long is cut.
[[nodiscard]] failure_report parse_failure(std::string_view json);

/// One exchange. Not thread-safe; one object per login attempt.
class client {
public:
  /// `invalid_argument` when user, token or host are empty, too long or contain bytes that would break the message
  /// (NUL, 0x01, CR, LF), or the token has characters outside RFC 6750's.
  [[nodiscard]] static result<client> make(mechanism m, credentials who);

  [[nodiscard]] std::string_view name() const noexcept { return to_string(mechanism_); }
  [[nodiscard]] mechanism used() const noexcept { return mechanism_; }

  /// The first message of ours, not yet base64.
  [[nodiscard]] secret<> initial_response() const;

  /// The answer, not yet base64, to a challenge that came after the initial response. For the OAuth mechanisms that is
  /// a failure report: it is kept, and the answer (empty for XOAUTH2, one byte 0x01 for OAUTHBEARER) makes the server
  /// end the exchange; who waits for the end without answering hangs. `protocol_violation` for a second challenge, and
  /// for any to PLAIN; `too_large` beyond challenge_bytes_max.
  [[nodiscard]] result<std::string> answer(std::string_view decoded_challenge);

  /// Set by answer().
  [[nodiscard]] const std::optional<failure_report>& failure() const noexcept { return failure_; }

private:
  client(mechanism m, credentials who) : mechanism_(m), who_(std::move(who)) {}

  mechanism mechanism_;
  credentials who_;
  std::optional<failure_report> failure_;
};

/// Whose servers these are, as far as it matters to the choice.
enum class preference : std::uint8_t {
  oauth,            ///< OAUTHBEARER if offered, else XOAUTH2
  oauth_by_xoauth2, ///< Microsoft and Google: XOAUTH2 if offered, else OAUTHBEARER
  password,         ///< PLAIN
};

/// Picks from what the server offers: mechanism names, with or without IMAP's `AUTH=`, in any case; anything else in
/// the list is ignored. `auth_rejected` when nothing fits.
[[nodiscard]] result<mechanism> choose(std::span<const std::string> offered, preference wanted);

} // namespace postroom::sasl
