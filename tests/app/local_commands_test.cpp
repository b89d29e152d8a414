#include "app/commands.hpp"

#include "app/node.hpp"
#include "base/clock.hpp"
#include "storage/blocking.hpp"
#include "tests/support/certificate_pems.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace postroom::app {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class local_commands : public testing::Test {
protected:
  local_commands() { std::filesystem::create_directory(folder); }
  ~local_commands() override { std::filesystem::remove_all(folder); }

  void write(const std::string& name, std::string_view content) const {
    std::ofstream{folder / name, std::ios::binary} << content;
    std::filesystem::permissions(folder / name,
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
  /// Runs a command and keeps what it says.
  int run(const std::function<int()>& command) {
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const auto status = command();
    out = testing::internal::GetCapturedStdout();
    err = testing::internal::GetCapturedStderr();
    return status;
  }
  int make_token() {
    token_options options;
    options.config_file = file;
    return run([&] { return create_token(options); });
  }
  int check_it() {
    check_options options;
    options.config_file = file;
    return run([&] { return check(options); });
  }
  int serve_it() {
    serve_options options;
    options.config_file = file;
    return run([&] { return serve(options); });
  }

  const std::filesystem::path folder =
      std::filesystem::path{testing::TempDir()} /
      (std::string{"local_commands-"} + testing::UnitTest::GetInstance()->current_test_info()->name());
  const std::filesystem::path file = folder / "postroom.toml";
  std::string out, err;
};

TEST_F(local_commands, a_token_needs_neither_the_secrets_nor_the_keys_of_the_service) {
  write("postroom.toml", "data_directory = \"data\"\n"
                         "[store]\nkey_file = \"/run/credentials/postroom.service/keys\"\n"
                         "[[provider]]\nid = \"azure\"\nname = \"Contoso\"\nservice = \"microsoft_azure\"\n"
                         "application_id = \"app\"\ndirectory_id = \"dir\"\n"
                         "client_secret_env = \"POSTROOM_TEST_NOT_SET\"\n");
  EXPECT_EQ(make_token(), 0) << err;
  EXPECT_FALSE(out.empty());
  EXPECT_EQ(make_token(), 0) << err;
  EXPECT_FALSE(std::filesystem::exists(folder / "data" / "sealing.keys")) << "the service has keys of its own";

  system_clock time;
  node_settings settings;
  settings.data_directory = folder / "data";
  const auto store = open_store(settings, time);
  ASSERT_TRUE(store) << to_string(store.error());
  const auto known = storage::wait_for<result<std::vector<storage::record>>>(
      [&](auto done) { (*store)->scan(storage::space::meta, storage::prefix_range("k/"), 10, false, done); });
  ASSERT_TRUE(known);
  EXPECT_TRUE(known->empty()) << "the store must know no key before the service gives it one";
}

TEST_F(local_commands, a_token_is_made_before_the_first_start) {
  write("postroom.toml", "");
  EXPECT_EQ(make_token(), 2) << "empty is unreadable";
  write("postroom.toml", "data_directory = \"data\"\n[store]\nkeyfile = \"x\"\n");
  EXPECT_EQ(make_token(), 2);
  EXPECT_THAT(err, HasSubstr("postroom.toml:3:1: unknown key 'keyfile'"));
  EXPECT_FALSE(std::filesystem::exists(folder / "data"));
  write("postroom.toml", "data_directory = \"data\"\n");
  EXPECT_EQ(make_token(), 0) << err;
  system_clock time;
  node_settings settings;
  settings.data_directory = folder / "data";
  EXPECT_TRUE(open_data(settings, time)) << "the start makes its key in a store that is there already";
}

TEST_F(local_commands, a_token_beside_a_running_gateway_is_made_by_that) {
  write("postroom.toml", "data_directory = \"data\"\n");
  system_clock time;
  node_settings settings;
  settings.data_directory = folder / "data";
  const auto held = open_store(settings, time);
  ASSERT_TRUE(held);
  EXPECT_EQ(make_token(), 1);
  EXPECT_THAT(err, HasSubstr("in use by another process"));
  EXPECT_THAT(err, HasSubstr("--url"));
}

TEST_F(local_commands, files_that_a_start_needs_belong_to_the_configuration) {
  const auto refused = [this](const std::string& config, const std::string& why) {
    write("postroom.toml", config);
    ASSERT_EQ(check_it(), 2); // else `serve` would not end
    EXPECT_THAT(err, HasSubstr(why));
    EXPECT_THAT(out, Not(HasSubstr("good")));
    EXPECT_EQ(serve_it(), 2) << "systemd must not try again";
    EXPECT_THAT(err, HasSubstr(why));
    EXPECT_FALSE(std::filesystem::exists(folder / "data"));
  };
  const std::string tls = "[api]\ntls_certificate = \"chain.pem\"\ntls_key = \"key.pem\"\n";
  refused(tls, "chain.pem");
  write("chain.pem", test::rsa_certificate_pem);
  refused(tls, "key.pem");
  write("key.pem", test::ec_certificate_key_pem);
  refused(tls, "key.pem");
  refused("[store]\nkey_file = \"missing.keys\"\n", "missing.keys");

  write("key.pem", test::rsa_certificate_key_pem);
  write("postroom.toml", tls);
  EXPECT_EQ(check_it(), 0) << err;
  EXPECT_THAT(out, StartsWith(file.string() + ": good"));
}

} // namespace
} // namespace postroom::app
