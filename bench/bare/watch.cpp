// Holds every mailbox in IDLE and fetches what comes. Prints `base <KiB>` before the first connection (resident
// memory), `ready` when all mailboxes are in IDLE, and `mail <number> <nanoseconds>` for each mail as soon as its last
// octet is there, by the monotonic clock.
#include "bench/bare/client.hpp"
#include "bench/typical_mail.hpp"

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

using namespace postroom::bench;
using namespace postroom::bench::bare;

namespace {

struct watched {
  connection link;
  unsigned long uid_next = 1;
  bool idling = false;
  bool news = false;
  std::string unread; ///< octets that do not yet make a line, or a mail
};

long resident_kib() {
  long pages = 0;
  if (auto* file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%*d %ld", &pages) != 1)
      pages = 0;
    std::fclose(file);
  }
  return pages * (::sysconf(_SC_PAGESIZE) / 1024);
}

long long now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

unsigned long number_after(const std::string& text, const char* word) {
  const auto at = text.find(word);
  return at == std::string::npos ? 0
                                 : std::strtoul(text.c_str() + at + std::char_traits<char>::length(word), nullptr, 10);
}

void fetch_news(watched& mailbox, bool from_idle) {
  mailbox.news = false;
  mailbox.idling = false;
  write(mailbox.link, std::string{from_idle ? "DONE\r\n" : ""} + "f UID FETCH " + std::to_string(mailbox.uid_next) +
                          ":* (UID FLAGS INTERNALDATE BODY.PEEK[])\r\n");
}

void on_mail(watched& mailbox, const std::string& line, const std::string& mail) {
  const auto uid = number_after(line, "UID ");
  if (uid < mailbox.uid_next)
    return;
  mailbox.uid_next = uid + 1;
  ::dprintf(STDOUT_FILENO, "mail %zu %lld\n", number_of(mail), now_ns());
}

void on_line(watched& mailbox, const std::string& line) {
  if (line.starts_with("* ") && line.ends_with(" EXISTS")) {
    mailbox.news = true;
    if (mailbox.idling)
      fetch_news(mailbox, true);
  } else if (line.starts_with("f ") && mailbox.news) {
    fetch_news(mailbox, false);
  } else if (line.starts_with("f ")) {
    write(mailbox.link, "i IDLE\r\n");
  } else if (line.starts_with("+ ")) {
    mailbox.idling = true;
    if (mailbox.news)
      fetch_news(mailbox, true);
  } else if (line.starts_with("* BYE") || line.starts_with("i BAD") || line.starts_with("i NO")) {
    give_up("the server said " + line);
  }
}

/// Takes whole lines, each with its literal, off the front of what is unread.
void digest(watched& mailbox) {
  std::string& text = mailbox.unread;
  std::size_t at = 0;
  for (auto end = text.find("\r\n"); end != std::string::npos; end = text.find("\r\n", at)) {
    const std::string line = text.substr(at, end - at);
    std::size_t next = end + 2;
    if (line.ends_with("}")) {
      const auto octets = std::strtoul(line.c_str() + line.rfind('{') + 1, nullptr, 10);
      if (text.size() < next + octets)
        break;
      on_mail(mailbox, line, text.substr(next, octets));
      next += octets;
    } else {
      on_line(mailbox, line);
    }
    at = next;
  }
  text.erase(0, at);
  if (text.empty())
    text.shrink_to_fit();
}

void read_all(watched& mailbox) {
  static char bytes[16 * 1024];
  int count = 0;
  while ((count = SSL_read(mailbox.link.ssl, bytes, sizeof bytes)) > 0)
    mailbox.unread.append(bytes, static_cast<std::size_t>(count));
  if (SSL_get_error(mailbox.link.ssl, count) != SSL_ERROR_WANT_READ)
    give_up("the server hung up");
  digest(mailbox);
}

watched start_watching(SSL_CTX* context, const settings& with, const std::string& login) {
  watched made;
  std::string selected;
  made.link = open_mailbox(context, with, login, selected);
  made.uid_next = number_after(selected, "UIDNEXT ");
  write(made.link, "i IDLE\r\n");
  ::fcntl(made.link.fd, F_SETFL, O_NONBLOCK);
  return made;
}

} // namespace

int main(int argc, char** argv) {
  const auto with = read_arguments(argc, argv);
  SSL_CTX* context = make_context(with);
  ::dprintf(STDOUT_FILENO, "base %ld\n", resident_kib());
  const int poller = ::epoll_create1(EPOLL_CLOEXEC);
  std::vector<watched> mailboxes;
  {
    std::ifstream logins{with.logins_file};
    for (std::string login; std::getline(logins, login);)
      mailboxes.push_back(start_watching(context, with, login));
  }
  for (std::size_t i = 0; i < mailboxes.size(); ++i) {
    epoll_event wanted{};
    wanted.events = EPOLLIN;
    wanted.data.u64 = i;
    ::epoll_ctl(poller, EPOLL_CTL_ADD, mailboxes[i].link.fd, &wanted);
    read_all(mailboxes[i]);
  }
  ::dprintf(STDOUT_FILENO, "ready\n");
  epoll_event events[64];
  while (true) {
    const int count = ::epoll_wait(poller, events, 64, -1);
    for (int i = 0; i < count; ++i)
      read_all(mailboxes[events[i].data.u64]);
  }
}
