#include "base/loopback.hpp"

#include <charconv>

namespace postroom {
namespace {

/// A number of an IPv4 address and what follows it. A leading zero is not taken: some read it as octal.
bool take_number(std::string_view& text, unsigned& number) {
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  const auto length = static_cast<std::size_t>(end - text.data());
  if (failed != std::errc{} || number > 255 || (length > 1 && text.front() == '0'))
    return false;
  text.remove_prefix(length);
  return true;
}

bool is_ipv4_loopback(std::string_view host) {
  for (unsigned part = 0; part < 4; ++part) {
    unsigned number = 0;
    if (part > 0 && !host.starts_with('.'))
      return false;
    host.remove_prefix(part > 0 ? 1 : 0);
    if (!take_number(host, number) || (part == 0 && number != 127))
      return false;
  }
  return host.empty();
}

} // namespace

bool is_loopback_host(std::string_view host) noexcept {
  return host == "localhost" || host == "::1" || host == "[::1]" || is_ipv4_loopback(host);
}

} // namespace postroom
