#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"

#include <map>
#include <string>
#include <variant>

/// What comes back with the browser (RFC 6749 §4.1.2). Everything in it may be forged: only `state` counts until it has
/// been checked.
namespace postroom::oauth2 {

struct code_received {
  secret<> code;
  std::string iss; ///< RFC 9207, empty when not sent
};
/// Entra's administrator has consented for a directory.
struct admin_consented {
  std::string directory_id;
  std::string scope;
};
struct authorize_refused {
  std::string error;       ///< `access_denied`, …; at most 64 printable characters
  std::string description; ///< for people; at most 1 KiB, control characters removed
  /// Classified: by an AADSTS number at the beginning of the description, else by `error`, of which a bare
  /// `access_denied` is the person's own no.
  postroom::error what;
};
using authorize_answer = std::variant<code_received, admin_consented, authorize_refused>;

/// Reads the parameters of the callback, of a query or a form. An `error` beside anything else is a refusal.
/// `invalid_argument` when it is none of the three, the code is longer than 8 KiB or not visible ASCII, or the
/// directory is no GUID.
[[nodiscard]] result<authorize_answer> read_authorize_answer(const std::map<std::string, std::string>& parameters);

} // namespace postroom::oauth2
