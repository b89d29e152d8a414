#include "base/certificate.hpp"

#include "base/encoding.hpp"
#include "base/openssl_handles.hpp"
#include "base/utf8.hpp"

#include <openssl/pem.h>
#include <openssl/x509.h>

#include <ctime>
#include <optional>

namespace postroom {
namespace {

using namespace openssl;
using certificate_ptr = std::unique_ptr<X509, freed_by<X509_free>>;

/// A chain of a few certificates; more is not what was meant.
constexpr std::size_t pem_bytes_max = 64 * 1024;
constexpr std::size_t subject_bytes_max = 1024;

bio_ptr pem_reader(std::string_view pem) {
  if (pem.size() > pem_bytes_max)
    return nullptr;
  return bio_ptr{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
}

certificate_ptr first_certificate(std::string_view pem) {
  const auto in = pem_reader(pem);
  return certificate_ptr{in ? PEM_read_bio_X509(in.get(), nullptr, no_passphrase, nullptr) : nullptr};
}

/// RFC 4514, with letters beyond ASCII as they are.
std::string shown(const X509_NAME* name) {
  const bio_ptr out{BIO_new(BIO_s_mem())};
  constexpr unsigned long style = XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB;
  if (!out || X509_NAME_print_ex(out.get(), name, 0, style) < 0)
    return {};
  const auto whole = text_of(out.get());
  return std::string{utf8_prefix(whole, subject_bytes_max)};
}

std::optional<wall_time> time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1)
    return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{parts.tm_year + 1900},
                                         std::chrono::month{static_cast<unsigned>(parts.tm_mon) + 1},
                                         std::chrono::day{static_cast<unsigned>(parts.tm_mday)}};
  if (!date.ok())
    return std::nullopt;
  return std::chrono::sys_days{date} + std::chrono::hours{parts.tm_hour} + std::chrono::minutes{parts.tm_min} +
         std::chrono::seconds{parts.tm_sec};
}

template <std::size_t N>
bool digest_of(const X509* certificate, const EVP_MD* kind, std::array<std::uint8_t, N>& into) {
  unsigned length = 0;
  return EVP_MD_get_size(kind) == static_cast<int>(N) && X509_digest(certificate, kind, into.data(), &length) == 1 &&
         length == N;
}

std::string upper_hex(std::string_view bytes) {
  auto out = hex_encode(bytes);
  for (auto& c : out)
    c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
  return out;
}

std::optional<std::string> public_key_of(const X509* certificate) {
  const bio_ptr out{BIO_new(BIO_s_mem())};
  EVP_PKEY* const key = X509_get0_pubkey(certificate);
  if (!out || key == nullptr || PEM_write_bio_PUBKEY(out.get(), key) != 1)
    return std::nullopt;
  return text_of(out.get());
}

result<certificate_facts> facts_of(const X509* certificate) {
  certificate_facts out;
  out.subject = shown(X509_get_subject_name(certificate));
  out.issuer = shown(X509_get_issuer_name(certificate));
  const auto not_before = time_of(X509_get0_notBefore(certificate));
  const auto not_after = time_of(X509_get0_notAfter(certificate));
  auto key = public_key_of(certificate);
  std::array<std::uint8_t, 20> sha1{};
  if (!not_before || !not_after || !key || !digest_of(certificate, EVP_sha256(), out.thumbprint) ||
      !digest_of(certificate, EVP_sha1(), sha1))
    return fail(errc::invalid_argument, "the certificate's validity or key cannot be read");
  out.not_before = *not_before;
  out.not_after = *not_after;
  out.thumbprint_sha1 = upper_hex(as_view(sha1));
  out.public_key_pem = std::move(*key);
  return out;
}

} // namespace

result<certificate_facts> read_certificate(std::string_view pem) {
  const clean_errors at_end;
  const auto certificate = first_certificate(pem);
  if (!certificate)
    return fail(errc::invalid_argument, "not a certificate in PEM form");
  return facts_of(certificate.get());
}

result<certificate_facts> read_certificate_der(std::string_view der) {
  const clean_errors at_end;
  const auto* bytes = octets(der);
  const certificate_ptr certificate{
      der.size() > pem_bytes_max ? nullptr : d2i_X509(nullptr, &bytes, static_cast<long>(der.size()))};
  if (!certificate)
    return fail(errc::invalid_argument, "not a certificate in DER form");
  return facts_of(certificate.get());
}

result<bool> belongs_to(const secret<>& private_key_pem, std::string_view certificate_pem) {
  const clean_errors at_end;
  const auto certificate = first_certificate(certificate_pem);
  if (!certificate)
    return fail(errc::invalid_argument, "not a certificate in PEM form");
  const auto in = pem_reader(private_key_pem.expose());
  const key_ptr key{in ? PEM_read_bio_PrivateKey(in.get(), nullptr, no_passphrase, nullptr) : nullptr};
  if (!key)
    return fail(errc::invalid_argument, "not an unencrypted private key in PEM form");
  const EVP_PKEY* const certified = X509_get0_pubkey(certificate.get());
  return certified != nullptr && EVP_PKEY_eq(certified, key.get()) == 1;
}

} // namespace postroom
