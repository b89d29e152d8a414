#include "net/tls_context.hpp"

#include "base/limits.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <arpa/inet.h>
#include <ctime>
#include <deque>

namespace postroom::net {
namespace {

struct session_free {
  void operator()(SSL_SESSION* s) const noexcept { SSL_SESSION_free(s); }
};
using session_ptr = std::unique_ptr<SSL_SESSION, session_free>;

/// The records of a busy connection are read several at a time; the buffer exists only while there is something in it.
constexpr std::size_t read_ahead_bytes = 32 * limits::kib;

bool usable(const SSL_SESSION* s, long now) {
  return SSL_SESSION_is_resumable(s) && SSL_SESSION_get_time(s) + SSL_SESSION_get_timeout(s) > now;
}

bool is_address(const std::string& host) {
  unsigned char bytes[sizeof(in6_addr)];
  return inet_pton(AF_INET, host.c_str(), bytes) == 1 || inet_pton(AF_INET6, host.c_str(), bytes) == 1;
}

/// The newest entry of the error queue in words; empties the queue.
std::string library_reason() {
  const auto code = ERR_peek_last_error();
  const char* words = code ? ERR_reason_error_string(code) : nullptr;
  ERR_clear_error();
  return words ? words : "no reason given";
}

/// Which server's sessions a connection's new ones belong to: a `std::string` owned by the SSL.
int server_key_index() {
  static const int index =
      SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, [](void*, void* key, CRYPTO_EX_DATA*, int, long, void*) {
        delete static_cast<std::string*>(key);
      });
  return index;
}

/// Sessions by server. One of TLS 1.3 is taken out to be offered, since a ticket used twice tells an onlooker that both
/// connections are of one client (RFC 8446 §C.4); one of TLS 1.2 stays, since servers need not renew it.
class session_store {
public:
  void put(const std::string& server, session_ptr session) {
    const std::scoped_lock lock{mutex_};
    if (held_ >= limits::tls_sessions_max)
      drop_expired();
    if (held_ >= limits::tls_sessions_max)
      drop_one_of(by_server_.begin());
    auto at = by_server_.try_emplace(server).first;
    if (at->second.size() >= limits::tls_sessions_per_host_max) {
      at->second.pop_front();
      --held_;
    }
    at->second.push_back(std::move(session));
    ++held_;
  }

  session_ptr take(const std::string& server) {
    const std::scoped_lock lock{mutex_};
    const auto at = by_server_.find(server);
    session_ptr found;
    const long now = std::time(nullptr);
    while (!found && at != by_server_.end() && !at->second.empty()) {
      auto& newest = at->second.back();
      if (usable(newest.get(), now)) {
        if (SSL_SESSION_get_protocol_version(newest.get()) < TLS1_3_VERSION) {
          SSL_SESSION_up_ref(newest.get());
          return session_ptr{newest.get()};
        }
        found = std::move(newest);
      }
      at->second.pop_back();
      --held_;
    }
    if (at != by_server_.end() && at->second.empty())
      by_server_.erase(at);
    return found;
  }

  std::size_t held() const {
    const std::scoped_lock lock{mutex_};
    return held_;
  }

private:
  using table = std::map<std::string, std::deque<session_ptr>>;

  void drop_expired() {
    const long now = std::time(nullptr);
    for (auto at = by_server_.begin(); at != by_server_.end();) {
      held_ -= std::erase_if(at->second, [now](const session_ptr& s) { return !usable(s.get(), now); });
      at = at->second.empty() ? by_server_.erase(at) : std::next(at);
    }
  }

  void drop_one_of(table::iterator at) {
    at->second.pop_front();
    --held_;
    if (at->second.empty())
      by_server_.erase(at);
  }

  mutable std::mutex mutex_;
  table by_server_;
  std::size_t held_ = 0;
};

/// Where an SSL_CTX keeps its session_store. Owned by it, since connections may outlive the tls_context.
int session_store_index() {
  static const int index =
      SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, [](void*, void* store, CRYPTO_EX_DATA*, int, long, void*) {
        delete static_cast<session_store*>(store);
      });
  return index;
}

session_store* sessions_of(const SSL_CTX* ctx) {
  return static_cast<session_store*>(SSL_CTX_get_ex_data(ctx, session_store_index()));
}

/// OpenSSL has a new session or ticket. 1: it is ours now.
int keep_session(SSL* ssl, SSL_SESSION* session) {
  const auto* server = static_cast<const std::string*>(SSL_get_ex_data(ssl, server_key_index()));
  auto* store = sessions_of(SSL_get_SSL_CTX(ssl));
  if (!server || SSL_get_verify_result(ssl) != X509_V_OK)
    return 0;
  store->put(*server, session_ptr{session});
  return 1;
}

/// A context for clients as this project wants them.
result<ssl_ctx_ptr> make_context(const std::string& ca_file) {
  ERR_clear_error();
  ssl_ctx_ptr made{SSL_CTX_new(TLS_client_method())};
  auto* ctx = made.get();
  auto sessions = std::make_unique<session_store>();
  if (!ctx || SSL_CTX_set_ex_data(ctx, session_store_index(), sessions.get()) != 1)
    return fail(errc::tls_failed, library_reason());
  sessions.release(); // NOLINT: freed with the context
  const int loaded =
      ca_file.empty() ? SSL_CTX_set_default_verify_paths(ctx) : SSL_CTX_load_verify_file(ctx, ca_file.c_str());
  if (loaded != 1)
    return fail(errc::tls_failed, (ca_file.empty() ? std::string{"the system's CA certificates"}
                                                   : "CA file " + ca_file + " holds no usable certificate") +
                                      ": " + library_reason());
  SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
  SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_options(ctx, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(ctx, 1);
  SSL_CTX_set_default_read_buffer_len(ctx, read_ahead_bytes);
  SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(ctx, keep_session);
  return made;
}

} // namespace

void ssl_free::operator()(SSL* ssl) const noexcept {
  SSL_free(ssl);
}

void ssl_ctx_free::operator()(SSL_CTX* ctx) const noexcept {
  SSL_CTX_free(ctx);
}

result<ssl_ptr> tls_context::make_client(const std::string& host, std::uint16_t port) {
  ERR_clear_error();
  ssl_ptr ssl{SSL_new(ctx_.get())};
  if (!ssl)
    return fail(errc::tls_failed, library_reason());
  bool ok = true;
  if (is_address(host)) {
    ok = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl.get()), host.c_str()) == 1;
  } else {
    SSL_set_hostflags(ssl.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    ok = !host.empty() && SSL_set1_host(ssl.get(), host.c_str()) == 1 &&
         SSL_set_tlsext_host_name(ssl.get(), host.c_str()) == 1;
  }
  if (!ok)
    return fail(errc::tls_failed, "not a host name: " + host);
  SSL_set_connect_state(ssl.get());

  auto server = std::make_unique<std::string>(host + '/' + std::to_string(port));
  if (const auto session = sessions_of(ctx_.get())->take(*server))
    SSL_set_session(ssl.get(), session.get());
  if (SSL_set_ex_data(ssl.get(), server_key_index(), server.get()) != 1)
    return fail(errc::tls_failed, library_reason());
  server.release(); // NOLINT: freed with the SSL
  return ssl;
}

std::size_t tls_context::sessions_held() const {
  return sessions_of(ctx_.get())->held();
}

result<std::shared_ptr<tls_context>> tls_contexts::get(const std::string& ca_file) {
  namespace fs = std::filesystem;
  std::error_code unreadable;
  const auto changed = ca_file.empty() ? fs::file_time_type{} : fs::last_write_time(ca_file, unreadable);
  if (unreadable)
    return fail(errc::tls_failed, "CA file " + ca_file + ": " + unreadable.message());

  const std::scoped_lock lock{mutex_};
  if (const auto at = by_file_.find(ca_file); at != by_file_.end() && at->second.changed == changed)
    return at->second.context;

  auto made = make_context(ca_file);
  if (!made)
    return made.error();
  if (by_file_.size() >= limits::tls_trust_sets_max)
    std::erase_if(by_file_, [](const auto& e) { return e.second.context.use_count() == 1; });
  std::shared_ptr<tls_context> context{new tls_context{std::move(*made)}};
  by_file_[ca_file] = {changed, context};
  return context;
}

error describe_handshake_failure(const SSL* ssl, const std::string& host) {
  const auto reason = library_reason();
  switch (const auto verdict = SSL_get_verify_result(ssl)) {
  case X509_V_OK:
    return fail(errc::tls_failed, "TLS handshake with " + host + " failed: " + reason);
  case X509_V_ERR_HOSTNAME_MISMATCH:
  case X509_V_ERR_IP_ADDRESS_MISMATCH:
    return fail(errc::tls_failed, "wrong name: the server's certificate is not for " + host);
  case X509_V_ERR_CERT_HAS_EXPIRED:
    return fail(errc::tls_failed, "expired: the certificate of " + host + ", or one of its issuers, has expired");
  case X509_V_ERR_CERT_NOT_YET_VALID:
    return fail(errc::tls_failed, "the certificate of " + host + " is not valid yet; is our clock right?");
  case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
  case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
  case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
  case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
  case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    return fail(errc::tls_failed, "unknown issuer: the certificate of " + host + " is signed by nobody we trust (" +
                                      X509_verify_cert_error_string(verdict) + ")");
  default:
    return fail(errc::tls_failed,
                "the certificate of " + host + " is not accepted: " + X509_verify_cert_error_string(verdict));
  }
}

} // namespace postroom::net
