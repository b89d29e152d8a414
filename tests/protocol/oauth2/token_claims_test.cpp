#include "protocol/oauth2/id_token.hpp"

#include "base/encoding.hpp"
#include "base/jws.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postroom::oauth2 {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

secret<> token_of(std::string_view claims) {
  return secret<>{base64url_encode(R"({"alg":"RS256"})") + '.' + base64url_encode(claims) + ".c2ln"};
}

TEST(token_claims, of_a_person_are_read_without_any_check) {
  const auto read = peek_claims(token_of(R"({"aud":"https://outlook.office.com","iss":"https://sts.windows.net/t/",)"
                                         R"("tid":"t","appid":"a","upn":"ann@contoso.example","exp":1795521600,)"
                                         R"("scp":"IMAP.AccessAsUser.All SMTP.Send"})"))
                        .value();
  EXPECT_EQ(read.audience, "https://outlook.office.com");
  EXPECT_EQ(read.issuer, "https://sts.windows.net/t/");
  EXPECT_EQ(read.directory_id, "t");
  EXPECT_EQ(read.application_id, "a");
  EXPECT_EQ(read.upn, "ann@contoso.example");
  EXPECT_EQ(read.scopes, "IMAP.AccessAsUser.All SMTP.Send");
  EXPECT_THAT(read.roles, IsEmpty());
  EXPECT_EQ(read.expires_at, std::chrono::seconds{1795521600});
}

TEST(token_claims, of_an_application_have_roles) {
  const auto read =
      peek_claims(token_of(R"({"aud":["x","y"],"azp":"b","roles":["IMAP.AccessAsApp",7,"SMTP.SendAsApp"]})")).value();
  EXPECT_EQ(read.audience, "x");
  EXPECT_EQ(read.application_id, "b");
  EXPECT_THAT(read.roles, ElementsAre("IMAP.AccessAsApp", "SMTP.SendAsApp"));
  EXPECT_EQ(read.expires_at, std::chrono::seconds{0});
}

TEST(token_claims, of_other_types_read_as_empty) {
  const auto read = peek_claims(token_of(R"({"aud":7,"tid":null,"scp":["a"],"roles":"r","exp":"x","upn":{}})")).value();
  EXPECT_EQ(read.audience, "");
  EXPECT_EQ(read.scopes, "");
  EXPECT_THAT(read.roles, IsEmpty());
  EXPECT_EQ(peek_claims(token_of(R"({"aud":[]})")).value().audience, "");
  EXPECT_EQ(peek_claims(token_of(R"({"aud":[7]})")).value().audience, "");
}

TEST(token_claims, are_cut_and_cleaned) {
  const auto long_text = std::string(5000, 'x');
  std::string roles;
  for (int i = 0; i < 100; ++i)
    roles += (i == 0 ? "\"" : ",\"") + long_text.substr(0, 300) + '"';
  const auto read = peek_claims(token_of(R"({"aud":"a\r\nb","upn":")" + long_text + R"(","scp":")" + long_text +
                                         R"(","roles":[)" + roles + "]}"))
                        .value();
  EXPECT_EQ(read.audience, "a b");
  EXPECT_EQ(read.upn.size(), 512U);
  EXPECT_EQ(read.scopes.size(), 4096U);
  EXPECT_EQ(read.roles.size(), 64U);
}

TEST(token_claims, of_an_opaque_token_are_none) {
  const auto whole = token_of(R"({"aud":"x"})").expose();
  for (std::size_t i = 0; i < whole.rfind('.'); ++i)
    EXPECT_EQ(peek_claims(secret<>{whole.substr(0, i)}).error().code, errc::invalid_argument) << i;
  for (const auto& opaque : {std::string{"EwB4A8l6BAAU"}, std::string{"ya29.a0AfH6SMC"}, std::string{"a.b.c.d.e"},
                             std::string(jws_bytes_max + 1, 'a'), token_of("[]").expose(), token_of("").expose()})
    EXPECT_EQ(peek_claims(secret<>{opaque}).error().code, errc::invalid_argument);
}

} // namespace
} // namespace postroom::oauth2
