#include "protocol/oauth2/id_token.hpp"

#include "base/crypto.hpp"
#include "protocol/knowledge/entry.hpp"
#include "tests/protocol/oauth2/cases.hpp"
#include "tests/protocol/oauth2/platform_keys.hpp"

#include <boost/json.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postroom::oauth2 {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
namespace json = boost::json;

constexpr std::string_view directory = "72f988bf-86f1-41af-91ab-2d7cd011db47";
constexpr std::string_view other_directory = "9188040d-6c67-4c5b-b112-36a304b66dad";
constexpr std::string_view client = "6731de76-14a6-49ae-97bc-6eba6914391e";
constexpr std::string_view template_issuer = "https://login.microsoftonline.com/{tenantid}/v2.0";
constexpr std::string_view issuer = "https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0";

std::int64_t at(std::chrono::seconds from_now) {
  return std::chrono::floor<std::chrono::seconds>(now + from_now).time_since_epoch().count();
}

json::object header() {
  return {{"typ", "JWT"}, {"alg", "RS256"}, {"kid", platform_key_id}};
}

/// As Entra makes them.
json::object claims() {
  return {{"aud", client},
          {"iss", issuer},
          {"iat", at(0s)},
          {"nbf", at(0s)},
          {"exp", at(1h)},
          {"name", "Ann Archer"},
          {"nonce", "n-0S6_WzA2Mj"},
          {"oid", "690222be-ff1a-4d56-abd1-7e4f7d38e474"},
          {"preferred_username", "ann@contoso.example"},
          {"email", "ann.archer@contoso.example"},
          {"sub", "HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ"},
          {"tid", directory},
          {"ver", "2.0"}};
}

json::object claims_but(std::string_view key, const json::value_ref& value) {
  auto out = claims();
  out[key] = json::array{value}.front();
  return out;
}

json::object claims_without(std::string_view key) {
  auto out = claims();
  out.erase(key);
  return out;
}

secret<> token_of(const json::object& head, const json::object& payload, const secret<>& key = platform_private_key()) {
  return secret<>{jws_sign({json::serialize(head), json::serialize(payload)}, jws_algorithm::rs256, key).value()};
}

/// `token` with another header or payload and the old signature.
secret<> tampered(const secret<>& token, std::size_t part, std::string_view text) {
  const auto& whole = token.expose();
  const auto first = whole.find('.');
  const auto second = whole.find('.', first + 1);
  return secret<>{part == 0 ? base64url_encode(text) + whole.substr(first)
                            : whole.substr(0, first + 1) + base64url_encode(text) + whole.substr(second)};
}

key_set keys(std::string_view key_issuer = template_issuer) {
  return {{{std::string{platform_key_id}, platform_public_key(), std::string{key_issuer}}}};
}

id_token_expectation expected(std::string_view of = template_issuer) {
  return {std::string{of}, std::string{client}, "n-0S6_WzA2Mj", {}};
}

result<identity> check(const json::object& payload, const id_token_expectation& expectation = expected()) {
  return verify_id_token(token_of(header(), payload), keys(), expectation, now);
}

void expect_refused(const result<identity>& read, errc code, std::string_view why) {
  ASSERT_FALSE(read);
  EXPECT_EQ(to_string(read.error().code), to_string(code));
  EXPECT_THAT(read.error().detail, HasSubstr(std::string{why}));
  EXPECT_NE(knowledge::find(read.error().cause), nullptr) << read.error().cause;
}

TEST(id_token, tells_who_signed_in) {
  const auto read = check(claims()).value();
  EXPECT_EQ(read.directory_id, directory);
  EXPECT_EQ(read.object_id, "690222be-ff1a-4d56-abd1-7e4f7d38e474");
  EXPECT_EQ(read.upn, "ann@contoso.example");
  EXPECT_EQ(read.email, "ann.archer@contoso.example");
  EXPECT_EQ(read.name, "Ann Archer");
}

TEST(id_token, of_google_is_read) {
  const json::object google{{"aud", client},
                            {"azp", client},
                            {"iss", "https://accounts.google.com"},
                            {"iat", at(0s)},
                            {"exp", at(1h)},
                            {"sub", "110169484474386276334"},
                            {"hd", "contoso.example"},
                            {"email", "ann@contoso.example"},
                            {"email_verified", true},
                            {"nonce", "n-0S6_WzA2Mj"}};
  const auto read =
      verify_id_token(token_of(header(), google), keys(""), expected("https://accounts.google.com"), now).value();
  EXPECT_EQ(read.directory_id, "");
  EXPECT_EQ(read.object_id, "110169484474386276334");
  EXPECT_EQ(read.upn, "ann@contoso.example");
  EXPECT_EQ(read.email, "ann@contoso.example");
}

TEST(id_token, names_the_person_by_what_there_is) {
  EXPECT_EQ(check(claims_without("oid")).value().object_id, "HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ");
  auto plain = claims_without("preferred_username");
  EXPECT_EQ(check(plain).value().upn, "ann.archer@contoso.example");
  plain["upn"] = "ann.upn@contoso.example";
  EXPECT_EQ(check(plain).value().upn, "ann.upn@contoso.example");
  plain.erase("upn");
  plain.erase("email");
  EXPECT_EQ(check(plain).value().upn, "");
}

TEST(id_token, of_nobody_is_refused) {
  auto nobody = claims_without("oid");
  nobody.erase("sub");
  expect_refused(check(nobody), errc::unauthenticated, "oid");
  expect_refused(check(claims_but("oid", std::string(256, 'a'))), errc::unauthenticated, "oid");
  expect_refused(check(claims_but("oid", "a b")), errc::unauthenticated, "oid");
}

TEST(id_token, gives_no_email_that_is_not_verified) {
  for (const json::value& no : {json::value(false), json::value("false")}) {
    auto unverified = claims_but("email_verified", no);
    EXPECT_EQ(check(unverified).value().email, "");
    unverified.erase("preferred_username");
    EXPECT_EQ(check(unverified).value().upn, "");
  }
  EXPECT_EQ(check(claims_but("email_verified", "true")).value().email, "ann.archer@contoso.example");
}

TEST(id_token, texts_are_cut_and_cleaned) {
  const auto read = check(claims_but("name", "A\r\n<b>" + std::string(1000, 'x'))).value();
  EXPECT_TRUE(read.name.starts_with("A <b>x"));
  EXPECT_LE(read.name.size(), 256U);
  EXPECT_LE(check(claims_but("preferred_username", std::string(1000, 'x'))).value().upn.size(), 320U);
  EXPECT_EQ(check(claims_but("name", 7)).value().name, "");
}

TEST(id_token_signature, must_be_of_the_named_key) {
  expect_refused(verify_id_token(token_of(header(), claims(), generate_rsa_key().private_key), keys(), expected(), now),
                 errc::signature_invalid, "signature");
  const auto token = token_of(header(), claims());
  expect_refused(
      verify_id_token(tampered(token, 1, json::serialize(claims_but("oid", "somebody"))), keys(), expected(), now),
      errc::signature_invalid, "signature");
  auto longer = header();
  longer["x"] = 1;
  expect_refused(verify_id_token(tampered(token, 0, json::serialize(longer)), keys(), expected(), now),
                 errc::signature_invalid, "signature");
}

TEST(id_token_signature, of_another_algorithm_is_refused) {
  const auto token = token_of(header(), claims());
  for (const char* alg : {"none", "None", "HS256", "ES256", "PS256", "RS512", "rs256", ""}) {
    auto head = header();
    head["alg"] = alg;
    // Once as an attacker would write it, and once as if the platform had signed it so.
    expect_refused(verify_id_token(tampered(token, 0, json::serialize(head)), keys(), expected(), now),
                   errc::signature_invalid, "alg");
    expect_refused(verify_id_token(token_of(head, claims()), keys(), expected(), now), errc::signature_invalid, "alg");
  }
  auto head = header();
  head.erase("alg");
  expect_refused(verify_id_token(token_of(head, claims()), keys(), expected(), now), errc::signature_invalid, "alg");
}

TEST(id_token_signature, without_any_is_refused) {
  const auto whole = token_of(header(), claims()).expose();
  expect_refused(verify_id_token(secret<>{whole.substr(0, whole.rfind('.') + 1)}, keys(), expected(), now),
                 errc::signature_invalid, "signature");
}

TEST(id_token_signature, made_with_the_public_key_as_a_password_is_refused) {
  auto head = header();
  head["alg"] = "HS256";
  const auto input = base64url_encode(json::serialize(head)) + '.' + base64url_encode(json::serialize(claims()));
  const auto mac = hmac_sha256(platform_public_key(), input);
  expect_refused(verify_id_token(secret<>{input + '.' + base64url_encode(as_view(mac))}, keys(), expected(), now),
                 errc::signature_invalid, "alg");
}

TEST(id_token_signature, of_an_unknown_key_is_refused) {
  auto head = header();
  head["kid"] = "another";
  const auto token = token_of(head, claims());
  EXPECT_EQ(key_id_of(token).value(), "another");
  expect_refused(verify_id_token(token, keys(), expected(), now), errc::signature_invalid, "kid");
  expect_refused(verify_id_token(token_of(header(), claims()), {}, expected(), now), errc::signature_invalid, "kid");
  for (const json::value& bad :
       {json::value(nullptr), json::value(""), json::value(7), json::value(std::string(300, 'k'))}) {
    head["kid"] = bad;
    expect_refused(verify_id_token(token_of(head, claims()), keys(), expected(), now), errc::signature_invalid, "kid");
    EXPECT_FALSE(key_id_of(token_of(head, claims())));
  }
}

TEST(id_token_signature, with_unknown_demands_is_refused) {
  auto head = header();
  head["crit"] = json::array{"b64"};
  expect_refused(verify_id_token(token_of(head, claims()), keys(), expected(), now), errc::signature_invalid, "crit");
}

TEST(id_token_issuer, must_be_the_expected) {
  expect_refused(check(claims_but("iss", "https://evil.example/v2.0")), errc::signature_invalid, "iss");
  expect_refused(check(claims_but("iss", std::string{issuer} + "/")), errc::signature_invalid, "iss");
  expect_refused(check(claims_but("iss", template_issuer)), errc::signature_invalid, "iss");
  expect_refused(check(claims_without("iss")), errc::signature_invalid, "iss");
  expect_refused(check(claims_but("iss", json::array{issuer})), errc::signature_invalid, "iss");
  expect_refused(check(claims(), expected("")), errc::signature_invalid, "iss");
}

TEST(id_token_issuer, may_be_of_one_directory) {
  EXPECT_TRUE(check(claims(), expected(issuer)));
  EXPECT_TRUE(verify_id_token(token_of(header(), claims()), keys(issuer), expected(issuer), now));
  auto foreign = claims_but("tid", other_directory);
  foreign["iss"] = "https://login.microsoftonline.com/" + std::string{other_directory} + "/v2.0";
  EXPECT_TRUE(check(foreign));
  expect_refused(check(foreign, expected(issuer)), errc::signature_invalid, "iss");
}

TEST(id_token_issuer, is_of_the_directory_that_the_token_names) {
  expect_refused(check(claims_but("tid", other_directory)), errc::signature_invalid, "iss");
  expect_refused(check(claims_without("tid")), errc::signature_invalid, "iss");
  // A directory that is no GUID must not put something else into the pattern.
  for (const char* bad : {"", "organizations", "72f988bf-86f1-41af-91ab-2d7cd011db47/../x", "{tenantid}", "x/v2.0?"}) {
    auto forged = claims_but("tid", bad);
    forged["iss"] = "https://login.microsoftonline.com/" + std::string{bad} + "/v2.0";
    expect_refused(check(forged), errc::signature_invalid, "iss");
  }
}

TEST(id_token_issuer, is_that_of_the_key) {
  const auto token = token_of(header(), claims());
  EXPECT_TRUE(verify_id_token(token, keys(""), expected(), now));
  EXPECT_TRUE(verify_id_token(token, keys(issuer), expected(), now));
  const auto consumers = "https://login.microsoftonline.com/" + std::string{other_directory} + "/v2.0";
  expect_refused(verify_id_token(token, keys(consumers), expected(), now), errc::signature_invalid, "key");
  expect_refused(verify_id_token(token, keys("https://other.example/{tenantid}/v2.0"), expected(), now),
                 errc::signature_invalid, "key");
  auto google = claims_without("tid");
  google["iss"] = "https://accounts.google.com";
  expect_refused(verify_id_token(token_of(header(), google), keys(), expected("https://accounts.google.com"), now),
                 errc::signature_invalid, "key");
}

TEST(id_token_audience, is_this_application) {
  EXPECT_TRUE(check(claims_but("aud", json::array{client})));
  for (const json::value& bad :
       {json::value("another"), json::value(""), json::value(nullptr), json::value(json::array{}),
        json::value(json::array{"another"}), json::value(json::array{7, json::array{client}}),
        json::value(json::object{{"a", client}})})
    expect_refused(check(claims_but("aud", bad)), errc::unauthenticated, "aud");
  expect_refused(check(claims_without("aud")), errc::unauthenticated, "aud");
  auto nobody = expected();
  nobody.client_id.clear();
  expect_refused(check(claims_but("aud", ""), nobody), errc::unauthenticated, "aud");
  expect_refused(check(claims_without("aud"), nobody), errc::unauthenticated, "aud");
}

TEST(id_token_audience, of_several_names_whom_it_was_made_for) {
  auto several = claims_but("aud", json::array{"another", client});
  expect_refused(check(several), errc::unauthenticated, "azp");
  several["azp"] = client;
  EXPECT_TRUE(check(several));
  several["azp"] = "another";
  expect_refused(check(several), errc::unauthenticated, "azp");
  expect_refused(check(claims_but("azp", "another")), errc::unauthenticated, "azp");
  expect_refused(check(claims_but("azp", nullptr)), errc::unauthenticated, "azp");
}

TEST(id_token_validity, ends_five_minutes_after_its_end) {
  EXPECT_TRUE(check(claims_but("exp", at(0s))));
  EXPECT_TRUE(check(claims_but("exp", at(-299s))));
  expect_refused(check(claims_but("exp", at(-300s))), errc::unauthenticated, "exp");
  expect_refused(check(claims_but("exp", at(-1h))), errc::unauthenticated, "exp");
  EXPECT_TRUE(check(claims_but("exp", static_cast<double>(at(1h)) + 0.5)));
}

TEST(id_token_validity, begins_five_minutes_before_its_begin) {
  for (const char* key : {"nbf", "iat"}) {
    EXPECT_TRUE(check(claims_but(key, at(300s)))) << key;
    expect_refused(check(claims_but(key, at(301s))), errc::unauthenticated, key);
    EXPECT_TRUE(check(claims_without(key))) << key;
  }
}

TEST(id_token_validity, must_be_readable) {
  expect_refused(check(claims_without("exp")), errc::unauthenticated, "exp");
  for (const json::value& bad :
       {json::value(nullptr), json::value("1900000000"), json::value(-1), json::value(1e300), json::value(9e18),
        json::value(std::numeric_limits<std::int64_t>::max()), json::value(std::numeric_limits<std::uint64_t>::max()),
        json::value(json::array{at(1h)})})
    for (const char* key : {"exp", "nbf", "iat"})
      expect_refused(check(claims_but(key, bad)), errc::unauthenticated, key);
}

TEST(id_token_nonce, is_that_of_the_sign_in) {
  expect_refused(check(claims_but("nonce", "another")), errc::unauthenticated, "nonce");
  expect_refused(check(claims_but("nonce", "n-0S6_WzA2Mjj")), errc::unauthenticated, "nonce");
  expect_refused(check(claims_but("nonce", "")), errc::unauthenticated, "nonce");
  expect_refused(check(claims_but("nonce", 7)), errc::unauthenticated, "nonce");
  expect_refused(check(claims_without("nonce")), errc::unauthenticated, "nonce");
}

TEST(id_token_nonce, is_not_asked_for_where_the_sign_in_had_none) {
  auto by_device = expected();
  by_device.nonce.clear();
  EXPECT_TRUE(check(claims_without("nonce"), by_device));
  EXPECT_TRUE(check(claims(), by_device));
}

TEST(id_token_directory, must_be_allowed) {
  auto some = expected();
  some.allowed_directories = std::string{other_directory} + "  72F988BF-86f1-41af-91ab-2d7cd011db47";
  EXPECT_TRUE(check(claims(), some));
  some.allowed_directories = other_directory;
  expect_refused(check(claims(), some), errc::blocked_by_policy, "tid");
  some.allowed_directories = directory.substr(0, 35);
  expect_refused(check(claims(), some), errc::blocked_by_policy, "tid");
  some.allowed_directories = "  ";
  EXPECT_TRUE(check(claims(), some));
}

TEST(id_token_directory, that_is_not_told_is_not_allowed) {
  auto google = claims_without("tid");
  google["iss"] = "https://accounts.google.com";
  auto some = expected("https://accounts.google.com");
  some.allowed_directories = std::string{directory} + "  " + std::string{other_directory}; // no name between two blanks
  expect_refused(verify_id_token(token_of(header(), google), keys(""), some, now), errc::blocked_by_policy, "tid");
}

TEST(id_token, every_prefix_is_refused) {
  const auto token = token_of(header(), claims()).expose();
  for (std::size_t i = 0; i < token.size(); ++i) {
    const auto read = verify_id_token(secret<>{token.substr(0, i)}, keys(), expected(), now);
    ASSERT_FALSE(read) << i;
    EXPECT_EQ(read.error().code, errc::signature_invalid) << i;
  }
}

TEST(id_token, every_changed_character_is_refused) {
  const auto token = token_of(header(), claims()).expose();
  for (std::size_t i = 0; i < token.size(); ++i) {
    auto changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(verify_id_token(secret<>{changed}, keys(), expected(), now)) << i;
  }
}

TEST(id_token, that_is_huge_or_none_is_refused) {
  for (const auto& bad :
       {std::string(jws_bytes_max + 1, 'a'), std::string{}, std::string{"x"}, std::string{".."},
        std::string{"e30.e30.e30"}, std::string(jws_bytes_max, '.'), std::string(60'000, 'W') + ".e30.e30"}) {
    expect_refused(verify_id_token(secret<>{bad}, keys(), expected(), now), errc::signature_invalid, "ID token");
    EXPECT_EQ(key_id_of(secret<>{bad}).error().code, errc::signature_invalid);
  }
  for (const char* text : {"[]", "null", "7", "", "{", "\xff"})
    expect_refused(
        verify_id_token(
            secret<>{jws_sign({json::serialize(header()), text}, jws_algorithm::rs256, platform_private_key()).value()},
            keys(), expected(), now),
        errc::unauthenticated, "JSON");
}

TEST(id_token, is_never_quoted) {
  const auto token = token_of(header(), claims_but("nonce", "another"));
  const auto read = verify_id_token(token, keys(), expected(), now);
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().detail, Not(HasSubstr("ann")));
  EXPECT_THAT(read.error().detail, Not(HasSubstr("another")));
  EXPECT_LT(read.error().detail.size(), 100U);
}

} // namespace
} // namespace postroom::oauth2
