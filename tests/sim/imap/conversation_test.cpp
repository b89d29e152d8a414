#include "protocol/imap/client_session.hpp"
#include "tests/sim/imap/imap_fixture.hpp"

#include <optional>

/// Our client and the stand-in, two independent readings of the protocols, talk to each other without a network:
/// whatever the one writes the other must understand, however it is cut.
namespace postroom::sim {
namespace {

using testing::Contains;
using testing::ElementsAre;

/// What the client's owner hears.
class owner final : public imap::session_listener {
public:
  void on_starttls() override {}
  void on_ready(const imap::session_info& info) override { capabilities = info.capabilities; }
  void on_command_done(const imap::command_outcome& outcome) override { outcomes.push_back(outcome); }
  void on_data(const imap::response& data) override {
    if (const auto* fetch = std::get_if<imap::fetch_data>(&data); fetch && fetch->streamed_bytes)
      mails.emplace_back(fetch->uid.value_or(message_uid{}).value, std::exchange(body, {}));
    else if (const auto* found = std::get_if<imap::search_data>(&data))
      numbers = found->numbers;
    else if (const auto* exists = std::get_if<imap::exists_data>(&data))
      count = exists->count;
    else if (const auto* list = std::get_if<imap::list_data>(&data))
      folders.push_back(list->name);
    else if (const auto* status = std::get_if<imap::folder_status>(&data))
      statuses.push_back(*status);
    else if (fetch)
      flags.emplace_back(fetch->uid.value_or(message_uid{}).value, fetch->flags.value_or(std::vector<std::string>{}));
  }
  void on_body_begin(std::uint32_t, std::uint64_t) override { body.clear(); }
  void on_body_data(std::string_view octets) override { body += octets; }
  void on_idling() override { ++idling; }
  void on_closed(const error& why) override { closed = why; }

  std::vector<std::string> capabilities, folders;
  std::vector<imap::command_outcome> outcomes;
  std::vector<std::pair<std::uint32_t, std::string>> mails;
  std::vector<std::pair<std::uint32_t, std::vector<std::string>>> flags;
  std::vector<imap::folder_status> statuses;
  std::vector<std::uint32_t> numbers;
  std::string body;
  std::uint32_t count = 0;
  int idling = 0;
  std::optional<error> closed;
};

/// A client and a server.
class dialogue : public imap_world {
public:
  explicit dialogue(std::size_t step, service face = service::microsoft) : imap_world(face), step_(step) {}

  imap::session_options options(imap::login_method method = imap::login_method::automatic) {
    return {.method = method,
            .user = shared,
            .token_or_password = secret<>{token(services.face == service::microsoft ? delegate : shared)},
            .host = "imap.test",
            .port = 993,
            .id = {{"name", "Postroom"}}};
  }
  void connect() {
    server.emplace(services, sink);
    client.emplace(options(), told);
    server->greet();
    talk();
  }
  /// Carries octets both ways, cut into pieces, until nobody has anything to say.
  void talk() {
    while (!sink.all.empty() || !client->outgoing().empty()) {
      const auto words = std::exchange(sink.all, {});
      for (std::size_t at = 0; at < words.size(); at += std::min(step_, words.size() - at))
        client->received(std::span{words}.subspan(at, std::min(step_, words.size() - at)));
      if (sink.finished)
        client->transport_closed(fail(errc::connection_lost, "closed"));
      const std::string octets{client->outgoing().substr(0, step_)};
      client->sent(octets.size());
      server->receive(octets);
    }
  }
  /// Submits and returns how it ended.
  imap::command_outcome run(imap::command what) {
    const auto ticket = client->submit(std::move(what));
    EXPECT_TRUE(ticket) << to_string(ticket.error());
    talk();
    EXPECT_FALSE(told.outcomes.empty());
    EXPECT_EQ(told.outcomes.back().id, *ticket);
    return told.outcomes.back();
  }
  bool ok(imap::command what) {
    const auto outcome = run(std::move(what));
    EXPECT_EQ(outcome.kind, imap::status_kind::ok) << outcome.text;
    return outcome.kind == imap::status_kind::ok;
  }
  collected sink;
  owner told;
  std::optional<imap_session> server;
  std::optional<imap::client_session> client;

private:
  std::size_t step_;
};

class conversation : public dialogue, public testing::TestWithParam<std::size_t> {
protected:
  conversation() : dialogue(GetParam()) {}
};

TEST_P(conversation, logs_in_and_out) {
  connect();
  EXPECT_THAT(told.capabilities, Contains("MOVE"));
  EXPECT_TRUE(ok(imap::noop_command{}));
  EXPECT_TRUE(ok(imap::logout_command{}));
  ASSERT_TRUE(told.closed);
  EXPECT_EQ(told.closed->code, errc::cancelled);
}

TEST_P(conversation, carries_mails_of_any_content) {
  const std::string nasty = "Subject: \xFF\x01 {5}\r\n\r\n)\r\nA1 OK done\r\n* 1 FETCH (BODY[] {3}\r\n+ go\r\n";
  add(nasty);
  add("");
  add(std::string(300'000, 'x') + "\r\n");
  connect();
  ASSERT_TRUE(ok(imap::select_command{"INBOX"}));
  EXPECT_EQ(told.count, 3U);
  ASSERT_TRUE(ok(imap::uid_fetch_command{{"1:*"}, {"UID", "FLAGS", "INTERNALDATE", "BODY.PEEK[]"}}));
  ASSERT_EQ(told.mails.size(), 3U);
  EXPECT_EQ(told.mails[0], std::pair(1U, nasty));
  EXPECT_EQ(told.mails[1], std::pair(2U, std::string{}));
  EXPECT_TRUE(told.mails[2].second == *inbox().find(3)->raw);
}

TEST_P(conversation, appends_what_can_be_fetched_again) {
  connect();
  const std::string small = "Subject: a\r\n\r\nb\r\n", large(9000, 'm');
  ASSERT_TRUE(ok(imap::append_command{"INBOX", {"\\Seen"}, time.now(), small}));
  ASSERT_TRUE(ok(imap::append_command{"INBOX", {}, {}, large}));
  ASSERT_TRUE(ok(imap::select_command{"INBOX"}));
  ASSERT_TRUE(ok(imap::uid_fetch_command{{"1:2"}, {"UID", "BODY.PEEK[]"}}));
  EXPECT_THAT(told.mails, ElementsAre(std::pair(1U, small), std::pair(2U, large)));
  EXPECT_EQ(run(imap::append_command{"nowhere", {}, {}, large}).kind, imap::status_kind::no);
  EXPECT_TRUE(ok(imap::noop_command{}));
}

TEST_P(conversation, lists_counts_searches_marks_and_moves) {
  add("Message-ID: <1@example.test>\r\n\r\n");
  add("Message-ID: <2@example.test>\r\n\r\n");
  connect();
  ASSERT_TRUE(ok(imap::list_command{"", "*"}));
  EXPECT_THAT(told.folders, Contains("Sent Items"));
  ASSERT_TRUE(ok(imap::status_command{"Sent Items", {"MESSAGES", "UIDNEXT"}}));
  EXPECT_EQ(told.statuses.at(0).name, "Sent Items");
  ASSERT_TRUE(ok(imap::select_command{"INBOX"}));
  ASSERT_TRUE(ok(imap::uid_search_command{"HEADER Message-ID <2@example.test>"}));
  EXPECT_THAT(told.numbers, ElementsAre(2U));
  ASSERT_TRUE(ok(imap::uid_store_command{{"2"}, imap::uid_store_command::mode::add, false, {"\\Seen"}}));
  EXPECT_THAT(told.flags, Contains(std::pair(2U, std::vector<std::string>{"\\Seen"})));
  const auto moved = run(imap::uid_move_command{{"2"}, "Deleted Items"});
  EXPECT_EQ(moved.kind, imap::status_kind::ok) << moved.text;
  EXPECT_EQ(inbox().mails().size(), 1U);
  EXPECT_EQ(mail.find(shared)->find("Deleted Items")->mails().size(), 1U);
  EXPECT_EQ(run(imap::select_command{"no \"such\" folder"}).kind, imap::status_kind::no);
  EXPECT_TRUE(ok(imap::select_command{"INBOX", true}));
  EXPECT_TRUE(ok(imap::unselect_command{}));
}

TEST_P(conversation, idles_and_hears_of_new_mail) {
  connect();
  ASSERT_TRUE(ok(imap::select_command{"INBOX"}));
  ASSERT_TRUE(client->submit(imap::idle_command{}));
  talk();
  EXPECT_EQ(told.idling, 1);
  add("new\r\n");
  talk();
  EXPECT_EQ(told.count, 1U);
  client->end_idle();
  talk();
  EXPECT_EQ(told.outcomes.back().kind, imap::status_kind::ok);
  EXPECT_TRUE(ok(imap::noop_command{}));
}

TEST_P(conversation, ends_with_the_token) {
  connect();
  ASSERT_TRUE(client->submit(imap::idle_command{}));
  talk();
  time.advance(1h);
  server->tick();
  talk();
  ASSERT_TRUE(told.closed);
  EXPECT_EQ(told.closed->code, errc::session_expired);
}

TEST_P(conversation, is_refused_without_a_right) {
  mail.forbid(delegate, shared);
  connect();
  ASSERT_TRUE(client->submit(imap::select_command{"INBOX"}));
  talk();
  ASSERT_TRUE(told.closed);
  EXPECT_EQ(told.closed->code, errc::mailbox_not_connected);
}

TEST_P(conversation, is_refused_with_a_token_that_has_expired) {
  auto old = options();
  time.advance(2h);
  server.emplace(services, sink);
  client.emplace(std::move(old), told);
  server->greet();
  talk();
  ASSERT_TRUE(told.closed);
  EXPECT_EQ(told.closed->code, errc::auth_rejected);
}

INSTANTIATE_TEST_SUITE_P(cut, conversation, testing::Values(1U, 7U, 1460U, 1U << 20U),
                         [](const auto& info) { return "into_" + std::to_string(info.param); });

class conversation_with_others : public dialogue, public testing::TestWithParam<service> {
protected:
  conversation_with_others() : dialogue(7, GetParam()) {}
};

TEST_P(conversation_with_others, reads_and_idles) {
  add(raw);
  connect();
  ASSERT_FALSE(told.closed) << to_string(*told.closed);
  EXPECT_THAT(told.capabilities, Contains("CONDSTORE"));
  ASSERT_TRUE(ok(imap::list_command{"", "*"}));
  ASSERT_TRUE(ok(imap::select_command{"INBOX"}));
  ASSERT_TRUE(ok(imap::uid_fetch_command{{"1:*"}, {"UID", "FLAGS", "INTERNALDATE", "BODY.PEEK[]"}}));
  EXPECT_THAT(told.mails, ElementsAre(std::pair(1U, raw)));
  ASSERT_TRUE(client->submit(imap::idle_command{}));
  talk();
  add("new\r\n");
  talk();
  EXPECT_EQ(told.count, 2U);
  client->end_idle();
  talk();
  EXPECT_TRUE(ok(imap::logout_command{}));
}

TEST_P(conversation_with_others, answers_the_challenge_of_a_refusal) {
  post(fault_kind::login_refused);
  connect();
  ASSERT_TRUE(told.closed);
  EXPECT_EQ(told.closed->code, errc::auth_rejected);
}

TEST_P(conversation_with_others, understands_the_end_of_a_session) {
  connect();
  ASSERT_TRUE(client->submit(imap::idle_command{}));
  talk();
  server->expire();
  talk();
  ASSERT_TRUE(told.closed);
  EXPECT_EQ(told.closed->code, errc::session_expired);
}

INSTANTIATE_TEST_SUITE_P(each, conversation_with_others, testing::Values(service::google, service::generic),
                         [](const auto& info) { return std::string{to_string(info.param)}; });

} // namespace
} // namespace postroom::sim
