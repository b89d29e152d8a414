#include "sim/gateway_config.hpp"
#include "sim/stand_in.hpp"
#include "tests/integration/support/command_line.hpp"
#include "tests/support/process.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

/// `postroom doctor` against a gateway whose customers are those of the stand-in, with what an administrator can get
/// wrong there.
namespace postroom::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class doctor_command_test : public testing::Test {
protected:
  void start_servers(std::size_t mailboxes, const std::function<void(sim::scenario&)>& change = {}) {
    sim::scenario plan;
    plan.directory = directory.path() / "tls";
    plan.tenants.front().mailboxes = mailboxes;
    plan.mail.initial_each = 1;
    if (change)
      change(plan);
    auto started = sim::stand_in::start(plan);
    ASSERT_TRUE(started) << to_string(started.error());
    server = std::move(*started);
  }

  /// From here on what is wrong with a mailbox is wrong from the gateway's first sight of it.
  void start_gateway() {
    const auto port = free_port();
    sim::gateway_config_options options;
    options.data_directory = directory.path() / "data";
    options.listen = "127.0.0.1:" + std::to_string(port);
    options.ca_file = server->ca_file();
    options.connections_per_second_per_host = 200;
    const auto file = (directory.path() / "postroom.toml").string();
    write_file(file, sim::gateway_config(server->providers(), options));
    const auto made = shell.run({"token", "create", "-c", file, "--scope", "admin"});
    ASSERT_EQ(made.status, 0) << made.err;
    shell.token = made.out.substr(0, made.out.find('\n'));
    shell.url = "http://127.0.0.1:" + std::to_string(port);
    spawn_options how;
    how.output_file = directory.path() / "output";
    auto started = process::spawn({POSTROOM_BINARY_DIR "/app/postroom", "serve", "-c", file}, how);
    ASSERT_TRUE(started) << to_string(started.error());
    gateway = std::move(*started);
    ASSERT_TRUE(wait_until([&] { return shell.run({"health"}).status == 0 || !gateway->running(); }, 30s));
  }

  [[nodiscard]] std::string box(std::size_t index) const { return server->mailboxes().at(index); }
  [[nodiscard]] static std::string account_of(const std::string& mailbox) {
    return mailbox.substr(0, mailbox.find('@'));
  }
  void control(const std::string& method, const std::string& path, const std::string& body) {
    const auto outcome =
        run({"curl", "-sS", "--fail-with-body", "-X", method, "-d", body, server->control_url() + path});
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->status, 0) << outcome->output;
  }

  struct report {
    int status = -1;
    std::string summary;
    std::map<std::string, boost::json::object> steps;

    [[nodiscard]] std::string text(const std::string& step, const std::string& field) const {
      const auto found = steps.find(step);
      if (found == steps.end() || !found->second.at(field).is_string())
        return {};
      return std::string{found->second.at(field).as_string()};
    }
    [[nodiscard]] std::string state(const std::string& step) const { return text(step, "state"); }
  };
  report examine(const std::string& mailbox, const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments{"doctor", account_of(mailbox), "--tenant", "contoso", "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto outcome = shell.run(arguments);
    report out;
    out.status = outcome.status;
    EXPECT_THAT(outcome.err, IsEmpty());
    if (outcome.out.empty())
      return out;
    const auto document = outcome.json();
    out.summary = document.at("summary").as_string();
    for (const auto& each : document.at("steps").as_array())
      out.steps[std::string{each.at("name").as_string()}] = each.as_object();
    for (const auto& secret : {server->client_secret().expose(), server->refresh_token().expose()})
      EXPECT_THAT(outcome.out, Not(HasSubstr(secret)));
    return out;
  }

  temp_directory directory;
  std::unique_ptr<sim::stand_in> server;
  command_line shell;
  std::unique_ptr<process> gateway;
};

TEST_F(doctor_command_test, notices_that_the_clock_is_wrong) {
  start_servers(1, [](sim::scenario& plan) {
    sim::fault wrong;
    wrong.kind = sim::fault_kind::clock_skew;
    wrong.amount = 900;
    plan.faults.push_back(wrong);
  });
  start_gateway();
  const auto skewed = examine(box(0));
  EXPECT_EQ(skewed.state("clock"), "bad") << skewed.text("clock", "evidence");
  EXPECT_EQ(skewed.text("clock", "who_acts"), "operator");
}

TEST_F(doctor_command_test, finds_out_what_is_wrong_with_each_mailbox) {
  start_servers(8);
  control("PATCH", "/v1/mailboxes/" + box(1), R"({"imap_enabled":false})");
  server->forbid(server->delegate(), box(2));
  control("PATCH", "/v1/mailboxes/" + box(3), R"({"on_premises":true})");
  control("DELETE", "/v1/mailboxes/" + box(4) + "/rights",
          R"({"user":")" + server->delegate() + R"(","full_access":false,"send_as":true})");
  start_gateway();

  const auto well = examine(box(0));
  EXPECT_EQ(well.status, 0) << well.summary;
  for (const auto& [name, step] : well.steps)
    EXPECT_NE(well.state(name), "bad") << boost::json::serialize(step);
  EXPECT_EQ(well.state("mailbox"), "good");
  EXPECT_EQ(well.state("clock"), "good");
  EXPECT_EQ(well.state("claims"), "good");
  EXPECT_EQ(server->submitted(0, 10).size(), 0U) << "nobody asked for a mail";

  const auto imap_off = examine(box(1));
  EXPECT_EQ(imap_off.status, 1);
  EXPECT_EQ(imap_off.state("imap_login"), "good");
  EXPECT_EQ(imap_off.text("mailbox", "cause"), "imap.not_connected");
  EXPECT_EQ(imap_off.text("mailbox", "who_acts"), "exchange_admin");
  EXPECT_THAT(imap_off.text("mailbox", "remedy"), HasSubstr("Set-CASMailbox " + box(1) + " -ImapEnabled $true"));

  const auto no_right = examine(box(2));
  EXPECT_EQ(no_right.text("mailbox", "cause"), "graph.ErrorAccessDenied");
  EXPECT_THAT(no_right.text("mailbox", "remedy"),
              HasSubstr("Add-MailboxPermission -Identity " + box(2) + " -User " + server->delegate()));

  const auto on_premises = examine(box(3));
  EXPECT_EQ(on_premises.state("on_premises"), "bad");
  EXPECT_EQ(on_premises.text("on_premises", "cause"), "graph.MailboxNotEnabledForRESTAPI");

  const auto no_send_as = examine(box(4), {"--send-test-to", "me@example.test"});
  EXPECT_EQ(no_send_as.text("send_as", "cause"), "smtp.send_as_denied");
  EXPECT_THAT(no_send_as.text("send_as", "remedy"), HasSubstr("Add-RecipientPermission " + box(4)));

  const auto sends = examine(box(5), {"--send-test-to", "me@example.test"});
  EXPECT_EQ(sends.status, 0) << sends.summary;
  EXPECT_EQ(sends.state("send_as"), "good");

  control("PATCH", "/v1/mailboxes/" + server->delegate(), R"({"smtp":"off"})");
  const auto smtp_off = examine(box(6));
  EXPECT_THAT(smtp_off.text("smtp_login", "cause"), HasSubstr("smtp.auth_disabled"));
  EXPECT_THAT(smtp_off.text("smtp_login", "remedy"), HasSubstr("Set-CASMailbox " + server->delegate()));
  EXPECT_EQ(smtp_off.state("mailbox"), "good");

  const auto again = shell.run({"doctor", account_of(box(6)), "--tenant", "contoso"});
  EXPECT_EQ(again.status, 7) << "it was looked at a moment ago";
}

TEST_F(doctor_command_test, finds_the_expired_secret) {
  start_servers(1);
  const auto application = "/v1/applications/" + server->client_id();
  const auto shown = run({"curl", "-sS", server->control_url() + application});
  ASSERT_TRUE(shown);
  const auto document = boost::json::parse(shown->output);
  for (const auto& each : document.at("secrets").as_array())
    control("PATCH", application + "/secrets/" + std::string{each.at("key_id").as_string()}, R"({"expires_in_s":0})");
  start_gateway();
  const auto found = examine(box(0));
  EXPECT_EQ(found.status, 1);
  EXPECT_EQ(found.text("token", "cause"), "AADSTS7000222");
  EXPECT_THAT(found.text("token", "remedy"), HasSubstr("New client secret"));
  EXPECT_EQ(found.state("tls"), "good");
  EXPECT_EQ(found.state("mailbox"), "skipped");
}

TEST_F(doctor_command_test, finds_the_revoked_sign_in) {
  start_servers(1);
  server->revoke_grants(server->delegate());
  start_gateway();
  const auto found = examine(box(0));
  EXPECT_EQ(found.text("token", "cause"), "AADSTS50173");
  EXPECT_EQ(found.text("token", "who_acts"), "user");
}

TEST_F(doctor_command_test, finds_servers_that_are_down) {
  start_servers(1);
  start_gateway();
  sim::fault outage;
  outage.kind = sim::fault_kind::outage;
  ASSERT_TRUE(server->add_fault(outage));
  ASSERT_TRUE(wait_until([&] { return !accepts_connections(server->imap_port()); }, 10s));
  const auto found = examine(box(0));
  EXPECT_EQ(found.state("connect"), "bad");
  EXPECT_EQ(found.state("imap_login"), "skipped");
}

} // namespace
} // namespace postroom::test
