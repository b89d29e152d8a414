#include "sim/identity/xoauth2.hpp"

#include "base/encoding.hpp"

namespace postroom::sim {

std::optional<xoauth2_fields> parse_xoauth2(std::string_view encoded) {
  const auto plain = base64_decode(encoded);
  if (!plain)
    return std::nullopt;
  constexpr std::string_view user_mark = "user=", token_mark = "\1auth=Bearer ", end_mark = "\1\1";
  const std::string_view text = *plain;
  const auto token_at = text.find(token_mark);
  if (!text.starts_with(user_mark) || token_at == std::string_view::npos || !text.ends_with(end_mark) ||
      token_at + token_mark.size() > text.size() - end_mark.size())
    return std::nullopt;
  const auto token = text.substr(token_at + token_mark.size());
  return xoauth2_fields{std::string{text.substr(user_mark.size(), token_at - user_mark.size())},
                        std::string{token.substr(0, token.size() - end_mark.size())}};
}

} // namespace postroom::sim
