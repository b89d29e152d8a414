#include "net/tls_facts.hpp"

#include "base/certificate.hpp"

#include <openssl/crypto.h>
#include <openssl/ssl.h>

#include <string_view>

namespace postroom::net {
namespace {

std::string der_of(const X509* certificate) {
  unsigned char* bytes = nullptr;
  const int length = certificate ? i2d_X509(certificate, &bytes) : 0;
  std::string out;
  if (length > 0)
    out.assign(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(length));
  OPENSSL_free(bytes);
  return out;
}

} // namespace

tls_facts tls_session::facts() const {
  tls_facts out{SSL_get_version(ssl_), {}, {}};
  if (auto certificate = read_certificate_der(der_of(SSL_get0_peer_certificate(ssl_)))) {
    out.issuer = std::move(certificate->issuer);
    out.expires = certificate->not_after;
  }
  return out;
}

} // namespace postroom::net
