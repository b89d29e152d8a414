#include "net/smtp_clock.hpp"
#include "tests/net/smtp_side.hpp"

/// Servers that fail: each phase of a conversation stalls or breaks, and the link ends with the right error.
namespace postroom::net::test {
namespace {

using smtp::phase;
using smtp::transport_security;
using seen = smtp_recorder::seen;

struct stall {
  const char* name;
  transport_security security;
  std::string silent_at; ///< the beginning of the command that is not answered; "MAIL DATA" the mail is not read
  std::string words;     ///< said instead
  phase where;
};

constexpr auto plain = transport_security::plain;

const stall stalls[] = {
    {"handshake", transport_security::tls, "handshake", "", phase::greeting},
    {"greeting", plain, "greeting", "", phase::greeting},
    {"half a greeting", plain, "greeting", "220-mx", phase::greeting},
    {"hello", plain, "EHLO", "", phase::hello},
    {"half a hello", plain, "EHLO", "250-mx.test\r\n250-SI", phase::hello},
    {"starttls", transport_security::starttls, "STARTTLS", "", phase::starttls},
    {"handshake after starttls", transport_security::starttls, "STARTTLS", "220 go\r\n", phase::starttls},
    {"login", plain, "AUTH", "", phase::login},
    {"sender", plain, "MAIL", "", phase::sender},
    {"recipient", plain, "RCPT", "", phase::recipient},
    {"half a recipient", plain, "RCPT", "250-hm\r\n", phase::recipient},
    {"data", plain, "DATA", "", phase::data},
    {"a mail it does not read", plain, "mail", "", phase::message},
    {"verdict", plain, "verdict", "", phase::message},
    {"half a verdict", plain, "verdict", "250 2.0.0 O", phase::message},
    {"goodbye", plain, "QUIT", "", phase::sender},
};

class smtp_failures_test : public smtp_fixture {
protected:
  /// Does what comes next in the life of a mail, until the link is closed.
  void drive(smtp_link& link, std::size_t mail_bytes) {
    const auto step = [&](auto condition) {
      return told_->wait([&](const seen& s) { return s.closed > 0 || condition(s); }) && told_->now().closed == 0;
    };
    if (!step([](const seen& s) { return s.ready; }))
      return;
    link.begin(small_mail());
    if (!step([](const seen& s) { return !s.envelopes.empty(); }))
      return;
    link.begin_body();
    if (!step([](const seen& s) { return s.wanted > 0; }))
      return;
    link.body(std::string(mail_bytes, 'm'));
    link.end_body();
    if (step([](const seen& s) { return !s.done.empty(); }))
      link.close();
    (void)step([](const seen&) { return false; });
  }
};

/// Plays along until the moment, then `then` happens.
void serve_until(peer& p, const std::string& moment, bool starttls, smtp_heard& heard,
                 const std::function<void(peer&)>& then) {
  if (moment == "handshake" || moment == "greeting") {
    then(p);
    return;
  }
  smtp_manners manners;
  manners.starttls = starttls;
  manners.keywords = "";
  if (moment == "mail")
    manners.take_mail = then;
  if (moment == "verdict")
    manners.take_mail = [&](peer& to) {
      while (to.read_line() != ".\r\n")
        ;
      then(to);
    };
  manners.answer = [&](const std::string& line) -> std::optional<std::string> {
    if (!line.starts_with(moment))
      return {};
    then(p);
    return std::string{};
  };
  serve_smtp(p, manners, heard);
}

TEST_F(smtp_failures_test, finds_stalls_at_every_step) {
  for (const auto& s : stalls) {
    SCOPED_TRACE(s.name);
    told_ = std::make_shared<smtp_recorder>();
    script_server server{[&](peer& p) {
                           serve_until(p, s.silent_at, s.security == transport_security::starttls, heard_,
                                       [&](peer& to) {
                                         to.write(s.words);
                                         s.silent_at == "mail" ? to.wait_until_stopped() : to.drain();
                                       });
                         },
                         &good_};
    auto link = open(server, s.security, short_smtp_deadlines());
    drive(*link, s.silent_at == "mail" ? 32 * limits::mib : 100);
    // A goodbye that is not answered is still ours.
    expect_end(s.silent_at == "QUIT" ? errc::cancelled : errc::timeout, s.where);
    EXPECT_EQ(told_->now().done.size(), s.silent_at == "QUIT" ? 1U : 0U);
    EXPECT_EQ(told_->now().after_the_end, 0);
  }
}

TEST_F(smtp_failures_test, finds_that_the_server_hangs_up_at_every_step) {
  for (const auto& s : stalls) {
    SCOPED_TRACE(s.name);
    if (s.words == "220 go\r\n")
      continue; // the handshake's failure has its own test
    told_ = std::make_shared<smtp_recorder>();
    script_server server{[&](peer& p) {
                           serve_until(p, s.silent_at, s.security == transport_security::starttls, heard_,
                                       [&](peer& to) {
                                         to.write(s.words);
                                         to.goodbye();
                                         to.drain();
                                       });
                         },
                         &good_};
    auto link = open(server, s.security);
    drive(*link, 100);
    ASSERT_TRUE(told_->wait_closed());
    const auto told = told_->now();
    EXPECT_EQ(to_string(told.where), to_string(s.where));
    EXPECT_TRUE(told.why.code == errc::connection_lost || told.why.code == errc::tls_failed ||
                (told.why.code == errc::cancelled && s.silent_at == "QUIT"))
        << to_string(told.why);
    EXPECT_EQ(told.done.size(), s.silent_at == "QUIT" ? 1U : 0U);
    EXPECT_EQ(told.closed, 1);
  }
}

TEST_F(smtp_failures_test, believes_no_certificate_it_does_not_trust) {
  const auto other = make_certificate(directory_->path(), "other");
  for (const auto security : {transport_security::tls, transport_security::starttls}) {
    told_ = std::make_shared<smtp_recorder>();
    script_server server{[&](peer& p) {
                           if (security == transport_security::starttls) {
                             p.write("220 x\r\n"), p.read_line();
                             p.write("250-x\r\n250 STARTTLS\r\n"), p.read_line();
                             p.write("220 go\r\n");
                           }
                           p.refuse_tls();
                         },
                         &other};
    auto link = open(server, security);
    expect_end(errc::tls_failed, security == transport_security::tls ? phase::greeting : phase::starttls);
  }
}

// -- the clock -------------------------------------------------------------------------------------------------------

using smtp::waiting_for;

struct clock_test : ::testing::Test {
  smtp_deadlines bounds{};
  smtp_clock clock{bounds};
  mono_time t{1h};
  mono_time ask(waiting_for what, std::uint64_t replies = 0, std::size_t unsent = 0) {
    return clock.deadline(what, replies, unsent, t);
  }
};

TEST_F(clock_test, bounds_the_login_as_a_whole) {
  clock.login_begins(t);
  const auto begun = t;
  EXPECT_EQ(ask(waiting_for::greeting), begun + bounds.login);
  t += 50s;
  clock.sent(100, t);
  EXPECT_EQ(ask(waiting_for::login, 1), begun + bounds.login);
}

TEST_F(clock_test, gives_every_answer_its_time_but_not_all_of_them_together) {
  clock.mail_begins(t);
  const auto begun = t;
  ask(waiting_for::nothing);
  for (std::uint64_t replies = 1; t < begun + bounds.envelope_whole - bounds.envelope; ++replies) {
    EXPECT_EQ(ask(waiting_for::envelope, replies), t + bounds.envelope);
    t += 100s;
    EXPECT_EQ(ask(waiting_for::envelope, replies), t - 100s + bounds.envelope); // octets are no sign of life
  }
  EXPECT_EQ(ask(waiting_for::envelope, 1000), begun + bounds.envelope_whole);
  clock.mail_begins(t);
  EXPECT_EQ(ask(waiting_for::envelope, 1001), t + bounds.envelope);
}

TEST_F(clock_test, does_not_count_the_owners_time_in_a_mail) {
  clock.mail_begins(t);
  for (int piece = 0; piece < 100; ++piece) {
    EXPECT_EQ(ask(waiting_for::nothing), mono_time::max());
    t += 1h; // the owner thinks
    EXPECT_EQ(ask(waiting_for::nothing, 0, 1000), t + bounds.block);
    t += 1s;
    clock.sent(1000, t);
  }
}

TEST_F(clock_test, does_not_let_a_mail_trickle_for_ever) {
  clock.mail_begins(t);
  const auto begun = t;
  std::uint64_t bytes = 0;
  while (ask(waiting_for::nothing, 0, 100'000) > t && t < begun + 24h) {
    t += 100s;
    clock.sent(100, t);
    bytes += 100;
  }
  EXPECT_LT(t, begun + bounds.body + 2 * bounds.block);
  EXPECT_EQ(clock.missed(t), "takes the mail too slowly");
  // Who takes more may take longer.
  clock.mail_begins(t);
  EXPECT_EQ(ask(waiting_for::nothing, 0, 0), mono_time::max());
  for (int i = 0; i < 1000; ++i) {
    ASSERT_GT(ask(waiting_for::nothing, 0, 100'000), t);
    t += 10s;
    clock.sent(10 * limits::smtp_pace_bytes_per_s_min, t);
  }
}

TEST_F(clock_test, waits_long_for_the_verdict_from_the_last_octet_on) {
  clock.mail_begins(t);
  EXPECT_EQ(ask(waiting_for::verdict, 0, 5), t + bounds.block);
  t += 60s;
  clock.sent(5, t);
  EXPECT_EQ(ask(waiting_for::verdict), t + bounds.verdict);
  const auto until = t + bounds.verdict;
  t += 5min;
  EXPECT_EQ(ask(waiting_for::verdict), until);
  clock.leaving(t);
  EXPECT_EQ(ask(waiting_for::verdict), t + bounds.quit);
  t += bounds.quit;
  EXPECT_EQ(clock.missed(t), "did not answer QUIT in time");
}

} // namespace
} // namespace postroom::net::test
