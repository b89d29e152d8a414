#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>

/// The least an IMAP client can be, to stand beside the gateway: OpenSSL on a socket, no library of ours, no tolerance.
/// Whatever goes wrong ends the program with a sentence on stderr.
namespace postroom::bench::bare {

/// `--port P --ca FILE --logins FILE`
struct settings {
  std::uint16_t port = 0;
  std::string ca_file;
  /// A SASL initial response of XOAUTH2 per line, one for each mailbox.
  std::string logins_file;
};
[[nodiscard]] settings read_arguments(int argc, char** argv);

[[noreturn]] void give_up(const std::string& why);

/// For clients, verifying, with buffers released when empty.
[[nodiscard]] SSL_CTX* make_context(const settings& with);

struct connection {
  int fd = -1;
  SSL* ssl = nullptr;
};
/// Connects and logs in. Blocks.
[[nodiscard]] connection log_in(SSL_CTX* context, const settings& with, std::string_view login);
/// The same, and selects INBOX read-only; `selected` gets the answer to EXAMINE.
[[nodiscard]] connection open_mailbox(SSL_CTX* context, const settings& with, std::string_view login,
                                      std::string& selected);
void close(connection& what);

void write(const connection& to, std::string_view bytes);

/// User and system time of this process.
[[nodiscard]] double cpu_seconds();

} // namespace postroom::bench::bare
