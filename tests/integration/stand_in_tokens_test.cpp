#include "base/encoding.hpp"
#include "base/jws.hpp"
#include "tests/integration/support/outgoing.hpp"
#include "tests/integration/support/stand_in_office.hpp"
#include "tests/support/dovecot.hpp"
#include "tests/support/postfix.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

/// The stand-in's access tokens are good for servers that others wrote: Dovecot checks them with the key that the
/// stand-in publishes, and Postfix asks Dovecot.
namespace postroom::test {
namespace {

class stand_in_tokens_test : public testing::Test {
protected:
  stand_in_tokens_test()
      : office([](sim::scenario& plan) {
          plan.tls = false;
          plan.tenants.front().mailboxes = 2;
        }) {}

  /// Of its key set (RFC 7517), which has one key as yet.
  [[nodiscard]] trusted_issuer issuer() {
    const auto& facts = office.facts();
    const auto base = office.servers().identity_url() + "/" + facts.tenant_id;
    const auto got = run({"curl", "-sS", "--fail", base + "/discovery/v2.0/keys"});
    if (!got || got->status != 0)
      throw std::runtime_error(got ? got->output : to_string(got.error()));
    const auto key = boost::json::parse(got->output).at("keys").at(0).as_object();
    const auto pem =
        rsa_public_key_pem({base64url_decode(text_of(key, "n")).value(), base64url_decode(text_of(key, "e")).value()});
    return {base + "/v2.0", facts.client_id, text_of(key, "kid"), pem.value()};
  }
  /// Where the delegate may open the mailboxes with tokens of this issuer.
  void start_imap(trusted_issuer whose) {
    dovecot_options options;
    options.mailboxes = office.servers().mailboxes();
    options.rights = rights();
    options.trusted.push_back(std::move(whose));
    options.sent_folder = "Sent Items"; // of the delegate, who logs in to send
    auto started = dovecot::start(options);
    ASSERT_TRUE(started) << to_string(started.error());
    imap = std::move(*started);
  }
  void start_smtp() {
    postfix_options options;
    options.rights = rights();
    auto started = postfix::start(*imap, options);
    ASSERT_TRUE(started) << to_string(started.error());
    smtp = std::move(*started);
  }
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> rights() {
    std::vector<std::pair<std::string, std::string>> out;
    for (const auto& each : office.servers().mailboxes())
      out.emplace_back(office.servers().delegate(), each);
    return out;
  }
  std::string access_token() {
    const auto& facts = office.facts();
    const auto got = run({"curl", "-sS", "-d", "client_id=" + facts.client_id, "--data-urlencode",
                          "client_secret=" + facts.client_secret.expose(), "-d", "grant_type=refresh_token", "-d",
                          "refresh_token=" + office.servers().refresh_token().expose(), facts.token_url});
    return got ? text_of(boost::json::parse(got->output).as_object(), "access_token") : std::string{};
  }
  /// curl's exit status after it has opened a mailbox at Dovecot.
  int login(const std::string& token) {
    const auto done =
        run({"curl", "-sS", "--cacert", imap->certificates().ca_certificate.string(), "--user", office.mailbox(0),
             "--oauth2-bearer", token, "imaps://localhost:" + std::to_string(imap->imaps_port()) + "/"});
    return done ? done->status : -1;
  }
  static constexpr int curl_login_denied = 67;

  /// Tokens of the stand-in, mail of the others, whose certificates are the ones that count.
  void start_gateway() {
    auto facts = office.facts();
    facts.imap_port = imap->imaps_port();
    facts.smtp_port = smtp->port();
    office.configure(office.configuration({&facts, 1}, imap->certificates().ca_certificate));
    office.start();
  }

  stand_in_office office;
  std::unique_ptr<dovecot> imap;
  std::unique_ptr<postfix> smtp;
};

TEST_F(stand_in_tokens_test, open_mailboxes_at_dovecot_and_send_through_postfix) {
  ASSERT_NO_FATAL_FAILURE(start_imap(issuer()));
  ASSERT_NO_FATAL_FAILURE(start_smtp());
  ASSERT_NO_FATAL_FAILURE(start_gateway());
  const auto box = office.mailbox(0);
  ASSERT_TRUE(office.await_idle({account_of(box), account_of(office.mailbox(1))})) << imap->log();
  ASSERT_TRUE(imap->deliver(box, office::mail("hello")));
  ASSERT_TRUE(office.await_event("message.received"));
  const auto received = office.events("message.received").front();
  EXPECT_EQ(received.account(), account_of(box));
  EXPECT_EQ(received.subject(), "hello");

  office.ask("POST", "/v1/accounts/" + account_of(box) + "/outbox",
             {{"to", {"anna@example.test"}}, {"subject", "hello back"}, {"text", "x\n"}});
  ASSERT_TRUE(smtp->relay().await(1, 20s));
  EXPECT_EQ(smtp->relay().mails().front().mail_from, box);
  EXPECT_EQ(smtp->relay().mails().front().field("Subject"), "hello back");
  EXPECT_EQ(office.servers().stats().logins, 0U) << "the stand-in gave the tokens only";
}

TEST_F(stand_in_tokens_test, count_for_the_application_they_were_made_for) {
  const auto token = access_token();
  const auto ours = issuer();
  ASSERT_NO_FATAL_FAILURE(start_imap(ours));
  EXPECT_EQ(login(token), 0);
  auto others = ours;
  others.client_id = "0f2e9a56-6d7c-4f0b-9d39-b3a1f8f1a001";
  ASSERT_NO_FATAL_FAILURE(start_imap(others));
  EXPECT_EQ(login(token), curl_login_denied);
  auto elsewhere = ours;
  elsewhere.issuer = "https://login.test/v2.0";
  ASSERT_NO_FATAL_FAILURE(start_imap(elsewhere));
  EXPECT_EQ(login(token), curl_login_denied);
}

} // namespace
} // namespace postroom::test
