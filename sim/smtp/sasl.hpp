#pragma once

#include "sim/identity/xoauth2.hpp"

#include <optional>
#include <string>
#include <string_view>

/// What clients send to sign in, apart from XOAUTH2. Pure.
namespace postroom::sim {

/// RFC 7628 §3.1: `n,a=user,^Ahost=…^Aport=…^Aauth=Bearer …^A^A` in base64; nothing when it is anything else.
[[nodiscard]] std::optional<xoauth2_fields> parse_oauthbearer(std::string_view encoded);

struct password_fields {
  std::string user;
  std::string password;
};
/// RFC 4616: `[authzid] NUL user NUL password` in base64. An authzid other than the user is nothing we know.
[[nodiscard]] std::optional<password_fields> parse_plain(std::string_view encoded);

} // namespace postroom::sim
