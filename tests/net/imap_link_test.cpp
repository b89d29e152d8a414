#include "tests/net/support/link_fixture.hpp"

#include <gtest/gtest.h>

#include <random>

namespace postroom::net::test {
namespace {

using imap::transport_security;
using seen = recorder::seen;

std::string fetch_response(std::uint32_t number, const std::string& body) {
  return "* " + std::to_string(number) + " FETCH (UID " + std::to_string(100 + number) +
         " FLAGS (\\Seen) INTERNALDATE \"01-Nov-2026 10:00:00 +0000\" BODY[] {" + std::to_string(body.size()) +
         "}\r\n" + body + ")\r\n";
}

std::string pattern(std::size_t bytes) {
  std::string text(bytes, ' ');
  for (std::size_t i = 0; i < bytes; ++i)
    text[i] = static_cast<char>('!' + (i * 31 + i / 4096) % 90);
  return text;
}

class imap_link_test : public link_fixture {};

TEST_F(imap_link_test, logs_in_runs_commands_and_logs_out) {
  script_server server{[](peer& p) {
                         if (p.start_tls())
                           serve_imap(p);
                       },
                       &good_};
  auto link = open(server);
  link->submit({imap::select_command{"INBOX"}, imap::noop_command{}});
  ASSERT_TRUE(told_->wait([](const seen& s) { return s.outcomes.size() == 2; }));
  EXPECT_TRUE(told_->now().connected);
  EXPECT_TRUE(told_->now().ready);
  EXPECT_EQ(told_->now().outcomes[1].id, 2U);
  EXPECT_EQ(dialer_->links_open(), 1U);
  EXPECT_GT(dialer_->bytes_in(), 100U);
  EXPECT_GT(dialer_->bytes_out(), 50U);
  link->close();
  expect_end(errc::cancelled);
  EXPECT_EQ(told_->now().closed, 1);
  EXPECT_EQ(dialer_->links_open(), 0U);
}

TEST_F(imap_link_test, cuts_large_bodies_and_hands_small_ones_whole) {
  const auto large = pattern(5'000'000), exact = pattern(limits::chunk_bytes_max), small = pattern(4400);
  script_server server{[&](peer& p) {
                         if (p.start_tls())
                           serve_imap(p, [&](peer& to, const std::string& tag, const std::string&) {
                             return to.write(fetch_response(1, large) + fetch_response(2, small) +
                                             fetch_response(3, exact) + fetch_response(4, "") + tag + " OK done\r\n");
                           });
                       },
                       &good_};
  auto link = open(server);
  link->submit({fetch_all()});
  ASSERT_TRUE(told_->wait([](const seen& s) { return s.outcomes.size() == 1; }));
  const auto s = told_->now();
  ASSERT_EQ(s.messages.size(), 4U);
  ASSERT_EQ(s.chunks.size(), 4U);
  std::string joined;
  for (std::uint32_t i = 0; i < 4; ++i) {
    EXPECT_EQ(s.chunks[i].first, i);
    EXPECT_EQ(s.chunks[i].second.size(), limits::chunk_bytes_max);
    joined += s.chunks[i].second;
  }
  EXPECT_TRUE(joined + s.messages[0].rest == large);
  EXPECT_EQ(s.messages[0].chunks, 4U);
  EXPECT_EQ(s.messages[0].bytes, large.size());
  EXPECT_EQ(s.messages[0].uid.value, 101U);
  EXPECT_EQ(s.messages[0].flags, std::vector<std::string>{"\\Seen"});
  EXPECT_NE(s.messages[0].internal_date, wall_time{});
  EXPECT_EQ(s.messages[1].chunks, 0U);
  EXPECT_TRUE(s.messages[1].rest == small);
  EXPECT_EQ(s.messages[2].chunks, 0U);
  EXPECT_TRUE(s.messages[2].rest == exact);
  EXPECT_EQ(s.messages[3].rest, "");
  EXPECT_TRUE(s.data.empty());
}

TEST_F(imap_link_test, leaves_octets_with_the_server_while_nobody_wants_them) {
  const auto large = pattern(20'000'000);
  std::atomic<bool> all_sent{false};
  script_server server{[&](peer& p) {
                         if (p.start_tls())
                           serve_imap(p, [&](peer& to, const std::string& tag, const std::string&) {
                             const bool sent = to.write(fetch_response(1, large));
                             all_sent = true;
                             return sent && to.write(tag + " OK done\r\n");
                           });
                       },
                       &good_};
  auto link = open(server, imap::transport_security::tls, short_deadlines());
  told_->full = true;
  link->submit({fetch_all()});
  // Several of its deadlines pass, none of which is the server's fault.
  EXPECT_FALSE(told_->wait([](const seen& s) { return s.closed > 0 || s.chunks.size() > 1; }, 600ms));
  EXPECT_FALSE(all_sent);
  told_->full = false;
  ASSERT_TRUE(told_->wait([](const seen& s) { return s.outcomes.size() == 1; }));
  EXPECT_EQ(told_->now().messages.at(0).bytes, large.size());
}

TEST_F(imap_link_test, understands_a_server_that_sends_octet_by_octet) {
  const auto body = pattern(300);
  script_server server{[&](peer& p) {
                         if (!p.start_tls() || !p.write_slowly("* OK ready\r\n"))
                           return;
                         serve_imap(
                             p,
                             [&](peer& to, const std::string& tag, const std::string&) {
                               return to.write_slowly(fetch_response(1, body) + "* 1 FETCH (UID 7 FLAGS ())\r\n" + tag +
                                                      " OK done\r\n");
                             },
                             false);
                       },
                       &good_};
  auto link = open(server);
  link->submit({fetch_all()});
  ASSERT_TRUE(told_->wait([](const seen& s) { return s.outcomes.size() == 1; }));
  ASSERT_EQ(told_->now().messages.size(), 1U);
  EXPECT_EQ(told_->now().messages[0].rest, body);
  ASSERT_EQ(told_->now().data.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<imap::fetch_data>(told_->now().data[0]));
}

TEST_F(imap_link_test, idles_hears_and_leaves_idle) {
  script_server server{[](peer& p) {
                         if (p.start_tls())
                           serve_imap(p, [](peer& to, const std::string& tag, const std::string&) {
                             to.write("+ idling\r\n* 23 EXISTS\r\n");
                             return to.read_line() == "DONE\r\n" && to.write(tag + " OK done\r\n");
                           });
                       },
                       &good_};
  auto link = open(server);
  link->submit({imap::idle_command{}});
  ASSERT_TRUE(told_->wait([](const seen& s) { return s.idling == 1 && s.data.size() == 1; }));
  link->end_idle();
  ASSERT_TRUE(told_->wait([](const seen& s) { return s.outcomes.size() == 1; }));
  EXPECT_EQ(told_->now().closed, 0);
}

TEST_F(imap_link_test, upgrades_by_starttls) {
  script_server server{[](peer& p) {
                         p.write("* OK ready\r\n");
                         for (int i = 0; i < 2; ++i) {
                           const auto line = p.read_line();
                           const auto tag = line.substr(0, line.find(' '));
                           if (line.find("STARTTLS") != std::string::npos) {
                             p.write(tag + " OK go\r\n");
                             if (p.start_tls())
                               serve_imap(p, {}, false);
                             return;
                           }
                           p.write("* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\n" + tag + " OK done\r\n");
                         }
                       },
                       &good_};
  auto link = open(server, transport_security::starttls);
  EXPECT_TRUE(told_->wait([](const seen& s) { return s.ready; }));
}

// What an attacker adds in plain text behind the answer to STARTTLS must not be taken for the server's protected words.
TEST_F(imap_link_test, ignores_what_was_injected_before_starttls_took_effect) {
  script_server server{[](peer& p) {
                         p.write("* OK ready\r\n");
                         for (;;) {
                           const auto line = p.read_line();
                           const auto tag = line.substr(0, line.find(' '));
                           if (line.find("STARTTLS") != std::string::npos) {
                             p.write(tag + " OK go\r\n* BYE injected\r\n* CAPABILITY IMAP4rev1\r\n");
                             if (p.start_tls())
                               serve_imap(p, {}, false);
                             return;
                           }
                           if (line.empty() ||
                               !p.write("* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\n" + tag + " OK done\r\n"))
                             return;
                         }
                       },
                       &good_};
  auto link = open(server, transport_security::starttls);
  ASSERT_TRUE(told_->wait([](const seen& s) { return s.ready || s.closed > 0; }));
  // Read together with the answer it is thrown away; arriving later it breaks the handshake. It is never obeyed.
  if (told_->now().closed > 0) {
    EXPECT_EQ(told_->now().why.code, errc::tls_failed);
  }
}

TEST_F(imap_link_test, takes_plain_imap_on_loopback) {
  script_server server{[](peer& p) { serve_imap(p); }};
  auto link = open(server, transport_security::plain);
  EXPECT_TRUE(told_->wait([](const seen& s) { return s.ready; }));
}

TEST_F(imap_link_test, closes_at_once_before_the_login_is_done) {
  script_server server{[](peer& p) { p.drain(); }, &good_};
  auto link = open(server);
  link->close();
  expect_end(errc::cancelled);
}

TEST_F(imap_link_test, closes_within_its_deadline_when_logout_is_not_answered) {
  script_server server{[](peer& p) {
    serve_imap(p, [](peer& to, const std::string& tag, const std::string&) {
      to.write(tag + " OK done\r\n");
      to.drain();
      return false;
    });
  }};
  auto link = open(server, transport_security::plain, short_deadlines());
  link->submit({imap::noop_command{}});
  ASSERT_TRUE(told_->wait([](const seen& s) { return s.outcomes.size() == 1; }));
  link->close();
  expect_end(errc::cancelled);
}

// Owners let go of a link as soon as they have closed it.
TEST_F(imap_link_test, leaves_idle_and_logs_out_though_nobody_holds_it_any_more) {
  std::string heard;
  {
    script_server server{[&](peer& p) {
                           if (p.start_tls())
                             serve_imap(p, [&](peer& to, const std::string& tag, const std::string&) {
                               to.write("+ idling\r\n");
                               heard = to.read_line();
                               to.write(tag + " OK done\r\n");
                               heard += to.read_line();
                               to.write("* BYE bye\r\nA2 OK bye\r\n");
                               to.goodbye();
                               return false;
                             });
                         },
                         &good_};
    auto link = open(server);
    link->submit({imap::idle_command{}});
    ASSERT_TRUE(told_->wait([](const seen& s) { return s.idling == 1; }));
    const std::weak_ptr<recorder> listener = told_;
    told_.reset();
    link->close();
    link.reset();
    EXPECT_TRUE(none_open(4s)); // by the server's answer, not by the deadline
    EXPECT_TRUE(listener.expired());
  }
  EXPECT_EQ(heard, "DONE\r\nA2 LOGOUT\r\n");
}

TEST_F(imap_link_test, ends_within_its_deadline_when_nobody_holds_it_nor_answers) {
  script_server server{[](peer& p) {
    serve_imap(p, [](peer& to, const std::string&, const std::string&) {
      to.write("+ idling\r\n");
      to.drain();
      return false;
    });
  }};
  auto link = open(server, transport_security::plain, short_deadlines());
  link->submit({imap::idle_command{}});
  ASSERT_TRUE(told_->wait([](const seen& s) { return s.idling == 1; }));
  link->close();
  link.reset();
  EXPECT_TRUE(none_open(5s));
  EXPECT_EQ(told_->now().closed, 0);
}

TEST_F(imap_link_test, reads_no_body_to_its_end_for_nobody) {
  script_server server{[](peer& p) {
    serve_imap(p, [](peer& to, const std::string&, const std::string&) {
      to.write("* 1 FETCH (UID 1 BODY[] {20000000}\r\n" + std::string(2'000'000, 'x'));
      to.drain();
      return false;
    });
  }};
  auto link = open(server, transport_security::plain);
  link->submit({fetch_all()});
  ASSERT_TRUE(told_->wait([](const seen& s) { return !s.chunks.empty(); }));
  link->close();
  link.reset();
  EXPECT_TRUE(none_open(4s)); // sooner than a LOGOUT that is not answered
}

TEST_F(imap_link_test, ends_with_the_error_of_a_command_that_cannot_be_sent) {
  script_server server{[](peer& p) { serve_imap(p); }};
  auto link = open(server, transport_security::plain);
  link->submit({imap::uid_fetch_command{{std::string(20'000, '1')}, {"UID"}}});
  expect_end(errc::too_large);
}

// -- ends nobody ordered ---------------------------------------------------------------------------------------------

TEST_F(imap_link_test, is_silent_and_safe_when_destroyed_at_any_moment) {
  script_server server{[](peer& p) {
                         if (p.start_tls())
                           serve_imap(p, [](peer& to, const std::string& tag, const std::string&) {
                             return to.write(fetch_response(1, std::string(100'000, 'x')) + tag + " OK done\r\n");
                           });
                       },
                       &good_};
  dialer_ = make_imap_dialer(threads_, tls_);
  std::mt19937 random{7};
  for (int i = 0; i < 150; ++i) {
    auto told = std::make_shared<recorder>();
    auto link = dialer_->open(make_target(server, &good_), told);
    link->submit({fetch_all(), imap::noop_command{}});
    if (i % 3 == 0)
      link->close();
    std::this_thread::sleep_for(std::chrono::microseconds{random() % 12'000});
    link.reset();
    const auto closed = told->now().closed;
    std::this_thread::sleep_for(200us);
    EXPECT_LE(told->now().closed, 1);
    EXPECT_EQ(told->now().after_the_end, 0);
    if (i % 3 != 0) {
      EXPECT_EQ(told->now().closed, closed);
    }
  }
  for (int i = 0; i < 500 && dialer_->links_open() > 0; ++i)
    std::this_thread::sleep_for(10ms);
  EXPECT_EQ(dialer_->links_open(), 0U);
}

TEST_F(imap_link_test, ends_open_links_when_the_threads_stop) {
  script_server server{[](peer& p) {
                         if (p.start_tls())
                           serve_imap(p);
                       },
                       &good_};
  auto threads = std::make_unique<io_threads>(2);
  auto dialer = make_imap_dialer(*threads, tls_);
  std::vector<std::shared_ptr<recorder>> told;
  std::vector<std::unique_ptr<imap_link>> links;
  for (int i = 0; i < 20; ++i) {
    told.push_back(std::make_shared<recorder>());
    links.push_back(dialer->open(make_target(server, &good_), told.back()));
  }
  ASSERT_TRUE(told[0]->wait([](const seen& s) { return s.ready; }));
  const auto begun = std::chrono::steady_clock::now();
  threads->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 1500ms);
  for (const auto& one : told) {
    EXPECT_EQ(one->now().closed, 1);
    EXPECT_EQ(one->now().why.code, errc::cancelled);
  }
  links[0]->submit({imap::noop_command{}});
  links.clear();
}

TEST_F(imap_link_test, ends_links_that_take_their_leave_when_the_threads_stop) {
  script_server server{[](peer& p) {
    serve_imap(p, [](peer& to, const std::string&, const std::string&) {
      to.write("+ idling\r\n");
      to.drain();
      return false;
    });
  }};
  auto threads = std::make_unique<io_threads>(1);
  auto dialer = make_imap_dialer(*threads, tls_);
  auto link = dialer->open(make_target(server, &good_, transport_security::plain), told_);
  link->submit({imap::idle_command{}});
  ASSERT_TRUE(told_->wait([](const seen& s) { return s.idling == 1; }));
  link->close();
  link.reset();
  const auto begun = std::chrono::steady_clock::now();
  threads->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 1500ms);
  EXPECT_EQ(dialer->links_open(), 0U);
}

} // namespace
} // namespace postroom::net::test
