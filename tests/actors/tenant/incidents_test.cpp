#include "storage/blocking.hpp"
#include "storage/directory.hpp"
#include "tests/actors/tenant/tenant_fixture.hpp"

#include <gmock/gmock.h>

namespace postroom::tenant {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

/// What a tenant's log tells of faults.
class incidents_test : public tenant_fixture {
protected:
  provider::report about(const std::string& grant, std::optional<error> failure) {
    provider::report out;
    out.provider = "mail";
    out.grant = grant;
    out.failure = std::move(failure);
    return out;
  }
  /// The grant is refused, and were it not, it would die of disuse.
  provider::report dying() {
    auto out = about("andrea", error{errc::grant_dead, "revoked", "AADSTS50173"});
    out.dies = time.now() + 24h * 60;
    return out;
  }
  /// Of whom an incident is stored.
  std::vector<std::string> stored() {
    std::vector<std::string> out;
    for (const auto& each : *storage::list_all<records::Incident>(*memory, storage::space::state,
                                                                  storage::keys::incidents(tenant_id{"acme"})))
      out.push_back(each.value.subject());
    return out;
  }
  void hear(provider::report what) {
    caf::anon_send(boss, std::move(what));
    settle();
  }
  std::vector<std::string> told() {
    std::vector<std::string> out;
    for (const auto& each : events_of("acme"))
      if (each.type() != "message.received")
        out.push_back(each.type() + " " + each.subject());
    return out;
  }
};

TEST_F(incidents_test, one_for_a_broken_application_however_many_mailboxes_it_has) {
  for (int i = 0; i < 20; ++i)
    put_account("acme", "box-" + std::to_string(i));
  start();
  for (int i = 0; i < 5; ++i)
    hear(about({}, error{errc::app_misconfigured, "wrong secret", "AADSTS7000215"}));
  EXPECT_THAT(told(), ElementsAre("account.auth_error provider/mail"));
  EXPECT_NE(events_of("acme").back().data().find("\"accounts_count\":20"), std::string::npos);
  hear(about({}, {}));
  hear(about({}, {}));
  EXPECT_THAT(told(), ElementsAre("account.auth_error provider/mail", "account.auth_recovered provider/mail"));
}

TEST_F(incidents_test, is_not_told_again_after_a_restart) {
  put_account("acme", "sales");
  start();
  hear(about("andrea", error{errc::grant_dead, "revoked", "AADSTS50173"}));
  quit(boss);
  start();
  hear(about("andrea", error{errc::grant_dead, "revoked", "AADSTS50173"}));
  EXPECT_THAT(told(), ElementsAre("grant.revoked grant/andrea"));
}

TEST_F(incidents_test, of_a_grant_ends_with_the_grant) {
  start();
  hear(dying());
  EXPECT_THAT(stored(), ElementsAre("grant/andrea"));
  erase(storage::keys::grant(tenant_id{"acme"}, grant_id{"andrea"}));
  tell_changed(config_changed::kind::grant, "andrea");
  EXPECT_THAT(stored(), IsEmpty());
  for (int day = 0; day < 61; ++day)
    pass(24h);
  settle();
  EXPECT_THAT(told(), ElementsAre("grant.revoked grant/andrea")) << "what is gone does not expire";
}

TEST_F(incidents_test, of_what_was_removed_while_nothing_ran_ends_at_the_start) {
  put_account("acme", "sales");
  start();
  hear(dying());
  quit(boss);
  erase(storage::keys::grant(tenant_id{"acme"}, grant_id{"andrea"}));
  start();
  EXPECT_THAT(stored(), IsEmpty());
}

TEST_F(incidents_test, are_not_lost_when_the_answer_to_their_commit_comes_too_late) {
  start();
  store.holds_commits = true;
  hear(dying());
  let_pass(3min, 30s);
  store.let_commit();
  settle();
  EXPECT_THAT(told(), ElementsAre("grant.revoked grant/andrea"));
  hear(about("andrea", {}));
  EXPECT_THAT(told(), ElementsAre("grant.revoked grant/andrea", "account.auth_recovered grant/andrea"));
  EXPECT_THAT(stored(), IsEmpty());
}

TEST_F(incidents_test, waits_a_minute_before_it_tells_of_one_mailbox) {
  at_server("sales").refused_with = fail(errc::auth_rejected, "AUTHENTICATE failed.");
  put_account("acme", "sales");
  start();
  let_pass(20s);
  EXPECT_THAT(told(), IsEmpty());
  let_pass(10min, 5s);
  EXPECT_THAT(told(), ElementsAre("account.auth_error account/sales"));
  at_server("sales").refused_with.reset();
  let_pass(30min, 5s);
  EXPECT_EQ(state_of("sales"), mailbox_state::idle);
  EXPECT_THAT(told(), ElementsAre("account.auth_error account/sales", "account.auth_recovered account/sales"));
}

TEST_F(incidents_test, tells_of_a_secret_that_expires_once_for_each_threshold) {
  auto provider = put_provider("acme", "azure", "microsoft_azure");
  provider.set_client_secret_expires_ms((time.now() + 24h * 20).time_since_epoch().count());
  storage::commit_now(*memory, {storage::put_config(provider, std::nullopt)}).value();
  start();
  EXPECT_THAT(told(), ElementsAre("provider.secret_expiring provider/azure"));
  for (int day = 0; day < 8; ++day)
    pass(24h);
  settle();
  EXPECT_EQ(told().size(), 2U) << "a fortnight before";
  tell_changed(config_changed::kind::provider, "azure");
  EXPECT_EQ(told().size(), 2U);
}

} // namespace
} // namespace postroom::tenant
