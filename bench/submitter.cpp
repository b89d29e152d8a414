#include "bench/submitter.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <stdexcept>
#include <string_view>
#include <thread>

namespace postroom::bench {
namespace {

constexpr std::size_t text_bytes = 4096;

/// One connection to the API that is kept.
class poster {
public:
  explicit poster(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("cannot connect to the gateway");
  }
  ~poster() { ::close(socket_); }
  poster(const poster&) = delete;
  poster& operator=(const poster&) = delete;

  /// The status of the answer.
  int post(const std::string& request) {
    for (std::size_t sent = 0; sent < request.size();) {
      const auto count = ::send(socket_, request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
      if (count <= 0)
        throw std::runtime_error("the gateway closed a connection");
      sent += static_cast<std::size_t>(count);
    }
    std::string answer;
    std::size_t whole = std::string::npos;
    while (answer.size() < whole) {
      char piece[4096];
      const auto count = ::recv(socket_, piece, sizeof piece, 0);
      if (count <= 0)
        throw std::runtime_error("the gateway closed a connection");
      answer.append(piece, static_cast<std::size_t>(count));
      if (whole == std::string::npos)
        whole = length_of(answer);
    }
    return std::stoi(answer.substr(answer.find(' ') + 1, 3));
  }

private:
  static std::size_t length_of(const std::string& answer) {
    const auto end = answer.find("\r\n\r\n");
    if (end == std::string::npos)
      return std::string::npos;
    constexpr std::string_view field = "Content-Length: ";
    const auto at = answer.find(field);
    return end + 4 + (at < end ? std::stoul(answer.substr(at + field.size())) : 0);
  }
  int socket_;
};

} // namespace

std::string mail_document(std::size_t n) {
  const auto number = std::to_string(n);
  std::string text;
  while (text.size() < text_bytes)
    text += "The quick brown fox jumps over the lazy dog, and answers a customer.\\n";
  text.resize(text_bytes - 1);
  if (text.back() == '\\')
    text.back() = '.';
  return R"({"to":[{"name":"Anna Example","address":"anna@example.test"}],"subject":"Re: your request )" + number +
         R"(","headers":{"X-Ticket":")" + number + R"("},"text":")" + text + "\"}";
}

submitted submit_all(const api_endpoint& to, std::size_t mails, std::size_t connections, double per_s,
                     const std::function<std::string(std::size_t)>& account) {
  submitted out;
  out.answer_ms.resize(mails);
  std::atomic<std::size_t> next{0};
  std::atomic<std::size_t> refused{0};
  std::mutex mutex;
  std::string failure;
  const auto began = std::chrono::steady_clock::now();
  const auto work = [&] {
    try {
      poster line{to.port};
      for (std::size_t n = next++; n < mails; n = next++) {
        const auto body = mail_document(n);
        const auto request = "POST /v1/accounts/" + account(n) +
                             "/outbox HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + to.token +
                             "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
                             "\r\n\r\n" + body;
        auto due = std::chrono::steady_clock::now();
        if (per_s > 0) {
          due = began + std::chrono::nanoseconds{static_cast<std::int64_t>(1e9 * static_cast<double>(n) / per_s)};
          std::this_thread::sleep_until(due);
        }
        if (line.post(request) != 202)
          ++refused;
        out.answer_ms[n] = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - due).count();
      }
    } catch (const std::exception& e) {
      std::lock_guard lock{mutex};
      failure = e.what();
      next = mails;
    }
  };
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < connections; ++i)
    threads.emplace_back(work);
  for (auto& each : threads)
    each.join();
  if (!failure.empty())
    throw std::runtime_error(failure);
  out.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  out.refused = refused;
  return out;
}

} // namespace postroom::bench
