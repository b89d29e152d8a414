#include "tests/integration/support/office.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

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
  /// The status of a gateway that is ended as soon as it is ready.
  int serve_once(const std::string& file) {
    const auto ready = directory.path() / "ready.json";
    std::filesystem::remove(ready);
    spawn_options how;
    how.output_file = directory.path() / "output";
    auto spawned =
        process::spawn({POSTROOM_BINARY_DIR "/app/postroom", "serve", "-c", file, "--ready-file", ready.string()}, how);
    EXPECT_TRUE(spawned);
    if (!spawned)
      return -1;
    EXPECT_TRUE(wait_until([&] { return std::filesystem::exists(ready); }, 30s)) << (*spawned)->output();
    (*spawned)->signal(SIGTERM);
    return (*spawned)->wait(30s).value_or(-1);
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
  const auto token = command({"token", "create", "-c", (world.directory() / "postroom.toml").string()});
  EXPECT_EQ(token.status, 1);
  EXPECT_THAT(token.output, HasSubstr("--url"));
}

TEST_F(start, refuses_a_key_that_does_not_open_the_store) {
  const auto file = config();
  ASSERT_EQ(command({"token", "create", "-c", file}).status, 0) << "before the first start, too";
  ASSERT_EQ(serve_once(file), 0);
  const auto key = directory.path() / "data/sealing.keys";
  const auto good = read_file(key);
  ASSERT_FALSE(good.empty());
  std::filesystem::remove(key);
  const auto said = command({"serve", "-c", file});
  EXPECT_EQ(said.status, 1) << "a new key must not be made over old secrets";
  EXPECT_THAT(said.output, HasSubstr("what to do:"));
  write_file(key, good);
  std::filesystem::permissions(key, std::filesystem::perms::owner_read);
  EXPECT_EQ(serve_once(file), 0);
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

/// `postroom demo` in a process of its own.
class demonstration : public start {
protected:
  void begin() {
    spawn_options how;
    how.output_file = directory.path() / "output";
    const auto ready = directory.path() / "ready.json";
    auto spawned = process::spawn({POSTROOM_BINARY_DIR "/app/postroom", "demo", "--ready-file", ready.string(),
                                   "--directory", (directory.path() / "demo").string(), "--mail-every-ms", "200"},
                                  how);
    ASSERT_TRUE(spawned);
    demo = std::move(*spawned);
    ASSERT_TRUE(wait_until([&] { return std::filesystem::exists(ready); }, 60s)) << demo->output();
    const auto told = boost::json::parse(read_file(ready)).as_object();
    EXPECT_EQ(told.at("pid").to_number<pid_t>(), demo->pid());
    url = told.at("url").as_string();
    token = told.at("token").as_string();
    ASSERT_TRUE(prints("Events as they come"));
  }
  bool prints(const std::string& text) {
    return wait_until([&] { return demo->output().find(text) != std::string::npos; }, 20s);
  }
  std::string shell(const std::string& script) {
    const auto ran = run({"sh", "-c", script});
    EXPECT_TRUE(ran);
    return ran ? ran->output : std::string{};
  }
  std::string get(const std::string& path) {
    return shell("curl -s -H 'Authorization: Bearer " + token + "' '" + url + path + "'");
  }
  /// The indented lines between "Try:" and the events, which are a shell's script.
  std::string printed_script() {
    const auto said = demo->output();
    const auto first = said.find("Try:\n"), last = said.find("Events as they come");
    std::istringstream lines{said.substr(first, last - first)};
    std::string script;
    for (std::string line; std::getline(lines, line);)
      if (line.starts_with("  ") && line.find("text/event-stream") == std::string::npos)
        script += line + "\n";
    return script;
  }
  /// A number from the statistics of the stand-in that runs inside.
  std::int64_t stand_in_counts(const std::string& name) {
    const auto said = demo->output();
    const std::string_view before = "what the stand-in does: ";
    const auto begin = said.find(before) + before.size();
    const auto control = said.substr(begin, said.find('\n', begin) - begin);
    const auto stats = boost::json::parse(shell("curl -s '" + control + "/v1/stats'"));
    return stats.at(name).to_number<std::int64_t>();
  }

  std::unique_ptr<process> demo;
  std::string url, token;
};

TEST_F(demonstration, prints_lines_that_work_as_they_are_and_ends_soon) {
  begin();
  const auto script = printed_script();
  EXPECT_THAT(script, HasSubstr("TOKEN=" + token + "\n"));
  for (const auto* part :
       {"/v1/events?tenant=contoso&limit=2'", "/v1/accounts?tenant=fabrikam&limit=3'",
        "/metrics | grep postroom_mailboxes", "-H 'Idempotency-Key: my-first'",
        "/v1/accounts/support/outbox?tenant=contoso'", POSTROOM_BINARY_DIR "/app/postroom outbox list"})
    EXPECT_THAT(script, HasSubstr(part));
  EXPECT_THAT(demo->output(), HasSubstr(" -H 'Accept: text/event-stream' '" + url + "/v1/events?tenant=contoso'"));
  const auto said = shell(script);
  // The oldest two: which types they are depends on who was faster, a mail or a sick mailbox.
  EXPECT_THAT(said, testing::ContainsRegex("\"seq\":1,.*\"seq\":2,"));
  EXPECT_THAT(said, HasSubstr("\"in_step\":true"));
  EXPECT_THAT(said, HasSubstr("postroom_mailboxes{state=\"idle\"} 44"));
  EXPECT_THAT(said, HasSubstr("\"state\":\"queued\"")) << "the answer to the mail handed in";
  EXPECT_THAT(said, testing::ContainsRegex("m[0-9]+-[0-9a-f]+ .*Good morning")) << "the table of the outbox";
  EXPECT_TRUE(prints("→ sent  contoso/support  anna@example.test  Good morning"));
  demo->signal(SIGINT);
  EXPECT_EQ(demo->wait(10s), 0);
}

TEST_F(demonstration, tells_what_is_wrong_with_each_sick_mailbox) {
  begin();
  const auto said = demo->output();
  EXPECT_THAT(said, HasSubstr("All 44 healthy mailboxes are in step"));
  for (const auto* part :
       {"its delegate has no Full Access\n    is ", ": grant_dead – ", ": user_action_required – ", ": throttled – ",
        ": auth_rejected – ", "user acts: The delegate signs in again", "its server says nothing\n    told below"})
    EXPECT_THAT(said, HasSubstr(part));
  // Noticed when the gateway's patience with a login ends.
  EXPECT_TRUE(wait_until([&] { return demo->output().find(": timeout – ") != std::string::npos; }, 60s))
      << demo->output();
  demo->signal(SIGINT);
  EXPECT_EQ(demo->wait(10s), 0);
}

TEST_F(demonstration, answers_some_of_the_mail_it_receives) {
  begin();
  EXPECT_TRUE(prints("message.received"));
  EXPECT_TRUE(prints("→ sent")) << demo->output();
  // Every answer that the gateway calls sent was taken by the stand-in, and more may have been since.
  const auto announced = [&] {
    const auto text = shell("curl -s " + url + "/metrics | grep 'events_total{type=\"outbox.sent\"}'");
    return std::stoll(text.substr(text.rfind(' ')));
  };
  const auto sent = announced();
  EXPECT_GT(sent, 0);
  const auto taken = stand_in_counts("mails_submitted");
  EXPECT_GE(taken, sent);
  EXPECT_TRUE(wait_until([&] { return announced() >= taken; }, 10s));
  EXPECT_EQ(stand_in_counts("mails_refused"), 0);
  EXPECT_EQ(stand_in_counts("submission_logins_refused"), 0);
  demo->signal(SIGINT);
  EXPECT_EQ(demo->wait(10s), 0);
}

} // namespace
} // namespace postroom::test
