#include "tests/sim/smtp/submission_fixture.hpp"

/// What goes wrong at a submission server because somebody wants it so.
namespace postroom::sim {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using stage = smtp_session::stage;

class session_faults_test : public testing::Test, protected submission_client {};

TEST_F(session_faults_test, refuses_logins) {
  post(fault_kind::login_refused, delegate);
  EXPECT_THAT(sign_in(), StartsWith("535 5.7.3 "));
  post(fault_kind::smtp_disabled, delegate);
  EXPECT_THAT(sign_in(), HasSubstr("SmtpClientAuthentication is disabled for the Mailbox"));
  post(fault_kind::smtp_disabled, colleague);
  EXPECT_THAT(sign_in(), StartsWith("235 "));
}

TEST_F(session_faults_test, hangs_up_at_the_login_without_a_word) {
  post(fault_kind::refuse, delegate);
  EXPECT_EQ(sign_in(), "");
  EXPECT_EQ(session().state(), stage::cut);
}

TEST_F(session_faults_test, strikes_by_user_or_sender_at_the_end_of_a_mail) {
  const std::pair<fault_kind, const char*> expected[]{
      {fault_kind::smtp_busy, "432 4.3.2 Concurrent connections limit exceeded"},
      {fault_kind::smtp_quota, "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException"},
      {fault_kind::send_as_denied, "554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException"}};
  (void)sign_in();
  for (const auto& [kind, words] : expected)
    for (const auto* name : {delegate, shared}) {
      post(kind, name);
      EXPECT_THAT(submit(letter), StartsWith(words)) << to_string(kind) << name;
      EXPECT_THAT(submit(letter, delegate), StartsWith(words)) << "in From alone";
    }
  faults.clear();
  EXPECT_TRUE(sent(delegate).empty());
  EXPECT_THAT(submit(letter), StartsWith("250 "));
}

TEST_F(session_faults_test, is_unavailable_as_early_as_it_can_tell) {
  (void)sign_in();
  post(fault_kind::smtp_unavailable, shared);
  EXPECT_THAT(say("MAIL FROM:<support@contoso.test>"),
              StartsWith("451 4.7.0 Temporary server error. Please try again "));
  EXPECT_THAT(submit(letter, delegate), StartsWith("451 4.7.0 ")) << "From names it";
}

TEST_F(session_faults_test, leaves_the_client_in_doubt) {
  (void)sign_in();
  post(fault_kind::smtp_doubt, shared);
  EXPECT_EQ(submit(letter, shared, colleague), "");
  EXPECT_EQ(session().state(), stage::cut);
  EXPECT_EQ(inbox(colleague).size(), 1U);
  EXPECT_EQ(sent(delegate).size(), 1U);
  EXPECT_TRUE(last_submitted().taken);
  EXPECT_EQ(last_submitted().answer, "");
}

TEST_F(session_faults_test, cuts_in_the_middle_of_an_answer) {
  (void)sign_in();
  post(fault_kind::cut, delegate);
  EXPECT_EQ(say("NOOP"), "250 2.0");
  EXPECT_EQ(session().state(), stage::cut);
  EXPECT_EQ(say("NOOP"), "");
}

TEST_F(session_faults_test, falls_silent_for_ever) {
  (void)sign_in();
  post(fault_kind::stall, shared);
  EXPECT_THAT(say("NOOP"), StartsWith("250 ")) << "nobody speaks for the mailbox yet";
  EXPECT_EQ(say("MAIL FROM:<support@contoso.test>"), "");
  EXPECT_EQ(session().state(), stage::open);
  faults.clear();
  EXPECT_EQ(say("NOOP"), "");
  EXPECT_EQ(say(std::string(100'000, 'x')), "");
  EXPECT_EQ(session().state(), stage::open);
}

TEST_F(session_faults_test, can_be_slow_from_the_login_on) {
  post(fault_kind::slow, delegate, 100);
  EXPECT_EQ(session().octets_per_s(), 0U);
  (void)sign_in();
  EXPECT_EQ(session().octets_per_s(), 100U);
  faults.clear();
  EXPECT_EQ(session().octets_per_s(), 0U);
}

} // namespace
} // namespace postroom::sim
