#include "protocol/smtp/client_session.hpp"
#include "tests/sim/smtp/submission_fixture.hpp"

#include <optional>

/// Our SMTP client and the stand-in talk to each other without a network, in any cut.
namespace postroom::sim {
namespace {

using testing::HasSubstr;

class owner final : public smtp::session_listener {
public:
  void on_starttls() override { wants_tls = true; }
  void on_ready(const smtp::server_info& info) override { server = info; }
  void on_envelope(const smtp::envelope_outcome& outcome) override { envelope = outcome; }
  void on_body_wanted() override { wanted = true; }
  void on_message_done(smtp::phase, const smtp::reply& answer) override { verdict = answer; }
  void on_reset() override {}
  void on_closed(const error& why, smtp::phase where, const std::optional<smtp::reply>&) override {
    closed = why;
    closed_at = where;
  }

  bool wants_tls = false, wanted = false;
  std::optional<smtp::server_info> server;
  std::optional<smtp::envelope_outcome> envelope;
  std::optional<smtp::reply> verdict;
  std::optional<error> closed;
  smtp::phase closed_at = smtp::phase::greeting;
};

class submission_conversation : public testing::TestWithParam<std::size_t>, protected submission_world {
protected:
  void connect(const std::string& user, const std::string& token) {
    server.emplace(services, true);
    client.emplace(smtp::session_options{.user = user, .token_or_password = secret<>{token}}, told);
    hear(server->greet());
    talk();
  }
  void hear(const std::string& answers) {
    for (std::size_t at = 0; at < answers.size(); at += std::min(GetParam(), answers.size() - at))
      client->received(std::span{answers}.subspan(at, std::min(GetParam(), answers.size() - at)));
  }
  /// Carries octets both ways until nobody has anything to say.
  void talk() {
    while (!client->outgoing().empty()) {
      const std::string octets{client->outgoing().substr(0, GetParam())};
      client->sent(octets.size());
      hear(server->receive(octets));
      if (std::exchange(told.wants_tls, false)) {
        server->tls_established();
        client->tls_established();
      }
      if (server->state() == smtp_session::stage::finished && !client->closed())
        client->transport_closed(fail(errc::connection_lost, "closed"));
    }
  }
  smtp::reply send(const smtp::envelope& what, const std::string& raw) {
    told.verdict.reset();
    told.wanted = false;
    EXPECT_TRUE(client->begin(what));
    talk();
    client->begin_body();
    talk();
    EXPECT_TRUE(told.wanted);
    client->body(raw);
    talk();
    client->end_body();
    talk();
    return told.verdict.value_or(smtp::reply{});
  }

  owner told;
  std::optional<smtp_session> server;
  std::optional<smtp::client_session> client;
};

TEST_P(submission_conversation, carries_mails_of_any_shape) {
  connect(delegate, token(delegate));
  ASSERT_TRUE(told.server);
  EXPECT_TRUE(told.server->chunking && told.server->pipelining && told.server->dsn && told.server->smtputf8);
  EXPECT_EQ(told.server->size_max, 157'286'400U);
  const std::string head = "From: support@contoso.test\r\nMessage-ID: <1@contoso.test>\r\n\r\n";
  const std::vector<std::string> bodies{"", ".\r\n", "..\r\n.\r\nQUIT\r\n", std::string(70'000, 'x') + "\r\n.y\r\n"};
  for (const bool chunked : {false, true})
    for (const auto& body : bodies) {
      const smtp::envelope what{.mail_from = shared,
                                .recipients = {"anna@example.test", colleague},
                                .size = head.size() + body.size(),
                                .envelope_id = "e+1",
                                .chunked = chunked};
      const auto verdict = send(what, head + body);
      EXPECT_EQ(verdict.code, 250);
      EXPECT_EQ(smtp::message_id_in(verdict), "1@contoso.test");
      ASSERT_FALSE(inbox(colleague).empty());
      EXPECT_EQ(*inbox(colleague).back().raw, head + body);
    }
  EXPECT_EQ(inbox(colleague).size(), 2 * bodies.size());
  EXPECT_EQ(sent(delegate).size(), 2 * bodies.size());
  client->quit();
  talk();
  ASSERT_TRUE(told.closed);
  EXPECT_EQ(told.closed->code, errc::cancelled);
}

TEST_P(submission_conversation, understands_each_refusal_of_a_login) {
  for (const auto face : {service::microsoft, service::google, service::generic}) {
    services.face = face;
    told = {};
    connect(shared, token(delegate));
    ASSERT_TRUE(told.closed) << to_string(face);
    EXPECT_EQ(told.closed->code, errc::auth_rejected);
    EXPECT_EQ(told.closed_at, smtp::phase::login);
  }
  EXPECT_EQ(stats.submission_logins_refused, 3U);
}

TEST_P(submission_conversation, understands_that_one_may_not_send_as_somebody_else) {
  connect(colleague, token(colleague));
  const auto verdict =
      send({.mail_from = shared, .recipients = {"anna@example.test"}}, "From: support@contoso.test\r\n\r\nx\r\n");
  EXPECT_EQ(verdict.code, 554);
  EXPECT_EQ(smtp::classify(smtp::phase::message, verdict), smtp::failure_class::sender_denied);
}

INSTANTIATE_TEST_SUITE_P(cut, submission_conversation, testing::Values(1U, 7U, 1460U, 1U << 20U),
                         [](const auto& info) { return "into_" + std::to_string(info.param); });

} // namespace
} // namespace postroom::sim
