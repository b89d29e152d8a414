#include "app/declare.hpp"

#include "base/encoding.hpp"
#include "storage/blocking.hpp"
#include "storage/memory/memory_store.hpp"
#include "storage/secrets.hpp"

#include <gtest/gtest.h>

namespace postroom::app {
namespace {

using namespace std::chrono_literals;

configuration sample() {
  configuration out;
  records::Tenant tenant;
  tenant.set_id("default");
  tenant.set_name("Default");
  out.tenants.push_back(tenant);
  declared_provider provider;
  provider.record.set_tenant("default");
  provider.record.set_id("azure");
  provider.record.set_service("microsoft_azure");
  provider.client_secret = secret<>{"client-secret-1"};
  out.providers.push_back(std::move(provider));
  declared_grant grant;
  grant.record.set_tenant("default");
  grant.record.set_id("andrea");
  grant.record.set_provider("azure");
  grant.record.set_kind("refresh_token");
  grant.secret_value = secret<>{"refresh-token-1"};
  out.grants.push_back(std::move(grant));
  records::Account account;
  account.set_tenant("default");
  account.set_id("dev");
  account.set_provider("azure");
  account.set_grant("andrea");
  out.accounts.push_back(account);
  return out;
}

class declare_test : public ::testing::Test {
protected:
  declared_changes declare_now(const configuration& config) {
    const auto done = declare(*store_, keys_, config, now_);
    EXPECT_TRUE(done) << to_string(done.error());
    now_ += 1min;
    return done ? *done : declared_changes{};
  }
  template <class T>
  std::optional<storage::versioned<T>> read(storage::record_key key) {
    const auto got = storage::wait_for<result<std::optional<storage::versioned<T>>>>(
        [&](auto done) { storage::get<T>(*store_, key, done); });
    EXPECT_TRUE(got);
    return got.value();
  }
  std::optional<storage::versioned<records::Grant>> grant() {
    return read<records::Grant>(storage::keys::grant(tenant_id{"default"}, grant_id{"andrea"}));
  }
  std::optional<storage::versioned<records::Account>> account(const std::string& id) {
    return read<records::Account>(storage::keys::account(tenant_id{"default"}, account_id{id}));
  }
  std::string refresh_token() { return storage::open_refresh_token(keys_, grant()->value).value().expose(); }
  std::optional<storage::versioned<records::Tenant>> tenant(const std::string& id) {
    return read<records::Tenant>(storage::keys::tenant(tenant_id{id}));
  }
  std::optional<storage::versioned<records::Provider>> provider(const std::string& tenant = "default") {
    return read<records::Provider>(storage::keys::provider(tenant_id{tenant}, provider_id{"azure"}));
  }
  void write_outbox(const std::string& account, void (records::Outbox::*counter)(std::uint64_t)) {
    records::Outbox outbox;
    outbox.set_tenant("default");
    outbox.set_account(account);
    (outbox.*counter)(1);
    write(storage::put_of(storage::keys::outbox(tenant_id{"default"}, account_id{account}), outbox));
  }
  void write(const storage::operation& what) { ASSERT_TRUE(storage::commit_now(*store_, {what})); }

  system_clock time_;
  std::unique_ptr<storage::store> store_ = storage::open_memory_store(time_);
  storage::keyring keys_ = storage::keyring::from_environment("1:" + base64_encode(std::string(32, 'k'))).value();
  wall_time now_{24h * 365 * 55};
};

TEST_F(declare_test, writes_everything_once_and_nothing_the_second_time) {
  const auto first = declare_now(sample());
  EXPECT_EQ(first.written, 4u);
  const auto before = account("dev")->value.SerializeAsString();
  const auto second = declare_now(sample());
  EXPECT_EQ(second.written, 0u);
  EXPECT_EQ(second.removed, 0u);
  EXPECT_EQ(second.unchanged, 4u);
  EXPECT_EQ(account("dev")->value.SerializeAsString(), before);
  EXPECT_TRUE(account("dev")->value.declared());
  EXPECT_EQ(account("dev")->rev, revision{1});
}

TEST_F(declare_test, keeps_a_token_that_has_rotated_since_its_import) {
  declare_now(sample());
  auto rotated = *grant();
  ASSERT_TRUE(storage::seal_refresh_token(keys_, rotated.value, secret<>{"refresh-token-rotated"}));
  ASSERT_TRUE(storage::seal_access_token(keys_, rotated.value, secret<>{"access-token"}));
  write(storage::put_config(rotated.value, rotated.rev));
  EXPECT_EQ(declare_now(sample()).unchanged, 4u);
  EXPECT_EQ(refresh_token(), "refresh-token-rotated");

  auto renamed = sample();
  renamed.grants[0].record.set_delegate("andrea@contoso.com");
  EXPECT_EQ(declare_now(renamed).written, 1u);
  EXPECT_EQ(refresh_token(), "refresh-token-rotated");
}

TEST_F(declare_test, a_new_declared_token_voids_what_the_old_sign_in_left) {
  declare_now(sample());
  auto known = *grant();
  ASSERT_TRUE(storage::seal_access_token(keys_, known.value, secret<>{"access-token"}));
  write(storage::put_config(known.value, known.rev));
  auto signed_in_again = sample();
  signed_in_again.grants[0].secret_value = secret<>{"refresh-token-2"};
  EXPECT_EQ(declare_now(signed_in_again).written, 1u);
  EXPECT_EQ(refresh_token(), "refresh-token-2");
  EXPECT_TRUE(grant()->value.access_token().empty());
}

TEST_F(declare_test, a_password_is_compared_and_leaves_no_fingerprint) {
  auto config = sample();
  config.grants[0].record.set_kind("password");
  declare_now(config);
  EXPECT_TRUE(grant()->value.imported_fingerprint().empty());
  EXPECT_EQ(declare_now(config).unchanged, 4u);
  config.grants[0].secret_value = secret<>{"another"};
  EXPECT_EQ(declare_now(config).written, 1u);
  EXPECT_EQ(refresh_token(), "another");
}

TEST_F(declare_test, a_new_client_secret_is_sealed) {
  declare_now(sample());
  auto config = sample();
  config.providers[0].client_secret = secret<>{"client-secret-2"};
  EXPECT_EQ(declare_now(config).written, 1u);
  const auto stored = read<records::Provider>(storage::keys::provider(tenant_id{"default"}, provider_id{"azure"}));
  EXPECT_EQ(storage::open_secret(keys_, stored->value, "client_secret").value().expose(), "client-secret-2");
  EXPECT_EQ(stored->value.SerializeAsString().find("client-secret-2"), std::string::npos);
}

TEST_F(declare_test, removes_what_is_no_longer_declared_and_spares_what_the_api_made) {
  auto config = sample();
  config.accounts.push_back(config.accounts[0]);
  config.accounts[1].set_id("sales");
  declare_now(config);
  auto by_api = config.accounts[0];
  by_api.set_id("api");
  write(storage::put_config(by_api, revision{0}));

  EXPECT_EQ(declare_now(sample()).removed, 1u);
  EXPECT_FALSE(account("sales"));
  EXPECT_TRUE(account("api"));
  EXPECT_FALSE(account("api")->value.declared());
}

TEST_F(declare_test, takes_over_an_object_of_the_same_id) {
  auto by_api = sample().accounts[0];
  by_api.set_name("made by hand");
  by_api.set_created_ms(77);
  write(storage::put_config(by_api, revision{0}));
  declare_now(sample());
  EXPECT_TRUE(account("dev")->value.declared());
  EXPECT_EQ(account("dev")->value.created_ms(), 77);
  EXPECT_EQ(account("dev")->value.name(), "");
}

configuration without_account() {
  auto config = sample();
  config.accounts.clear();
  return config;
}

/// What the reader makes of a file that declares nothing but another tenant.
configuration of_another_tenant() {
  configuration config;
  config.tenants.resize(1);
  config.tenants[0].set_id("acme");
  config.tenants[0].set_name("Acme");
  return config;
}

TEST_F(declare_test, an_account_whose_mail_waits_is_switched_off_and_kept) {
  for (const auto counter : {&records::Outbox::set_queued, &records::Outbox::set_deferred, &records::Outbox::set_held,
                             &records::Outbox::set_in_flight}) {
    declare_now(sample());
    write_outbox("dev", counter);
    const auto done = declare_now(without_account());
    EXPECT_EQ(done.removed, 0U);
    EXPECT_EQ(done.kept, 1U);
    ASSERT_TRUE(account("dev"));
    EXPECT_FALSE(account("dev")->value.active());
    EXPECT_FALSE(account("dev")->value.declared()) << "the API must be able to remove it in the end";
    const auto again = declare_now(without_account());
    EXPECT_EQ(again.kept + again.removed + again.written, 0U) << "once is enough";
  }
}

TEST_F(declare_test, an_account_kept_for_its_mail_keeps_what_it_needs) {
  auto config = sample();
  config.accounts[0].set_active(true);
  declare_now(config);
  write_outbox("dev", &records::Outbox::set_queued);
  const auto done = declare_now(of_another_tenant());
  EXPECT_EQ(done.kept, 4U);
  EXPECT_EQ(done.removed, 0U);
  ASSERT_TRUE(tenant("default") && provider() && grant() && account("dev"));
  EXPECT_FALSE(tenant("default")->value.declared() || provider()->value.declared() || grant()->value.declared());
  EXPECT_EQ(refresh_token(), "refresh-token-1");

  EXPECT_EQ(declare_now(config).written, 4U) << "declared again, all is as before";
  EXPECT_TRUE(account("dev")->value.declared());
  EXPECT_TRUE(account("dev")->value.active());
  EXPECT_TRUE(tenant("default")->value.declared());
}

TEST_F(declare_test, an_account_whose_mail_has_left_is_removed) {
  declare_now(sample());
  write_outbox("dev", &records::Outbox::set_sent);
  EXPECT_EQ(declare_now(without_account()).removed, 1U);
  EXPECT_FALSE(account("dev"));
}

TEST_F(declare_test, keeps_the_tenant_of_what_the_api_made) {
  configuration nothing;
  nothing.tenants = sample().tenants;
  declare_now(nothing);
  auto by_api = sample();
  by_api.accounts[0].clear_grant();
  by_api.accounts[0].set_active(true);
  write(storage::put_config(by_api.providers[0].record, revision{0}));
  write(storage::put_config(by_api.accounts[0], revision{0}));

  const auto done = declare_now(of_another_tenant());
  EXPECT_EQ(done.kept, 1U);
  EXPECT_EQ(done.removed, 0U);
  ASSERT_TRUE(tenant("default"));
  EXPECT_FALSE(tenant("default")->value.declared());
  EXPECT_TRUE(tenant("acme"));
  EXPECT_TRUE(account("dev")->value.active()) << "it goes on";
}

TEST_F(declare_test, keeps_what_an_account_of_the_api_refers_to) {
  declare_now(sample());
  auto by_api = sample().accounts[0];
  by_api.set_id("api");
  write(storage::put_config(by_api, revision{0}));
  auto nothing = without_account();
  nothing.grants.clear();
  nothing.providers.clear();
  const auto done = declare_now(nothing);
  EXPECT_EQ(done.removed, 1U) << "the declared account";
  EXPECT_EQ(done.kept, 2U);
  EXPECT_TRUE(provider() && grant());
  EXPECT_TRUE(tenant("default")->value.declared());
}

TEST_F(declare_test, a_sign_in_stays_for_who_means_it_by_its_person_unless_another_takes_its_place) {
  auto config = without_account();
  config.grants[0].record.set_delegate("andrea@contoso.com");
  declare_now(config);
  auto by_api = sample().accounts[0];
  by_api.clear_grant();
  by_api.set_delegate("Andrea@contoso.com");
  write(storage::put_config(by_api, revision{0}));

  config.grants[0].record.set_id("renamed");
  const auto renamed = declare_now(config);
  EXPECT_EQ(renamed.removed, 1U);
  EXPECT_EQ(renamed.kept, 0U);
  config.grants.clear();
  EXPECT_EQ(declare_now(config).kept, 1U);
  const auto kept = read<records::Grant>(storage::keys::grant(tenant_id{"default"}, grant_id{"renamed"}));
  ASSERT_TRUE(kept);
  EXPECT_FALSE(kept->value.declared());
}

TEST_F(declare_test, a_tenant_that_nothing_is_in_goes) {
  configuration nothing;
  nothing.tenants = sample().tenants;
  declare_now(nothing);
  EXPECT_EQ(declare_now(of_another_tenant()).removed, 1U);
  EXPECT_FALSE(tenant("default"));
}

TEST_F(declare_test, thousands_of_accounts_fit_into_the_store_s_limits) {
  auto config = sample();
  for (int i = 0; i < 5000; ++i) {
    config.accounts.push_back(config.accounts[0]);
    config.accounts.back().set_id("a" + std::to_string(i));
  }
  EXPECT_EQ(declare_now(config).written, 5004u);
  EXPECT_EQ(declare_now(config).unchanged, 5004u);
  EXPECT_EQ(declare_now(sample()).removed, 5000u);
}

TEST_F(declare_test, a_wrong_key_stops_everything_before_the_first_write) {
  declare_now(sample());
  const auto other = storage::keyring::from_environment("1:" + base64_encode(std::string(32, 'x'))).value();
  auto config = sample();
  config.accounts[0].set_name("changed");
  const auto done = declare(*store_, other, config, now_);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, errc::wrong_key);
  EXPECT_EQ(account("dev")->value.name(), "");
}

TEST_F(declare_test, replaces_what_a_lost_key_sealed) {
  auto config = sample();
  config.providers[0].record.set_certificate("certificate-1");
  config.providers[0].certificate_key = secret<>{"key-1"};
  static_cast<void>(declare_now(config));
  keys_ = storage::keyring::from_environment("2:" + base64_encode(std::string(32, 'l'))).value();
  config.providers[0].client_secret = secret<>{"client-secret-2"};
  config.providers[0].record.set_certificate("certificate-2");
  EXPECT_EQ(declare_now(config).written, 2U) << "the provider and the grant";
  const auto provider =
      read<records::Provider>(storage::keys::provider(tenant_id{"default"}, provider_id{"azure"}))->value;
  EXPECT_EQ(storage::open_secret(keys_, provider, "client_secret").value().expose(), "client-secret-2");
  EXPECT_EQ(storage::open_secret(keys_, provider, "certificate_key").value().expose(), "key-1");
  EXPECT_TRUE(provider.previous_client_secret().empty());
  EXPECT_TRUE(provider.previous_certificate().empty());
  EXPECT_EQ(refresh_token(), "refresh-token-1");
  EXPECT_EQ(declare_now(config).written, 0U);
}

TEST_F(declare_test, keeps_a_secret_that_is_replaced_in_force) {
  const auto provider = [this] {
    return read<records::Provider>(storage::keys::provider(tenant_id{"default"}, provider_id{"azure"}))->value;
  };
  const auto secret_in = [&](std::string_view field) {
    return storage::open_secret(keys_, provider(), field).value().expose();
  };
  auto config = sample();
  config.providers[0].record.set_client_secret_expires_ms((now_ + 24h).time_since_epoch().count());
  config.providers[0].proxy_password = secret<>{"proxy-1"};
  config.providers[0].certificate_key = secret<>{"key-1"};
  config.providers[0].record.set_certificate("certificate-1");
  static_cast<void>(declare_now(config));
  EXPECT_EQ(secret_in("proxy_password"), "proxy-1");
  EXPECT_EQ(secret_in("certificate_key"), "key-1");
  EXPECT_EQ(declare_now(config).written, 0U) << "sealed anew without need";

  config.providers[0].client_secret = secret<>{"client-secret-2"};
  config.providers[0].record.set_client_secret_expires_ms(0);
  static_cast<void>(declare_now(config));
  EXPECT_EQ(secret_in("client_secret"), "client-secret-2");
  EXPECT_EQ(secret_in("previous_client_secret"), "client-secret-1");
  EXPECT_NE(provider().previous_client_secret_expires_ms(), 0);
  EXPECT_EQ(declare_now(config).written, 0U) << "what was kept is kept on";
  EXPECT_EQ(secret_in("previous_client_secret"), "client-secret-1");
}

TEST_F(declare_test, keeps_who_signed_in) {
  static_cast<void>(declare_now(sample()));
  auto signed_in = grant()->value;
  signed_in.set_upn("andrea@contoso.example");
  signed_in.set_object_id("object");
  signed_in.set_signed_in_ms(1);
  signed_in.set_consented_scope("SMTP.Send");
  signed_in.set_revoked_ms(2);
  signed_in.add_resources()->set_resource("graph");
  write(storage::put_config(signed_in, grant()->rev));
  EXPECT_EQ(declare_now(sample()).written, 0U);
  EXPECT_EQ(grant()->value.upn(), "andrea@contoso.example");
  EXPECT_EQ(grant()->value.revoked_ms(), 2) << "a restart must not bring back what was given up";
}

} // namespace
} // namespace postroom::app
