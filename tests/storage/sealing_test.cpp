#include "storage/sealing.hpp"

#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "storage/keys.hpp"
#include "storage/secrets.hpp"
#include "store_support.hpp"

#include <gmock/gmock.h>

#include <sys/stat.h>
#include <sys/wait.h>

#include <csignal>
#include <fstream>
#include <random>
#include <thread>

namespace postroom::storage {
namespace {

using testing::HasSubstr;
using testing::Not;

/// A key line whose 32 bytes all have one value.
std::string line(std::uint32_t id, char byte) {
  return std::to_string(id) + ":" + base64_encode(std::string(aead_key_bytes, byte));
}
keyring ring(const std::string& text) {
  return keyring::from_environment(text).value();
}
error refused(const std::string& text) {
  auto got = keyring::from_environment(text);
  EXPECT_FALSE(got) << text;
  return got ? error{} : got.error();
}

TEST(sealing, opens_what_it_sealed_and_seals_differently_each_time) {
  const auto keys = ring(line(1, 'a'));
  for (const std::string plain :
       {std::string{}, std::string{"s"}, std::string(100'000, 'x'), std::string("\0\xff", 2)}) {
    const auto one = keys.seal(plain, "p/acme/azure#client_secret").value();
    const auto two = keys.seal(plain, "p/acme/azure#client_secret").value();
    EXPECT_NE(one, two) << "a repeated nonce would break the cipher";
    if (plain.size() > 8)
      EXPECT_EQ(one.find(plain), std::string::npos);
    EXPECT_EQ(keys.open(one, "p/acme/azure#client_secret")->expose(), plain);
  }
}

TEST(sealing, does_not_open_with_another_key) {
  const auto sealed = ring(line(1, 'a')).seal("secret", "here").value();
  EXPECT_EQ(ring(line(1, 'b')).open(sealed, "here").error().code, errc::wrong_key);
  const auto other_id = ring(line(2, 'a')).open(sealed, "here");
  EXPECT_EQ(other_id.error().code, errc::wrong_key);
  EXPECT_THAT(other_id.error().detail, HasSubstr("key 1"));
}

TEST(sealing, does_not_open_elsewhere) {
  const auto keys = ring(line(1, 'a'));
  const auto sealed = keys.seal("secret", "g/acme/andrea#refresh_token").value();
  EXPECT_EQ(keys.open(sealed, "g/acme/berta#refresh_token").error().code, errc::wrong_key);
  EXPECT_EQ(keys.open(sealed, "g/acme/andrea#access_token").error().code, errc::wrong_key);
  EXPECT_EQ(keys.open(sealed, "").error().code, errc::wrong_key);
}

TEST(sealing, notices_every_changed_bit_and_every_missing_end) {
  const auto keys = ring(line(1, 'a') + "," + line(2, 'b'));
  const auto sealed = keys.seal("a secret", "here").value();
  for (std::size_t at = 0; at < sealed.size(); ++at)
    for (int bit = 0; bit < 8; ++bit) {
      auto tampered = sealed;
      tampered[at] = static_cast<char>(tampered[at] ^ (1 << bit));
      EXPECT_EQ(keys.open(tampered, "here").error().code, errc::wrong_key) << "byte " << at << " bit " << bit;
    }
  for (std::size_t length = 0; length < sealed.size(); ++length)
    EXPECT_EQ(keys.open(sealed.substr(0, length), "here").error().code, errc::wrong_key) << length;
  EXPECT_EQ(keys.open(sealed + '\0', "here").error().code, errc::wrong_key);
}

TEST(sealing, seals_with_the_highest_key_and_opens_with_all) {
  const auto before = ring(line(1, 'a'));
  const auto old = before.seal("secret", "here").value();
  const auto during = ring("# rotated\n" + line(7, 'c') + "\n\n" + line(1, 'a') + "\r\n");
  EXPECT_EQ(during.active_key_id(), 7U);
  EXPECT_EQ(during.open(old, "here")->expose(), "secret");
  const auto renewed = during.seal("secret", "here").value();
  const auto after = ring(line(7, 'c'));
  EXPECT_EQ(after.open(renewed, "here")->expose(), "secret");
  EXPECT_EQ(after.open(old, "here").error().code, errc::wrong_key);
}

TEST(sealing, knows_what_is_not_sealed) {
  const auto keys = ring(line(1, 'a'));
  for (const std::string& bytes : {std::string{}, std::string{"plain text"}, std::string{"\1\0\0\0", 4}})
    EXPECT_THAT(keys.open(bytes, "h").error().detail, HasSubstr("not a sealed value"));
  const auto highest = ring(line(4'294'967'295U, 'z')).seal("s", "h").value();
  EXPECT_THAT(keys.open(highest, "h").error().detail, HasSubstr("key 4294967295"));
}

TEST(sealing, refuses_lines_that_are_no_keys_without_repeating_them) {
  for (const std::string text :
       std::vector<std::string>{"", "# only a comment", "1", "1:", ":" + base64_encode(std::string(32, 'a')), "1:short",
                                "1:" + base64_encode(std::string(31, 'a')), "1:" + base64_encode(std::string(33, 'a')),
                                "0:" + base64_encode(std::string(32, 'a')), "-1:" + base64_encode(std::string(32, 'a')),
                                "4294967296:" + base64_encode(std::string(32, 'a')),
                                "x1:" + base64_encode(std::string(32, 'a')), line(1, 'a') + "," + line(1, 'b')})
    EXPECT_EQ(refused(text).code, errc::invalid_argument) << text;
  const auto why = refused(line(1, 'a') + "\n2:c2VjcmV0LWtleS1ieXRlcw==");
  EXPECT_THAT(why.detail, HasSubstr("line 2"));
  EXPECT_THAT(why.detail, Not(HasSubstr("c2VjcmV0")));
}

class key_file : public testing::Test {
protected:
  temporary_directory directory;
  std::filesystem::path path = directory.path() / "keys";

  void write(const std::string& text, ::mode_t mode = 0600) {
    std::ofstream{path} << text;
    ASSERT_EQ(::chmod(path.c_str(), mode), 0);
  }
};

TEST_F(key_file, is_made_for_its_owner_alone_and_never_overwritten) {
  const auto made = keyring::generate_file(path);
  ASSERT_TRUE(made);
  struct stat about {};
  ASSERT_EQ(::stat(path.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600U);
  const auto sealed = made->seal("secret", "here").value();
  EXPECT_EQ(keyring::from_file(path)->open(sealed, "here")->expose(), "secret");
  EXPECT_EQ(keyring::generate_file(path).error().code, errc::conflict);
  EXPECT_EQ(keyring::from_file(path)->open(sealed, "here")->expose(), "secret") << "still the first key";
  const auto other = keyring::generate_file(directory.path() / "other");
  EXPECT_EQ(other->open(sealed, "here").error().code, errc::wrong_key) << "keys are random";
}

TEST_F(key_file, is_made_whatever_an_earlier_attempt_left_behind) {
  const auto fresh = path.string() + ".new";
  for (const auto& left : {std::string{}, std::string{"1:MDEy"}, line(1, 'a') + "\n"}) {
    std::ofstream{fresh} << left;
    EXPECT_TRUE(keyring::generate_file(path)) << left;
    EXPECT_TRUE(keyring::from_file(path));
    EXPECT_FALSE(std::filesystem::exists(fresh));
    std::filesystem::remove(path);
  }
}

TEST_F(key_file, is_whole_or_missing_whenever_its_maker_is_killed) {
  std::mt19937 random{std::random_device{}()};
  for (int round = 0; round < 60; ++round) {
    const auto pid = ::fork();
    if (pid == 0) {
      static_cast<void>(keyring::generate_file(path));
      ::_exit(0);
    }
    std::this_thread::sleep_for(std::chrono::microseconds{random() % 1500});
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    if (std::filesystem::exists(path))
      EXPECT_TRUE(keyring::from_file(path)) << round;
    else
      EXPECT_TRUE(keyring::generate_file(path)) << round;
    std::filesystem::remove(path);
  }
}

TEST_F(key_file, is_refused_when_others_may_touch_it) {
  for (const ::mode_t mode : {0640, 0604, 0620, 0602, 0610, 0601, 0666}) {
    write(line(1, 'a'), mode);
    const auto got = keyring::from_file(path);
    ASSERT_FALSE(got) << std::oct << mode;
    EXPECT_EQ(got.error().code, errc::forbidden);
    EXPECT_THAT(got.error().detail, HasSubstr("chmod 600"));
  }
  for (const ::mode_t mode : {0600, 0400, 0700}) {
    write(line(1, 'a'), 0600);
    ASSERT_EQ(::chmod(path.c_str(), mode), 0);
    EXPECT_TRUE(keyring::from_file(path)) << std::oct << mode;
  }
}

TEST_F(key_file, tells_what_is_wrong_with_it) {
  EXPECT_EQ(keyring::from_file(path).error().code, errc::not_found);
  EXPECT_EQ(keyring::from_file(directory.path()).error().code, errc::invalid_argument) << "a directory";
  write("no key\n");
  EXPECT_THAT(keyring::from_file(path).error().detail, HasSubstr(path.string()));
  write(std::string(65 * 1024, '#'));
  EXPECT_EQ(keyring::from_file(path).error().code, errc::too_large);
  EXPECT_EQ(keyring::generate_file(directory.path() / "missing" / "keys").error().code, errc::not_found);
}

class key_check : public any_store {
protected:
  result<void> check(const keyring& keys) {
    return start<result<void>>([&](auto done) { check_keys(db, keys, done); }).get();
  }
};
INSTANTIATE_TEST_SUITE_P(stores, key_check, every_store, store_name);

TEST_P(key_check, remembers_the_keys_of_a_new_store_and_knows_them_again) {
  EXPECT_TRUE(check(ring(line(1, 'a'))));
  EXPECT_TRUE(check(ring(line(1, 'a'))));
  EXPECT_EQ(check(ring(line(1, 'b'))).error().code, errc::wrong_key);
}

TEST_P(key_check, refuses_keys_that_are_all_unknown) {
  ASSERT_TRUE(check(ring(line(1, 'a'))));
  EXPECT_EQ(check(ring(line(2, 'b'))).error().code, errc::wrong_key);
  EXPECT_TRUE(check(ring(line(1, 'a')))) << "the refused key left no trace";
}

TEST_P(key_check, follows_a_rotation) {
  ASSERT_TRUE(check(ring(line(1, 'a'))));
  EXPECT_TRUE(check(ring(line(1, 'a') + "," + line(2, 'b')))) << "the new key beside the old";
  EXPECT_TRUE(check(ring(line(2, 'b')))) << "the old one is no longer held";
  EXPECT_EQ(check(ring(line(2, 'c'))).error().code, errc::wrong_key);
  EXPECT_EQ(check(ring(line(1, 'c') + "," + line(2, 'b'))).error().code, errc::wrong_key)
      << "one right key does not excuse a wrong one";
}

TEST(sealed_fields, are_bound_to_their_record_and_field) {
  const auto keys = ring(line(1, 'a'));
  records::Grant grant;
  grant.set_tenant("acme");
  grant.set_id("andrea");
  ASSERT_TRUE(seal_refresh_token(keys, grant, secret<>{"refresh"}));
  ASSERT_TRUE(seal_access_token(keys, grant, secret<>{"access"}));
  EXPECT_EQ(open_refresh_token(keys, grant)->expose(), "refresh");
  EXPECT_EQ(open_access_token(keys, grant)->expose(), "access");
  EXPECT_THAT(grant.SerializeAsString(), Not(HasSubstr("refresh")));

  auto swapped = grant;
  swapped.set_access_token(grant.refresh_token());
  EXPECT_EQ(open_access_token(keys, swapped).error().code, errc::wrong_key) << "another field";
  auto moved = grant;
  moved.set_id("berta");
  EXPECT_EQ(open_refresh_token(keys, moved).error().code, errc::wrong_key) << "another grant";
  moved = grant;
  moved.set_tenant("zoo");
  EXPECT_EQ(open_refresh_token(keys, moved).error().code, errc::wrong_key) << "another tenant";

  records::Provider provider;
  provider.set_tenant("acme");
  provider.set_id("azure");
  ASSERT_TRUE(seal_secret(keys, provider, "client_secret", secret<>{"client-secret"}));
  EXPECT_EQ(open_secret(keys, provider, "client_secret")->expose(), "client-secret");
}

TEST(sealed_fields, are_empty_when_nothing_is_sealed) {
  const auto keys = ring(line(1, 'a'));
  records::Provider provider;
  provider.set_client_secret("old");
  ASSERT_TRUE(seal_secret(keys, provider, "client_secret", secret<>{}));
  EXPECT_TRUE(provider.client_secret().empty());
  EXPECT_TRUE(open_secret(keys, provider, "client_secret")->empty());
}

} // namespace
} // namespace postroom::storage
