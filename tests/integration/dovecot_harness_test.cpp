#include "tests/support/dovecot.hpp"
#include "tests/support/wire.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postroom::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const std::string shared = "support@contoso.test";
const std::string delegate = "dora@contoso.test";
const std::string mail = "From: anna@example.test\r\nSubject: hello\r\nMessage-ID: <1@example.test>\r\n\r\n.body\r\n";

class dovecot_harness : public testing::Test {
protected:
  void SetUp() override {
    dovecot_options options;
    options.mailboxes = {shared};
    options.rights = {{delegate, shared}};
    auto started = dovecot::start(std::move(options));
    ASSERT_TRUE(started) << to_string(started.error());
    server = std::move(*started);
  }

  std::unique_ptr<wire> connect() {
    auto client = wire::connect(server->imaps_port(), server->certificates().ca_certificate);
    EXPECT_TRUE(client) << to_string(client.error());
    EXPECT_THAT((*client)->read_line().value(), StartsWith("* OK"));
    return std::move(*client);
  }

  /// The tagged answer to a login with a token of `upn` to `mailbox`, past the challenge that precedes a refusal.
  std::string sign_in(wire& client, const token_claims& claims, const std::string& mailbox) {
    const auto response = xoauth2(mailbox, server->issuer().token(claims));
    EXPECT_TRUE(client.write("a AUTHENTICATE XOAUTH2 " + response + "\r\n"));
    for (;;) {
      auto line = client.read_line();
      if (!line)
        return to_string(line.error());
      if (line->starts_with("a "))
        return *line;
      if (line->starts_with("+ ") && !client.write("\r\n"))
        return "connection lost";
    }
  }

  std::unique_ptr<dovecot> server;
};

TEST_F(dovecot_harness, lets_a_delegate_into_the_shared_mailbox) {
  auto client = connect();
  EXPECT_THAT(sign_in(*client, {.upn = delegate}, shared), StartsWith("a OK"));
  EXPECT_THAT(client->command("SELECT INBOX").value().back(), HasSubstr("OK [READ-WRITE]"));
}

TEST_F(dovecot_harness, refuses_whoever_has_no_right) {
  EXPECT_THAT(sign_in(*connect(), {.upn = "mallory@contoso.test"}, shared), StartsWith("a NO"));
  EXPECT_THAT(sign_in(*connect(), {.upn = delegate}, "other@contoso.test"), StartsWith("a NO"));
  EXPECT_THAT(sign_in(*connect(), {.upn = delegate, .life = -60s}, shared), StartsWith("a NO"));
  EXPECT_THAT(sign_in(*connect(), {.upn = delegate, .issuer = "https://evil.test"}, shared), StartsWith("a NO"));
}

TEST_F(dovecot_harness, grants_and_revokes_rights_while_running) {
  const std::string other = "other@contoso.test";
  EXPECT_THAT(sign_in(*connect(), {.upn = delegate}, other), StartsWith("a NO"));
  server->grant(delegate, other);
  EXPECT_TRUE(wait_until([&] { return sign_in(*connect(), {.upn = delegate}, other).starts_with("a OK"); }, 5s));
  server->revoke(delegate, shared);
  EXPECT_TRUE(wait_until([&] { return sign_in(*connect(), {.upn = delegate}, shared).starts_with("a NO"); }, 5s));
}

TEST_F(dovecot_harness, takes_the_password_and_delivers_mail_unchanged) {
  ASSERT_TRUE(server->deliver(shared, mail));
  server->drop(shared, mail);
  auto client = connect();
  EXPECT_THAT(client->command("LOGIN " + shared + " " + server->password()).value().back(), HasSubstr("OK"));
  EXPECT_THAT(client->command("SELECT INBOX").value(), testing::Contains("* 2 EXISTS"));
  EXPECT_EQ(server->message_count(shared).value(), 2U);
  const auto header = client->command("UID FETCH 2 BODY.PEEK[]").value().front();
  EXPECT_THAT(header, HasSubstr("{" + std::to_string(mail.size()) + "}"));
}

TEST_F(dovecot_harness, pushes_into_idle) {
  auto client = connect();
  ASSERT_THAT(sign_in(*client, {.upn = delegate}, shared), StartsWith("a OK"));
  ASSERT_TRUE(client->command("SELECT INBOX"));
  ASSERT_TRUE(client->write("i IDLE\r\n"));
  ASSERT_THAT(client->read_line().value(), StartsWith("+ "));
  ASSERT_TRUE(server->deliver(shared, mail));
  EXPECT_TRUE(client->read_until("* 1 EXISTS", 5s));
  server->drop(shared, mail);
  EXPECT_TRUE(client->read_until("* 2 EXISTS", 8s));
}

TEST_F(dovecot_harness, keeps_order_of_preloaded_mail_and_expunges) {
  server->preload(shared, 500, [](std::size_t i) { return "Subject: number " + std::to_string(i) + "\r\n\r\nx\r\n"; });
  auto client = connect();
  ASSERT_THAT(sign_in(*client, {.upn = delegate}, shared), StartsWith("a OK"));
  EXPECT_THAT(client->command("SELECT INBOX").value(), testing::Contains("* 500 EXISTS"));
  auto lines = client->command("UID FETCH 321 BODY.PEEK[HEADER.FIELDS (SUBJECT)]").value();
  ASSERT_GT(lines.size(), 2U);
  EXPECT_EQ(lines[1], "Subject: number 320");
  ASSERT_TRUE(server->expunge(shared, {"uid", "1:499"}));
  EXPECT_EQ(server->message_count(shared).value(), 1U);
}

TEST_F(dovecot_harness, renews_uidvalidity_and_survives_a_kill) {
  const auto uidvalidity = [&] {
    auto client = connect();
    EXPECT_THAT(sign_in(*client, {.upn = delegate}, shared), StartsWith("a OK"));
    for (const auto& line : client->command("SELECT INBOX").value())
      if (line.find("[UIDVALIDITY ") != std::string::npos)
        return line;
    return std::string{};
  };
  ASSERT_TRUE(server->deliver(shared, mail));
  const auto before = uidvalidity();
  EXPECT_NE(before, "");
  server->kill();
  ASSERT_TRUE(server->restart());
  EXPECT_EQ(uidvalidity(), before);
  ASSERT_TRUE(server->renew_uidvalidity(shared));
  EXPECT_NE(uidvalidity(), before);
  EXPECT_EQ(server->message_count(shared).value(), 1U);
}

} // namespace
} // namespace postroom::test
