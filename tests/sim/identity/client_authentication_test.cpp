#include "sim/identity/client_authentication.hpp"

#include <gtest/gtest.h>

namespace postroom::sim {
namespace {

const wall_time asked_at{std::chrono::hours{24 * 20'000}};

class client_authentication_test : public testing::Test {
protected:
  client_authentication_test() {
    client.client_id = "app";
    client.secrets.push_back({"id-1", secret<>{"old"}, asked_at});
    client.secrets.push_back({"id-2", secret<>{"current"}, asked_at + std::chrono::seconds{1}});
    client.secrets.push_back({"id-3", secret<>{"next"}});
  }
  /// 0: admitted.
  std::uint32_t code(const std::string& presented, client_kind kind = client_kind::confidential) {
    client_credentials credentials;
    credentials.client_id = "app";
    credentials.client_secret = secret<>{presented};
    const auto why = authenticate(client, kind, credentials, {}, asked_at);
    return why ? why->row.code : 0;
  }
  application client;
};

TEST_F(client_authentication_test, several_secrets_are_valid_side_by_side) {
  EXPECT_EQ(code("current"), 0U);
  EXPECT_EQ(code("next"), 0U);
  EXPECT_EQ(code("old"), 7000222U);
  EXPECT_EQ(code("currents"), 7000215U);
  EXPECT_EQ(code("id-2"), 7000215U);
}

TEST_F(client_authentication_test, a_secret_given_twice_counts_as_the_longer_one) {
  client.secrets.push_back({"id-4", secret<>{"old"}});
  EXPECT_EQ(code("old"), 0U);
}

TEST_F(client_authentication_test, the_kind_of_client_decides) {
  EXPECT_EQ(code(""), 7000218U);
  EXPECT_EQ(code("", client_kind::public_client), 0U);
  EXPECT_EQ(code("current", client_kind::public_client), 700025U);
  EXPECT_EQ(code("", client_kind::either), 0U);
  EXPECT_EQ(code("wrong", client_kind::either), 7000215U);
}

TEST_F(client_authentication_test, an_assertion_comes_with_its_type) {
  client_credentials credentials;
  credentials.assertion = "a.b.c";
  const auto untyped = authenticate(client, client_kind::confidential, credentials, {}, asked_at);
  ASSERT_TRUE(untyped);
  EXPECT_EQ(untyped->row.code, 900144U);
  credentials.assertion_type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
  const auto malformed = authenticate(client, client_kind::confidential, credentials, {}, asked_at);
  ASSERT_TRUE(malformed);
  EXPECT_EQ(malformed->row.code, 50027U);
}

} // namespace
} // namespace postroom::sim
