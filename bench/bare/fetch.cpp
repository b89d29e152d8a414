// Fetches every mail of every mailbox, one mailbox after the other, and throws it away. Prints
// `<mails> <octets of mail> <CPU seconds>`.
#include "bench/bare/client.hpp"

#include <cstdio>
#include <cstdlib>

using namespace postroom::bench::bare;

namespace {

/// Counts what flows by. Keeps a line at most.
class counter {
public:
  std::uint64_t mails = 0;
  std::uint64_t octets = 0;

  /// Whether the tagged answer has come.
  bool feed(std::string_view bytes) {
    while (!bytes.empty()) {
      if (literal_left_ > 0) {
        const auto skipped = std::min<std::uint64_t>(literal_left_, bytes.size());
        literal_left_ -= skipped;
        bytes.remove_prefix(skipped);
        continue;
      }
      const auto end = bytes.find('\n');
      line_.append(bytes.substr(0, end));
      if (end == std::string_view::npos)
        return false;
      bytes.remove_prefix(end + 1);
      if (end_of_line())
        return true;
    }
    return false;
  }

private:
  bool end_of_line() {
    const bool done = line_.starts_with("f ");
    if (done && !line_.starts_with("f OK"))
      give_up("FETCH was answered by " + line_);
    if (line_.ends_with("}\r")) {
      literal_left_ = std::strtoull(line_.c_str() + line_.rfind('{') + 1, nullptr, 10);
      octets += literal_left_;
      ++mails;
    }
    line_.clear();
    return done;
  }

  std::string line_;
  std::uint64_t literal_left_ = 0;
};

} // namespace

int main(int argc, char** argv) {
  const auto with = read_arguments(argc, argv);
  SSL_CTX* context = make_context(with);
  std::ifstream logins{with.logins_file};
  counter seen;
  std::string selected;
  static char bytes[16 * 1024];
  for (std::string login; std::getline(logins, login);) {
    auto mailbox = open_mailbox(context, with, login, selected);
    write(mailbox, "f UID FETCH 1:* (UID FLAGS INTERNALDATE BODY.PEEK[])\r\n");
    for (bool done = false; !done;) {
      const int count = SSL_read(mailbox.ssl, bytes, sizeof bytes);
      if (count <= 0)
        give_up("the server hung up");
      done = seen.feed({bytes, static_cast<std::size_t>(count)});
    }
    close(mailbox);
  }
  std::printf("%llu %llu %.6f\n", static_cast<unsigned long long>(seen.mails),
              static_cast<unsigned long long>(seen.octets), cpu_seconds());
  return 0;
}
