#include "sim/control/client_certificates.hpp"

#include "base/encoding.hpp"

#include <array>
#include <ctime>
#include <memory>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace postroom::sim {
namespace {

constexpr std::size_t pem_bytes_max = 64 * 1024;

struct free_openssl {
  void operator()(BIO* bytes) const { BIO_free(bytes); }
  void operator()(X509* certificate) const { X509_free(certificate); }
};
template <class T>
using owned = std::unique_ptr<T, free_openssl>;

std::string thumbprint(const X509& certificate, const EVP_MD* hash) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (X509_digest(&certificate, hash, digest.data(), &size) != 1)
    return {};
  return base64url_encode({reinterpret_cast<const char*>(digest.data()), size});
}

std::string public_key_pem(const X509& certificate) {
  EVP_PKEY* const key = X509_get0_pubkey(&certificate);
  const owned<BIO> out{BIO_new(BIO_s_mem())};
  if (!key || EVP_PKEY_base_id(key) != EVP_PKEY_RSA || !out || PEM_write_bio_PUBKEY(out.get(), key) != 1)
    return {};
  char* text = nullptr;
  const auto size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

} // namespace

result<client_certificate> read_client_certificate(std::string_view pem) {
  const auto refuse = [] { return fail(errc::invalid_argument, "not a certificate with an RSA key in PEM"); };
  if (pem.empty() || pem.size() > pem_bytes_max)
    return refuse();
  const owned<BIO> bytes{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  const owned<X509> certificate{bytes ? PEM_read_bio_X509(bytes.get(), nullptr, nullptr, nullptr) : nullptr};
  ERR_clear_error(); // what was tried and refused is nobody else's failure
  std::tm end{};
  if (!certificate || ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &end) != 1)
    return refuse();
  client_certificate made;
  made.thumbprint_sha1 = thumbprint(*certificate, EVP_sha1());
  made.thumbprint = thumbprint(*certificate, EVP_sha256());
  made.public_key_pem = public_key_pem(*certificate);
  made.expires = wall_time{std::chrono::seconds{::timegm(&end)}};
  if (made.public_key_pem.empty() || made.thumbprint.empty())
    return refuse();
  return made;
}

} // namespace postroom::sim
