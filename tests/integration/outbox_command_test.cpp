#include "tests/integration/support/command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

/// The outbox over the command line. The mail server does not answer, so that mails stay where they are.
namespace postroom::test {
namespace {

using testing::HasSubstr;

class outbox_command : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_EQ(shell()
                  .run({"provider", "add", "mail", "--name", "Mail", "--service", "password", "--type", "imap",
                        "--imap-host", "127.0.0.1", "--imap-port", "1", "--smtp-host", "127.0.0.1", "--smtp-port", "1"})
                  .status,
              0);
    ASSERT_EQ(shell()
                  .run({"grant", "add", "g", "--provider", "mail", "--kind", "password", "--password-file", "-"}, "x")
                  .status,
              0);
    ASSERT_EQ(shell()
                  .run({"account", "add", "support", "--name", "Support", "--email", "support@acme.test", "--provider",
                        "mail", "--grant", "g", "--modern-authentication", "false"})
                  .status,
              0);
    const auto there = shell().run({"outbox", "list", "--account", "support"});
    if (there.status == 3 || there.err.find("HTTP 404") != std::string::npos)
      GTEST_SKIP() << "this gateway has no outbox";
  }
  const command_line& shell() const { return gateway_.shell(); }
  command_outcome send(std::vector<std::string> more = {}, std::string_view input = {}) {
    std::vector<std::string> all{"outbox", "send", "--account", "support", "--json"};
    all.insert(all.end(), more.begin(), more.end());
    return shell().run(std::move(all), input);
  }
  command_outcome act(const std::string& deed, const std::string& mail) {
    return shell().run({"outbox", deed, "--account", "support", mail, "--json"});
  }
  std::string file(const std::string& name, std::string_view content) {
    write_file(gateway_.directory() / name, content);
    return (gateway_.directory() / name).string();
  }

private:
  bare_gateway gateway_;
};

TEST_F(outbox_command, hands_in_a_mail_and_shows_it) {
  const auto sent = send({"--to", "Anna Müller <anna@example.test>", "--cc", "b@example.test", "--subject", "Grüße",
                          "--text-file", "-", "--header", "X-Ticket: 42", "--hold"},
                         "Hello\n");
  ASSERT_EQ(sent.status, 0) << sent.err;
  EXPECT_EQ(sent.json().at("state"), "held");
  EXPECT_EQ(sent.json().at("recipients").as_array().size(), 2U);
  const std::string id{sent.json().at("id").as_string()};
  const auto shown = shell().run({"outbox", "show", "--account", "support", id});
  EXPECT_EQ(shown.status, 0) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("Grüße"));
  EXPECT_THAT(shown.out, HasSubstr("anna@example.test"));
  EXPECT_THAT(shell().run({"outbox", "list", "--account", "support", "--state", "held"}).out, HasSubstr(id));
  EXPECT_EQ(shell().run({"outbox", "list", "--account", "support", "--state", "sent", "--json"}).lines().size(), 0U);
  EXPECT_EQ(shell().run({"outbox", "counts", "--account", "support", "--json"}).json().at("held"), 1);
  EXPECT_EQ(shell().run({"outbox", "show", "--account", "support", "nothing"}).status, 3);
  EXPECT_EQ(shell().run({"outbox", "list", "--account", "nobody"}).status, 3);
}

TEST_F(outbox_command, leads_a_mail_through_its_states) {
  const auto sent = send({"--to", "a@example.test", "--subject", "x", "--text", "y", "--hold"});
  ASSERT_EQ(sent.status, 0) << sent.err;
  const std::string id{sent.json().at("id").as_string()};
  const auto released = act("release", id);
  EXPECT_EQ(released.status, 0) << released.err;
  EXPECT_NE(released.json().at("state"), "held");
  ASSERT_TRUE(wait_until([&] { return act("hold", id).status == 0; }, 20s)) << "between two tries it can be held";
  EXPECT_EQ(act("show", id).json().at("state"), "held");
  const auto cancelled = act("cancel", id);
  EXPECT_EQ(cancelled.status, 0) << cancelled.err;
  EXPECT_EQ(cancelled.json().at("state"), "cancelled");
  EXPECT_EQ(act("release", id).status, 5);
  const auto again = act("requeue", id);
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_NE(again.json().at("state"), "cancelled");
}

TEST_F(outbox_command, uploads_what_is_attached) {
  const std::string large(3'000'000, 'x');
  const auto sent = send({"--to", "a@example.test", "--subject", "x", "--text", "y", "--html-file",
                          file("body.html", "<p>y</p>"), "--attach", file("offer.pdf", large), "--hold"});
  ASSERT_EQ(sent.status, 0) << sent.err;
  EXPECT_GT(sent.json().at("size").to_number<std::uint64_t>(), large.size());
  auto stranger = shell();
  stranger.token = "postroom_" + std::string(43, 'x');
  const auto refused = stranger.run(
      {"outbox", "send", "--account", "support", "--to", "a@example.test", "--attach", file("again.pdf", large)});
  EXPECT_EQ(refused.status, 4) << "the answer is heard although the file was not taken: " << refused.err;
  const auto missing = send({"--to", "a@example.test", "--text", "y", "--attach", "/nonexistent"});
  EXPECT_EQ(missing.status, 2);
  EXPECT_THAT(missing.err, HasSubstr("/nonexistent"));
}

TEST_F(outbox_command, hands_in_a_raw_mail) {
  const auto raw = file("mail.eml", "From: support@acme.test\r\nTo: a@example.test\r\nSubject: raw\r\n\r\nHello\r\n");
  const auto sent = send({"--raw", raw});
  ASSERT_EQ(sent.status, 0) << sent.err;
  EXPECT_EQ(sent.json().at("subject"), "raw");
}

TEST_F(outbox_command, takes_the_same_key_for_the_same_mail) {
  const std::vector<std::string> mail{"--to", "a@example.test", "--subject",         "x",           "--text",
                                      "y",    "--hold",         "--idempotency-key", "the-same-key"};
  const auto first = send(mail);
  ASSERT_EQ(first.status, 0) << first.err;
  const auto second = send(mail);
  ASSERT_EQ(second.status, 0) << second.err;
  EXPECT_EQ(second.json().at("id"), first.json().at("id"));
  EXPECT_EQ(shell().run({"outbox", "list", "--account", "support", "--json"}).lines().size(), 1U);
  const auto other = send({"--to", "b@example.test", "--text", "z", "--idempotency-key", "the-same-key"});
  EXPECT_EQ(other.status, 5) << "a key is for one mail";
}

TEST_F(outbox_command, says_what_is_wrong_with_a_mail) {
  const auto nobody = send({"--subject", "x", "--text", "y"});
  EXPECT_EQ(nobody.status, 2);
  EXPECT_EQ(send({"--to", "not an address", "--text", "y"}).status, 2);
  EXPECT_EQ(send({"--to", "a@example.test", "--reply", "no-such-message", "--text", "y"}).status, 3);
}

} // namespace
} // namespace postroom::test
