#include "tests/integration/support/command_line.hpp"
#include "tests/integration/support/office.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

/// The program as people and scripts call it, against gateways that run.
namespace postroom::test {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(command_line, leads_an_object_through_its_life) {
  bare_gateway gateway;
  const auto& shell = gateway.shell();
  EXPECT_EQ(shell.run({"tenant", "add", "acme", "--name", "Acme"}).status, 0);
  const auto renamed = shell.run({"tenant", "set", "acme", "--name", "Äcme", "--json"});
  EXPECT_EQ(renamed.status, 0) << renamed.err;
  EXPECT_EQ(renamed.json().at("name"), "Äcme");
  EXPECT_THAT(shell.run({"tenant", "list"}).out, HasSubstr("acme     Äcme"));

  const auto made = shell.run({"provider", "add", "mail", "--tenant", "acme", "--name", "Mail", "--service", "password",
                               "--type", "imap", "--imap-host", "127.0.0.1", "--imap-port", "1", "--json"});
  ASSERT_EQ(made.status, 0) << made.err;
  EXPECT_EQ(made.json().at("tenant"), "acme");
  EXPECT_EQ(made.json().at("imap_port"), 1);
  const auto revision = made.json().at("revision").to_number<std::uint64_t>();
  const auto changed = shell.run({"provider", "set", "mail", "--tenant", "acme", "--imap-port", "2", "--if-revision",
                                  std::to_string(revision), "--json"});
  ASSERT_EQ(changed.status, 0) << changed.err;
  EXPECT_EQ(changed.json().at("imap_port"), 2);
  EXPECT_EQ(changed.json().at("name"), "Mail") << "what was not named stays";
  EXPECT_EQ(shell
                .run({"provider", "set", "mail", "--tenant", "acme", "--imap-port", "3", "--if-revision",
                      std::to_string(revision)})
                .status,
            5);
  EXPECT_THAT(shell.run({"provider", "show", "mail", "--tenant", "acme"}).out, HasSubstr("imap_port"));
  EXPECT_EQ(shell.run({"provider", "list", "--tenant", "acme", "--json"}).lines().size(), 1U);
  EXPECT_EQ(shell.run({"provider", "list", "--json"}).lines().size(), 0U) << "another tenant has none";

  const auto grant = shell.run({"grant", "add", "g", "--tenant", "acme", "--provider", "mail", "--kind", "password",
                                "--password-file", "-", "--json"},
                               "s3cret\n");
  ASSERT_EQ(grant.status, 0) << grant.err;
  EXPECT_EQ(grant.json().at("has_password"), true);
  EXPECT_THAT(shell.run({"grant", "show", "g", "--tenant", "acme"}).out, Not(HasSubstr("s3cret")));
  EXPECT_THAT(shell.run({"grant", "list", "--tenant", "acme"}).out, HasSubstr("password"));
  EXPECT_EQ(shell.run({"grant", "set", "g", "--tenant", "acme", "--delegate", "a@acme.test"}).status, 0);

  EXPECT_EQ(shell.run({"provider", "remove", "mail", "--tenant", "acme"}).status, 5) << "the grant belongs to it";
  EXPECT_EQ(shell.run({"grant", "remove", "g", "--tenant", "acme"}).status, 0);
  EXPECT_EQ(shell.run({"provider", "remove", "mail", "--tenant", "acme"}).status, 0);
  EXPECT_EQ(shell.run({"provider", "show", "mail", "--tenant", "acme"}).status, 3);
  EXPECT_EQ(shell.run({"tenant", "remove", "acme"}).status, 0);
  EXPECT_EQ(shell.run({"tenant", "show", "acme"}).status, 3);
}

TEST(command_line, leads_an_account_through_its_life) {
  bare_gateway gateway;
  const auto& shell = gateway.shell();
  ASSERT_EQ(shell
                .run({"provider", "add", "mail", "--name", "Mail", "--service", "password", "--type", "imap",
                      "--imap-host", "127.0.0.1", "--imap-port", "1"})
                .status,
            0);
  const auto made =
      shell.run({"account", "add", "support", "--name", "Support", "--email", "support@acme.test", "--provider", "mail",
                 "--modern-authentication", "false", "--active", "false", "--json"});
  ASSERT_EQ(made.status, 0) << made.err;
  EXPECT_EQ(made.json().at("active"), false);
  EXPECT_THAT(shell.run({"account", "status", "support"}).out, HasSubstr("inactive"));
  EXPECT_EQ(shell.run({"account", "activate", "support"}).out, "account support is active\n");
  EXPECT_EQ(shell.run({"account", "show", "support", "--json"}).json().at("active"), true);
  EXPECT_EQ(shell.run({"account", "deactivate", "support", "--json"}).json().at("active"), false);
  EXPECT_EQ(shell.run({"account", "set", "support", "--description", "first\nsecond"}).status, 0);
  EXPECT_THAT(shell.run({"account", "list"}).out, HasSubstr("support@acme.test"));
  EXPECT_EQ(shell.run({"account", "remove", "support"}).out, "account support is removed\n");
  EXPECT_EQ(shell.run({"account", "status", "support"}).status, 3);
}

TEST(command_line, makes_lists_and_revokes_tokens) {
  bare_gateway gateway;
  const auto& shell = gateway.shell();
  const auto made = shell.run(
      {"token", "create", "--url", shell.url, "--scope", "read", "--days", "1", "--note", "reports", "--json"});
  ASSERT_EQ(made.status, 0) << made.err;
  const std::string id{made.json().at("id").as_string()};
  auto reader = shell;
  reader.token = std::string{made.json().at("token").as_string()};
  EXPECT_EQ(reader.run({"account", "list"}).status, 0);
  const auto refused = reader.run({"tenant", "add", "x", "--name", "X"});
  EXPECT_EQ(refused.status, 4);
  EXPECT_THAT(refused.err, HasSubstr("lacks the scope admin (forbidden)"));
  EXPECT_THAT(shell.run({"token", "list"}).out, HasSubstr("reports"));
  EXPECT_EQ(shell.run({"token", "list", "--json"}).lines().size(), 2U);
  EXPECT_EQ(shell.run({"token", "revoke", id}).status, 0);
  EXPECT_EQ(reader.run({"account", "list"}).status, 4);
  EXPECT_EQ(shell.run({"token", "revoke", id}).status, 3);
}

TEST(command_line, tells_in_words_what_is_wrong) {
  bare_gateway gateway;
  const auto& shell = gateway.shell();
  const auto wrong = shell.run({"provider", "add", "x", "--service", "gogle", "--imap-port", "0"});
  EXPECT_EQ(wrong.status, 2);
  EXPECT_EQ(wrong.out, "");
  EXPECT_THAT(wrong.err, HasSubstr("field: service must be one of"));
  EXPECT_THAT(wrong.err, HasSubstr("did you mean 'google'?"));
  EXPECT_THAT(wrong.err, HasSubstr("field: imap_port must lie between"));
  EXPECT_THAT(wrong.err, HasSubstr("what to do: "));
  EXPECT_THAT(wrong.err, HasSubstr("who: you"));
  const auto document = shell.run({"account", "show", "nobody", "--json"});
  EXPECT_EQ(document.status, 3);
  EXPECT_EQ(boost::json::parse(document.err).at("code"), "not_found");
  EXPECT_EQ(shell.run({"account", "show"}).status, 2);
  auto stranger = shell;
  stranger.token = "";
  EXPECT_EQ(stranger.run({"account", "list"}).status, 4);
  EXPECT_EQ(shell.run({"tenant", "add", "default", "--name", "twice"}).status, 5);
}

TEST(command_line, asks_for_health_without_a_token) {
  bare_gateway gateway;
  auto shell = gateway.shell();
  shell.token = "";
  ASSERT_TRUE(wait_until([&] { return shell.run({"health"}).status == 0; }));
  EXPECT_EQ(shell.run({"health", "--json"}).json().at("ready"), true);
  gateway.kill();
  const auto gone = shell.run({"health", "--timeout", "2"});
  EXPECT_EQ(gone.status, 6);
  EXPECT_THAT(gone.err, HasSubstr("no gateway answers at 127.0.0.1"));
  EXPECT_EQ(shell.run({"account", "list"}).status, 6);
  EXPECT_EQ(shell.run({"account", "list", "--url", "http://no-such-host.invalid:1"}).status, 6);
}

TEST(command_line, verifies_the_gateway_it_speaks_to) {
  bare_gateway gateway{true};
  const auto& shell = gateway.shell();
  const auto good = shell.run({"tenant", "list", "--json", "--ca-file", gateway.ca_file()});
  EXPECT_EQ(good.status, 0) << good.err;
  EXPECT_EQ(good.lines().size(), 1U);
  const auto unknown = shell.run({"tenant", "list"});
  EXPECT_EQ(unknown.status, 6);
  EXPECT_THAT(unknown.err, HasSubstr("unknown issuer"));
  auto plain = shell;
  plain.url.erase(4, 1); // https → http
  EXPECT_EQ(plain.run({"tenant", "list", "--timeout", "5"}).status, 6);
  EXPECT_EQ(shell.run({"events", "tail", "--ca-file", gateway.ca_file()}).status, 0);
}

TEST(command_line, does_not_wait_for_ever_for_one_who_says_nothing) {
  const temp_directory directory;
  const auto port = free_port();
  auto silent = process::spawn({"python3", "-c",
                                "import socket,time\ns=socket.create_server(('127.0.0.1'," + std::to_string(port) +
                                    "))\nkeep=[]\nwhile True: keep.append(s.accept())"});
  ASSERT_TRUE(silent);
  ASSERT_TRUE(wait_until([&] { return accepts_connections(port); }));
  const command_line shell{"http://127.0.0.1:" + std::to_string(port), "t"};
  const auto late = shell.run({"health", "--timeout", "0.3"});
  EXPECT_EQ(late.status, 6);
  EXPECT_THAT(late.err, HasSubstr("(timeout)"));
  const auto tried = shell.run({"account", "list", "--timeout", "0.2"});
  EXPECT_EQ(tried.status, 7);
}

/// An office with one mailbox and a shell for it; the token is made before the gateway opens its store.
struct commanded_office {
  office world;
  command_line shell;

  commanded_office() {
    const auto file = (world.directory() / "postroom.toml").string();
    shell.token = shell.run({"token", "create", "-c", file, "--scope", "admin"}).out;
    shell.token.pop_back();
    std::istringstream config{read_file(file)};
    for (std::string line; std::getline(config, line);)
      if (line.starts_with("listen = \""))
        shell.url = "http://" + line.substr(10, line.rfind('"') - 10);
    world.start();
  }
};

TEST(command_line, prints_the_event_log) {
  commanded_office place;
  place.world.preload("support", 25);
  ASSERT_TRUE(place.world.await_in_step());
  const auto log = place.world.await_events(25);
  ASSERT_GE(log.size(), 25U);
  const auto& shell = place.shell;
  const auto all = shell.run({"events", "tail", "--from-start", "--json"});
  EXPECT_EQ(all.status, 0) << all.err;
  EXPECT_EQ(all.lines().size(), log.size());
  const auto last = shell.run({"events", "tail", "--json"}).lines();
  ASSERT_EQ(last.size(), 10U);
  EXPECT_EQ(last.back().at("seq"), log.back().seq);
  EXPECT_EQ(shell.run({"events", "tail", "--limit", "3", "--json"}).lines().size(), 3U);
  const auto some = shell.run(
      {"events", "tail", "--from-start", "--type", "message.received", "--account", "support", "--limit", "2"});
  EXPECT_THAT(some.out, testing::StartsWith("#"));
  EXPECT_THAT(some.out, HasSubstr("message.received  support  anna@example.test  1\n"));
  EXPECT_EQ(shell.run({"events", "tail", "--after", std::to_string(log.back().seq)}).out, "");
  EXPECT_EQ(shell.run({"events", "tail", "--after", "x"}).status, 2);
}

TEST(command_line, follows_the_log_over_a_restart_of_the_gateway) {
  commanded_office place;
  ASSERT_TRUE(place.world.await_in_step());
  place.world.deliver("support", office::mail("1"));
  ASSERT_GE(place.world.await_events(1).size(), 1U);
  const temp_directory said;
  const auto tail = place.shell.spawn(
      {"events", "tail", "--follow", "--from-start", "--type", "message.received", "--limit", "3", "--json"},
      said.path());
  const auto holds = [&](const char* subject) {
    return [&said, text = "\"subject\":\"" + std::string{subject} + "\""] {
      return read_file(said.path() / "out").find(text) != std::string::npos;
    };
  };
  ASSERT_TRUE(wait_until(holds("1"), 20s)) << read_file(said.path() / "err");
  place.world.deliver("support", office::mail("2"));
  ASSERT_TRUE(wait_until(holds("2"), 20s)) << "events come as they happen";
  place.world.kill();
  ASSERT_TRUE(
      wait_until([&] { return read_file(said.path() / "err").find("going on after") != std::string::npos; }, 20s));
  place.world.start();
  place.world.deliver("support", office::mail("3"));
  EXPECT_EQ(tail->wait(40s), 0) << read_file(said.path() / "err");
  command_outcome all;
  all.out = read_file(said.path() / "out");
  std::vector<std::string> subjects;
  for (const auto& each : all.lines())
    subjects.emplace_back(each.at("data").at("subject").as_string());
  EXPECT_THAT(subjects, testing::ElementsAre("1", "2", "3"));
}

} // namespace
} // namespace postroom::test
