#include "actors/tenant/tenant_config.hpp"

#include "storage/secrets.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace postroom::tenant {
namespace {

using namespace std::chrono_literals;

storage::keyring keys_of(char fill) {
  // 32 bytes of one value, in Base64.
  return storage::keyring::from_environment("1:" + std::string(42, fill) + "A=").value();
}

class tenant_config_test : public ::testing::Test {
protected:
  tenant_config_test() {
    provider_.set_tenant("acme");
    provider_.set_id("mail");
    provider_.set_service("password");
    provider_.set_type("imap");
    provider_.set_imap_host("mail.example.test");
    account_.set_tenant("acme");
    account_.set_id("sales");
    account_.set_email("sales@example.test");
  }
  void set_password(const std::string& value) {
    ASSERT_TRUE(storage::seal_secret(keys_, provider_, "proxy_password", secret<>{value}));
  }

  storage::keyring keys_ = keys_of('A');
  records::Provider provider_;
  records::Account account_;
};

TEST_F(tenant_config_test, targets_have_no_proxy_unless_the_provider_has) {
  EXPECT_EQ(assign(account_, provider_, keys_).value().target.proxy, nullptr);
  const auto sending = assign_outbox(account_, provider_, keys_, 120s).value();
  EXPECT_EQ(sending.target.proxy, nullptr);
  EXPECT_EQ(sending.sent_target.proxy, nullptr);
}

TEST_F(tenant_config_test, targets_have_the_providers_proxy) {
  provider_.set_proxy("http://CORP%5Canna@proxy.example.test:3128");
  set_password("sesame");
  const auto receiving = assign(account_, provider_, keys_).value();
  const auto sending = assign_outbox(account_, provider_, keys_, 120s).value();
  for (const auto& proxy : {receiving.target.proxy, sending.target.proxy, sending.sent_target.proxy}) {
    ASSERT_NE(proxy, nullptr);
    EXPECT_EQ(proxy->host, "proxy.example.test");
    EXPECT_EQ(proxy->port, 3128);
    EXPECT_EQ(proxy->user, "CORP\\anna");
    EXPECT_EQ(proxy->password.expose(), "sesame");
  }
  EXPECT_EQ(sending.target.proxy, sending.sent_target.proxy) << "one for both";
}

TEST_F(tenant_config_test, a_proxy_may_be_open_to_all) {
  provider_.set_proxy("http://proxy.example.test:3128");
  const auto task = assign(account_, provider_, keys_).value();
  EXPECT_EQ(task.target.proxy->user, "");
  EXPECT_TRUE(task.target.proxy->password.empty());
}

TEST_F(tenant_config_test, without_its_proxy_nothing_runs) {
  const auto refusals = [this](const storage::keyring& keys) {
    const auto receiving = assign(account_, provider_, keys);
    const auto sending = assign_outbox(account_, provider_, keys, 120s);
    EXPECT_FALSE(receiving || sending);
    EXPECT_EQ(receiving.error().code, sending.error().code);
    EXPECT_EQ(receiving.error().detail.find("provider mail: "), 0U) << receiving.error().detail;
    return receiving.error().code;
  };
  provider_.set_proxy("socks5://proxy.example.test:1080");
  EXPECT_EQ(refusals(keys_), errc::invalid_argument);
  provider_.set_proxy("http://anna@proxy.example.test:3128");
  set_password("sesame");
  EXPECT_EQ(refusals(keys_of('B')), errc::wrong_key);
}

TEST_F(tenant_config_test, says_whose_sign_in_opens_a_mailbox) {
  const auto grant = [this] { return assign(account_, provider_, keys_).value().grant.str(); };
  EXPECT_EQ(grant(), "by-owner:sales@example.test");
  account_.set_username("Anna@example.test");
  EXPECT_EQ(grant(), "by-owner:anna@example.test");
  account_.set_delegate("andrea@example.test");
  EXPECT_EQ(grant(), "by-delegate:andrea@example.test");
  account_.set_grant("andrea");
  EXPECT_EQ(grant(), "andrea");
}

} // namespace
} // namespace postroom::tenant
