#include "tests/api/support/faulty_store.hpp"
#include "tests/api/support/sign_in_api.hpp"

#include <gmock/gmock.h>

/// The store fails at each step of a sign-in.
namespace postroom::api::test {
namespace {

using testing::HasSubstr;

class sign_in_faults : public sign_in_api {
protected:
  void SetUp() override {
    auto faulty = std::make_unique<faulty_store>(std::move(store));
    disk_ = faulty.get();
    store = std::move(faulty);
    sign_in_api::SetUp();
  }
  faulty_store* disk_ = nullptr;
};

TEST_F(sign_in_faults, begins_none) {
  disk_->fail_commits(1);
  EXPECT_EQ(admin->post(providers + "/azure/authenticate", {}).status, 507U);
  EXPECT_TRUE(all_in(storage::space::sign_in).empty());
  begin();
}

TEST_F(sign_in_faults, binds_no_browser) {
  const auto page = begin();
  disk_->fail_commits(1);
  const auto refused = press(page);
  EXPECT_EQ(refused.status, 502U);
  EXPECT_EQ(refused.header("set-cookie"), "");
  EXPECT_EQ(refused.header("location"), "");
  EXPECT_FALSE(start(page).empty());
}

TEST_F(sign_in_faults, redeems_no_code_that_is_not_used_up) {
  const auto cookie = start(begin());
  disk_->fail_commits(1);
  EXPECT_EQ(come_back(cookie).status, 502U);
  EXPECT_EQ(redeemed(), 0U);
  EXPECT_EQ(come_back(cookie).status, 200U) << "nothing has happened: it may be tried again";
  EXPECT_EQ(redeemed(), 1U);
}

TEST_F(sign_in_faults, tells_the_person_even_if_the_event_cannot_be_stored) {
  script->redeem = [this](const redeem_code&) -> result<signed_in> {
    disk_->fail_commits(1);
    auto why = fail(errc::app_misconfigured, "the secret has expired");
    why.cause = "AADSTS7000222";
    return why;
  };
  const auto page = come_back(start(begin()));
  EXPECT_EQ(page.status, 502U);
  EXPECT_THAT(page.body, HasSubstr("the secret has expired"));
  EXPECT_TRUE(events("provider.sign_in_failed").empty());
}

} // namespace
} // namespace postroom::api::test
