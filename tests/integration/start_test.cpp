#include "tests/integration/support/office.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

/// What an operator reads when the gateway does not start, and the commands around it.
namespace postroom::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class start : public testing::Test {
protected:
  run_outcome command(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), POSTROOM_BINARY_DIR "/app/postroom");
    auto ended = run(arguments);
    EXPECT_TRUE(ended);
    return ended ? *ended : run_outcome{};
  }
  std::string config(const std::string& text = "data_directory = \"data\"\n[api]\nlisten = \"127.0.0.1:0\"\n") {
    const auto file = directory.path() / "postroom.toml";
    write_file(file, text);
    return file.string();
  }

  temp_directory directory;
};

TEST_F(start, names_every_mistake_of_the_configuration) {
  const auto file = config("[api]\nlisten = 1\nport = 2\n");
  const auto said = command({"serve", "-c", file});
  EXPECT_EQ(said.status, 2);
  EXPECT_THAT(said.output, HasSubstr(file + ":2:1: listen must be a text"));
  EXPECT_THAT(said.output, HasSubstr(file + ":3:1: unknown key 'port'"));
  EXPECT_EQ(command({"check", "-c", file}).status, 2);
  EXPECT_EQ(command({"serve", "-c", "/nonexistent/postroom.toml"}).status, 2);
}

TEST_F(start, says_that_another_gateway_holds_the_store) {
  office world;
  world.start();
  const auto said = command({"serve", "-c", (world.directory() / "postroom.toml").string()});
  EXPECT_EQ(said.status, 1);
  EXPECT_THAT(said.output, HasSubstr("in use by another process"));
  EXPECT_THAT(said.output, HasSubstr("what to do:"));
}

TEST_F(start, refuses_a_key_that_does_not_open_the_store) {
  const auto file = config();
  ASSERT_EQ(command({"token", "create", "-c", file}).status, 0);
  const auto key = directory.path() / "data/sealing.keys";
  const auto good = read_file(key);
  ASSERT_FALSE(good.empty());
  std::filesystem::remove(key);
  const auto said = command({"token", "create", "-c", file});
  EXPECT_EQ(said.status, 1) << "a new key must not be made over old secrets";
  EXPECT_THAT(said.output, HasSubstr("what to do:"));
  write_file(key, good);
  std::filesystem::permissions(key, std::filesystem::perms::owner_read);
  EXPECT_EQ(command({"token", "create", "-c", file}).status, 0);
}

TEST_F(start, names_a_store_that_cannot_be_read) {
  const auto file = config();
  ASSERT_EQ(command({"token", "create", "-c", file}).status, 0);
  write_file(directory.path() / "data/store/CURRENT", "garbage\n");
  const auto said = command({"serve", "-c", file});
  EXPECT_EQ(said.status, 1);
  EXPECT_THAT(said.output, HasSubstr((directory.path() / "data/store").string()));
  EXPECT_THAT(said.output, HasSubstr("store_corrupt"));
}

TEST_F(start, explains_itself) {
  const auto help = command({"--help"});
  EXPECT_EQ(help.status, 0);
  for (const auto* name : {"serve", "demo", "check", "token", "version"})
    EXPECT_THAT(help.output, HasSubstr(name));
  EXPECT_EQ(command({"version"}).output, "postroom 0.1.0\n");
  EXPECT_EQ(command({"nonsense"}).status, 2);
  const auto token = command({"token", "create", "-c", config(), "--scope", "everything"});
  EXPECT_EQ(token.status, 2);
}

TEST_F(start, demonstrates_itself_and_tells_when_it_is_ready) {
  const auto ready = directory.path() / "ready.json";
  spawn_options how;
  how.output_file = directory.path() / "output";
  auto demo = process::spawn(
      {POSTROOM_BINARY_DIR "/app/postroom", "demo", "--ready-file", ready.string(), "--mail-every-ms", "200"}, how);
  ASSERT_TRUE(demo);
  ASSERT_TRUE(wait_until([&] { return std::filesystem::exists(ready); }, 60s)) << (*demo)->output();
  const auto told = boost::json::parse(read_file(ready)).as_object();
  EXPECT_EQ(told.at("pid").to_number<pid_t>(), (*demo)->pid());
  const std::string url{told.at("url").as_string()};
  const std::string token{told.at("token").as_string()};
  // The lines it prints work as they are.
  ASSERT_TRUE(wait_until([&] { return (*demo)->output().find("Events as they come") != std::string::npos; }, 10s));
  const auto said = (*demo)->output();
  EXPECT_THAT(said, HasSubstr("TOKEN=" + token));
  const auto ran = run({"sh", "-c",
                        "TOKEN=" + token + "; curl -s -H \"Authorization: Bearer $TOKEN\" '" + url +
                            "/v1/events?limit=2'; curl -s -H \"Authorization: Bearer $TOKEN\" '" + url +
                            "/v1/accounts?limit=3'; curl -s " + url + "/metrics | grep postroom_mailboxes"});
  ASSERT_TRUE(ran);
  EXPECT_THAT(ran->output, HasSubstr("message.received"));
  EXPECT_THAT(ran->output, HasSubstr("\"in_step\":true"));
  EXPECT_THAT(ran->output, HasSubstr("postroom_mailboxes{state=\"idle\"} 20"));
  ASSERT_TRUE(wait_until([&] { return (*demo)->output().find("message.received") != std::string::npos; }, 10s));
  (*demo)->signal(SIGINT);
  EXPECT_EQ((*demo)->wait(20s), 0);
}

} // namespace
} // namespace postroom::test
