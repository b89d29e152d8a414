#include "app/cli/api_call.hpp"

#include "base/encoding.hpp"

namespace postroom::app::cli {

std::string percent_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                       c == '_' || c == '-' || c == '~';
    if (plain)
      out += c;
    else
      out.append("%").append(hex_encode({&c, 1}));
  }
  return out;
}

std::string path_of(std::initializer_list<std::string_view> parts) {
  std::string out = "/v1";
  for (const auto part : parts)
    out.append("/").append(percent_encode(part));
  return out;
}

std::string target_of(const api_call& call) {
  std::string out = call.path;
  char before = '?';
  for (const auto& [name, value] : call.query) {
    out += before;
    out.append(percent_encode(name)).append("=").append(percent_encode(value));
    before = '&';
  }
  return out;
}

} // namespace postroom::app::cli
