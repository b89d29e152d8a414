// Takes mail by plain SMTP as fast as one thread can, counts it and throws it away: the far end of a measurement, which
// must not be what is measured. No library of ours.
//
// Prints `PORT <number>` when it listens on 127.0.0.1. For SIGUSR1, for each line on stdin, and at its end (SIGTERM) it
// prints one line of JSON: {"mails":…,"octets":…,"connections":…,"cpu_s":…}; octets as sent, dots doubled.
//
// With --quick-ack the kernel acknowledges a mail's text at once. Without, a client that leaves Nagle's algorithm on
// and writes the final dot by itself waits 40 ms for each mail.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace std::string_view_literals;

constexpr auto greeting = "220 sink.test ESMTP\r\n"sv;
constexpr auto hello = "250-sink.test\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-ENHANCEDSTATUSCODES\r\n"
                       "250-SIZE 157286400\r\n250 AUTH XOAUTH2 PLAIN\r\n"sv;
constexpr auto end_of_mail = "\r\n.\r\n"sv;

enum class expecting { command, login, body };

struct connection {
  bool open = false;
  expecting next = expecting::command;
  std::size_t matched = 0; ///< octets of end_of_mail that the text ends with
  std::string line;        ///< the beginning of a command whose end has not come
  std::string answers;
};

struct counters {
  unsigned long long mails = 0;
  unsigned long long octets = 0;
  unsigned long long connections = 0;
};

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::exit(1);
}

bool begins(std::string_view line, std::string_view verb) {
  return line.size() >= verb.size() && ::strncasecmp(line.data(), verb.data(), verb.size()) == 0;
}

void obey(connection& client, std::string_view line) {
  if (client.next == expecting::login) {
    client.next = expecting::command;
    client.answers += "235 2.7.0 OK\r\n"sv;
  } else if (begins(line, "MAIL")) {
    client.answers += "250 2.1.0 OK\r\n"sv;
  } else if (begins(line, "RCPT")) {
    client.answers += "250 2.1.5 OK\r\n"sv;
  } else if (begins(line, "DATA")) {
    client.next = expecting::body;
    client.matched = 2; // the line end before a dot that comes first is that of DATA
    client.answers += "354 Go ahead\r\n"sv;
  } else if (begins(line, "EHLO") || begins(line, "HELO")) {
    client.answers += hello;
  } else if (begins(line, "AUTH")) {
    const bool complete = line.find(' ', std::min(line.size(), "AUTH "sv.size())) != std::string_view::npos;
    client.next = complete ? expecting::command : expecting::login;
    client.answers += complete ? "235 2.7.0 OK\r\n"sv : "334 \r\n"sv;
  } else if (begins(line, "RSET") || begins(line, "NOOP")) {
    client.answers += "250 2.0.0 OK\r\n"sv;
  } else if (begins(line, "QUIT")) {
    client.answers += "221 2.0.0 Bye\r\n"sv;
    client.open = false;
  } else {
    client.answers += "500 5.5.2 Unknown command\r\n"sv;
  }
}

/// Octets of the front of `text` that belong to the mail; its end has come when the next command is expected.
std::size_t take_body(connection& client, std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    if (client.matched == 0) {
      i = std::min(text.find('\r', i), text.size());
      if (i == text.size())
        break;
    }
    const char octet = text[i++];
    if (octet == end_of_mail[client.matched])
      ++client.matched;
    else
      client.matched = octet == '\r' ? 1 : 0;
    if (client.matched == end_of_mail.size()) {
      client.matched = 0;
      client.next = expecting::command;
      return i;
    }
  }
  return text.size();
}

void digest(connection& client, std::string_view text, counters& counted) {
  while (!text.empty() && client.open) {
    if (client.next == expecting::body) {
      const auto taken = take_body(client, text);
      counted.octets += taken;
      text.remove_prefix(taken);
      if (client.next != expecting::body) {
        ++counted.mails;
        client.answers += "250 2.0.0 OK\r\n"sv;
      }
      continue;
    }
    const auto newline = text.find('\n');
    if (newline == std::string_view::npos) {
      client.line += text;
      return;
    }
    if (client.line.empty()) {
      obey(client, text.substr(0, newline));
    } else {
      client.line += text.substr(0, newline);
      obey(client, client.line);
      client.line.clear();
    }
    text.remove_prefix(newline + 1);
  }
}

/// False when the connection is of no use any more. A client that does not read its few answers is cut off.
bool attend(int fd, connection& client, counters& counted, bool quick_ack) {
  static char bytes[256 * 1024];
  const auto count = ::recv(fd, bytes, sizeof bytes, 0);
  if (count <= 0)
    return false;
  if (quick_ack && client.next == expecting::body) {
    const int yes = 1; // the kernel forgets it soon
    ::setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &yes, sizeof yes);
  }
  digest(client, {bytes, static_cast<std::size_t>(count)}, counted);
  const auto size = static_cast<ssize_t>(client.answers.size());
  const bool told = size == 0 || ::send(fd, client.answers.data(), client.answers.size(), MSG_NOSIGNAL) == size;
  client.answers.clear();
  return told && client.open;
}

void report(const counters& counted) {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  std::printf("{\"mails\":%llu,\"octets\":%llu,\"connections\":%llu,\"cpu_s\":%.3f}\n", counted.mails, counted.octets,
              counted.connections, seconds(used.ru_utime) + seconds(used.ru_stime));
  std::fflush(stdout);
}

int listen_on_loopback(std::uint16_t port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int yes = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  socklen_t length = sizeof address;
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || ::listen(listener, 4096) != 0 ||
      ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length) != 0)
    give_up("listen");
  std::printf("PORT %u\n", ntohs(address.sin_port));
  std::fflush(stdout);
  return listener;
}

int signals() {
  sigset_t wanted;
  sigemptyset(&wanted);
  for (const int number : {SIGUSR1, SIGTERM, SIGINT})
    sigaddset(&wanted, number);
  ::sigprocmask(SIG_BLOCK, &wanted, nullptr);
  return ::signalfd(-1, &wanted, SFD_CLOEXEC);
}

void watch(int epoll, int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  // A stdin that is a file or /dev/null cannot be watched, and asks nothing.
  if (::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0 && fd != STDIN_FILENO)
    give_up("epoll_ctl");
}

void accept_all(int epoll, int listener, std::vector<connection>& clients, counters& counted) {
  for (int fd = 0; (fd = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
    const int yes = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (clients.size() <= static_cast<std::size_t>(fd))
      clients.resize(static_cast<std::size_t>(fd) + 1);
    clients[static_cast<std::size_t>(fd)] = {};
    clients[static_cast<std::size_t>(fd)].open = true;
    ++counted.connections;
    (void)::send(fd, greeting.data(), greeting.size(), MSG_NOSIGNAL);
    watch(epoll, fd);
  }
}

/// A report for each line; false at its end.
bool answer_stdin(const counters& counted) {
  char bytes[256];
  const auto count = ::read(STDIN_FILENO, bytes, sizeof bytes);
  for (ssize_t i = 0; i < count; ++i)
    if (bytes[i] == '\n')
      report(counted);
  return count > 0;
}

} // namespace

int main(int argc, char** argv) {
  unsigned long port = 0;
  bool quick_ack = false;
  for (int i = 1; i < argc; ++i) {
    if (argv[i] == "--quick-ack"sv) {
      quick_ack = true;
    } else if (argv[i] == "--port"sv && i + 1 < argc) {
      port = std::strtoul(argv[++i], nullptr, 10);
    } else {
      std::fprintf(stderr, "usage: %s [--port NUMBER] [--quick-ack]\n", argv[0]);
      return 2;
    }
  }
  const int signalled = signals();
  const int listener = listen_on_loopback(static_cast<std::uint16_t>(port));
  const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  for (const int fd : {listener, signalled, STDIN_FILENO})
    watch(epoll, fd);
  std::vector<connection> clients;
  counters counted;
  for (;;) {
    epoll_event events[256];
    const int count = ::epoll_wait(epoll, events, 256, -1);
    for (int i = 0; i < count; ++i) {
      const int fd = events[i].data.fd;
      if (fd == listener) {
        accept_all(epoll, listener, clients, counted);
      } else if (fd == signalled) {
        signalfd_siginfo what{};
        if (::read(signalled, &what, sizeof what) != sizeof what)
          give_up("signalfd");
        report(counted);
        if (what.ssi_signo != SIGUSR1)
          return 0;
      } else if (fd == STDIN_FILENO) {
        if (!answer_stdin(counted))
          ::epoll_ctl(epoll, EPOLL_CTL_DEL, fd, nullptr);
      } else if (!attend(fd, clients[static_cast<std::size_t>(fd)], counted, quick_ack)) {
        ::close(fd);
      }
    }
  }
}
