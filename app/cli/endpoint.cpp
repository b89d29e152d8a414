#include "app/cli/endpoint.hpp"

#include "app/cli/input.hpp"
#include "base/loopback.hpp"

#include <charconv>

namespace postroom::app::cli {
namespace {

/// The host and what follows it in `authority`.
std::pair<std::string, std::string_view> split_host(std::string_view authority) {
  if (authority.starts_with('[')) {
    const auto end = authority.find(']');
    if (end == std::string_view::npos)
      return {};
    return {std::string{authority.substr(1, end - 1)}, authority.substr(end + 1)};
  }
  const auto colon = authority.find(':');
  if (colon == std::string_view::npos)
    return {std::string{authority}, {}};
  return {std::string{authority.substr(0, colon)}, authority.substr(colon)};
}

} // namespace

result<endpoint> parse_url(const std::string& url) {
  const auto wrong = fail(errc::invalid_argument, "the gateway's URL must be like http://127.0.0.1:8025, not " + url);
  endpoint out;
  std::string_view rest = url;
  if (rest.starts_with("https://"))
    out.tls = true;
  else if (!rest.starts_with("http://"))
    return wrong;
  rest.remove_prefix(out.tls ? 8 : 7);
  if (rest.find_first_of("?#@ ") != std::string_view::npos)
    return wrong;
  const auto slash = rest.find('/');
  if (slash != std::string_view::npos)
    out.base_path = rest.substr(slash, rest.find_last_not_of('/') + 1 - slash);
  auto [host, port] = split_host(rest.substr(0, slash));
  if (host.empty())
    return wrong;
  out.host = std::move(host);
  out.port = out.tls ? 443 : 80;
  if (port.empty())
    return out;
  const auto [stop, failed] = std::from_chars(port.data() + 1, port.data() + port.size(), out.port);
  if (port.front() != ':' || failed != std::errc{} || stop != port.data() + port.size() || out.port == 0)
    return wrong;
  return out;
}

result<endpoint> resolve(const endpoint_wish& wish, const variable_reader& variable, std::istream& in) {
  auto url = wish.url.empty() ? variable("POSTROOM_URL") : wish.url;
  auto made = parse_url(url.empty() ? default_url : url);
  if (!made)
    return made;
  if (!wish.token_file.empty()) {
    auto read = read_secret(wish.token_file, in);
    if (!read)
      return read.error();
    made->token = std::move(*read);
  } else {
    made->token = secret<>{wish.token.empty() ? variable("POSTROOM_TOKEN") : wish.token};
  }
  if (!made->token.empty() && !made->tls && !is_loopback_host(made->host))
    return fail(errc::invalid_argument,
                "the token would go to " + made->host + " unencrypted; use https, or a gateway on this machine");
  if (made->token.expose().find_first_of("\r\n \t") != std::string::npos)
    return fail(errc::invalid_argument, "the token contains blanks or line ends");
  made->tenant = wish.tenant;
  made->ca_file = wish.ca_file;
  made->timeout = std::chrono::milliseconds{static_cast<std::int64_t>(wish.timeout_s * 1000)};
  return made;
}

} // namespace postroom::app::cli
