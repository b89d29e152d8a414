#include "tests/net/support/certificates.hpp"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>

namespace postroom::net::test {
namespace {

template <class T, void (*Free)(T*)>
struct freer {
  void operator()(T* p) const { Free(p); }
};
using key_ptr = std::unique_ptr<EVP_PKEY, freer<EVP_PKEY, EVP_PKEY_free>>;
using x509_ptr = std::unique_ptr<X509, freer<X509, X509_free>>;

constexpr long day_s = 24 * 60 * 60;

void add_extension(X509* to, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX ctx;
  X509V3_set_ctx_nodb(&ctx);
  X509V3_set_ctx(&ctx, issuer, to, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &ctx, nid, value.c_str());
  if (!extension)
    throw std::runtime_error("cannot make extension " + value);
  X509_add_ext(to, extension, -1);
  X509_EXTENSION_free(extension);
}

x509_ptr make(const std::string& name, EVP_PKEY* key, long serial, long from_s, long to_s) {
  x509_ptr made{X509_new()};
  X509_set_version(made.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), serial);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), from_s);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), to_s);
  X509_set_pubkey(made.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return made;
}

template <class Write>
void to_file(const std::string& path, Write write) {
  FILE* file = std::fopen(path.c_str(), "w");
  if (!file)
    throw std::runtime_error("cannot write " + path);
  write(file);
  std::fclose(file);
}

} // namespace

scratch_directory::scratch_directory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "net_tests.XXXXXX").string();
  if (!::mkdtemp(pattern.data()))
    throw std::runtime_error("no temporary directory");
  path_ = pattern;
}

scratch_directory::~scratch_directory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

certificate make_certificate(const std::filesystem::path& directory, const std::string& stem,
                             const certificate_wish& wish) {
  const key_ptr ca_key{EVP_EC_gen("P-256")};
  const key_ptr key{EVP_EC_gen("P-256")};
  const auto ca = make("Test authority " + stem, ca_key.get(), 1, -30 * day_s, 30 * day_s);
  X509_set_issuer_name(ca.get(), X509_get_subject_name(ca.get()));
  add_extension(ca.get(), ca.get(), NID_basic_constraints, "critical,CA:TRUE");
  add_extension(ca.get(), ca.get(), NID_key_usage, "critical,keyCertSign");
  X509_sign(ca.get(), ca_key.get(), EVP_sha256());

  const auto leaf = make(wish.name, key.get(), 2, wish.not_yet ? day_s : -2 * day_s, wish.expired ? -day_s : 2 * day_s);
  X509_set_issuer_name(leaf.get(), X509_get_subject_name(wish.self_signed ? leaf.get() : ca.get()));
  const std::string addresses = wish.name == "localhost" ? ",IP:127.0.0.1,IP:::1" : "";
  add_extension(leaf.get(), wish.self_signed ? leaf.get() : ca.get(), NID_subject_alt_name,
                "DNS:" + wish.name + addresses);
  X509_sign(leaf.get(), wish.self_signed ? key.get() : ca_key.get(), EVP_sha256());

  const auto base = (directory / stem).string();
  certificate files{base + ".ca.pem", base + ".pem", base + ".key"};
  to_file(files.ca_file, [&](FILE* f) { PEM_write_X509(f, wish.self_signed ? leaf.get() : ca.get()); });
  to_file(files.chain_file, [&](FILE* f) { PEM_write_X509(f, leaf.get()); });
  to_file(files.key_file, [&](FILE* f) { PEM_write_PrivateKey(f, key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
  return files;
}

} // namespace postroom::net::test
