#include "tests/integration/support/office.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

/// What happens to a mailbox that is in step.
namespace postroom::test {
namespace {

using testing::HasSubstr;

TEST(session, announces_pushed_mail_while_in_idle) {
  office world;
  world.start();
  ASSERT_TRUE(world.await_in_step());
  for (int number = 1; number <= 5; ++number) {
    world.deliver("support", world.mail(std::to_string(number)));
    ASSERT_EQ(world.await_events(static_cast<std::size_t>(number), 10s).size(), static_cast<std::size_t>(number));
  }
  expect_each_once(world.events(), "support", 5);
  EXPECT_EQ(world.status("support").at("state").as_string(), "idle");
}

TEST(session, moves_over_to_a_new_token_before_the_old_one_expires) {
  office_options options;
  options.token_life = 8s;
  office world{std::move(options)};
  world.start();
  ASSERT_TRUE(world.await_in_step());
  ASSERT_TRUE(wait_until([&] { return world.identity().requests().size() >= 3; }, 40s));
  world.deliver("support", world.mail("1"));
  ASSERT_EQ(world.await_events(1, 10s).size(), 1u);
  EXPECT_TRUE(world.status("support").at("last_error").is_null());
}

TEST(session, comes_back_with_a_new_token_when_the_server_ends_it_after_expiry) {
  office_options options;
  options.token_life = 10s;
  office world{std::move(options)};
  world.start();
  ASSERT_TRUE(world.await_in_step());
  const auto first = world.identity().requests().size();
  std::this_thread::sleep_for(11s); // the first token is dead now
  ASSERT_TRUE(world.server().kick(world.address("support")));
  world.deliver("support", world.mail("1"));
  ASSERT_EQ(world.await_events(1, 20s).size(), 1u);
  EXPECT_TRUE(world.await_in_step());
  EXPECT_GT(world.identity().requests().size(), first);
}

TEST(session, survives_a_restart_of_the_server) {
  office world;
  world.start();
  ASSERT_TRUE(world.await_in_step());
  world.server().kill();
  ASSERT_TRUE(wait_until([&] { return !world.in_step("support"); }, 10s));
  EXPECT_FALSE(world.last_error("support").empty());
  ASSERT_TRUE(world.server().restart());
  world.server().drop(world.address("support"), world.mail("1"));
  ASSERT_EQ(world.await_events(1, 60s).size(), 1u);
  ASSERT_TRUE(world.await_in_step());
  EXPECT_TRUE(world.status("support").at("last_error").is_null()) << "an old error must not alarm anybody";
}

TEST(session, says_who_must_act_when_the_sign_in_is_gone) {
  office world;
  world.identity().revoke(world.delegate);
  world.start();
  ASSERT_TRUE(wait_until([&] { return !world.last_error("support").empty(); }, 20s));
  const auto error = world.status("support").at("last_error").as_object();
  EXPECT_EQ(error.at("code").as_string(), "grant_dead") << boost::json::serialize(error);
  EXPECT_THAT(std::string{error.at("detail").as_string()}, HasSubstr("AADSTS50173"));
  EXPECT_FALSE(error.at("remedy").as_string().empty());
  EXPECT_FALSE(error.at("who_acts").as_string().empty());
  EXPECT_EQ(world.get("/readyz").status, 200u) << "one dead sign-in is no reason to restart the gateway";
}

TEST(session, leaves_a_mailbox_it_may_not_open_and_serves_the_others) {
  office_options options;
  options.mailboxes = {"support", "secret"};
  options.forbidden = {"secret"};
  office world{std::move(options)};
  world.start();
  ASSERT_TRUE(world.await_in_step());
  ASSERT_TRUE(wait_until([&] { return !world.last_error("secret").empty(); }, 20s));
  EXPECT_FALSE(world.in_step("secret"));
  EXPECT_FALSE(world.status("secret").at("next_try").is_null()) << "every state has an exit";
  world.deliver("support", world.mail("1"));
  EXPECT_EQ(world.await_events(1).size(), 1u);
}

TEST(session, refuses_a_server_whose_certificate_it_does_not_trust) {
  office_options options;
  options.more_config = "[[provider]]\nid = \"untrusted\"\nname = \"x\"\nservice = \"password\"\ntype = \"imap\"\n"
                        "imap_host = \"127.0.0.1\"\nimap_port = PORT\n"
                        "[[grant]]\nid = \"pw\"\nprovider = \"untrusted\"\nkind = \"password\"\npassword = \"x\"\n"
                        "[[account]]\nid = \"mitm\"\nname = \"x\"\nemail = \"x@contoso.test\"\nusername = \"x\"\n"
                        "provider = \"untrusted\"\ngrant = \"pw\"\nmodern_authentication = false\n";
  const auto other = dovecot::start({.mailboxes = {"x@contoso.test"}});
  ASSERT_TRUE(other);
  options.more_config.replace(options.more_config.find("PORT"), 4, std::to_string((*other)->imaps_port()));
  office world{std::move(options)};
  world.start();
  ASSERT_TRUE(wait_until([&] { return !world.last_error("mitm").empty(); }, 20s));
  EXPECT_EQ(world.last_error("mitm"), "tls_failed");
  EXPECT_THAT((*other)->log(), testing::Not(HasSubstr("Login:")));
}

TEST(session, announces_only_the_really_new_after_uidvalidity_changed) {
  office world;
  world.preload("support", 30);
  world.start();
  ASSERT_TRUE(world.await_in_step());
  ASSERT_EQ(world.await_events(30).size(), 30u);
  ASSERT_TRUE(world.server().renew_uidvalidity(world.address("support")));
  world.server().drop(world.address("support"), world.mail("31"));
  const auto log = world.await_events(31, 60s);
  ASSERT_TRUE(world.await_in_step());
  ASSERT_EQ(world.events().size(), 31u);
  EXPECT_EQ(log.back().subject(), "31");
}

} // namespace
} // namespace postroom::test
