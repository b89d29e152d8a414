#include "actors/incidents/incident_book.hpp"

#include "protocol/knowledge/entry.hpp"
#include "tests/actors/incidents/book_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postroom::incidents {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using testing::ElementsAre;

const error dead{errc::grant_dead, "invalid_grant (AADSTS700082): too long unused", "AADSTS700082"};
const error revoked{errc::grant_dead, "invalid_grant (AADSTS50173)", "AADSTS50173"};
const error expired_secret{errc::app_misconfigured, "invalid_client (AADSTS7000222)", "AADSTS7000222"};

class incident_book_test : public book_fixture {};

TEST_F(incident_book_test, tells_of_a_fault_once) {
  ASSERT_TRUE(carry_out(provider, book.failed(provider, expired_secret, time.now())));
  time.advance(5min);
  EXPECT_FALSE(book.failed(provider, expired_secret, time.now()));
  auto other_words = expired_secret;
  other_words.detail = "the same, with another trace id";
  EXPECT_FALSE(book.failed(provider, other_words, time.now()));
  EXPECT_THAT(types(), ElementsAre("account.auth_error"));
  ASSERT_NE(book.find(provider), nullptr);
  EXPECT_EQ(book.find(provider)->cause(), "AADSTS7000222");
  EXPECT_EQ(book.find(grant), nullptr);
}

TEST_F(incident_book_test, says_who_must_do_what) {
  ASSERT_TRUE(carry_out(provider, book.failed(provider, expired_secret, time.now())));
  const auto event = events().back();
  EXPECT_EQ(event.id(), "provider.azure." + std::to_string(time.now().time_since_epoch().count()) + ".opened");
  EXPECT_EQ(event.source(), "/tenants/acme");
  EXPECT_EQ(event.subject(), "provider/azure");
  EXPECT_EQ(event.time_ms(), time.now().time_since_epoch().count());
  const auto known = knowledge::explain(expired_secret);
  const boost::json::object expected{{"subject", "provider"},
                                     {"provider", "azure"},
                                     {"accounts", {"sales", "support"}},
                                     {"accounts_count", 2},
                                     {"code", "app_misconfigured"},
                                     {"cause", "AADSTS7000222"},
                                     {"meaning", known.meaning},
                                     {"who_acts", to_string(known.who)},
                                     {"remedy", known.remedy},
                                     {"detail", expired_secret.detail},
                                     {"opened", to_rfc3339(time.now())}};
  EXPECT_EQ(last_data(), expected);
}

TEST_F(incident_book_test, names_the_parts_of_each_subject) {
  ASSERT_TRUE(carry_out(grant, book.failed(grant, dead, time.now())));
  EXPECT_EQ(last("grant"), "andrea");
  EXPECT_EQ(last("provider"), "azure");
  EXPECT_EQ(last("delegate"), "andrea@contoso.com");
  ASSERT_TRUE(carry_out(account, book.failed(account, {errc::mailbox_not_connected, "no"}, time.now())));
  EXPECT_EQ(last("account"), "support");
  EXPECT_EQ(last("code"), "mailbox_not_connected");
  EXPECT_EQ(last("meaning"), meaning(errc::mailbox_not_connected));
  EXPECT_THAT(types(), ElementsAre("grant.revoked", "account.auth_error"));
}

TEST_F(incident_book_test, has_an_event_for_every_class_of_failure) {
  const std::pair<errc, const char*> of_grants[] = {{errc::grant_dead, "grant.revoked"},
                                                    {errc::user_action_required, "account.auth_error"},
                                                    {errc::blocked_by_policy, "account.auth_error"},
                                                    {errc::app_misconfigured, "account.auth_error"},
                                                    {errc::identity_unavailable, "account.auth_error"}};
  for (const auto& [code, type] : of_grants) {
    const auto what = book.failed(grant, {code, {}}, time.now());
    ASSERT_TRUE(what);
    EXPECT_EQ(what->event_type, type);
    carry_out(grant, what);
  }
  // An account's token is refused since its grant is dead: it was told of the grant.
  EXPECT_EQ(book.failed(account, dead, time.now())->event_type, "account.auth_error");
}

TEST_F(incident_book_test, names_a_hundred_accounts_and_counts_all) {
  auto many = provider;
  for (int i = 0; i < 5000; ++i)
    many.accounts_affected.push_back("account" + std::to_string(i));
  many.accounts_count = 0; // fewer than are named cannot be
  ASSERT_TRUE(carry_out(many, book.failed(many, expired_secret, time.now())));
  EXPECT_EQ(last_data().at("accounts").as_array().size(), 100U);
  EXPECT_EQ(last("accounts_count"), "5002");
}

TEST_F(incident_book_test, makes_clean_text_of_a_servers_words) {
  ASSERT_TRUE(carry_out(
      account, book.failed(account, {errc::auth_rejected, "\xff\xfe\r\n" + std::string(9000, 'x')}, time.now())));
  const auto detail = last("detail");
  EXPECT_LE(detail.size(), 2048U);
  EXPECT_EQ(detail.find('\n'), std::string_view::npos);
  EXPECT_TRUE(detail.starts_with("\xef\xbf\xbd"));
}

TEST_F(incident_book_test, tells_when_it_is_over) {
  const auto opened = to_rfc3339(time.now());
  ASSERT_TRUE(carry_out(grant, book.failed(grant, dead, time.now())));
  time.advance(1h);
  ASSERT_TRUE(carry_out(grant, book.recovered(grant, time.now())));
  EXPECT_FALSE(book.recovered(grant, time.now()));
  EXPECT_EQ(book.find(grant), nullptr);
  EXPECT_THAT(types(), ElementsAre("grant.revoked", "account.auth_recovered"));
  EXPECT_EQ(last("opened"), opened);
  EXPECT_EQ(last("recovered"), to_rfc3339(time.now()));
  EXPECT_EQ(last("code"), "grant_dead");
  // Another time it is another incident.
  ASSERT_TRUE(carry_out(grant, book.failed(grant, dead, time.now())));
  EXPECT_EQ(types().size(), 3U);
  EXPECT_NE(events()[0].id(), events()[2].id());
}

TEST_F(incident_book_test, has_nothing_to_say_of_what_was_always_well) {
  EXPECT_FALSE(book.recovered(grant, time.now()));
  EXPECT_FALSE(book.forget(grant));
  EXPECT_FALSE(book.committed(grant, true));
}

TEST_F(incident_book_test, takes_another_cause_for_another_incident) {
  ASSERT_TRUE(carry_out(grant, book.failed(grant, dead, time.now())));
  time.advance(1s);
  ASSERT_TRUE(carry_out(grant, book.failed(grant, revoked, time.now())));
  EXPECT_EQ(book.find(grant)->cause(), "AADSTS50173");
  EXPECT_EQ(types().size(), 2U);
  ASSERT_TRUE(carry_out(grant, book.recovered(grant, time.now())));
  EXPECT_EQ(types().size(), 3U);
}

TEST_F(incident_book_test, remembers_over_a_restart) {
  ASSERT_TRUE(carry_out(grant, book.failed(grant, dead, time.now())));
  auto later = restarted();
  EXPECT_FALSE(later.failed(grant, dead, time.now()));
  ASSERT_TRUE(carry_out(later, grant, later.recovered(grant, time.now())));
  EXPECT_FALSE(restarted().recovered(grant, time.now()));
  EXPECT_THAT(types(), ElementsAre("grant.revoked", "account.auth_recovered"));
}

TEST_F(incident_book_test, tells_again_when_the_commit_was_refused) {
  const auto first = book.failed(grant, dead, time.now());
  ASSERT_TRUE(first);
  EXPECT_FALSE(book.committed(grant, false));
  EXPECT_EQ(book.find(grant), nullptr);
  time.advance(1min);
  const auto second = book.failed(grant, dead, time.now());
  ASSERT_TRUE(second);
  // The first may have reached the disk all the same: then the second is refused.
  EXPECT_EQ(commit(*first), storage::outcome::committed);
  EXPECT_EQ(commit(*second), storage::outcome::conflict);
  // Were it not, it would be the same event.
  records::Event one, two;
  one.ParseFromString(std::get<storage::append>(first->operations[1]).value);
  two.ParseFromString(std::get<storage::append>(second->operations[1]).value);
  EXPECT_EQ(one.id(), two.id());
}

TEST_F(incident_book_test, takes_back_a_recovery_that_was_not_committed) {
  ASSERT_TRUE(carry_out(grant, book.failed(grant, dead, time.now())));
  ASSERT_TRUE(book.recovered(grant, time.now()));
  EXPECT_FALSE(book.committed(grant, false));
  EXPECT_NE(book.find(grant), nullptr);
  EXPECT_FALSE(book.failed(grant, dead, time.now()));
  EXPECT_TRUE(carry_out(grant, book.recovered(grant, time.now())));
}

TEST_F(incident_book_test, forgets_a_fault_that_passed_before_it_was_told) {
  ASSERT_TRUE(book.failed(grant, dead, time.now()));
  EXPECT_FALSE(book.committed(grant, false));
  EXPECT_FALSE(book.recovered(grant, time.now()));
  EXPECT_THAT(types(), ElementsAre());
}

TEST_F(incident_book_test, lets_one_of_two_writers_win) {
  auto other = restarted();
  const auto ours = book.failed(grant, dead, time.now());
  const auto theirs = other.failed(grant, dead, time.now());
  ASSERT_TRUE(ours && theirs);
  EXPECT_TRUE(carry_out(grant, ours));
  EXPECT_FALSE(carry_out(other, grant, theirs));
  EXPECT_THAT(types(), ElementsAre("grant.revoked"));
  // After the conflict it reads again.
  other = restarted();
  EXPECT_FALSE(other.failed(grant, dead, time.now()));
  const auto we = book.recovered(grant, time.now());
  const auto they = other.recovered(grant, time.now());
  EXPECT_TRUE(carry_out(grant, we));
  EXPECT_FALSE(carry_out(other, grant, they));
  EXPECT_THAT(types(), ElementsAre("grant.revoked", "account.auth_recovered"));
}

TEST_F(incident_book_test, remembers_what_is_told_while_a_commit_is_under_way) {
  const auto opened = book.failed(grant, dead, time.now());
  ASSERT_TRUE(opened);
  EXPECT_FALSE(book.failed(grant, revoked, time.now()));
  EXPECT_FALSE(book.recovered(grant, time.now())); // the last word counts
  ASSERT_EQ(commit(*opened), storage::outcome::committed);
  const auto rest = book.committed(grant, true);
  ASSERT_TRUE(rest);
  EXPECT_EQ(rest->event_type, "account.auth_recovered");
  ASSERT_EQ(commit(*rest), storage::outcome::committed);
  EXPECT_FALSE(book.committed(grant, true));
  EXPECT_EQ(book.find(grant), nullptr);
}

TEST_F(incident_book_test, needs_nothing_more_when_the_same_is_told_meanwhile) {
  const auto opened = book.failed(grant, dead, time.now());
  EXPECT_FALSE(book.failed(grant, dead, time.now()));
  ASSERT_EQ(commit(*opened), storage::outcome::committed);
  EXPECT_FALSE(book.committed(grant, true));
  // And once more from the start when it was not committed.
  const auto over = book.recovered(grant, time.now());
  EXPECT_FALSE(book.recovered(grant, time.now()));
  const auto again = book.committed(grant, false);
  ASSERT_TRUE(again);
  EXPECT_EQ(commit(*again), storage::outcome::committed);
  EXPECT_FALSE(book.committed(grant, true));
}

TEST_F(incident_book_test, goes_on_from_what_it_reads_again_after_a_conflict) {
  const auto opened = book.failed(grant, dead, time.now());
  ASSERT_EQ(commit(*opened), storage::outcome::committed);
  EXPECT_FALSE(book.committed(grant, false)) << "its answer came too late";
  const auto again = book.failed(grant, revoked, time.now());
  ASSERT_EQ(commit(*again), storage::outcome::conflict);
  const auto rest = book.read_again(grant, stored(), true);
  ASSERT_TRUE(rest);
  EXPECT_EQ(commit(*rest), storage::outcome::committed);
  EXPECT_FALSE(book.committed(grant, true));
  EXPECT_EQ(book.find(grant)->cause(), "AADSTS50173");
  EXPECT_TRUE(carry_out(grant, book.recovered(grant, time.now())));
  EXPECT_THAT(types(), ElementsAre("grant.revoked", "grant.revoked", "account.auth_recovered"));
}

TEST_F(incident_book_test, has_nothing_left_to_do_when_what_it_reads_again_says_the_same) {
  const auto opened = book.failed(grant, dead, time.now());
  ASSERT_EQ(commit(*opened), storage::outcome::committed);
  EXPECT_FALSE(book.read_again(grant, stored(), true));
  EXPECT_NE(book.find(grant), nullptr);
  ASSERT_TRUE(book.recovered(grant, time.now()));
  EXPECT_FALSE(book.read_again(grant, stored(), false)) << "not to be repeated";
  EXPECT_NE(book.find(grant), nullptr);
  EXPECT_TRUE(carry_out(grant, book.recovered(grant, time.now())));
  EXPECT_FALSE(book.knows(grant));
}

TEST_F(incident_book_test, believes_what_it_reads_again_when_there_is_nothing) {
  ASSERT_TRUE(carry_out(grant, book.failed(grant, dead, time.now())));
  ASSERT_TRUE(book.recovered(grant, time.now()));
  EXPECT_FALSE(book.read_again(grant, {}, true));
  EXPECT_FALSE(book.knows(grant));
}

TEST_F(incident_book_test, prefers_what_was_told_meanwhile_when_it_reads_again) {
  const auto opened = book.failed(grant, dead, time.now());
  ASSERT_EQ(commit(*opened), storage::outcome::committed);
  EXPECT_FALSE(book.recovered(grant, time.now()));
  const auto rest = book.read_again(grant, stored(), true);
  ASSERT_TRUE(rest);
  EXPECT_EQ(rest->event_type, "account.auth_recovered");
}

TEST_F(incident_book_test, keeps_subjects_apart) {
  const subject like{subject::kind::grant, "andrea.2", "azure", "andrea2@contoso.com", {}, 0};
  ASSERT_TRUE(book.failed(grant, dead, time.now()));
  EXPECT_TRUE(book.failed(like, dead, time.now())); // does not wait for the other
  EXPECT_EQ(to_string(provider), "provider/azure");
  EXPECT_EQ(to_string(grant), "grant/andrea");
  EXPECT_EQ(to_string(account), "account/support");
}

TEST_F(incident_book_test, forgets_a_subject_with_all_that_stands_of_it) {
  const auto soon = time.now() + days{5};
  ASSERT_TRUE(carry_out(provider, book.failed(provider, expired_secret, time.now())));
  ASSERT_TRUE(carry_out(provider, book.expires(provider, "client_secret", soon, time.now())));
  ASSERT_TRUE(carry_out(provider, book.expires(provider, "certificate", soon, time.now())));
  const auto gone = book.forget(provider);
  ASSERT_TRUE(gone);
  EXPECT_EQ(gone->operations.size(), 3U);
  EXPECT_EQ(gone->event_type, "");
  ASSERT_TRUE(carry_out(provider, gone));
  EXPECT_EQ(types().size(), 3U);
  EXPECT_FALSE(restarted().forget(provider));
}

} // namespace
} // namespace postroom::incidents
