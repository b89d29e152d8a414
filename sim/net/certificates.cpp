#include "sim/net/certificates.hpp"

#include "base/crypto.hpp"

#include <boost/asio/ip/address.hpp>
#include <cstdio>
#include <fcntl.h>
#include <memory>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

namespace postroom::sim {
namespace {

struct free_openssl {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
  void operator()(BIGNUM* number) const { BN_free(number); }
};
template <class T>
using owned = std::unique_ptr<T, free_openssl>;

struct close_file {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

struct certificate_plan {
  std::string common_name;
  std::vector<std::pair<int, std::string>> extensions;
};

bool set_serial(X509* certificate) {
  std::array<std::uint8_t, 16> bytes;
  random_bytes(bytes);
  bytes.front() &= 0x7f; // serial numbers are positive
  const owned<BIGNUM> number{BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr)};
  return number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate));
}

bool add_extensions(X509* certificate, X509* issuer, const certificate_plan& plan) {
  for (const auto& [nid, value] : plan.extensions) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const owned<X509_EXTENSION> extension{X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str())};
    if (!extension || !X509_add_ext(certificate, extension.get(), -1))
      return false;
  }
  return true;
}

/// `issuer` null: signs itself.
owned<X509> sign(const certificate_plan& plan, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key) {
  constexpr long day_s = 24 * 60 * 60;
  owned<X509> certificate{X509_new()};
  X509* raw = certificate.get();
  if (!raw || !X509_set_version(raw, 2) || !set_serial(raw) || !X509_gmtime_adj(X509_getm_notBefore(raw), -day_s) ||
      !X509_gmtime_adj(X509_getm_notAfter(raw), 30 * day_s) || !X509_set_pubkey(raw, key))
    return nullptr;
  const auto* name = reinterpret_cast<const unsigned char*>(plan.common_name.c_str());
  X509* signer = issuer ? issuer : raw;
  if (!X509_NAME_add_entry_by_txt(X509_get_subject_name(raw), "CN", MBSTRING_UTF8, name, -1, -1, 0) ||
      !X509_set_issuer_name(raw, X509_get_subject_name(signer)) || !add_extensions(raw, signer, plan) ||
      !X509_sign(raw, issuer_key, EVP_sha256()))
    return nullptr;
  return certificate;
}

template <class Write>
bool write_pem(const std::filesystem::path& path, mode_t mode, Write write) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  if (fd < 0)
    return false;
  const std::unique_ptr<std::FILE, close_file> file{::fdopen(fd, "w")};
  return file && write(file.get()) == 1 && std::fflush(file.get()) == 0;
}

std::string alternative_names(const std::vector<std::string>& names) {
  std::string list;
  for (const auto& name : names) {
    boost::system::error_code not_an_address;
    (void)boost::asio::ip::make_address(name, not_an_address);
    list += (list.empty() ? "" : ",") + std::string{not_an_address ? "DNS:" : "IP:"} + name;
  }
  return list;
}

} // namespace

result<certificate_files> make_certificates(const std::filesystem::path& directory,
                                            const std::vector<std::string>& names) {
  if (names.empty())
    return fail(errc::invalid_argument, "a certificate needs a name");
  const owned<EVP_PKEY> ca_key{EVP_EC_gen("P-256")};
  const owned<EVP_PKEY> key{EVP_EC_gen("P-256")};
  if (!ca_key || !key)
    return fail(errc::internal, "no key could be generated");
  const certificate_plan ca_plan{"Postroom stand-in authority",
                                 {{NID_basic_constraints, "critical,CA:TRUE"},
                                  {NID_key_usage, "critical,keyCertSign,cRLSign"},
                                  {NID_subject_key_identifier, "hash"}}};
  const owned<X509> ca = sign(ca_plan, ca_key.get(), nullptr, ca_key.get());
  const certificate_plan plan{names.front(),
                              {{NID_basic_constraints, "critical,CA:FALSE"},
                               {NID_key_usage, "critical,digitalSignature"},
                               {NID_ext_key_usage, "serverAuth"},
                               {NID_subject_alt_name, alternative_names(names)},
                               {NID_subject_key_identifier, "hash"}}};
  const owned<X509> certificate = ca ? sign(plan, key.get(), ca.get(), ca_key.get()) : nullptr;
  if (!certificate)
    return fail(errc::internal, "the certificates could not be signed");

  const certificate_files files{directory / "ca.pem", directory / "server.pem", directory / "server.key"};
  const auto write_key = [&](std::FILE* file) {
    return PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  };
  if (!write_pem(files.ca_certificate, 0644, [&](std::FILE* file) { return PEM_write_X509(file, ca.get()); }) ||
      !write_pem(files.certificate, 0644, [&](std::FILE* file) { return PEM_write_X509(file, certificate.get()); }) ||
      !write_pem(files.private_key, 0600, write_key))
    return fail(errc::internal, "certificates could not be written to " + directory.string());
  return files;
}

} // namespace postroom::sim
