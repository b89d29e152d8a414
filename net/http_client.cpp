#include "net/http_client.hpp"

#include "base/ascii.hpp"
#include "base/loopback.hpp"
#include "net/http_exchange.hpp"
#include "protocol/http/url.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>

namespace postroom::net {
namespace {

/// RFC 9110 §5.6.2.
bool is_token(std::string_view text) {
  constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           others.find(c) != std::string_view::npos;
  });
}

bool is_header_value(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return (c >= 0 && c < ' ' && c != '\t') || c == 0x7f; });
}

/// Whether, and where, the request may go at all.
result<void> check_destination(const http_request& request, const http::url& to) {
  const auto is_it = [&](const std::string& host) { return ascii_iequals(host, to.host); };
  if (!request.allowed_hosts.empty() && std::ranges::none_of(request.allowed_hosts, is_it))
    return fail(errc::forbidden, to.host + " is none of the hosts that this request may go to");
  if (to.tls)
    return {};
  if (!is_loopback_host(to.host))
    return fail(errc::invalid_argument, "http without TLS is for loopback only, not for " + to.host);
  if (!request.proxy.host.empty()) // this machine is another one, seen from there
    return fail(errc::invalid_argument, "http without TLS does not go through a proxy");
  return {};
}

/// The request line and headers as sent.
result<secret<>> make_head(const http_request& request, const http::url& to) {
  if (!is_token(request.method))
    return fail(errc::invalid_argument, "not an HTTP method");
  std::string head = request.method + ' ' + to.target + " HTTP/1.1\r\nHost: " + to.authority() +
                     "\r\nConnection: close\r\nAccept-Encoding: identity\r\n";
  for (const auto& [name, value] : request.headers) {
    if (!is_token(name) || !is_header_value(value))
      return fail(errc::invalid_argument, "not an HTTP header: " + (is_token(name) ? name : "a name"));
    head.append(name).append(": ").append(value).append("\r\n");
  }
  if (!request.body.empty() || (request.method != "GET" && request.method != "HEAD"))
    head += "Content-Length: " + std::to_string(request.body.expose().size()) + "\r\n";
  return secret<>{head + "\r\n"};
}

class tcp_http_client final : public http_client {
public:
  tcp_http_client(io_threads& threads, tls_contexts& tls, std::chrono::milliseconds deadline)
      : threads_(threads), tls_(tls), deadline_(deadline) {}

  void send(http_request request, std::string ca_file, std::function<void(result<http_answer>)> done) override {
    auto& thread = threads_.next();
    auto plan = make_plan(std::move(request), std::move(ca_file));
    boost::asio::post(thread.context(), [this, &thread, plan = std::move(plan), done = std::move(done)]() mutable {
      if (plan)
        std::make_shared<http_exchange>(thread, tls_, std::move(*plan), std::move(done))->start();
      else
        done(plan.error());
    });
  }

private:
  result<http_plan> make_plan(http_request request, std::string ca_file) const {
    auto to = http::parse_url(request.url);
    if (!to)
      return to.error();
    if (const auto may = check_destination(request, *to); !may)
      return may.error();
    auto head = make_head(request, *to);
    if (!head)
      return head.error();
    http_plan plan;
    plan.server = {std::move(to->host), to->port, std::move(ca_file)};
    plan.proxy = std::move(request.proxy);
    plan.tls = to->tls;
    plan.head = std::move(*head);
    plan.body = std::move(request.body);
    plan.no_body_expected = request.method == "HEAD";
    plan.until = std::chrono::steady_clock::now() + deadline_;
    return plan;
  }

  io_threads& threads_;
  tls_contexts& tls_;
  std::chrono::milliseconds deadline_;
};

} // namespace

std::string_view http_answer::header(std::string_view name) const noexcept {
  const auto at = std::ranges::find(headers, name, [](const auto& h) { return std::string_view{h.first}; });
  return at == headers.end() ? std::string_view{} : std::string_view{at->second};
}

std::unique_ptr<http_client> make_http_client(io_threads& threads, tls_contexts& tls,
                                              std::chrono::milliseconds deadline) {
  return std::make_unique<tcp_http_client>(threads, tls, deadline);
}

} // namespace postroom::net
