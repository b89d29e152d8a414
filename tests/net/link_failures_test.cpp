#include "tests/net/support/full_listener.hpp"
#include "tests/net/support/link_fixture.hpp"
#include "tests/net/support/names.hpp"

#include <openssl/ssl.h>

/// Servers and networks that fail: each phase of a connection stalls or breaks, and the link ends with the right error.
namespace postroom::net::test {
namespace {

using imap::transport_security;
using seen = recorder::seen;

class link_failures_test : public link_fixture {
protected:
  imap_target target_at(const std::string& host, std::uint16_t port) {
    imap_target target;
    target.host = host;
    target.port = port;
    target.ca_file = good_.ca_file;
    target.session.user = "anna@example.test";
    target.session.token_or_password = secret<>{"sesame"};
    return target;
  }
};

// -- stalls ----------------------------------------------------------------------------------------------------------

enum class wire : std::uint8_t { plain, tls, starttls };

struct stall {
  const char* name;
  wire security;
  script_server::script script;
  std::vector<imap::command> commands;
  errc expected = errc::timeout;
};

transport_security security_of(wire w) {
  return w == wire::plain ? transport_security::plain
                          : (w == wire::tls ? transport_security::tls : transport_security::starttls);
}

/// Greets and offers STARTTLS; what happens on STARTTLS is `then`'s.
script_server::script offering_starttls(std::function<void(peer&, const std::string& tag)> then) {
  return [then](peer& p) {
    p.write("* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] ready\r\n");
    const auto line = p.read_line();
    if (line.find("STARTTLS") != std::string::npos)
      then(p, line.substr(0, line.find(' ')));
  };
}

std::vector<stall> stalls() {
  const auto after_login = [](std::string words) {
    return [words](peer& p) {
      serve_imap(p, [words](peer& to, const std::string&, const std::string&) {
        to.write(words);
        to.drain();
        return false;
      });
    };
  };
  const auto leaving_idle = [](peer& p) {
    serve_imap(p, [](peer& to, const std::string&, const std::string&) {
      to.write("+ idling\r\n");
      to.drain();
      return false;
    });
  };
  const auto taking_nothing = [](peer& p) {
    serve_imap(p, [](peer& to, const std::string&, const std::string&) {
      to.write("+ go\r\n");
      to.wait_until_stopped();
      return false;
    });
  };
  const imap::append_command large{"Sent", {}, {}, std::string(32 * limits::mib, 'm')};
  return {
      {"handshake", wire::tls, [](peer& p) { p.drain(); }, {}},
      {"greeting", wire::tls, [](peer& p) { p.start_tls() ? p.drain() : void(); }, {}},
      {"half a greeting", wire::plain, [](peer& p) { p.write("* OK"), p.drain(); }, {}},
      {"login", wire::plain, [](peer& p) { p.write("* OK ready\r\n"), p.drain(); }, {}},
      {"first octet", wire::plain, after_login(""), {imap::noop_command{}}},
      {"middle of a line", wire::plain, after_login("* 1 FET"), {imap::noop_command{}}},
      {"middle of a body", wire::plain, after_login("* 1 FETCH (UID 1 BODY[] {1000}\r\nabc"), {fetch_all()}},
      {"idle", wire::plain, after_login("+ idling\r\n"), {imap::idle_command{}}},
      {"end of idle", wire::plain, leaving_idle, {imap::idle_command{}}},
      {"a message it does not take", wire::plain, taking_nothing, {large}},
      {"middle of a folder's name", wire::plain, after_login("* LIST () \"/\" {10}\r\nabc"), {imap::noop_command{}}},
      {"answer to STARTTLS", wire::starttls, offering_starttls([](peer& p, const std::string&) { p.drain(); }), {}},
      {"handshake after STARTTLS",
       wire::starttls,
       offering_starttls([](peer& p, const std::string& tag) {
         p.write(tag + " OK go\r\n");
         p.drain();
       }),
       {}},
      {"login after STARTTLS",
       wire::starttls,
       offering_starttls([](peer& p, const std::string& tag) {
         if (p.write(tag + " OK go\r\n") && p.start_tls())
           p.drain();
       }),
       {}},
  };
}

TEST_F(link_failures_test, finds_stalls_at_every_step) {
  for (const auto& s : stalls()) {
    SCOPED_TRACE(s.name);
    told_ = std::make_shared<recorder>();
    script_server server{s.script, &good_};
    auto link = open(server, security_of(s.security), short_deadlines());
    link->submit(s.commands);
    const auto begun = std::chrono::steady_clock::now();
    if (std::string_view{s.name} == "end of idle") {
      told_->wait([](const seen& saw) { return saw.idling > 0; });
      link->end_idle();
    }
    expect_end(s.expected);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s);
    EXPECT_EQ(told_->now().messages.size(), 0U);
  }
}

TEST_F(link_failures_test, finds_a_server_that_talks_on_but_never_answers_done) {
  script_server server{[](peer& p) {
    serve_imap(p, [](peer& to, const std::string&, const std::string&) {
      to.write("+ idling\r\n");
      to.read_line();
      while (to.write("* 5 EXISTS\r\n"))
        std::this_thread::sleep_for(20ms);
      return false;
    });
  }};
  auto link = open(server, transport_security::plain, short_deadlines());
  link->submit({imap::idle_command{}});
  ASSERT_TRUE(told_->wait([](const seen& s) { return s.idling == 1; }));
  link->end_idle();
  expect_end(errc::timeout);
}

TEST_F(link_failures_test, forgets_the_deadline_of_done_once_it_is_answered) {
  script_server server{[](peer& p) {
    serve_imap(p, [](peer& to, const std::string& tag, const std::string& line) {
      if (!line.starts_with("IDLE"))
        return to.write(tag + " OK done\r\n");
      to.write("+ idling\r\n");
      to.read_line();
      // The answer, and a listing that never ends at the end of a line, for longer than DONE may take.
      to.write(tag + " OK done\r\n* 1 FETCH (");
      for (int i = 2; i < 22; ++i) {
        std::this_thread::sleep_for(50ms);
        to.write("FLAGS ())\r\n* " + std::to_string(i) + " FETCH (");
      }
      return to.write("FLAGS ())\r\n");
    });
  }};
  imap_deadlines deadlines;
  deadlines.done = 500ms;
  auto link = open(server, transport_security::plain, deadlines);
  link->submit({imap::idle_command{}});
  ASSERT_TRUE(told_->wait([](const seen& s) { return s.idling == 1; }));
  link->end_idle();
  ASSERT_TRUE(told_->wait([](const seen& s) { return s.data.size() == 21 || s.closed > 0; }));
  EXPECT_EQ(told_->now().closed, 0) << told_->now().why.detail;
}

TEST_F(link_failures_test, tells_of_a_server_that_closes_at_every_step) {
  const auto answering = [](std::string words) {
    return [words](peer& p) {
      serve_imap(p, [words](peer& to, const std::string&, const std::string&) {
        to.write(words);
        to.goodbye();
        return false;
      });
    };
  };
  const std::vector<stall> closings{
      {"at once", wire::plain, [](peer&) {}, {}, errc::connection_lost},
      {"before the handshake", wire::tls, [](peer&) {}, {}, errc::connection_lost},
      {"after the handshake", wire::tls, [](peer& p) { p.start_tls(); }, {}, errc::connection_lost},
      {"after the greeting", wire::plain, [](peer& p) { p.write("* OK hi\r\n"); }, {}, errc::connection_lost},
      {"by BYE", wire::plain, [](peer& p) { p.write("* BYE no\r\n"); }, {}, errc::server_bye},
      {"in a command", wire::plain, answering(""), {imap::noop_command{}}, errc::connection_lost},
      {"in a body", wire::plain, answering("* 1 FETCH (UID 1 BODY[] {9}\r\nabc"), {fetch_all()}, errc::connection_lost},
      {"in a folder's name",
       wire::plain,
       answering("* LIST () \"/\" {10}\r\nabc"),
       {imap::noop_command{}},
       errc::connection_lost},
      {"in idle", wire::plain, answering("+ idling\r\n"), {imap::idle_command{}}, errc::connection_lost},
      {"in a body under TLS",
       wire::tls,
       [](peer& p) {
         if (p.start_tls())
           serve_imap(p, [](peer& to, const std::string&, const std::string&) {
             to.write("* 1 FETCH (UID 1 BODY[] {9}\r\nabc");
             return false;
           });
       },
       {fetch_all()},
       errc::connection_lost},
      {"instead of the handshake after STARTTLS",
       wire::starttls,
       offering_starttls([](peer& p, const std::string& tag) { p.write(tag + " OK go\r\n"); }),
       {},
       errc::connection_lost},
  };
  for (const auto& s : closings) {
    SCOPED_TRACE(s.name);
    told_ = std::make_shared<recorder>();
    script_server server{s.script, &good_};
    auto link = open(server, security_of(s.security));
    link->submit(s.commands);
    expect_end(s.expected);
    EXPECT_TRUE(told_->now().messages.empty());
    EXPECT_EQ(told_->now().closed, 1);
  }
}

// -- before anything is said -----------------------------------------------------------------------------------------

TEST_F(link_failures_test, says_when_nobody_listens) {
  std::uint16_t port = 0;
  {
    script_server gone{[](peer&) {}};
    port = gone.port();
  }
  dialer_ = make_imap_dialer(threads_, tls_);
  imap_target target;
  target.host = "localhost";
  target.port = port;
  auto link = dialer_->open(target, told_);
  expect_end(errc::connect_failed);
}

TEST_F(link_failures_test, gives_up_on_a_connection_that_is_never_taken) {
  const full_listener full;
  auto link = open(target_at("127.0.0.1", full.port()), short_deadlines());
  expect_end(errc::timeout, "no TCP connection to 127.0.0.1 port " + std::to_string(full.port()));
}

TEST_F(link_failures_test, tries_the_next_address_when_one_fails_or_swallows_everything) {
  script_server server{[](peer& p) {
                         if (p.start_tls())
                           serve_imap(p);
                       },
                       &good_};
  set_name("two.test", "127.0.0.77 127.0.0.1");
  auto target = make_target(server, &good_);
  target.host = "two.test";
  auto link = open(target, {});
  // The second address answers; its certificate is for another name, so that is as far as it goes.
  expect_end(errc::tls_failed, "not for two.test");
  EXPECT_EQ(server.accepted(), 1);
}

TEST_F(link_failures_test, tells_of_names_that_do_not_exist) {
  auto link = open(target_at("no-such-host.test", 993), {});
  expect_end(errc::dns_failed, "no-such-host.test");
}

TEST_F(link_failures_test, gives_up_on_a_name_that_is_not_resolved) {
  const stalled_names stalled;
  auto link = open(target_at("mail.slow.test", 993), short_deadlines());
  expect_end(errc::timeout, "mail.slow.test");
}

// -- refusals by TLS alert -------------------------------------------------------------------------------------------

TEST_F(link_failures_test, names_an_alert_in_the_handshake) {
  script_server server{[](peer& p) { p.refuse_tls(); }, &good_,
                       [](SSL_CTX* ctx) {
                         SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
                         SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
                       }};
  auto link = open(server);
  expect_end(errc::tls_failed, "alert");
}

// In TLS 1.3 the client believes to be done when the server looks at its (missing) certificate.
TEST_F(link_failures_test, names_an_alert_after_the_handshake) {
  script_server server{
      [](peer& p) { p.refuse_tls(); }, &good_,
      [](SSL_CTX* ctx) { SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr); }};
  auto link = open(server);
  expect_end(errc::tls_failed, "certificate required");
}

TEST_F(link_failures_test, speaks_no_tls_older_than_1_2) {
  script_server server{[](peer& p) { p.refuse_tls(); }, &good_,
                       [](SSL_CTX* ctx) {
                         SSL_CTX_set_security_level(ctx, 0);
                         SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION);
                         SSL_CTX_set_max_proto_version(ctx, TLS1_1_VERSION);
                       }};
  auto link = open(server);
  expect_end(errc::tls_failed, "127.0.0.1");
}

// -- slow on purpose -------------------------------------------------------------------------------------------------

/// Each octet comes within the deadline for silence, the answer never.
script_server::script trickling(std::string words) {
  return [words](peer& p) {
    serve_imap(p, [words](peer& to, const std::string&, const std::string&) {
      to.write(words);
      while (to.write("x"))
        std::this_thread::sleep_for(20ms);
      return false;
    });
  };
}

TEST_F(link_failures_test, does_not_wait_for_ever_for_an_answer_that_trickles) {
  const std::pair<const char*, imap::command> cases[] = {{"* 1 FETCH (UID 1 BODY[] {100000000}\r\n", fetch_all()},
                                                         {"* LIST () \"/\" ", imap::noop_command{}},
                                                         {"+ idling\r\n* ", imap::idle_command{}}};
  for (const auto& [words, command] : cases) {
    SCOPED_TRACE(words);
    told_ = std::make_shared<recorder>();
    script_server server{trickling(words)};
    auto deadlines = short_deadlines();
    deadlines.answer = 400ms;
    auto link = open(server, transport_security::plain, deadlines);
    link->submit({command});
    expect_end(errc::timeout, "answers too slowly");
    EXPECT_TRUE(told_->now().messages.empty());
  }
}

TEST_F(link_failures_test, waits_for_an_answer_that_keeps_its_pace) {
  constexpr std::size_t slices = 30;
  script_server server{[](peer& p) {
    serve_imap(p, [](peer& to, const std::string& tag, const std::string&) {
      to.write("* 1 FETCH (UID 1 BODY[] {" + std::to_string(slices * 16 * limits::kib) + "}\r\n");
      for (std::size_t i = 0; i < slices; ++i) {
        to.write(std::string(16 * limits::kib, 'x'));
        std::this_thread::sleep_for(10ms);
      }
      return to.write(")\r\n" + tag + " OK done\r\n");
    });
  }};
  auto deadlines = short_deadlines();
  deadlines.first_byte = deadlines.between_bytes = 5s;
  deadlines.answer = 150ms; // less than it takes
  auto link = open(server, transport_security::plain, deadlines);
  link->submit({fetch_all()});
  EXPECT_TRUE(told_->wait([](const seen& s) { return s.messages.size() == 1; }));
}

} // namespace
} // namespace postroom::net::test
