#include "base/jws.hpp"

#include "base/encoding.hpp"
#include "base/openssl_handles.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>

namespace postroom {
namespace {

using namespace openssl;
using digest_ptr = std::unique_ptr<EVP_MD_CTX, freed_by<EVP_MD_CTX_free>>;
using number_ptr = std::unique_ptr<BIGNUM, freed_by<BN_free>>;
using ecdsa_ptr = std::unique_ptr<ECDSA_SIG, freed_by<ECDSA_SIG_free>>;

constexpr std::size_t p256_number_bytes = 32;
constexpr int rsa_bits_min = 2048;
constexpr int rsa_bits_max = 8192;

bool fits(const EVP_PKEY* key, jws_algorithm algorithm) {
  if (algorithm == jws_algorithm::es256) {
    std::array<char, 64> group{};
    return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
           EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group.data(), group.size(), nullptr) == 1 &&
           std::string_view{group.data()} == "prime256v1";
  }
  const int bits = EVP_PKEY_get_bits(key);
  return EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA && bits >= rsa_bits_min && bits <= rsa_bits_max;
}

key_ptr read_key(std::string_view pem, bool is_private) {
  if (pem.size() > jws_bytes_max)
    return nullptr;
  const bio_ptr in{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
  if (!in)
    return nullptr;
  return key_ptr{is_private ? PEM_read_bio_PrivateKey(in.get(), nullptr, no_passphrase, nullptr)
                            : PEM_read_bio_PUBKEY(in.get(), nullptr, no_passphrase, nullptr)};
}

bool set_padding(EVP_PKEY_CTX* context, jws_algorithm algorithm) {
  if (algorithm != jws_algorithm::ps256)
    return true;
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

/// JOSE writes an ECDSA signature as two numbers of fixed length, OpenSSL as DER (RFC 7518 §3.4).
std::optional<std::string> der_to_jose(std::string_view der) {
  const auto* p = octets(der);
  const ecdsa_ptr both{d2i_ECDSA_SIG(nullptr, &p, static_cast<long>(der.size()))};
  std::string out(2 * p256_number_bytes, '\0');
  if (!both || BN_bn2binpad(ECDSA_SIG_get0_r(both.get()), octets(out), p256_number_bytes) < 0 ||
      BN_bn2binpad(ECDSA_SIG_get0_s(both.get()), octets(out) + p256_number_bytes, p256_number_bytes) < 0)
    return std::nullopt;
  return out;
}

std::optional<std::string> jose_to_der(std::string_view jose) {
  if (jose.size() != 2 * p256_number_bytes)
    return std::nullopt;
  number_ptr r{BN_bin2bn(octets(jose), p256_number_bytes, nullptr)};
  number_ptr s{BN_bin2bn(octets(jose) + p256_number_bytes, p256_number_bytes, nullptr)};
  const ecdsa_ptr both{ECDSA_SIG_new()};
  if (!r || !s || !both || ECDSA_SIG_set0(both.get(), r.get(), s.get()) != 1)
    return std::nullopt;
  // They belong to the signature now.
  static_cast<void>(r.release());
  static_cast<void>(s.release());
  unsigned char* der = nullptr;
  const int length = i2d_ECDSA_SIG(both.get(), &der);
  if (length <= 0)
    return std::nullopt;
  std::string out(reinterpret_cast<const char*>(der), static_cast<std::size_t>(length));
  OPENSSL_free(der);
  return out;
}

std::optional<std::string> sign(EVP_PKEY* key, jws_algorithm algorithm, std::string_view input) {
  const digest_ptr context{EVP_MD_CTX_new()};
  EVP_PKEY_CTX* options = nullptr;
  std::size_t length = 0;
  if (!context || EVP_DigestSignInit(context.get(), &options, EVP_sha256(), nullptr, key) != 1 ||
      !set_padding(options, algorithm) ||
      EVP_DigestSign(context.get(), nullptr, &length, octets(input), input.size()) != 1)
    return std::nullopt;
  std::string out(length, '\0');
  if (EVP_DigestSign(context.get(), octets(out), &length, octets(input), input.size()) != 1)
    return std::nullopt;
  out.resize(length);
  return algorithm == jws_algorithm::es256 ? der_to_jose(out) : out;
}

bool verify(EVP_PKEY* key, jws_algorithm algorithm, std::string_view input, std::string_view signature) {
  std::optional<std::string> der;
  if (algorithm == jws_algorithm::es256) {
    der = jose_to_der(signature);
    if (!der)
      return false;
    signature = *der;
  }
  const digest_ptr context{EVP_MD_CTX_new()};
  EVP_PKEY_CTX* options = nullptr;
  return context && EVP_DigestVerifyInit(context.get(), &options, EVP_sha256(), nullptr, key) == 1 &&
         set_padding(options, algorithm) &&
         EVP_DigestVerify(context.get(), octets(signature), signature.size(), octets(input), input.size()) == 1;
}

struct token_parts {
  std::string_view signed_input;
  jws_content content;
  std::string signature;
};

result<token_parts> split(std::string_view token) {
  const auto malformed = [](const char* what) { return fail(errc::invalid_argument, what); };
  if (token.size() > jws_bytes_max)
    return fail(errc::too_large, "token longer than 64 KiB");
  const auto first = token.find('.');
  const auto second = first == token.npos ? token.npos : token.find('.', first + 1);
  if (second == token.npos || token.find('.', second + 1) != token.npos)
    return malformed("a token has three parts");
  auto header = base64url_decode(token.substr(0, first));
  auto payload = base64url_decode(token.substr(first + 1, second - first - 1));
  auto signature = base64url_decode(token.substr(second + 1));
  if (!header || !payload || !signature)
    return malformed("a part of the token is not base64url");
  return token_parts{token.substr(0, second), {std::move(*header), std::move(*payload)}, std::move(*signature)};
}

std::optional<std::string> public_pem(EVP_PKEY* key) {
  const bio_ptr out{BIO_new(BIO_s_mem())};
  if (!out || PEM_write_bio_PUBKEY(out.get(), key) != 1)
    return std::nullopt;
  return text_of(out.get());
}

key_pair_pem to_pair(const key_ptr& key) {
  // The buffer with the private key is wiped when it is freed.
  const bio_ptr out{BIO_new(BIO_s_secmem())};
  std::optional<std::string> shown;
  if (key && out && PEM_write_bio_PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1)
    shown = public_pem(key.get());
  if (!shown) {
    std::fputs("postroom: the cryptographic library cannot make keys\n", stderr);
    std::abort();
  }
  return {secret<>{text_of(out.get())}, std::move(*shown)};
}

std::optional<std::string> number_of(const EVP_PKEY* key, const char* name) {
  BIGNUM* raw = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &raw) != 1)
    return std::nullopt;
  const number_ptr number{raw};
  std::string out(static_cast<std::size_t>(BN_num_bytes(number.get())), '\0');
  BN_bn2bin(number.get(), octets(out));
  return out;
}

} // namespace

std::string_view to_string(jws_algorithm algorithm) noexcept {
  constexpr std::array<std::string_view, 3> names{"RS256", "PS256", "ES256"};
  return names[static_cast<std::size_t>(algorithm)];
}

result<jws_algorithm> parse_jws_algorithm(std::string_view name) {
  for (const auto algorithm : {jws_algorithm::rs256, jws_algorithm::ps256, jws_algorithm::es256})
    if (name == to_string(algorithm))
      return algorithm;
  return fail(errc::invalid_argument, "not a signature algorithm we take");
}

result<std::string> jws_sign(const jws_content& content, jws_algorithm algorithm, const secret<>& private_key_pem) {
  const clean_errors at_end;
  const auto key = read_key(private_key_pem.expose(), true);
  if (!key || !fits(key.get(), algorithm))
    return fail(errc::invalid_argument, "not a private key for " + std::string{to_string(algorithm)});
  auto token = base64url_encode(content.header) + '.' + base64url_encode(content.payload);
  const auto signature = sign(key.get(), algorithm, token);
  if (!signature)
    return fail(errc::internal, "signing failed");
  token.append(1, '.').append(base64url_encode(*signature));
  if (token.size() > jws_bytes_max)
    return fail(errc::too_large, "token longer than 64 KiB");
  return token;
}

result<jws_content> jws_decode_unverified(std::string_view token) {
  auto parts = split(token);
  if (!parts)
    return parts.error();
  return std::move(parts->content);
}

result<jws_content> jws_verify(std::string_view token, jws_algorithm algorithm, std::string_view public_key_pem) {
  const clean_errors at_end;
  const auto key = read_key(public_key_pem, false);
  if (!key || !fits(key.get(), algorithm))
    return fail(errc::invalid_argument, "not a public key for " + std::string{to_string(algorithm)});
  auto parts = split(token);
  if (!parts)
    return fail(errc::signature_invalid, parts.error().detail);
  if (!verify(key.get(), algorithm, parts->signed_input, parts->signature))
    return fail(errc::signature_invalid, "the signature does not check");
  return std::move(parts->content);
}

key_pair_pem generate_rsa_key() {
  const clean_errors at_end;
  return to_pair(key_ptr{EVP_RSA_gen(rsa_bits_min)});
}

key_pair_pem generate_ec_key() {
  const clean_errors at_end;
  return to_pair(key_ptr{EVP_EC_gen("prime256v1")});
}

result<std::string> rsa_public_key_pem(const rsa_public_numbers& numbers) {
  const clean_errors at_end;
  const auto malformed = [] { return fail(errc::invalid_argument, "not the numbers of an RSA key"); };
  constexpr std::size_t modulus_bytes_max = rsa_bits_max / 8 + 1; // a leading zero byte is tolerated
  constexpr std::size_t exponent_bytes_max = 8;
  if (numbers.modulus.size() > modulus_bytes_max || numbers.exponent.empty() ||
      numbers.exponent.size() > exponent_bytes_max)
    return malformed();
  const number_ptr n{BN_bin2bn(octets(numbers.modulus), static_cast<int>(numbers.modulus.size()), nullptr)};
  const number_ptr e{BN_bin2bn(octets(numbers.exponent), static_cast<int>(numbers.exponent.size()), nullptr)};
  const std::unique_ptr<OSSL_PARAM_BLD, freed_by<OSSL_PARAM_BLD_free>> build{OSSL_PARAM_BLD_new()};
  const std::unique_ptr<EVP_PKEY_CTX, freed_by<EVP_PKEY_CTX_free>> context{EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, nullptr)};
  if (!n || !e || !build || !context || BN_is_odd(e.get()) == 0 || BN_is_one(e.get()) == 1 ||
      OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1)
    return malformed();
  const std::unique_ptr<OSSL_PARAM, freed_by<OSSL_PARAM_free>> params{OSSL_PARAM_BLD_to_param(build.get())};
  EVP_PKEY* raw = nullptr;
  if (!params || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &raw, EVP_PKEY_PUBLIC_KEY, params.get()) != 1)
    return malformed();
  const key_ptr key{raw};
  auto pem = fits(key.get(), jws_algorithm::rs256) ? public_pem(key.get()) : std::nullopt;
  if (!pem)
    return malformed();
  return std::move(*pem);
}

result<rsa_public_numbers> rsa_numbers_of(std::string_view public_key_pem) {
  const clean_errors at_end;
  const auto key = read_key(public_key_pem, false);
  if (!key || !fits(key.get(), jws_algorithm::rs256))
    return fail(errc::invalid_argument, "not a public RSA key");
  auto n = number_of(key.get(), OSSL_PKEY_PARAM_RSA_N);
  auto e = number_of(key.get(), OSSL_PKEY_PARAM_RSA_E);
  if (!n || !e)
    return fail(errc::internal, "an RSA key without numbers");
  return rsa_public_numbers{std::move(*n), std::move(*e)};
}

} // namespace postroom
