#include "actors/outbox/view.hpp"

#include <gtest/gtest.h>

namespace postroom::outbox {
namespace {

using enum smtp::failure_class;

TEST(outbox_view, finds_the_case_behind_the_words_of_a_server) {
  EXPECT_EQ(case_of(sender_denied, "550 5.7.60 SMTP; Client does not have permissions to send as this sender").key,
            "smtp.send_as_denied");
  EXPECT_EQ(case_of(auth_disabled, "535 5.7.139 SmtpClientAuthentication is disabled for the Tenant.").key,
            "smtp.auth_disabled_tenant");
  EXPECT_EQ(case_of(recipient_deferred, "432 4.3.2 recipient thread limit exceeded").key, "smtp.recipient_deferred")
      << "where it was said the words mean something else";
}

TEST(outbox_view, finds_the_case_behind_a_token_that_could_not_be_had) {
  const auto* words = "app_misconfigured: invalid_client (AADSTS7000222): expired";
  EXPECT_EQ(case_of(auth_rejected, words).key, "AADSTS7000222");
  EXPECT_EQ(case_of(message_rejected, words).key, "smtp.message_rejected");
}

TEST(outbox_view, falls_back_to_the_class) {
  for (int i = 0; i <= static_cast<int>(protocol); ++i) {
    const auto klass = static_cast<smtp::failure_class>(i);
    EXPECT_EQ(case_of(klass, "").key, "smtp." + std::string{to_string(klass)});
    EXPECT_EQ(case_of(klass, "nobody knows these words").key, "smtp." + std::string{to_string(klass)});
  }
}

TEST(outbox_view, tells_the_cause_of_the_last_error) {
  records::OutboxMail mail;
  mail.set_failing_class("sender_denied");
  auto& turn = *mail.add_history();
  turn.set_failure_class("sender_denied");
  turn.set_reply("554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied");
  const auto why = describe(mail).at("last_error").as_object();
  EXPECT_EQ(why.at("class"), "sender_denied");
  EXPECT_EQ(why.at("cause"), "smtp.send_as_denied");
  EXPECT_EQ(why.at("who_acts"), "exchange_admin");
  EXPECT_EQ(why.at("remedy").as_string(), knowledge::find("smtp.send_as_denied")->remedy);
}

} // namespace
} // namespace postroom::outbox
