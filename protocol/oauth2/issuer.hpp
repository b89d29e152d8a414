#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Issuers of Entra that stand for many: `https://login.microsoftonline.com/{tenantid}/v2.0`. For this folder's own
/// files only.
namespace postroom::oauth2 {

inline constexpr std::string_view directory_placeholder = "{tenantid}";
inline constexpr std::size_t issuer_bytes_max = 2 * 1024;

[[nodiscard]] inline bool is_template(std::string_view issuer) noexcept {
  return issuer.find(directory_placeholder) != issuer.npos;
}

/// `issuer` with the directory in the (first) place of the placeholder; as it is without one.
[[nodiscard]] inline std::string issuer_for(std::string_view issuer, std::string_view directory) {
  std::string out{issuer};
  if (const auto at = issuer.find(directory_placeholder); at != issuer.npos)
    out.replace(at, directory_placeholder.size(), directory);
  return out;
}

} // namespace postroom::oauth2
