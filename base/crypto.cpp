#include "base/crypto.hpp"

#include "base/openssl_handles.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <memory>

namespace postroom {
namespace {

void require(bool done, const char* what) {
  if (done)
    return;
  std::fprintf(stderr, "postroom: the cryptographic library failed: %s\n", what);
  std::abort();
}

using openssl::octets;
using cipher_context = std::unique_ptr<EVP_CIPHER_CTX, openssl::freed_by<EVP_CIPHER_CTX_free>>;

cipher_context new_cipher() {
  cipher_context context{EVP_CIPHER_CTX_new()};
  require(context != nullptr, "cipher context");
  return context;
}

/// OpenSSL counts in int: feed it in pieces.
constexpr std::size_t piece_bytes = std::size_t{1} << 30;

template <class Update>
bool update_all(std::string_view in, unsigned char* out, Update update) {
  while (!in.empty()) {
    const auto piece = in.substr(0, piece_bytes);
    int written = 0;
    if (update(out, &written, octets(piece), static_cast<int>(piece.size())) != 1)
      return false;
    if (out != nullptr)
      out += written;
    in.remove_prefix(piece.size());
  }
  return true;
}

} // namespace

sha256_digest sha256(std::string_view bytes) {
  sha256_digest out{};
  require(EVP_Digest(bytes.data(), bytes.size(), out.data(), nullptr, EVP_sha256(), nullptr) == 1, "SHA-256");
  return out;
}

sha256_stream::sha256_stream() : context_(EVP_MD_CTX_new()) {
  require(context_ != nullptr && EVP_DigestInit_ex(static_cast<EVP_MD_CTX*>(context_), EVP_sha256(), nullptr) == 1,
          "SHA-256");
}
sha256_stream::~sha256_stream() {
  EVP_MD_CTX_free(static_cast<EVP_MD_CTX*>(context_));
}
void sha256_stream::add(std::string_view bytes) {
  require(EVP_DigestUpdate(static_cast<EVP_MD_CTX*>(context_), bytes.data(), bytes.size()) == 1, "SHA-256");
}
sha256_digest sha256_stream::finish() {
  sha256_digest digest{};
  unsigned length = 0;
  require(EVP_DigestFinal_ex(static_cast<EVP_MD_CTX*>(context_), digest.data(), &length) == 1, "SHA-256");
  return digest;
}

sha256_digest hmac_sha256(std::string_view key, std::string_view bytes) {
  sha256_digest out{};
  require(key.size() <= std::numeric_limits<int>::max(), "key length");
  // A null key pointer would mean "the previous key" to OpenSSL.
  const char* key_data = key.empty() ? "" : key.data();
  require(HMAC(EVP_sha256(), key_data, static_cast<int>(key.size()), octets(bytes), bytes.size(), out.data(),
               nullptr) != nullptr,
          "HMAC");
  return out;
}

void random_bytes(std::span<std::uint8_t> out) {
  require(out.size() <= piece_bytes && RAND_bytes(out.data(), static_cast<int>(out.size())) == 1, "randomness");
}

std::string random_string(std::size_t bytes) {
  std::string out(bytes, '\0');
  random_bytes({octets(out), out.size()});
  return out;
}

std::string random_uuid() {
  std::array<std::uint8_t, 16> raw{};
  random_bytes(raw);
  raw[6] = static_cast<std::uint8_t>((raw[6] & 0x0fU) | 0x40U);
  raw[8] = static_cast<std::uint8_t>((raw[8] & 0x3fU) | 0x80U);
  auto text = hex_encode(as_view(raw));
  for (const std::size_t at : {20U, 16U, 12U, 8U})
    text.insert(at, 1, '-');
  return text;
}

bool constant_time_equal(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && (a.empty() || CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0);
}

result<std::string> aead_seal(const aead_key& key, std::string_view plain, std::string_view associated) {
  if (key.expose().size() != aead_key_bytes)
    return fail(errc::invalid_argument, "a key has exactly 32 bytes");
  std::string out(aead_overhead_bytes + plain.size(), '\0');
  auto* const nonce = octets(out);
  auto* const text = nonce + aead_nonce_bytes;
  random_bytes({nonce, aead_nonce_bytes});
  const auto context = new_cipher();
  const auto update = [&](auto... args) { return EVP_EncryptUpdate(context.get(), args...); };
  int rest = 0;
  const bool done = EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, octets(key.expose()), nonce) == 1 &&
                    update_all(associated, nullptr, update) && update_all(plain, text, update) &&
                    EVP_EncryptFinal_ex(context.get(), text + plain.size(), &rest) == 1 &&
                    EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, aead_tag_bytes, text + plain.size()) == 1;
  require(done, "sealing");
  return out;
}

result<secret<>> aead_open(const aead_key& key, std::string_view sealed, std::string_view associated) {
  if (key.expose().size() != aead_key_bytes || sealed.size() < aead_overhead_bytes)
    return fail(errc::wrong_key, "the sealed value or its key has an impossible length");
  const auto nonce = sealed.substr(0, aead_nonce_bytes);
  const auto text = sealed.substr(aead_nonce_bytes, sealed.size() - aead_overhead_bytes);
  std::array<unsigned char, aead_tag_bytes> tag{};
  std::copy_n(octets(sealed) + (sealed.size() - aead_tag_bytes), tag.size(), tag.begin());
  std::string out(text.size(), '\0');
  const auto context = new_cipher();
  const auto update = [&](auto... args) { return EVP_DecryptUpdate(context.get(), args...); };
  std::array<unsigned char, EVP_MAX_BLOCK_LENGTH> nothing{};
  int rest = 0;
  const bool ready =
      EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, octets(key.expose()), octets(nonce)) == 1 &&
      update_all(associated, nullptr, update) && update_all(text, octets(out), update) &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, aead_tag_bytes, tag.data()) == 1;
  require(ready, "opening");
  if (EVP_DecryptFinal_ex(context.get(), nothing.data(), &rest) != 1) {
    OPENSSL_cleanse(out.data(), out.size());
    return fail(errc::wrong_key, "the sealed value does not open with this key");
  }
  return secret<>{std::move(out)};
}

} // namespace postroom
