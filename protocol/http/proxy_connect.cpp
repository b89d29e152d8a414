#include "protocol/http/proxy_connect.hpp"

#include "base/ascii.hpp"
#include "base/encoding.hpp"
#include "base/limits.hpp"
#include "protocol/http/url.hpp"

#include <algorithm>
#include <utility>

namespace postroom::http {
namespace {

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; });
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  return first == text.npos ? std::string_view{} : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

error failed(std::string what) {
  return fail(errc::connect_failed, std::move(what));
}

} // namespace

result<proxy_connect> proxy_connect::make(std::string_view host, std::uint16_t port, std::string_view user,
                                          const secret<>& password) {
  if (!is_host(host) || port == 0)
    return fail(errc::invalid_argument, "not a server that a proxy can be asked for");
  // RFC 7617 §2: the first colon ends the user.
  if (user.find(':') != user.npos || has_control(user) || has_control(password.expose()))
    return fail(errc::invalid_argument, "a proxy's user must have no colon, nor it or the password control characters");
  const bool ipv6 = host.find(':') != host.npos;
  // The port stands there always: CONNECT knows no default (RFC 9110 §9.3.6).
  auto server = (ipv6 ? '[' + std::string{host} + ']' : std::string{host}) + ':' + std::to_string(port);
  std::string request = "CONNECT " + server + " HTTP/1.1\r\nHost: " + server + "\r\n";
  if (!user.empty()) {
    const secret<> pair{std::string{user} + ':' + password.expose()};
    const secret<> encoded{base64_encode(pair.expose())};
    // One allocation: growing would leave pieces of the credentials behind in memory.
    request.reserve(request.size() + encoded.expose().size() + 64);
    request.append("Proxy-Authorization: Basic ").append(encoded.expose()).append("\r\n");
  }
  request += "\r\n";
  return proxy_connect{secret<>{std::move(request)}, std::move(server), !user.empty()};
}

result<std::size_t> proxy_connect::received(std::string_view octets) {
  for (std::size_t i = 0; i < octets.size(); ++i) {
    if (++taken_ > limits::proxy_answer_bytes_max)
      return failed("the proxy's answer is longer than an answer to CONNECT can be");
    if (octets[i] != '\n') {
      line_.push_back(octets[i]);
      continue;
    }
    // A line feed alone is taken as a line's end, too (RFC 9112 §2.2).
    if (line_.ends_with('\r'))
      line_.pop_back();
    const auto read = on_line(line_);
    line_.clear();
    if (!read)
      return read.error();
    if (established_)
      return i + 1;
  }
  return octets.size();
}

result<void> proxy_connect::on_line(std::string_view line) {
  if (status_ == 0)
    return on_status_line(line);
  if (line.empty())
    return on_head_end();
  constexpr std::string_view challenge = "proxy-authenticate:";
  if (line.size() > challenge.size() && ascii_iequals(line.substr(0, challenge.size()), challenge))
    on_challenge(line.substr(challenge.size()));
  return {}; // all else says nothing about a tunnel: Content-Length, too, is without meaning there
}

result<void> proxy_connect::on_status_line(std::string_view line) {
  // HTTP/1.x SP 3DIGIT [SP reason] (RFC 9112 §4)
  constexpr std::string_view version = "HTTP/1.";
  const bool well_formed = line.size() >= 12 && line.starts_with(version) && ascii_digit(line[7]) && line[8] == ' ' &&
                           line[9] >= '1' && line[9] <= '5' && ascii_digit(line[10]) && ascii_digit(line[11]) &&
                           (line.size() == 12 || line[12] == ' ');
  if (!well_formed)
    return failed("what answers is not an HTTP proxy");
  status_ = static_cast<unsigned>((line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0'));
  return {};
}

void proxy_connect::on_challenge(std::string_view value) {
  challenged_ = true;
  // Each element of the list begins a challenge or goes on with the parameters of one (RFC 9110 §11.6.1).
  while (!value.empty()) {
    const auto comma = std::min(value.find(','), value.size());
    const auto element = trimmed(value.substr(0, comma));
    takes_basic_ = takes_basic_ || ascii_iequals(element.substr(0, element.find(' ')), "basic");
    value.remove_prefix(std::min(comma + 1, value.size()));
  }
}

result<void> proxy_connect::on_head_end() {
  const auto kind = status_ / 100;
  if (kind == 2) {
    established_ = true;
    return {};
  }
  if (kind != 1 || status_ == 101) // a switch of protocols was not asked for
    return refused();
  status_ = 0; // only an interim answer
  challenged_ = takes_basic_ = false;
  return {};
}

error proxy_connect::refused() const {
  if (status_ != 407)
    return failed("the proxy refuses a connection to " + server_ + " with status " + std::to_string(status_));
  if (challenged_ && !takes_basic_)
    return failed("the proxy wants credentials of a kind that we have not, instead of Basic (status 407)");
  return failed(with_credentials_ ? "the proxy wants other credentials: it refused the user and password (status 407)"
                                  : "the proxy wants credentials: a user and a password (status 407)");
}

error proxy_connect::closed() const {
  return failed(taken_ == 0 ? "the proxy ended the connection without an answer"
                            : "the proxy ended the connection before its answer was complete");
}

} // namespace postroom::http
