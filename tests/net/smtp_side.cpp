#include "tests/net/smtp_side.hpp"

#include "tests/net/support/names.hpp"

#include <csignal>
#include <sstream>

namespace postroom::net::test {

namespace {

std::string hello(const smtp_manners& manners, bool offer_starttls) {
  std::string words = "250-mx.test hello\r\n";
  std::istringstream in{manners.keywords};
  for (std::string keyword; in >> keyword;)
    words += "250-" + keyword + "\r\n";
  return words + (offer_starttls ? "250 STARTTLS\r\n" : "250 AUTH XOAUTH2\r\n");
}

void take_lines(peer& to, smtp_heard& heard) {
  for (auto line = to.read_line(); !line.empty() && line != ".\r\n"; line = to.read_line()) {
    const std::scoped_lock lock{heard.mutex};
    heard.mail += line.starts_with('.') ? line.substr(1) : line;
  }
}

} // namespace

void serve_smtp(peer& to, const smtp_manners& manners, smtp_heard& heard) {
  bool secure = !manners.starttls;
  if (manners.greet && !to.write("220 mx.test ESMTP\r\n"))
    return;
  for (;;) {
    auto line = to.read_line();
    if (line.size() < 2)
      return;
    line.resize(line.size() - 2);
    {
      const std::scoped_lock lock{heard.mutex};
      heard.lines.push_back(line);
    }
    if (const auto own = manners.answer ? manners.answer(line) : std::nullopt) {
      if (!to.write(*own))
        return;
    } else if (line.starts_with("EHLO")) {
      to.write(hello(manners, !secure));
    } else if (line == "STARTTLS") {
      if (!to.write("220 go\r\n") || !to.start_tls())
        return;
      secure = true;
    } else if (line.starts_with("AUTH")) {
      to.write("235 2.7.0 in\r\n");
    } else if (line == "DATA") {
      to.write("354 go\r\n");
      manners.take_mail ? manners.take_mail(to) : take_lines(to, heard);
      to.write(manners.verdict);
    } else if (line == "QUIT") {
      to.write("221 bye\r\n");
      to.goodbye();
      return;
    } else {
      to.write("250 ok\r\n");
    }
  }
}

smtp_target smtp_target_of(const script_server& server, const certificate* trusted, smtp::transport_security security) {
  smtp_target target;
  target.host = "127.0.0.1";
  target.port = server.port();
  target.ca_file = trusted ? trusted->ca_file : "";
  target.session.security = security;
  target.session.user = "anna@example.test";
  target.session.token_or_password = secret<>{"sesame-sesame"};
  target.session.host = target.host;
  return target;
}

smtp_deadlines short_smtp_deadlines() {
  smtp_deadlines d;
  d.connect = d.tls = d.login = d.envelope = d.data = d.block = d.verdict = d.quit = 150ms;
  return d;
}

smtp::envelope small_mail() {
  return {.mail_from = "a@x.test", .recipients = {"b@y.test"}};
}

void smtp_fixture::SetUpTestSuite() {
  std::signal(SIGPIPE, SIG_IGN);
  directory_ = std::make_unique<scratch_directory>();
  good_ = make_certificate(directory_->path(), "good");
}

std::unique_ptr<smtp_link> smtp_fixture::open(const script_server& server, smtp::transport_security security,
                                              smtp_deadlines deadlines) {
  dialer_ = make_smtp_dialer(threads_, tls_, deadlines);
  return dialer_->open(smtp_target_of(server, &good_, security), told_);
}

void smtp_fixture::expect_end(errc code, smtp::phase where, std::string_view words) {
  ASSERT_TRUE(told_->wait_closed());
  const auto s = told_->now();
  EXPECT_EQ(to_string(s.why.code), to_string(code)) << s.why.detail;
  EXPECT_EQ(to_string(s.where), to_string(where)) << s.why.detail;
  EXPECT_NE(s.why.detail.find(words), std::string::npos) << s.why.detail;
  EXPECT_EQ(s.closed, 1);
}

bool smtp_fixture::envelope_taken() {
  return told_->wait([](const auto& s) { return !s.envelopes.empty(); }) &&
         told_->now().envelopes.back().any_accepted();
}

} // namespace postroom::net::test
