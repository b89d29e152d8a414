#include "tests/api/support/certificate.hpp"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdlib>
#include <memory>
#include <stdexcept>

namespace postroom::api::test {
namespace {

struct freer {
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
  void operator()(X509* p) const { X509_free(p); }
  void operator()(X509_EXTENSION* p) const { X509_EXTENSION_free(p); }
  void operator()(BIO* p) const { BIO_free(p); }
};
template <class T>
using owned = std::unique_ptr<T, freer>;

owned<X509> self_signed(EVP_PKEY* key) {
  owned<X509> made{X509_new()};
  X509_set_version(made.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
  X509_set_pubkey(made.get(), key);
  auto* name = X509_get_subject_name(made.get());
  const auto* text = reinterpret_cast<const unsigned char*>("127.0.0.1");
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0);
  X509_set_issuer_name(made.get(), name);
  const owned<X509_EXTENSION> address{X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1")};
  X509_add_ext(made.get(), address.get(), -1);
  if (!X509_sign(made.get(), key, EVP_sha256()))
    throw std::runtime_error("no certificate");
  return made;
}

} // namespace

certificate::certificate() {
  auto name = (std::filesystem::temp_directory_path() / "api_tests.XXXXXX").string();
  if (!::mkdtemp(name.data()))
    throw std::runtime_error("no temporary directory");
  directory_ = name;
  const owned<EVP_PKEY> pair{EVP_EC_gen("P-256")};
  const auto made = self_signed(pair.get());
  const owned<BIO> to_chain{BIO_new_file(chain().c_str(), "w")};
  const owned<BIO> to_key{BIO_new_file(key().c_str(), "w")};
  if (!PEM_write_bio_X509(to_chain.get(), made.get()) ||
      !PEM_write_bio_PrivateKey(to_key.get(), pair.get(), nullptr, nullptr, 0, nullptr, nullptr))
    throw std::runtime_error("certificate files cannot be written");
}

certificate::~certificate() {
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

} // namespace postroom::api::test
