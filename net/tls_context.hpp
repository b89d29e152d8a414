#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

using SSL = struct ssl_st;
using SSL_CTX = struct ssl_ctx_st;

namespace postroom::net {

struct ssl_free {
  void operator()(SSL* ssl) const noexcept;
};
using ssl_ptr = std::unique_ptr<SSL, ssl_free>;

struct ssl_ctx_free {
  void operator()(SSL_CTX* ctx) const noexcept;
};
using ssl_ctx_ptr = std::unique_ptr<SSL_CTX, ssl_ctx_free>;

/// One set of trust anchors and the sessions remembered from servers that it trusts. Thread-safe.
class tls_context {
public:
  /// A client's TLS 1.2+ connection to `host`, not yet connected. The certificate must be valid for `host` (a name or
  /// an address) and chain to an anchor. A remembered session of the same host and port is offered: one of TLS 1.3
  /// once, one of TLS 1.2 as often as it is asked for while it is valid.
  [[nodiscard]] result<ssl_ptr> make_client(const std::string& host, std::uint16_t port);
  /// Sessions remembered now, over all servers.
  [[nodiscard]] std::size_t sessions_held() const;

private:
  friend class tls_contexts;
  explicit tls_context(ssl_ctx_ptr made) : ctx_(std::move(made)) {}
  ssl_ctx_ptr ctx_;
};

/// All trust sets of the process: one SSL_CTX for each, because one with the system's anchors costs 833 KiB.
/// Thread-safe.
class tls_contexts {
public:
  /// `ca_file`: PEM with the only anchors to trust; empty: the system's. A file that changed on disk is read anew.
  /// `tls_failed` when it cannot be read or holds no certificate.
  [[nodiscard]] result<std::shared_ptr<tls_context>> get(const std::string& ca_file);

private:
  struct entry {
    std::filesystem::file_time_type changed{};
    std::shared_ptr<tls_context> context;
  };
  std::mutex mutex_;
  std::map<std::string, entry> by_file_;
};

/// Why `SSL_do_handshake` failed, in words an operator can act on: wrong name, expired, unknown issuer, or the
/// library's reason. Takes the thread's OpenSSL error queue.
[[nodiscard]] error describe_handshake_failure(const SSL* ssl, const std::string& host);

} // namespace postroom::net
