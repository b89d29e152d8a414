#include "bench/bare/client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace postroom::bench::bare {
namespace {

int connect_to(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (fd < 0 || ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    give_up("cannot connect to port " + std::to_string(port));
  const int yes = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  return fd;
}

/// Reads until a line begins with `start`; everything read.
std::string read_until(const connection& from, const std::string& start) {
  std::string text;
  char bytes[4096];
  const auto seen = [&] { return text.starts_with(start) || text.find("\n" + start) != std::string::npos; };
  while (!seen() || text.back() != '\n') {
    const int count = SSL_read(from.ssl, bytes, sizeof bytes);
    if (count <= 0)
      give_up("the server hung up after: " + text);
    text.append(bytes, static_cast<std::size_t>(count));
  }
  return text;
}

std::string command(const connection& on, const std::string& text) {
  write(on, "c " + text + "\r\n");
  auto answer = read_until(on, "c ");
  if (answer.find("c OK") == std::string::npos)
    give_up(text.substr(0, 24) + " was answered by " + answer);
  return answer;
}

} // namespace

void give_up(const std::string& why) {
  std::fprintf(stderr, "bare client: %s\n", why.c_str());
  std::exit(1);
}

settings read_arguments(int argc, char** argv) {
  settings out;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    if (name == "--port")
      out.port = static_cast<std::uint16_t>(std::atoi(argv[i + 1]));
    else if (name == "--ca")
      out.ca_file = argv[i + 1];
    else if (name == "--logins")
      out.logins_file = argv[i + 1];
    else
      give_up("unknown argument " + name);
  }
  if (out.port == 0 || out.ca_file.empty() || out.logins_file.empty())
    give_up("usage: --port P --ca FILE --logins FILE");
  return out;
}

SSL_CTX* make_context(const settings& with) {
  ::signal(SIGPIPE, SIG_IGN);
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  if (SSL_CTX_load_verify_file(context, with.ca_file.c_str()) != 1)
    give_up("cannot read " + with.ca_file);
  return context;
}

connection log_in(SSL_CTX* context, const settings& with, std::string_view login) {
  connection made;
  made.fd = connect_to(with.port);
  made.ssl = SSL_new(context);
  SSL_set1_host(made.ssl, "localhost");
  SSL_set_fd(made.ssl, made.fd);
  if (SSL_connect(made.ssl) != 1)
    give_up(std::string{"TLS: "} + ERR_error_string(ERR_get_error(), nullptr));
  (void)read_until(made, "* OK");
  (void)command(made, "AUTHENTICATE XOAUTH2 " + std::string{login});
  return made;
}

connection open_mailbox(SSL_CTX* context, const settings& with, std::string_view login, std::string& selected) {
  const auto made = log_in(context, with, login);
  selected = command(made, "EXAMINE INBOX");
  return made;
}

void close(connection& what) {
  SSL_free(what.ssl);
  ::close(what.fd);
}

void write(const connection& to, std::string_view bytes) {
  if (SSL_write(to.ssl, bytes.data(), static_cast<int>(bytes.size())) != static_cast<int>(bytes.size()))
    give_up("the server does not take what we say");
}

double cpu_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

} // namespace postroom::bench::bare
