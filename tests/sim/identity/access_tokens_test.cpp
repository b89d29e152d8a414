#include "base/encoding.hpp"
#include "sim/identity/access_tokens.hpp"
#include "tests/sim/identity/test_keys.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postroom::sim {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

class access_tokens_test : public testing::Test {
protected:
  access_tokens_test() {
    directory.id = "11111111-2222-4333-8444-555555555555";
    client.client_id = "app";
    dora.upn = "dora@contoso.test";
    dora.object_id = "0b1e";
    dora.name = "Dora";
  }
  token_wish wish(const std::string& resource = "https://outlook.office.com") const {
    return {directory, client, &dora, resource, {"IMAP.AccessAsUser.All", "SMTP.Send"}, 1h};
  }
  std::string id_token(const application& to, std::string_view nonce,
                       const std::vector<std::string>& scopes = {"openid", "profile"}) const {
    return tokens.issue_id_token({directory, to, dora, scopes, nonce});
  }
  static boost::json::object claims_of(const std::string& token) {
    return boost::json::parse(jws_decode_unverified(token)->payload).as_object();
  }
  static std::string key_of(const std::string& token) {
    return boost::json::parse(jws_decode_unverified(token)->header).at("kid").as_string().c_str();
  }

  manual_clock time;
  access_tokens tokens{"https://login.test", time, test_keys()};
  tenant directory;
  application client;
  user dora;
};

TEST_F(access_tokens_test, says_who_may_do_what_until_when) {
  const auto holder = tokens.check(tokens.issue(wish()));
  ASSERT_TRUE(holder);
  EXPECT_EQ(holder->tenant_id, directory.id);
  EXPECT_EQ(holder->client_id, "app");
  EXPECT_EQ(holder->upn, "dora@contoso.test");
  EXPECT_FALSE(holder->app_only);
  EXPECT_THAT(holder->permissions, ElementsAre("IMAP.AccessAsUser.All", "SMTP.Send"));
  EXPECT_TRUE(holder->may("SMTP.Send"));
  EXPECT_FALSE(holder->may("SMTP"));
  EXPECT_EQ(holder->expires, std::chrono::floor<std::chrono::seconds>(time.now() + 1h));
}

TEST_F(access_tokens_test, carries_roles_for_an_application_and_none_when_none_were_granted) {
  auto asked = wish();
  asked.holder = nullptr;
  asked.permissions = {"IMAP.AccessAsApp"};
  const auto holder = tokens.check(tokens.issue(asked));
  ASSERT_TRUE(holder);
  EXPECT_TRUE(holder->app_only);
  EXPECT_TRUE(holder->may("IMAP.AccessAsApp"));
  asked.permissions.clear();
  const auto token = tokens.issue(asked);
  EXPECT_FALSE(claims_of(token).contains("roles"));
  EXPECT_TRUE(tokens.check(token)->permissions.empty());
}

TEST_F(access_tokens_test, expire_and_are_not_valid_before_their_time) {
  const auto token = tokens.issue(wish());
  EXPECT_TRUE(tokens.check(token));
  time.advance(1h);
  EXPECT_FALSE(tokens.check(token)) << "also what was checked before";
  manual_clock late{time.now() + 1h};
  access_tokens ahead{"https://login.test", late, test_keys()};
  const auto early = ahead.issue(wish());
  EXPECT_TRUE(ahead.check(early));
  late.advance(-1h);
  EXPECT_FALSE(ahead.check(early)) << "also what was checked before the clock went back";
  EXPECT_FALSE(tokens.check(early)) << "from a clock an hour ahead";
}

TEST_F(access_tokens_test, are_refused_when_forged_foreign_or_for_another_resource) {
  auto forged = tokens.issue(wish());
  auto& within_payload = forged[forged.find('.') + 20];
  within_payload = within_payload == 'A' ? 'B' : 'A';
  EXPECT_FALSE(tokens.check(forged));
  access_tokens others{"https://login.test", time};
  EXPECT_FALSE(tokens.check(others.issue(wish())));
  EXPECT_FALSE(tokens.check(tokens.issue(wish("https://graph.microsoft.com"))));
  EXPECT_FALSE(tokens.check(id_token(client, "n")));
  EXPECT_FALSE(tokens.check("junk"));
}

TEST_F(access_tokens_test, outlive_a_change_of_keys_until_the_old_ones_are_retired) {
  const auto before = tokens.issue(wish());
  tokens.rotate_keys();
  const auto after = tokens.issue(wish());
  EXPECT_NE(key_of(before), key_of(after));
  EXPECT_EQ(key_of(after), tokens.key_id());
  EXPECT_TRUE(tokens.check(before));
  EXPECT_TRUE(tokens.check(after));
  EXPECT_EQ(boost::json::parse(tokens.key_set()).at("keys").as_array().size(), 2U);
  tokens.retire_old_keys();
  EXPECT_FALSE(tokens.check(before));
  EXPECT_TRUE(tokens.check(after));
  EXPECT_EQ(boost::json::parse(tokens.key_set()).at("keys").as_array().size(), 1U);
}

TEST_F(access_tokens_test, id_tokens_name_the_person_to_one_application) {
  const auto claims = claims_of(id_token(client, "n-1"));
  EXPECT_EQ(claims.at("aud").as_string(), "app");
  EXPECT_EQ(claims.at("iss").as_string(), "https://login.test/" + directory.id + "/v2.0");
  EXPECT_EQ(claims.at("nonce").as_string(), "n-1");
  EXPECT_EQ(claims.at("preferred_username").as_string(), "dora@contoso.test");
  application other;
  other.client_id = "other";
  EXPECT_NE(claims.at("sub"), claims_of(id_token(other, "")).at("sub"));
  EXPECT_FALSE(claims_of(id_token(other, "")).contains("nonce"));
}

TEST_F(access_tokens_test, id_tokens_say_what_was_asked_for) {
  dora.mail = "dora.delegate@contoso.test";
  const auto little = claims_of(id_token(client, "", {"openid"}));
  for (const auto* name : {"name", "oid", "preferred_username", "email"})
    EXPECT_FALSE(little.contains(name)) << name;
  EXPECT_EQ(little.at("tid").as_string(), directory.id);
  const auto all = claims_of(id_token(client, "", {"openid", "profile", "email"}));
  EXPECT_EQ(all.at("email").as_string(), "dora.delegate@contoso.test");
  EXPECT_EQ(all.at("preferred_username").as_string(), "dora@contoso.test");
  EXPECT_EQ(all.at("oid").as_string(), "0b1e");
}

TEST_F(access_tokens_test, are_read_whatever_they_are_for) {
  const auto token = tokens.issue(wish("https://graph.microsoft.com"));
  ASSERT_TRUE(tokens.read(token));
  EXPECT_EQ(tokens.read(token)->resource, "https://graph.microsoft.com");
  EXPECT_FALSE(tokens.check(token)) << "also what was read before";
  time.advance(2h);
  EXPECT_TRUE(tokens.read(token));
  EXPECT_FALSE(tokens.read("junk"));
}

TEST_F(access_tokens_test, google_is_one_issuer) {
  directory.kind = service::google;
  directory.domains = {"shop.test"};
  const auto claims = claims_of(id_token(client, "n", {"openid", "email"}));
  EXPECT_EQ(claims.at("iss").as_string(), "https://login.test");
  EXPECT_EQ(claims.at("email").as_string(), "dora@contoso.test");
  EXPECT_TRUE(claims.at("email_verified").as_bool());
  EXPECT_EQ(claims.at("hd").as_string(), "shop.test");
  EXPECT_EQ(claims.at("azp").as_string(), "app");
  EXPECT_THAT(std::string{claims.at("sub").as_string()}, testing::MatchesRegex("1[0-9]{20}"));
  for (const auto* name : {"tid", "oid", "preferred_username", "name"})
    EXPECT_FALSE(claims.contains(name)) << name;
  EXPECT_FALSE(claims_of(id_token(client, "", {"openid"})).contains("email"));
  application other;
  other.client_id = "other";
  EXPECT_EQ(claims.at("sub"), claims_of(id_token(other, "")).at("sub")) << "one for all applications";
  const auto key = boost::json::parse(tokens.key_set(service::google)).at("keys").at(0).as_object();
  EXPECT_FALSE(key.contains("issuer"));
  EXPECT_TRUE(boost::json::parse(tokens.key_set()).at("keys").at(0).as_object().contains("issuer"));
}

} // namespace
} // namespace postroom::sim
