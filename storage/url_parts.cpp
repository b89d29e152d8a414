#include "storage/url_parts.hpp"

#include <algorithm>

namespace postroom::storage {
namespace {

std::string_view after_scheme(std::string_view url) {
  const auto colon = url.find("://");
  return colon == std::string_view::npos ? std::string_view{} : url.substr(colon + 3);
}

} // namespace

std::string_view host_of_url(std::string_view url) noexcept {
  const auto rest = after_scheme(url);
  auto authority = rest.substr(0, rest.find_first_of("/?#"));
  // What stands before an at sign is a user, not the host (RFC 3986 §3.2).
  authority.remove_prefix(authority.rfind('@') == std::string_view::npos ? 0 : authority.rfind('@') + 1);
  if (authority.starts_with('['))
    return authority.substr(0, authority.find(']') + 1);
  return authority.substr(0, authority.find(':'));
}

std::string_view path_of_url(std::string_view url) noexcept {
  const auto rest = after_scheme(url);
  return rest.substr(std::min(rest.find_first_of("/?#"), rest.size()));
}

} // namespace postroom::storage
