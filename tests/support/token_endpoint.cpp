#include "tests/support/token_endpoint.hpp"

#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "tests/support/process.hpp"

#include <arpa/inet.h>
#include <atomic>
#include <boost/json.hpp>
#include <ctime>
#include <deque>
#include <list>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace postroom::test {
namespace {

constexpr std::size_t request_bytes_max = 64 * 1024;

std::string percent_decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      const auto byte = hex_decode(text.substr(i + 1, 2));
      plain += byte ? *byte : "?";
      i += 2;
    } else {
      plain += text[i] == '+' ? ' ' : text[i];
    }
  }
  return plain;
}

token_request parse_form(std::string_view body) {
  token_request form;
  while (!body.empty()) {
    const auto pair = body.substr(0, body.find('&'));
    body.remove_prefix(std::min(pair.size() + 1, body.size()));
    const auto equals = pair.find('=');
    if (equals != std::string_view::npos)
      form[percent_decoded(pair.substr(0, equals))] = percent_decoded(pair.substr(equals + 1));
  }
  return form;
}

std::string value_of(const token_request& form, const std::string& name) {
  const auto found = form.find(name);
  return found == form.end() ? std::string{} : found->second;
}

/// Receives one request; its body, or nothing when the client has gone.
std::optional<std::string> receive_body(int fd) {
  std::string request;
  for (;;) {
    const auto end = request.find("\r\n\r\n");
    if (end != std::string::npos) {
      const auto header = std::string_view{request}.substr(0, end + 2);
      std::size_t length = 0;
      for (const char* name : {"Content-Length:", "content-length:"})
        if (const auto at = header.find(name); at != std::string_view::npos)
          length = std::strtoul(request.c_str() + at + 15, nullptr, 10);
      if (request.size() >= end + 4 + length)
        return request.substr(end + 4, length);
    }
    char bytes[4096];
    const auto count = ::recv(fd, bytes, sizeof bytes, 0);
    if (count <= 0 || request.size() > request_bytes_max)
      return std::nullopt;
    request.append(bytes, static_cast<std::size_t>(count));
  }
}

void send_answer(int fd, const planned_answer& answer) {
  const std::string text = "HTTP/1.1 " + std::to_string(answer.status) +
                           " Answer\r\nContent-Type: " + answer.content_type +
                           "\r\nContent-Length: " + std::to_string(answer.body.size()) + "\r\nConnection: close\r\n" +
                           answer.headers + "\r\n" + answer.body;
  (void)::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
}

} // namespace

std::string entra_error(std::string_view error, unsigned code, std::string_view suberror) {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  char timestamp[32];
  std::strftime(timestamp, sizeof timestamp, "%F %TZ", &utc);
  const std::string trace_id = "6b1bd3d0-4a3b-4c70-a8f1-3f6c2c1d0100";
  const std::string correlation_id = "0f2e9a56-6d7c-4f0b-9d39-b3a1f8f1a001";
  boost::json::object body{
      {"error", error},
      {"error_description", "AADSTS" + std::to_string(code) + ": Planned by the test.\r\nTrace ID: " + trace_id +
                                "\r\nCorrelation ID: " + correlation_id + "\r\nTimestamp: " + timestamp},
      {"error_codes", boost::json::array{code}},
      {"timestamp", timestamp},
      {"trace_id", trace_id},
      {"correlation_id", correlation_id}};
  if (!suberror.empty())
    body["suberror"] = suberror;
  return boost::json::serialize(body);
}

struct token_endpoint::server {
  server(const jwt_issuer& signer, options chosen) : issuer(signer), settings(std::move(chosen)) { listen(); }

  ~server() {
    stopping = true;
    accepting.join();
    for (auto& worker : workers)
      worker.join();
    ::close(listener);
  }

  void listen() {
    port = settings.port ? settings.port : free_port();
    listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int yes = 1;
    ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener, 128) != 0)
      throw std::runtime_error("token endpoint cannot listen on port " + std::to_string(port));
    accepting = std::thread{[this] { accept_until_stopped(); }};
  }

  void accept_until_stopped() {
    while (!stopping) {
      pollfd waiting{listener, POLLIN, 0};
      if (::poll(&waiting, 1, 20) != 1)
        continue;
      const int fd = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0)
        continue;
      const timeval patience{5, 0};
      ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
      workers.emplace_back([this, fd] { serve(fd); });
    }
  }

  void serve(int fd) {
    if (const auto body = receive_body(fd)) {
      const planned_answer answer = answer_to(parse_form(*body));
      const auto until = std::chrono::steady_clock::now() + answer.delay;
      while (!stopping && std::chrono::steady_clock::now() < until)
        std::this_thread::sleep_for(std::min<std::chrono::milliseconds>(answer.delay, 10ms));
      send_answer(fd, answer);
    }
    ::close(fd);
  }

  planned_answer answer_to(const token_request& form) {
    const std::lock_guard lock{mutex};
    received.push_back(form);
    if (!planned.empty()) {
      auto answer = std::move(planned.front());
      planned.pop_front();
      return answer;
    }
    if (value_of(form, "client_id") != issuer.client_id())
      return {400, entra_error("unauthorized_client", 700016)};
    if (value_of(form, "client_secret") != settings.client_secret && !form.contains("client_assertion"))
      return {401, entra_error("invalid_client", 7000215)};
    const auto grant = value_of(form, "grant_type");
    if (grant == "client_credentials")
      return {200, tokens_for("", form)};
    if (grant == "authorization_code")
      return answer_to_code(form);
    if (grant != "refresh_token")
      return {400, entra_error("unsupported_grant_type", 70003)};
    const auto user = refresh_tokens.find(value_of(form, "refresh_token"));
    if (user == refresh_tokens.end())
      return {400, entra_error("invalid_grant", 70000)};
    if (user->second.empty())
      return {400, entra_error("invalid_grant", 50173, "bad_token")};
    return {200, tokens_for(user->second, form)};
  }

  planned_answer answer_to_code(const token_request& form) {
    const auto user = codes.extract(value_of(form, "code"));
    if (user.empty())
      return {400, entra_error("invalid_grant", 54005)};
    return {200, tokens_for(user.mapped(), form)};
  }

  /// `upn` empty: app-only, without a refresh token.
  std::string tokens_for(const std::string& upn, const token_request& form) {
    const auto scope = value_of(form, "scope");
    token_claims claims{.upn = upn.empty() ? issuer.client_id() : upn, .life = settings.access_token_life};
    boost::json::object body{{"token_type", "Bearer"},
                             {"scope", scope.empty() ? claims.scope : scope},
                             {"expires_in", settings.access_token_life.count()},
                             {"ext_expires_in", settings.access_token_life.count()},
                             {"access_token", issuer.token(claims)}};
    if (!upn.empty())
      body["refresh_token"] = new_refresh_token(upn);
    return boost::json::serialize(body);
  }

  std::string new_refresh_token(const std::string& upn) {
    auto token = "0." + base64url_encode(random_string(48));
    refresh_tokens[token] = upn;
    return token;
  }

  const jwt_issuer& issuer;
  options settings;
  std::uint16_t port = 0;
  int listener = -1;
  std::atomic<bool> stopping{false};
  std::thread accepting;
  std::list<std::thread> workers; ///< touched by the accepting thread only, until that has ended

  mutable std::mutex mutex;                          ///< guards what follows
  std::map<std::string, std::string> refresh_tokens; ///< token → user; no user: revoked
  std::map<std::string, std::string> codes;
  std::deque<planned_answer> planned;
  std::vector<token_request> received;
};

token_endpoint::token_endpoint(const jwt_issuer& issuer) : token_endpoint(issuer, options{}) {
}

token_endpoint::token_endpoint(const jwt_issuer& issuer, options options)
    : server_(std::make_unique<server>(issuer, std::move(options))) {
}

token_endpoint::~token_endpoint() = default;

std::string token_endpoint::url() const {
  return "http://127.0.0.1:" + std::to_string(server_->port);
}

std::string token_endpoint::token_url() const {
  return url() + "/contoso/oauth2/v2.0/token";
}

std::string token_endpoint::sign_in(const std::string& upn) {
  const std::lock_guard lock{server_->mutex};
  return server_->new_refresh_token(upn);
}

std::string token_endpoint::authorize(const std::string& upn) {
  const std::lock_guard lock{server_->mutex};
  auto code = "0." + base64url_encode(random_string(24));
  server_->codes[code] = upn;
  return code;
}

void token_endpoint::revoke(const std::string& upn) {
  const std::lock_guard lock{server_->mutex};
  for (auto& [token, user] : server_->refresh_tokens)
    if (user == upn)
      user.clear();
}

void token_endpoint::plan(planned_answer answer) {
  const std::lock_guard lock{server_->mutex};
  server_->planned.push_back(std::move(answer));
}

void token_endpoint::set_access_token_life(std::chrono::seconds life) {
  const std::lock_guard lock{server_->mutex};
  server_->settings.access_token_life = life;
}

std::vector<token_request> token_endpoint::requests() const {
  const std::lock_guard lock{server_->mutex};
  return server_->received;
}

} // namespace postroom::test
