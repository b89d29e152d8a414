#include "tests/net/smtp_side.hpp"

namespace postroom::net::test {
namespace {

using smtp::phase;
using smtp::transport_security;
using seen = smtp_recorder::seen;

constexpr std::size_t mail_bytes = 5'000'000;

/// Lines, some of which begin with dots.
std::string pattern(std::size_t bytes) {
  std::string text;
  text.reserve(bytes + 80);
  for (std::size_t i = 0; text.size() < bytes; ++i)
    text += (i % 7 == 0 ? "." : "") + std::to_string(i * 7919) + " the quick brown fox jumps over the lazy dog\r\n";
  return text;
}

class smtp_link_test : public smtp_fixture {
protected:
  /// Sends one mail as soon as the link is ready.
  void send(smtp_link& link, const std::string& mail) {
    ASSERT_TRUE(told_->wait([](const seen& s) { return s.ready || s.closed > 0; }));
    link.begin(small_mail());
    ASSERT_TRUE(envelope_taken());
    link.begin_body();
    ASSERT_TRUE(told_->wait([](const seen& s) { return s.wanted > 0 || s.closed > 0; }));
    link.body(mail);
    link.end_body();
  }
  bool verdict_came() {
    return told_->wait([](const seen& s) { return !s.done.empty() || s.closed > 0; }) && !told_->now().done.empty();
  }
};

TEST_F(smtp_link_test, sends_a_mail_and_says_goodbye_in_every_security) {
  for (const auto security : {transport_security::plain, transport_security::starttls, transport_security::tls}) {
    SCOPED_TRACE(static_cast<int>(security));
    told_ = std::make_shared<smtp_recorder>();
    heard_.lines.clear();
    heard_.mail.clear();
    smtp_manners manners;
    manners.starttls = security == transport_security::starttls;
    script_server server{[&](peer& p) {
                           if (security != transport_security::tls || p.start_tls())
                             serve_smtp(p, manners, heard_);
                         },
                         &good_};
    auto link = open(server, security);
    send(*link, "Subject: x\r\n\r\n.hidden\r\n");
    ASSERT_TRUE(verdict_came());
    EXPECT_EQ(told_->now().done[0].first, phase::message);
    EXPECT_EQ(smtp::message_id_in(told_->now().done[0].second), "id@x.test");
    EXPECT_EQ(dialer_->links_open(), 1U);
    EXPECT_GT(dialer_->bytes_in(), 100U);
    EXPECT_GT(dialer_->bytes_out(), 100U);
    link->close();
    expect_end(errc::cancelled, phase::sender);
    EXPECT_EQ(told_->now().last.value().code, 221);
    EXPECT_EQ(dialer_->links_open(), 0U);
    const std::scoped_lock lock{heard_.mutex};
    EXPECT_EQ(heard_.mail, "Subject: x\r\n\r\n.hidden\r\n");
    EXPECT_EQ(heard_.lines.back(), "QUIT");
    const auto logins = std::count_if(heard_.lines.begin(), heard_.lines.end(),
                                      [](const auto& line) { return line.starts_with("AUTH XOAUTH2 dXNlcj1"); });
    EXPECT_EQ(logins, 1);
  }
}

TEST_F(smtp_link_test, sends_mail_after_mail) {
  script_server server{[&](peer& p) { serve_smtp(p, {}, heard_); }};
  auto link = open(server);
  for (std::size_t i = 1; i <= 3; ++i) {
    ASSERT_TRUE(told_->wait([](const seen& s) { return s.ready; }));
    link->begin(small_mail());
    ASSERT_TRUE(told_->wait([&](const seen& s) { return s.envelopes.size() == i; }));
    const auto before = told_->now().wanted; // more may have been asked for before the end of the last one was known
    link->begin_body();
    ASSERT_TRUE(told_->wait([&](const seen& s) { return s.wanted > before; }));
    link->body("x\r\n"), link->end_body();
    ASSERT_TRUE(told_->wait([&](const seen& s) { return s.done.size() == i; }));
  }
  link->begin(small_mail());
  ASSERT_TRUE(told_->wait([](const seen& s) { return s.envelopes.size() == 4; }));
  link->reset();
  ASSERT_TRUE(told_->wait([](const seen& s) { return s.resets == 1; }));
  EXPECT_EQ(told_->now().closed, 0);
}

TEST_F(smtp_link_test, tells_what_the_server_refuses) {
  smtp_manners manners;
  manners.answer = [](const std::string& line) -> std::optional<std::string> {
    if (line == "RCPT TO:<nobody@y.test>")
      return "550 5.1.1 no such user\r\n";
    return {};
  };
  manners.verdict = "550 5.7.60 SMTP; Client does not have permissions to send as this sender\r\n";
  script_server server{[&](peer& p) { serve_smtp(p, manners, heard_); }};
  auto link = open(server);
  auto mail = small_mail();
  mail.recipients.emplace_back("nobody@y.test");
  ASSERT_TRUE(told_->wait([](const seen& s) { return s.ready; }));
  link->begin(mail);
  ASSERT_TRUE(envelope_taken());
  EXPECT_EQ(told_->now().envelopes[0].recipients.at(1).code, 550);
  link->begin_body();
  link->end_body(); // comes too early: nothing was wanted yet, and is not obeyed
  ASSERT_TRUE(told_->wait([](const seen& s) { return s.wanted == 1; }));
  link->body("x\r\n");
  link->end_body();
  ASSERT_TRUE(verdict_came());
  EXPECT_EQ(classify(phase::message, told_->now().done[0].second), smtp::failure_class::sender_denied);
  // It goes on with the next one.
  auto large = small_mail();
  large.eight_bit = true;
  link->begin(large);
  ASSERT_TRUE(told_->wait([](const seen& s) { return s.envelopes.size() == 2; }));
  EXPECT_EQ(told_->now().envelopes[1].refused, smtp::failure_class::not_supported);
  EXPECT_EQ(told_->now().closed, 0);
}

TEST_F(smtp_link_test, ends_for_a_misuse) {
  script_server server{[&](peer& p) { serve_smtp(p, {}, heard_); }};
  auto link = open(server);
  ASSERT_TRUE(told_->wait([](const seen& s) { return s.ready; }));
  auto mail = small_mail();
  mail.recipients = {"b@y.test>\r\nRCPT TO:<c@y.test"};
  link->begin(mail);
  expect_end(errc::invalid_argument, phase::sender);
}

TEST_F(smtp_link_test, tells_of_a_refused_login) {
  smtp_manners manners;
  manners.answer = [](const std::string& line) -> std::optional<std::string> {
    if (line.starts_with("AUTH"))
      return "535 5.7.3 Authentication unsuccessful\r\n";
    return {};
  };
  script_server server{[&](peer& p) { serve_smtp(p, manners, heard_); }};
  auto link = open(server);
  expect_end(errc::auth_rejected, phase::login, "5.7.3");
  EXPECT_EQ(told_->now().last.value().code, 535);
}

/// Feeds a mail piece by piece, and knows how much of it could be in memory.
class feeder {
public:
  feeder(std::string mail, std::size_t piece) : mail_(std::move(mail)), piece_(piece) {}
  void feed(smtp_link& link) {
    link.body(mail_.substr(fed_, piece_));
    fed_ += std::min(piece_, mail_.size() - fed_);
    ++pieces_;
    if (fed_ == mail_.size())
      link.end_body();
  }
  [[nodiscard]] std::size_t fed() const { return fed_; }
  [[nodiscard]] int pieces() const { return pieces_; }
  [[nodiscard]] const std::string& mail() const { return mail_; }

private:
  const std::string mail_;
  const std::size_t piece_;
  std::atomic<std::size_t> fed_{0};
  std::atomic<int> pieces_{0};
};

TEST_F(smtp_link_test, holds_one_piece_of_a_large_mail_however_slow_the_server_is) {
  std::atomic<bool> read_on{false};
  smtp_manners manners;
  manners.take_mail = [&](peer& p) {
    while (!read_on)
      std::this_thread::sleep_for(1ms);
    for (auto line = p.read_line(); !line.empty() && line != ".\r\n"; line = p.read_line()) {
      const std::scoped_lock lock{heard_.mutex};
      heard_.mail += line.starts_with('.') ? line.substr(1) : line;
    }
  };
  script_server server{[&](peer& p) {
                         if (p.start_tls())
                           serve_smtp(p, manners, heard_);
                       },
                       &good_};
  feeder source{pattern(mail_bytes * 4), 256 * 1024};
  std::unique_ptr<smtp_link> link;
  told_->when_wanted = [&] { source.feed(*link); };
  link = open(server, transport_security::tls);
  ASSERT_TRUE(told_->wait([](const seen& s) { return s.ready; }));
  link->begin(small_mail());
  ASSERT_TRUE(envelope_taken());
  link->begin_body();
  // The sockets' buffers take some; then nothing moves, and nothing more is asked for.
  std::size_t before = 1;
  while (before != dialer_->bytes_out()) {
    before = dialer_->bytes_out();
    EXPECT_FALSE(told_->wait([](const seen& s) { return s.closed > 0; }, 100ms));
  }
  EXPECT_LT(source.fed(), source.mail().size());
  EXPECT_LT(source.fed(), before + 256 * 1024);
  read_on = true;
  ASSERT_TRUE(verdict_came());
  EXPECT_TRUE(heard_.mail == source.mail());
  EXPECT_EQ(told_->now().wanted, source.pieces());
}

TEST_F(smtp_link_test, sends_a_large_mail_in_chunks) {
  std::string got;
  script_server server{[&](peer& p) {
    smtp_manners manners{.keywords = "PIPELINING CHUNKING"};
    std::size_t left = 0;
    bool last = false;
    // Lines of the mail are taken for commands unless they belong to a chunk.
    manners.answer = [&](const std::string& line) -> std::optional<std::string> {
      if (left != 0) {
        got += line + "\r\n";
        left -= line.size() + 2;
        return left == 0 ? std::string{"250 ok\r\n"} : std::string{};
      }
      if (!line.starts_with("BDAT "))
        return {};
      left = std::stoul(line.substr(5));
      last = line.ends_with("LAST");
      return left == 0 ? std::string{"250 2.0.0 OK\r\n"} : std::string{};
    };
    serve_smtp(p, manners, heard_);
  }};
  const std::string line = ".a line of sixty-four octets with a dot in front, and no more..\r\n";
  std::string mail;
  while (mail.size() < mail_bytes)
    mail += line;
  feeder source{mail, line.size() * 4096};
  std::unique_ptr<smtp_link> link;
  told_->when_wanted = [&] { source.feed(*link); };
  link = open(server);
  ASSERT_TRUE(told_->wait([](const seen& s) { return s.ready; }));
  auto what = small_mail();
  what.chunked = true;
  link->begin(what);
  ASSERT_TRUE(envelope_taken());
  link->begin_body();
  ASSERT_TRUE(verdict_came());
  EXPECT_TRUE(got == mail);
}

TEST_F(smtp_link_test, hears_a_refusal_in_the_middle_of_a_mail) {
  smtp_manners manners;
  manners.take_mail = [](peer& p) {
    p.read_line();
    p.write("552 5.3.4 too large\r\n");
    p.drain();
  };
  script_server server{[&](peer& p) { serve_smtp(p, manners, heard_); }};
  feeder source{pattern(mail_bytes), 64 * 1024};
  std::unique_ptr<smtp_link> link;
  told_->when_wanted = [&] { source.feed(*link); };
  link = open(server);
  ASSERT_TRUE(told_->wait([](const seen& s) { return s.ready; }));
  link->begin(small_mail());
  ASSERT_TRUE(envelope_taken());
  link->begin_body();
  expect_end(errc::server_bye, phase::message, "5.3.4");
  EXPECT_EQ(told_->now().done.size(), 1U);
}

TEST_F(smtp_link_test, notices_that_an_idle_server_hangs_up) {
  std::atomic<bool> hang_up{false};
  for (const bool with_words : {true, false}) {
    told_ = std::make_shared<smtp_recorder>();
    hang_up = false;
    script_server server{[&](peer& p) {
      p.write("220 x\r\n"), p.read_line();
      p.write("250-x\r\n250 AUTH XOAUTH2\r\n"), p.read_line();
      p.write("235 in\r\n");
      while (!hang_up)
        std::this_thread::sleep_for(1ms);
      if (with_words)
        p.write("421 4.4.1 Connection timed out\r\n");
    }};
    auto link = open(server, transport_security::plain, short_smtp_deadlines());
    ASSERT_TRUE(told_->wait([](const seen& s) { return s.ready; }));
    // The silence is ours: no deadline of the server's passes.
    EXPECT_FALSE(told_->wait([](const seen& s) { return s.closed > 0; }, 400ms));
    hang_up = true;
    expect_end(with_words ? errc::server_bye : errc::connection_lost, phase::sender);
  }
}

// Owners let go of a link as soon as they have closed it.
TEST_F(smtp_link_test, says_goodbye_though_nobody_holds_it_any_more) {
  {
    script_server server{[&](peer& p) {
                           if (p.start_tls())
                             serve_smtp(p, {}, heard_);
                         },
                         &good_};
    auto link = open(server, transport_security::tls);
    ASSERT_TRUE(told_->wait([](const seen& s) { return s.ready; }));
    link->close();
    link.reset();
    for (int i = 0; i < 4000 && dialer_->links_open() != 0; ++i) // by the server's answer, not by the deadline
      std::this_thread::sleep_for(1ms);
    EXPECT_EQ(dialer_->links_open(), 0U);
  }
  EXPECT_EQ(heard_.lines.back(), "QUIT");
  EXPECT_EQ(told_->now().closed, 0);
}

TEST_F(smtp_link_test, closes_at_once_before_the_login_is_done) {
  script_server server{[](peer& p) { p.drain(); }};
  auto link = open(server);
  link->close();
  expect_end(errc::cancelled, phase::greeting);
}

TEST_F(smtp_link_test, closes_in_the_middle_of_a_mail_without_a_word) {
  script_server server{[&](peer& p) { serve_smtp(p, {}, heard_); }};
  auto link = open(server);
  ASSERT_TRUE(told_->wait([](const seen& s) { return s.ready; }));
  link->begin(small_mail());
  ASSERT_TRUE(envelope_taken());
  link->begin_body();
  ASSERT_TRUE(told_->wait([](const seen& s) { return s.wanted == 1; }));
  link->body("half a mail\r\n");
  link->close();
  expect_end(errc::cancelled, phase::message);
  EXPECT_TRUE(told_->now().done.empty());
}

TEST_F(smtp_link_test, tells_nothing_once_it_is_destroyed_in_the_middle_of_a_mail) {
  std::atomic<bool> gone{false};
  smtp_manners manners;
  manners.take_mail = [&](peer& p) {
    p.drain();
    gone = true;
  };
  script_server server{[&](peer& p) { serve_smtp(p, manners, heard_); }};
  auto link = open(server);
  ASSERT_TRUE(told_->wait([](const seen& s) { return s.ready; }));
  link->begin(small_mail());
  ASSERT_TRUE(envelope_taken());
  link->begin_body();
  ASSERT_TRUE(told_->wait([](const seen& s) { return s.wanted == 1; }));
  const auto before = told_->now().wanted;
  link->body(std::string(mail_bytes, 'x'));
  link.reset();
  for (int i = 0; i < 5000 && (!gone || dialer_->links_open() != 0); ++i)
    std::this_thread::sleep_for(1ms);
  EXPECT_TRUE(gone);
  EXPECT_EQ(dialer_->links_open(), 0U);
  EXPECT_EQ(told_->now().closed, 0);
  EXPECT_LE(told_->now().wanted, before + 1);
}

TEST_F(smtp_link_test, ends_when_the_threads_stop) {
  script_server server{[&](peer& p) { serve_smtp(p, {}, heard_); }};
  auto threads = std::make_unique<io_threads>(1);
  auto dialer = make_smtp_dialer(*threads, tls_, {});
  auto link = dialer->open(smtp_target_of(server, &good_, transport_security::plain), told_);
  ASSERT_TRUE(told_->wait([](const seen& s) { return s.ready; }));
  threads->stop();
  expect_end(errc::cancelled, phase::sender, "stopping");
  link.reset();
}

} // namespace
} // namespace postroom::net::test
