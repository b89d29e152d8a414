#include "net/proxy.hpp"

#include "protocol/http/url.hpp"

#include <algorithm>
#include <utility>

namespace postroom::net {
namespace {

constexpr std::string_view scheme = "http://";

error malformed(const char* what) {
  return fail(errc::invalid_argument, std::string{"proxy: "} + what);
}

/// RFC 3986 §3.2.1 without the colon, behind which a password would stand.
bool is_user_character(char c) {
  constexpr std::string_view others = "-._~!$&'()*+,;=%";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || others.find(c) != others.npos;
}

result<std::string> parse_user(std::string_view text) {
  if (text.find(':') != text.npos)
    return malformed("the password does not belong into the address");
  if (text.empty() || !std::ranges::all_of(text, is_user_character))
    return malformed("not a user; other characters are to be percent-encoded");
  auto user = http::percent_decode(text);
  // Neither can stand in Basic credentials (RFC 7617 §2).
  if (user && std::ranges::any_of(*user, [](char c) { return c == ':' || (c >= 0 && c < ' ') || c == 0x7f; }))
    return malformed("a user with a colon or a control character");
  return user;
}

} // namespace

result<proxy_server> parse_proxy(std::string_view url) {
  if (url.empty())
    return proxy_server{};
  if (!url.starts_with(scheme))
    return malformed("only http:// proxies are spoken to");
  auto authority = url.substr(scheme.size());
  if (authority.ends_with('/'))
    authority.remove_suffix(1);
  proxy_server out;
  if (const auto at = authority.find('@'); at != authority.npos) {
    auto user = parse_user(authority.substr(0, at));
    if (!user)
      return user.error();
    out.user = std::move(*user);
    authority.remove_prefix(at + 1);
  }
  auto server = http::parse_url(std::string{scheme} + std::string{authority});
  if (!server)
    return malformed("not of the form http://[user@]host:port");
  // Neither a path nor a default port: what a proxy is asked on port 80 is a mistake more often than not.
  const auto port = ':' + std::to_string(server->port);
  if (authority.find_first_of("/?#") != authority.npos || !authority.ends_with(port))
    return malformed("not of the form http://[user@]host:port");
  out.host = std::move(server->host);
  out.port = server->port;
  return out;
}

} // namespace postroom::net
