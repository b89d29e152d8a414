#include "tests/actors/provider/provider_fixture.hpp"
#include "tests/support/forwarding_store.hpp"

namespace postroom::provider {
namespace {

/// A store that takes nothing for a while.
class refusing_store final : public forwarding_store {
public:
  using forwarding_store::forwarding_store;
  bool refuses = false;
  std::size_t refused = 0;

  void commit(storage::batch what, storage::completion<storage::commit_result> done) override {
    if (!refuses) {
      forwarding_store::commit(std::move(what), std::move(done));
      return;
    }
    ++refused;
    storage::commit_result how;
    how.error = fail(errc::disk_full, "full for the test");
    done(std::move(how));
  }
};

class unstored_test : public provider_fixture {
protected:
  unstored_test() {
    quit(world.archive);
    world.archive = system.spawn(archive::archive, &disk, hub, &time, &metrics.probes().store);
    start();
    (void)want();
    answer_ok("access-1", "refresh-1");
    disk.refuses = true;
    pass(59min);
    answer_ok("access-2", "refresh-2");
  }
  std::string refresh_token() { return storage::open_refresh_token(keys, stored())->expose(); }

  refusing_store disk{*store};
};

TEST_F(unstored_test, neither_asks_again_nor_forgets_what_the_platform_gave) {
  const auto asked = http.asked;
  for (int second = 0; second < 10; ++second)
    pass(1s);
  EXPECT_GE(disk.refused, 2U);
  EXPECT_LE(disk.refused, 5U) << "with growing distance";
  EXPECT_EQ(refresh_token(), "refresh-1");
  const auto refused = want();
  ASSERT_TRUE(refused.there());
  EXPECT_EQ(refused.get().error().code, errc::disk_full) << "nobody uses what is not stored";
  disk.refuses = false;
  pass(5min);
  EXPECT_EQ(refresh_token(), "refresh-2");
  EXPECT_EQ(http.asked, asked) << "some platforms take each refresh token once";
  const auto answer = want();
  ASSERT_TRUE(answer.there() && answer.get());
  EXPECT_EQ(answer.get()->value.expose(), "access-2");
}

TEST_F(unstored_test, keeps_the_new_sign_in_when_the_access_token_dies_meanwhile) {
  const auto asked = http.asked;
  for (int minute = 0; minute < 90; ++minute)
    pass(1min);
  EXPECT_EQ(http.asked, asked);
  disk.refuses = false;
  for (int minute = 0; minute < 90; ++minute)
    pass(1min);
  EXPECT_EQ(refresh_token(), "refresh-2");
  auto answer = want();
  ASSERT_FALSE(http.open.empty());
  EXPECT_NE(http.body().find("refresh_token=refresh-2"), std::string::npos);
  answer_ok("access-3", "refresh-3");
  ASSERT_TRUE(answer.there() && answer.get());
  EXPECT_EQ(answer.get()->value.expose(), "access-3");
}

TEST_F(unstored_test, gives_way_to_another_sign_in) {
  auto grant = stored();
  ASSERT_TRUE(storage::seal_refresh_token(keys, grant, secret<>{"signed-in-again"}));
  commit(storage::put_config(grant, std::nullopt));
  disk.refuses = false;
  (void)ask<ack>(service, config_changed{config_changed::kind::grant, tenant_id{"acme"}, "andrea"});
  pass(5min);
  EXPECT_EQ(refresh_token(), "signed-in-again");
}

TEST_F(unstored_test, is_stored_into_a_grant_that_was_changed_otherwise) {
  auto grant = stored();
  grant.set_display_name("Andrea");
  commit(storage::put_config(grant, std::nullopt));
  disk.refuses = false;
  (void)ask<ack>(service, config_changed{config_changed::kind::grant, tenant_id{"acme"}, "andrea"});
  EXPECT_EQ(refresh_token(), "refresh-2");
  EXPECT_EQ(stored().display_name(), "Andrea");
}

} // namespace
} // namespace postroom::provider
