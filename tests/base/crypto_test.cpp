#include "base/crypto.hpp"

#include <gtest/gtest.h>

#include <set>

namespace postroom {
namespace {

std::string hex(const sha256_digest& digest) {
  return hex_encode(as_view(digest));
}

// FIPS 180-4 examples.
TEST(sha256, known_answers) {
  EXPECT_EQ(hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(sha256(std::string(1'000'000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

// RFC 7636 appendix B: the PKCE challenge of its verifier.
TEST(sha256, makes_the_pkce_challenge) {
  const auto digest = sha256("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
  EXPECT_EQ(base64url_encode(as_view(digest)), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

// RFC 4231 §4.2, 4.3 and 4.7 (key longer than a block).
TEST(hmac_sha256, known_answers) {
  EXPECT_EQ(hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex(hmac_sha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(hmac_sha256, takes_an_empty_key) {
  EXPECT_EQ(hex(hmac_sha256({}, {})), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(randomness, does_not_repeat) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i)
    EXPECT_TRUE(seen.insert(random_string(16)).second);
  EXPECT_NE(random_id128<batch_id>(), random_id128<batch_id>());
  EXPECT_EQ(random_string(0), "");
}

TEST(random_uuid, has_the_form_of_version_4) {
  for (int i = 0; i < 100; ++i) {
    const auto text = random_uuid();
    ASSERT_EQ(text.size(), 36U);
    EXPECT_EQ(text[8], '-');
    EXPECT_EQ(text[13], '-');
    EXPECT_EQ(text[14], '4');
    EXPECT_EQ(text[18], '-');
    EXPECT_NE(std::string_view{"89ab"}.find(text[19]), std::string_view::npos);
    EXPECT_EQ(text[23], '-');
  }
}

TEST(constant_time_equal, compares) {
  EXPECT_TRUE(constant_time_equal("", ""));
  EXPECT_TRUE(constant_time_equal("abc", "abc"));
  EXPECT_FALSE(constant_time_equal("abc", "abd"));
  EXPECT_FALSE(constant_time_equal("abc", "ab"));
}

class aead : public testing::Test {
protected:
  aead_key key{random_string(aead_key_bytes)};
};

TEST_F(aead, opens_what_it_sealed) {
  for (const auto& plain : {std::string{}, std::string{"x"}, std::string(100'000, 'm'), std::string("a\0b", 3)}) {
    const auto sealed = aead_seal(key, plain, "grant/1").value();
    EXPECT_EQ(sealed.size(), plain.size() + aead_overhead_bytes);
    EXPECT_EQ(aead_open(key, sealed, "grant/1").value().expose(), plain);
  }
}

// NIST GCM test case 14 of the original submission: zero key, nonce and block.
TEST_F(aead, knows_the_standard_vector) {
  const aead_key zeros{std::string(aead_key_bytes, '\0')};
  const auto sealed = std::string(aead_nonce_bytes, '\0') +
                      hex_decode("cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919").value();
  EXPECT_EQ(aead_open(zeros, sealed, "").value().expose(), std::string(16, '\0'));
}

TEST_F(aead, never_seals_the_same_twice) {
  EXPECT_NE(aead_seal(key, "token", "").value(), aead_seal(key, "token", "").value());
}

TEST_F(aead, refuses_every_changed_bit_and_every_prefix) {
  const auto sealed = aead_seal(key, "token", "place").value();
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    auto changed = sealed;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_EQ(aead_open(key, changed, "place").error().code, errc::wrong_key);
  }
  for (std::size_t length = 0; length < sealed.size(); ++length)
    EXPECT_EQ(aead_open(key, std::string_view{sealed}.substr(0, length), "place").error().code, errc::wrong_key);
}

TEST_F(aead, refuses_another_key_or_place) {
  const auto sealed = aead_seal(key, "token", "place").value();
  EXPECT_EQ(aead_open(aead_key{random_string(aead_key_bytes)}, sealed, "place").error().code, errc::wrong_key);
  EXPECT_EQ(aead_open(key, sealed, "elsewhere").error().code, errc::wrong_key);
}

TEST_F(aead, refuses_keys_of_another_length) {
  const aead_key small{random_string(16)};
  EXPECT_EQ(aead_seal(small, "x", "").error().code, errc::invalid_argument);
  EXPECT_EQ(aead_open(small, std::string(40, 'x'), "").error().code, errc::wrong_key);
}

} // namespace
} // namespace postroom
