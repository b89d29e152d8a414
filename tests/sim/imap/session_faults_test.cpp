#include "tests/sim/imap/imap_fixture.hpp"

namespace postroom::sim {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class imap_faults : public imap_client, public testing::Test {};

TEST_F(imap_faults, strike_those_chosen_only) {
  ASSERT_TRUE(faults.add({.kind = fault_kind::login_refused, .names = {colleague}}));
  EXPECT_EQ(sign_in(), "a OK AUTHENTICATE completed.\r\n");
}

TEST_F(imap_faults, login_refused) {
  const auto id = post(fault_kind::login_refused);
  EXPECT_EQ(sign_in(), "a NO AUTHENTICATE failed.\r\n");
  faults.remove(id);
  EXPECT_EQ(sign_in(), "a OK AUTHENTICATE completed.\r\n");
}

TEST_F(imap_faults, refuse_closes_at_the_login) {
  post(fault_kind::refuse);
  EXPECT_EQ(sign_in(), "");
  EXPECT_TRUE(sink.was_cut);
}

TEST_F(imap_faults, not_connected_also_later) {
  open_inbox();
  post(fault_kind::not_connected);
  EXPECT_EQ(say("b NOOP"), "b BAD User is authenticated but not connected.\r\n* BYE Connection closed. 14\r\n");
}

TEST_F(imap_faults, throttle_answers_each_command_and_ends_the_third) {
  open_inbox();
  const auto id = post(fault_kind::throttle, 92415);
  const std::string text = "BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds\r\n";
  EXPECT_EQ(say("b NOOP"), "b " + text);
  faults.remove(id);
  EXPECT_THAT(say("c NOOP"), StartsWith("c OK"));
  post(fault_kind::throttle, 92415);
  EXPECT_EQ(say("d UID FETCH 1:* FLAGS"), "d " + text);
  EXPECT_EQ(say("e APPEND INBOX {1+}\r\nx"), "e " + text + "* BYE Connection is closed. 13\r\n");
  EXPECT_TRUE(sink.finished);
  EXPECT_FALSE(sink.was_cut);
}

TEST_F(imap_faults, missed_push_is_made_up_for_later) {
  open_inbox();
  (void)say("b IDLE");
  post(fault_kind::missed_push);
  add();
  EXPECT_EQ(sink.take(), "");
  inbox().set_flags(1, seen);
  EXPECT_EQ(sink.take(), "") << "the client does not know the mail";
  EXPECT_EQ(say("DONE"), "* 1 EXISTS\r\n* 1 RECENT\r\nb OK IDLE completed.\r\n");
}

TEST_F(imap_faults, fetch_fails_for_the_newest_mail) {
  add();
  add();
  open_inbox();
  post(fault_kind::fetch_fails);
  EXPECT_THAT(say("b UID FETCH 1:2 BODY.PEEK[]"),
              AllOf(HasSubstr("* 1 FETCH"), Not(HasSubstr("* 2 FETCH")), EndsWith("b NO FETCH failed.\r\n")));
  EXPECT_THAT(say("c UID FETCH 1 BODY.PEEK[]"), EndsWith("c OK FETCH completed.\r\n"));
  EXPECT_THAT(say("d UID FETCH 1:2 FLAGS"), EndsWith("d OK FETCH completed.\r\n"));
}

TEST_F(imap_faults, stall_answers_nothing_any_more) {
  open_inbox();
  (void)say("b IDLE");
  const auto id = post(fault_kind::stall);
  add();
  EXPECT_EQ(say("DONE"), "");
  faults.remove(id);
  EXPECT_EQ(say("c NOOP"), "") << "the connection is lost for good";
  add();
  EXPECT_EQ(sink.take(), "");
  EXPECT_FALSE(sink.finished);
  time.advance(61min);
  session.tick();
  EXPECT_EQ(sink.take(), "");
  EXPECT_TRUE(sink.was_cut);
}

TEST(generic_imap_faults, stall_lets_an_idle_session_stay_open) {
  imap_client plain{service::generic};
  plain.open_inbox();
  (void)plain.say("b IDLE");
  plain.post(fault_kind::stall);
  for (int minutes = 0; minutes < 28; ++minutes) {
    plain.time.advance(1min);
    plain.session.tick();
  }
  EXPECT_EQ(plain.sink.take(), "") << "not even that it is still here";
  EXPECT_FALSE(plain.sink.was_cut);
}

TEST_F(imap_faults, cut_ends_in_the_middle_of_a_literal) {
  add();
  add();
  open_inbox();
  post(fault_kind::cut);
  EXPECT_EQ(say("b UID FETCH 1:2 (UID BODY.PEEK[])"),
            "* 1 FETCH (UID 1 BODY[] {" + std::to_string(raw.size()) + "}\r\n" + raw.substr(0, raw.size() / 2));
  EXPECT_TRUE(sink.was_cut);
  EXPECT_EQ(say("c NOOP"), "");
}

TEST_F(imap_faults, cut_ends_in_the_middle_of_an_answer) {
  open_inbox();
  post(fault_kind::cut);
  EXPECT_EQ(say("b NOOP"), "b OK NOOP ");
  EXPECT_TRUE(sink.was_cut);
}

TEST_F(imap_faults, slow_is_for_the_connection_to_do) {
  EXPECT_EQ(session.octets_per_s(), 0U);
  open_inbox();
  post(fault_kind::slow, 300);
  EXPECT_EQ(session.octets_per_s(), 300U);
}

TEST_F(imap_faults, session_expired) {
  session.expire();
  EXPECT_FALSE(sink.finished) << "nobody has signed in";
  open_inbox();
  (void)say("b IDLE");
  session.expire();
  EXPECT_EQ(sink.take(), "* BYE Session invalidated - AccessTokenExpired\r\n");
  EXPECT_TRUE(sink.finished);
  EXPECT_FALSE(session.idling());
}

class other_faces_faults : public testing::TestWithParam<service> {};

TEST_P(other_faces_faults, have_words_of_their_own) {
  const bool gmail = GetParam() == service::google;
  imap_client client{GetParam()};
  client.open_inbox();
  const auto id = client.post(fault_kind::throttle, 5000);
  EXPECT_EQ(client.say("b NOOP"), gmail ? "b NO [OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)\r\n"
                                        : "b NO [LIMIT] Request is throttled. Suggested Backoff Time: 5000 "
                                          "milliseconds\r\n");
  client.faults.remove(id);
  client.session.expire();
  EXPECT_EQ(client.sink.take(), "* BYE Session expired, please login again.\r\n");
}

INSTANTIATE_TEST_SUITE_P(each, other_faces_faults, testing::Values(service::google, service::generic),
                         [](const auto& info) { return std::string{to_string(info.param)}; });

} // namespace
} // namespace postroom::sim
