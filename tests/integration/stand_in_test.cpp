#include "sim/stand_in.hpp"

#include "tests/support/process.hpp"
#include "tests/support/wire.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

/// The stand-in for Microsoft 365 against clients that others wrote.
namespace postroom::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

const std::string mail = "From: anna@example.test\r\nSubject: hello\r\nMessage-ID: <1@example.test>\r\n\r\nbody\r\n";

class stand_in_test : public testing::Test {
protected:
  /// Everything but what the test says is as usual.
  void start(const std::function<void(sim::scenario&)>& change = {}) {
    sim::scenario plan;
    plan.directory = directory.path() / "tls";
    if (change)
      change(plan);
    auto started = sim::stand_in::start(plan);
    ASSERT_TRUE(started) << to_string(started.error());
    server = std::move(*started);
  }
  std::string curl(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"curl", "-sS", "--cacert", server->ca_file().string()});
    const auto outcome = run(arguments);
    return outcome ? outcome->output : to_string(outcome.error());
  }
  /// The token endpoint's answer, a blank and the status.
  std::string refresh(const std::string& refresh_token, const std::string& secret) {
    return curl({"--data-urlencode", "client_secret=" + secret, "-d", "client_id=" + server->client_id(), "-d",
                 "grant_type=refresh_token", "-d", "refresh_token=" + refresh_token, "-w", " %{http_code}",
                 server->token_url()});
  }
  std::string access_token(const std::string& refresh_token) {
    const auto answer = refresh(refresh_token, server->client_secret().expose());
    EXPECT_THAT(answer, EndsWith(" 200"));
    return boost::json::parse(answer.substr(0, answer.rfind(' '))).at("access_token").as_string().c_str();
  }
  std::string imap_url(const std::string& path) {
    return "imaps://localhost:" + std::to_string(server->imap_port()) + path;
  }
  std::unique_ptr<wire> sign_in(const std::string& mailbox, const std::string& token) {
    auto client = wire::connect(server->imap_port(), server->ca_file());
    EXPECT_TRUE(client) << to_string(client.error());
    EXPECT_TRUE((*client)->read_line());
    EXPECT_THAT((*client)->command("AUTHENTICATE XOAUTH2 " + xoauth2(mailbox, token)).value().back(), HasSubstr("OK"));
    return std::move(*client);
  }

  temp_directory directory;
  std::unique_ptr<sim::stand_in> server;
};

TEST_F(stand_in_test, answers_curl_at_the_token_endpoint) {
  start();
  const auto good = refresh(server->refresh_token().expose(), server->client_secret().expose());
  EXPECT_THAT(good, AllOf(HasSubstr("\"token_type\":\"Bearer\""), HasSubstr("\"refresh_token\":"), EndsWith(" 200")));
  EXPECT_THAT(refresh("junk", server->client_secret().expose()), AllOf(HasSubstr("AADSTS70000"), EndsWith(" 400")));
  EXPECT_THAT(refresh("junk", "wrong"), AllOf(HasSubstr("AADSTS7000215"), EndsWith(" 401")));
  EXPECT_THAT(curl({server->identity_url() + "/" + server->tenant_id() + "/v2.0/.well-known/openid-configuration"}),
              HasSubstr(server->token_url()));
  EXPECT_EQ(server->stats().token_requests, 3U);
}

TEST_F(stand_in_test, lets_curl_read_mail) {
  start();
  const auto box = server->mailboxes().front();
  const auto uid = server->deliver(box, mail);
  ASSERT_TRUE(uid);
  const auto token = access_token(server->refresh_token().expose());
  EXPECT_EQ(curl({"--user", box, "--oauth2-bearer", token, imap_url("/INBOX;UID=" + std::to_string(*uid))}), mail);
  EXPECT_THAT(curl({"--user", box, "--oauth2-bearer", token, imap_url("/")}), HasSubstr("INBOX"));
  EXPECT_THAT(curl({"--user", box, "--oauth2-bearer", "junk", imap_url("/")}), HasSubstr("curl: (67)"));
}

TEST_F(stand_in_test, lets_imaplib_read_and_mark_mail) {
  start();
  const auto box = server->mailboxes().front();
  const std::string script = R"(
import imaplib, ssl, sys
port, ca, box, token = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
imap = imaplib.IMAP4_SSL('localhost', port, ssl_context=ssl.create_default_context(cafile=ca))
imap.authenticate('XOAUTH2', lambda _: f'user={box}\x01auth=Bearer {token}\x01\x01'.encode())
print(imap.select('INBOX'))
print(imap.uid('SEARCH', None, 'UID 1:2'))
status, data = imap.uid('FETCH', '1:*', '(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])')
print(status, sum(isinstance(part, tuple) and len(part[1]) > 2000 for part in data))
print(imap.uid('STORE', '1', '+FLAGS', '(\\Seen)'))
print(imap.append('Drafts', None, None, b'Subject: x\r\n\r\ny\r\n'))
print(imap.status('Drafts', '(MESSAGES)'))
print(imap.logout())
)";
  const auto outcome = run({"python3", "-c", script, std::to_string(server->imap_port()), server->ca_file().string(),
                            box, access_token(server->refresh_token().expose())});
  ASSERT_TRUE(outcome) << to_string(outcome.error());
  EXPECT_EQ(outcome->status, 0) << outcome->output;
  EXPECT_THAT(outcome->output, AllOf(HasSubstr("('OK', [b'3'])"), HasSubstr("('OK', [b'1 2'])"), HasSubstr("OK 3\n"),
                                     HasSubstr("FLAGS (\\\\Seen)"), HasSubstr("(MESSAGES 1)"), HasSubstr("'BYE'")));
}

TEST_F(stand_in_test, decodes_as_pythons_parser_expects) {
  start([](sim::scenario& plan) {
    plan.tenants.front().mailboxes = 1;
    plan.mail.initial_each = 60;
  });
  const auto box = server->mailboxes().front();
  const std::string script = R"(
import email, email.policy, imaplib, ssl, sys
port, ca, box, token = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
imap = imaplib.IMAP4_SSL('localhost', port, ssl_context=ssl.create_default_context(cafile=ca))
imap.authenticate('XOAUTH2', lambda _: f'user={box}\x01auth=Bearer {token}\x01\x01'.encode())
imap.select('INBOX', readonly=True)
data = imap.uid('FETCH', '1:*', '(BODY.PEEK[])')[1]
mails = [email.message_from_bytes(part[1], policy=email.policy.default) for part in data if isinstance(part, tuple)]
defects = sum(len(part.defects) for mail in mails for part in mail.walk())
texts = [mail.get_body(('plain',)).get_content() for mail in mails]
broken = sum('\ufffd' in text or '=?' in str(mail['subject']) or '=?' in str(mail['from']) for mail, text in zip(mails, texts))
print(len(mails), defects, broken, any('ü' in text for text in texts), any(list(mail.iter_attachments()) for mail in mails))
)";
  const auto outcome = run({"python3", "-c", script, std::to_string(server->imap_port()), server->ca_file().string(),
                            box, access_token(server->refresh_token().expose())});
  ASSERT_TRUE(outcome) << to_string(outcome.error());
  EXPECT_EQ(outcome->output, "60 0 0 True True\n");
}

TEST_F(stand_in_test, pushes_and_ends_sessions_at_token_expiry) {
  start([](sim::scenario& plan) {
    plan.tenants.front().mailboxes = 2;
    plan.access_token_life = 4s;
  });
  const auto& boxes = server->mailboxes();
  auto client = sign_in(boxes[1], access_token(server->refresh_token().expose()));
  ASSERT_TRUE(client->command("SELECT INBOX"));
  ASSERT_TRUE(client->write("i IDLE\r\n"));
  ASSERT_THAT(client->read_line().value(), StartsWith("+ IDLE accepted"));
  ASSERT_TRUE(server->deliver(boxes[0], mail));
  ASSERT_TRUE(server->deliver(boxes[1], mail));
  EXPECT_EQ(client->read_line().value(), "* 4 EXISTS");
  EXPECT_EQ(server->stats().idling, 1U);
  EXPECT_EQ(client->read_until("* BYE").value().back(), "* BYE Session invalidated - AccessTokenExpired");
  EXPECT_EQ(client->read_line().error().code, errc::connection_lost);
  EXPECT_TRUE(wait_until([&] { return server->stats().connections == 0; }, 2s));
}

TEST_F(stand_in_test, tells_rights_apart) {
  start([](sim::scenario& plan) { plan.tenants.front().mailboxes = 2; });
  const auto token = access_token(server->add_user("otto@contoso.test").expose());
  const auto box = server->mailboxes().front();
  EXPECT_THAT(sign_in(box, token)->command("LIST \"\" *").value().back(),
              HasSubstr("BAD User is authenticated but not connected."));
  server->allow("otto@contoso.test", box);
  EXPECT_THAT(sign_in(box, token)->command("LIST \"\" *").value().back(), HasSubstr("OK"));
  EXPECT_FALSE(server->deliver("nobody@contoso.test", mail));
}

TEST_F(stand_in_test, serves_without_tls_and_delivers_by_its_control_api) {
  start([](sim::scenario& plan) {
    plan.tenants.front().mailboxes = 1;
    plan.tls = false;
    plan.mail.initial_each = 0;
  });
  const auto url = server->control_url() + "/v1/mailboxes/" + server->mailboxes().front() + "/mails";
  const auto outcome = run({"curl", "-sS", "--data-binary", "@-", url}, mail);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->output, "{\"uid\":1}\n");
  const auto client = wire::connect(server->imap_port());
  ASSERT_TRUE(client);
  EXPECT_THAT((*client)->read_line().value(), StartsWith("* OK The Microsoft Exchange IMAP4 service is ready."));
  server->drop_connections();
  EXPECT_EQ((*client)->read_line().error().code, errc::connection_lost);
}

TEST_F(stand_in_test, streams_a_large_folder_to_a_slow_client) {
  start([](sim::scenario& plan) {
    plan.tenants.front().mailboxes = 1;
    plan.mail.initial_each = 0;
  });
  const auto box = server->mailboxes().front();
  const std::string large = "Subject: large\r\n\r\n" + std::string(1'000'000, 'x') + "\r\n";
  for (int i = 0; i < 20; ++i)
    ASSERT_TRUE(server->deliver(box, large));
  auto client = sign_in(box, access_token(server->refresh_token().expose()));
  ASSERT_TRUE(client->command("EXAMINE INBOX"));
  ASSERT_TRUE(client->write("f UID FETCH 1:* BODY.PEEK[]\r\n"));
  std::this_thread::sleep_for(200ms); // its socket's buffers fill up meanwhile
  // In pieces smaller than the one that waits for room.
  ASSERT_TRUE(server->add_fault({.kind = sim::fault_kind::slow, .lasts = 1s, .amount = 100'000}));
  ASSERT_TRUE(server->deliver(box, mail));
  for (int i = 0; i < 20; ++i) {
    ASSERT_THAT(client->read_line().value(), EndsWith("BODY[] {" + std::to_string(large.size()) + "}"));
    ASSERT_EQ(client->read_bytes(large.size()).value(), large);
    ASSERT_EQ(client->read_line().value(), ")");
  }
  EXPECT_EQ(client->read_until("f ").value().back(), "f OK FETCH completed.");
}

TEST_F(stand_in_test, lets_curl_submit_mail) {
  start([](sim::scenario& plan) {
    plan.tenants.front().mailboxes = 2;
    plan.mail.initial_each = 0;
  });
  const auto& boxes = server->mailboxes();
  const auto token = access_token(server->refresh_token().expose());
  const auto letter = directory.path() / "letter";
  write_file(letter, "From: " + boxes[0] + "\r\nSubject: hello\r\nMessage-ID: <s1@contoso.test>\r\n\r\n.dot\r\n");
  const auto submit = [&](const std::string& user, const std::string& with, const std::string& from) {
    return curl({"-v", "--ssl-reqd", "--user", user + ":", "--oauth2-bearer", with, "--mail-from", from, "--mail-rcpt",
                 boxes[1], "--mail-rcpt", "anna@example.test", "--upload-file", letter.string(),
                 "smtp://localhost:" + std::to_string(server->smtp_port()) + "/gw.example"});
  };
  EXPECT_THAT(submit(server->delegate(), token, boxes[0]),
              HasSubstr("250 2.0.0 OK <s1@contoso.test> [Hostname=EUR01.stand-in.test]"));
  EXPECT_THAT(submit(boxes[0], token, boxes[0]), HasSubstr("535 5.7.3 Authentication unsuccessful"));
  const auto stranger = access_token(server->add_user("otto@contoso.test").expose());
  EXPECT_THAT(submit("otto@contoso.test", stranger, boxes[0]), HasSubstr("SendAsDenied"));
  EXPECT_EQ(curl({"--user", boxes[1], "--oauth2-bearer", token, imap_url("/INBOX;UID=1")}), read_file(letter));
  const auto stats = server->stats();
  EXPECT_EQ(stats.mails_submitted, 1U);
  EXPECT_EQ(stats.mails_refused, 1U);
  EXPECT_EQ(stats.submission_logins, 2U);
  EXPECT_EQ(stats.submission_logins_refused, 1U);

  // A copy lies with the delegate, where a search by its id finds it.
  auto client = sign_in(server->delegate(), token);
  EXPECT_THAT(client->command("LIST \"\" \"*\"").value(),
              testing::Contains("* LIST (\\HasNoChildren) \"/\" \"Sent Items\""));
  ASSERT_TRUE(client->command("EXAMINE \"Sent Items\""));
  EXPECT_THAT(client
                  ->command("UID SEARCH OR HEADER Message-ID \"<s1@contoso.test>\" HEADER "
                            "X-Microsoft-Original-Message-ID \"<s1@contoso.test>\"")
                  .value(),
              testing::Contains("* SEARCH 1"));
  EXPECT_TRUE(wait_until([&] { return server->stats().submission_connections == 0; }, 5s));
}

TEST_F(stand_in_test, lets_smtplib_submit_mail_without_tls) {
  start([](sim::scenario& plan) {
    plan.tenants.front().mailboxes = 1;
    plan.tls = false;
    plan.mail.initial_each = 0;
  });
  const std::string script = R"(
import smtplib, sys
port, user, token, box = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
smtp = smtplib.SMTP('localhost', port)
smtp.ehlo()
print(smtp.has_extn('starttls'), smtp.esmtp_features['size'], smtp.esmtp_features['auth'])
print(smtp.auth('XOAUTH2', lambda challenge=None: f'user={user}\x01auth=Bearer {token}\x01\x01'))
print(smtp.sendmail(box, [box], f'From: {box}\r\n\r\n..x\r\n.\r\n'))
print(smtp.quit())
)";
  const auto outcome = run({"python3", "-c", script, std::to_string(server->smtp_port()), server->delegate(),
                            access_token(server->refresh_token().expose()), server->mailboxes().front()});
  ASSERT_TRUE(outcome) << to_string(outcome.error());
  EXPECT_EQ(outcome->status, 0) << outcome->output;
  EXPECT_THAT(outcome->output,
              AllOf(HasSubstr("False 157286400 "), HasSubstr("(235, b'2.7.0 Authentication successful')"),
                    HasSubstr("\n{}\n"), HasSubstr("(221, ")));
  EXPECT_EQ(server->stats().mails_delivered, 1U);
}

TEST_F(stand_in_test, refuses_senseless_scenarios_and_taken_ports) {
  sim::scenario plan;
  plan.directory = directory.path();
  plan.tenants.front().mailboxes = 0;
  EXPECT_EQ(sim::stand_in::start(plan).error().code, errc::invalid_argument);
  plan.tenants.front().mailboxes = 1;
  start();
  plan.imap_port = server->imap_port();
  EXPECT_EQ(sim::stand_in::start(plan).error().code, errc::connect_failed);
  plan.imap_port = 0;
  plan.smtp_port = server->smtp_port();
  EXPECT_EQ(sim::stand_in::start(plan).error().code, errc::connect_failed);
}

} // namespace
} // namespace postroom::test
