#include "actors/doctor/plan.hpp"
#include "tests/actors/doctor/cases.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace postroom::doctor::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Not;

/// Answers each probe and goes on until there is none; `answer` may leave one unanswered to be noted as failed.
std::vector<probe> walk(const facts& f, const std::function<void(probe, evidence&)>& answer) {
  std::vector<probe> made;
  evidence e;
  while (const auto next = next_probe(f, e)) {
    EXPECT_THAT(made, Not(Contains(*next)));
    if (made.size() > 20)
      break;
    made.push_back(*next);
    answer(*next, e);
  }
  return made;
}

/// What a healthy account's evidence has of it.
void works(probe what, evidence& e) {
  const auto all = healthy();
  switch (what) {
  case probe::grant:
    e.grant = all.grant;
    break;
  case probe::imap_server:
    e.imap = all.imap;
    break;
  case probe::smtp_server:
    e.smtp = all.smtp;
    break;
  case probe::clock:
    e.time = all.time;
    break;
  case probe::token:
    e.token = all.token;
    break;
  case probe::fresh_token:
    e.fresh_token = all.token;
    break;
  case probe::graph_token:
    e.graph_token = all.token;
    break;
  case probe::login:
    e.login = all.login;
    break;
  case probe::login_again:
    e.login_again = all.login;
    break;
  case probe::login_other:
    e.login_other = all.login;
    break;
  case probe::delegate_login:
    e.delegate_login = all.login;
    break;
  case probe::graph_mailbox:
    e.graph = graph_opens();
    break;
  case probe::submission:
    e.submission = all.submission;
    break;
  }
}

/// As works(), but the mailbox is refused each time.
void refuses(probe what, evidence& e) {
  works(what, e);
  for (auto* login : {&e.login, &e.login_again, &e.login_other})
    if (*login)
      *login = refused_login(shared, not_connected());
}

TEST(next_probe, burdens_nobody_when_all_is_well) {
  EXPECT_THAT(walk(microsoft_facts(), works), ElementsAre(probe::grant, probe::imap_server, probe::smtp_server,
                                                          probe::clock, probe::token, probe::login, probe::submission));
}

TEST(next_probe, climbs_the_ladder_when_the_mailbox_is_refused) {
  auto f = microsoft_facts();
  f.other_user = "shared1@contoso.onmicrosoft.com";
  EXPECT_THAT(walk(f, refuses),
              ElementsAre(probe::grant, probe::imap_server, probe::smtp_server, probe::clock, probe::token,
                          probe::login, probe::fresh_token, probe::login_again, probe::login_other,
                          probe::delegate_login, probe::graph_token, probe::graph_mailbox, probe::submission));
}

TEST(next_probe, leaves_the_ladder_out_when_it_was_climbed_lately) {
  auto f = microsoft_facts();
  f.ladder_allowed = false;
  EXPECT_THAT(walk(f, refuses), ElementsAre(probe::grant, probe::imap_server, probe::smtp_server, probe::clock,
                                            probe::token, probe::login, probe::submission));
}

TEST(next_probe, stops_when_a_fresh_token_helps) {
  const auto made = walk(microsoft_facts(), [](probe what, evidence& e) {
    works(what, e);
    if (what == probe::login)
      e.login = refused_login(shared, authenticate_failed());
  });
  EXPECT_EQ(made.back(), probe::submission);
  EXPECT_THAT(made, Not(Contains(probe::delegate_login)));
}

TEST(next_probe, stops_when_no_fresh_token_is_to_be_had) {
  const auto made = walk(microsoft_facts(), [](probe what, evidence& e) {
    refuses(what, e);
    if (what == probe::fresh_token)
      e.fresh_token->failed = known_error("AADSTS700082", "dead");
  });
  EXPECT_EQ(made.back(), probe::fresh_token) << "without a token nobody can log in to submit";
}

TEST(next_probe, never_opens_the_mailbox_of_a_delegate_who_is_none) {
  auto f = microsoft_facts();
  f.account.set_email(andrea);
  f.mailbox_user = "Andrea@Contoso.com";
  EXPECT_THAT(walk(f, refuses), Not(Contains(probe::delegate_login)));
  EXPECT_THAT(walk(microsoft_facts(),
                   [](probe what, evidence& e) {
                     refuses(what, e);
                     e.grant->kind = "client_credentials";
                   }),
              Not(Contains(probe::delegate_login)));
}

TEST(next_probe, asks_graph_only_where_that_is_allowed) {
  auto f = microsoft_facts();
  f.graph_root.clear();
  const auto without = walk(f, refuses);
  EXPECT_THAT(without, Not(Contains(probe::graph_token)));
  EXPECT_THAT(without, Not(Contains(probe::graph_mailbox)));
  const auto refused_token = walk(microsoft_facts(), [](probe what, evidence& e) {
    refuses(what, e);
    if (what == probe::graph_token)
      e.graph_token->failed = known_error("AADSTS65001", "no consent");
  });
  EXPECT_THAT(refused_token, Not(Contains(probe::graph_mailbox)));
}

TEST(next_probe, does_not_climb_for_limits_and_passwords) {
  const auto throttled = [](probe what, evidence& e) {
    works(what, e);
    if (what == probe::login)
      e.login = refused_login(shared, error{errc::throttled, "later", {}});
  };
  EXPECT_THAT(walk(microsoft_facts(), throttled), Not(Contains(probe::fresh_token)));
  const auto made = walk(password_facts(), [](probe what, evidence& e) {
    works(what, e);
    if (what == probe::login)
      e.login = refused_login(shared, authenticate_failed());
  });
  EXPECT_THAT(made, ElementsAre(probe::grant, probe::imap_server, probe::smtp_server, probe::token, probe::login,
                                probe::submission));
}

TEST(next_probe, leaves_alone_what_cannot_be_reached) {
  const auto made = walk(microsoft_facts(), [](probe what, evidence& e) {
    works(what, e);
    if (what == probe::imap_server)
      e.imap->failed = fail(errc::connect_failed, "refused");
  });
  EXPECT_THAT(made, Not(Contains(probe::login)));
  EXPECT_EQ(made.back(), probe::submission);
  EXPECT_EQ(next_probe({}, {}), std::nullopt) << "there is no provider";
  auto stopped = microsoft_facts();
  stopped.provider_runs = false;
  EXPECT_EQ(walk(stopped, works).back(), probe::clock);
}

TEST(next_probe, ends_whatever_fails) {
  const auto made =
      walk(microsoft_facts(), [](probe what, evidence& e) { note_failure(e, what, fail(errc::timeout, "late")); });
  EXPECT_THAT(made, ElementsAre(probe::grant, probe::imap_server, probe::smtp_server, probe::clock, probe::token));
  for (int bad = 0; bad <= static_cast<int>(probe::submission); ++bad)
    (void)walk(microsoft_facts(), [bad](probe what, evidence& e) {
      refuses(what, e);
      if (static_cast<int>(what) == bad)
        note_failure(e, what, fail(errc::timeout, "late"));
    });
}

} // namespace
} // namespace postroom::doctor::test
