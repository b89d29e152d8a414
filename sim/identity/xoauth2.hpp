#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postroom::sim {

/// The initial response of XOAUTH2, decoded.
struct xoauth2_fields {
  std::string user;
  std::string token;
};

/// `user=…^Aauth=Bearer …^A^A` in base64; nothing when it is anything else.
[[nodiscard]] std::optional<xoauth2_fields> parse_xoauth2(std::string_view encoded);

} // namespace postroom::sim
