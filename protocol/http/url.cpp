#include "protocol/http/url.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace postroom::http {
namespace {

constexpr std::size_t host_bytes_max = 253; // RFC 1035 §2.3.4
constexpr std::size_t label_bytes_max = 63;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_hex(char c) {
  return ascii_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

error malformed(const char* what) {
  return fail(errc::invalid_argument, std::string{"URL: "} + what);
}

/// Dotted labels of letters, digits, hyphens and underscores; an IPv4 address looks the same.
bool is_host_name(std::string_view host) {
  if (host.empty() || host.size() > host_bytes_max)
    return false;
  std::size_t label = 0;
  for (const char c : host) {
    if (c == '.') {
      if (label == 0)
        return false;
      label = 0;
      continue;
    }
    if (!is_letter(c) && !ascii_digit(c) && c != '-' && c != '_')
      return false;
    if (++label > label_bytes_max)
      return false;
  }
  return label > 0 || host.size() > 1; // one dot at the end names the root
}

bool is_ipv6(std::string_view host) {
  constexpr std::size_t longest = 45;
  return host.size() <= longest && std::count(host.begin(), host.end(), ':') >= 2 &&
         std::all_of(host.begin(), host.end(), [](char c) { return is_hex(c) || c == ':' || c == '.'; });
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (failed != std::errc{} || end != text.data() + text.size() || port == 0)
    return std::nullopt;
  return port;
}

/// Visible ASCII that may stand in a request line, and only whole escapes.
bool is_target(std::string_view target) {
  constexpr std::string_view never = "\"<>\\^`{|}#";
  for (std::size_t i = 0; i < target.size(); ++i) {
    const char c = target[i];
    if (c <= ' ' || c >= 0x7f || never.find(c) != never.npos)
      return false;
    if (c == '%' && (i + 2 >= target.size() || !is_hex(target[i + 1]) || !is_hex(target[i + 2])))
      return false;
  }
  return true;
}

/// `host`, `host:port`, `[v6]`, `[v6]:port`.
result<void> read_authority(std::string_view text, url& out) {
  std::string_view host = text;
  std::string_view port;
  bool has_port = false;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == text.npos)
      return malformed("bracket without its pair");
    host = text.substr(1, end - 1);
    const auto rest = text.substr(end + 1);
    if (!rest.empty() && rest.front() != ':')
      return malformed("bytes after the host");
    has_port = !rest.empty();
    port = has_port ? rest.substr(1) : rest;
    out.ipv6 = true;
  } else if (const auto colon = text.find(':'); colon != text.npos) {
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
    has_port = true;
  }
  if (out.ipv6 ? !is_ipv6(host) : !is_host_name(host))
    return malformed("host is not valid");
  out.host = ascii_lower(host);
  if (!has_port)
    return {};
  const auto number = parse_port(port);
  if (!number)
    return malformed("port is not 1 to 65535");
  out.port = *number;
  return {};
}

} // namespace

std::string url::authority() const {
  std::string out = ipv6 ? '[' + host + ']' : host;
  if (port != (tls ? 443 : 80))
    out.append(1, ':').append(std::to_string(port));
  return out;
}

result<url> parse_url(std::string_view text) {
  if (text.size() > url_bytes_max)
    return malformed("longer than 8 KiB");
  const auto scheme_end = text.find("://");
  const auto scheme = ascii_lower(text.substr(0, std::min(scheme_end, std::size_t{8})));
  if (scheme_end == text.npos || (scheme != "https" && scheme != "http"))
    return malformed("neither https:// nor http://");
  url out;
  out.tls = scheme == "https";
  out.port = out.tls ? 443 : 80;
  text.remove_prefix(scheme_end + 3);
  const auto authority_end = std::min(text.find_first_of("/?#"), text.size());
  if (auto read = read_authority(text.substr(0, authority_end), out); !read)
    return read.error();
  auto target = text.substr(authority_end);
  target = target.substr(0, target.find('#'));
  if (!is_target(target))
    return malformed("a character that must be escaped, or half an escape");
  out.target = target.starts_with('/') ? std::string{target} : '/' + std::string{target};
  return out;
}

bool is_host(std::string_view host) noexcept {
  return is_host_name(host) || is_ipv6(host);
}

std::string percent_encode(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  out.reserve(3 * bytes.size()); // growing would leave a copy behind, and what is escaped may be a secret
  for (const char c : bytes) {
    if (is_letter(c) || ascii_digit(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      out.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.push_back('%');
    out.push_back(digits[byte >> 4U]);
    out.push_back(digits[byte & 15U]);
  }
  return out;
}

result<std::string> percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    unsigned byte = 0;
    const auto digits = text.substr(i + 1, 2);
    const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    if (failed != std::errc{} || digits.size() != 2 || end != digits.data() + 2)
      return malformed("half an escape");
    out.push_back(static_cast<char>(byte));
    i += 2;
  }
  return out;
}

} // namespace postroom::http
