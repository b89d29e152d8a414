#include "net/http_client.hpp"
#include "net/smtp_dialer.hpp"
#include "sim/stand_in.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <thread>
#include <unistd.h>

/// Our links and the stand-in over loopback: a token by HTTPS, then STARTTLS with the stand-in's certificate.
namespace postroom::sim {
namespace {

using namespace std::chrono_literals;

/// Sends one mail as soon as it is let in. `link` is set before `go`.
class sender final : public net::smtp_link_listener {
public:
  explicit sender(std::string from) : from_(std::move(from)) {}
  void on_ready(const smtp::server_info&) override { ready.set_value(); }
  void on_envelope(const smtp::envelope_outcome& outcome) override {
    outcome.any_accepted() ? link->begin_body() : link->close();
  }
  void on_body_wanted() override {
    if (std::exchange(fed_, true))
      return;
    link->body("From: " + from_ + "\r\nMessage-ID: <tls@contoso.test>\r\n\r\n.hidden\r\n");
    link->end_body();
  }
  void on_message_done(smtp::phase, const smtp::reply& answer) override {
    verdict = answer;
    link->close();
  }
  void on_reset() override {}
  void on_closed(const error& why, smtp::phase, const std::optional<smtp::reply>&) override { closed.set_value(why); }

  net::smtp_link* link = nullptr;
  smtp::reply verdict;
  std::promise<void> ready;
  std::promise<error> closed;

private:
  std::string from_;
  bool fed_ = false;
};

class submission_over_tls : public testing::Test {
protected:
  submission_over_tls() {
    auto pattern = (std::filesystem::temp_directory_path() / "postroom-sim-XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
    scenario plan;
    plan.directory = directory_;
    plan.tenants.front().mailboxes = 1;
    office = stand_in::start(plan).value();
    told = std::make_shared<sender>(office->mailboxes().front());
  }
  ~submission_over_tls() override {
    office->stop();
    std::filesystem::remove_all(directory_);
  }
  std::string access_token() {
    const auto client = net::make_http_client(threads_, tls_);
    net::http_request ask{"POST",
                          office->token_url(),
                          {{"Content-Type", "application/x-www-form-urlencoded"}},
                          secret<>{"grant_type=refresh_token&client_id=" + office->client_id() +
                                   "&client_secret=" + office->client_secret().expose() +
                                   "&refresh_token=" + office->refresh_token().expose()}};
    std::promise<result<net::http_answer>> answered;
    client->send(std::move(ask), office->ca_file().string(),
                 [&](auto answer) { answered.set_value(std::move(answer)); });
    const auto answer = answered.get_future().get();
    return boost::json::parse(answer.value().body.expose()).at("access_token").as_string().c_str();
  }
  void open(const std::string& token) {
    net::smtp_target target;
    target.host = "localhost";
    target.port = office->smtp_port();
    target.ca_file = office->ca_file().string();
    target.session.user = office->delegate();
    target.session.token_or_password = secret<>{token};
    link_ = dialer_->open(std::move(target), told);
    told->link = link_.get();
  }
  error wait_closed() {
    auto closed = told->closed.get_future();
    return closed.wait_for(20s) == std::future_status::ready ? closed.get() : fail(errc::timeout, "still open");
  }

  std::filesystem::path directory_;
  std::unique_ptr<stand_in> office;
  std::shared_ptr<sender> told;
  net::tls_contexts tls_;
  net::io_threads threads_{1};
  std::unique_ptr<net::counting_smtp_dialer> dialer_ = net::make_smtp_dialer(threads_, tls_);
  std::unique_ptr<net::smtp_link> link_;
};

TEST_F(submission_over_tls, takes_a_mail) {
  open(access_token());
  auto ready = told->ready.get_future();
  ASSERT_EQ(ready.wait_for(20s), std::future_status::ready);
  EXPECT_EQ(office->stats().submission_connections, 1U);
  link_->begin(
      {.mail_from = office->mailboxes().front(), .recipients = {"anna@example.test", office->mailboxes().front()}});
  EXPECT_EQ(to_string(wait_closed().code), to_string(errc::cancelled));
  EXPECT_EQ(told->verdict.code, 250);
  EXPECT_EQ(smtp::message_id_in(told->verdict), "tls@contoso.test");
  const auto stats = office->stats();
  EXPECT_EQ(stats.submission_logins, 1U);
  EXPECT_EQ(stats.mails_submitted, 1U);
  EXPECT_EQ(stats.mails_delivered, 1U);
}

TEST_F(submission_over_tls, leaves_a_mail_in_doubt) {
  ASSERT_TRUE(office->add_fault({.kind = fault_kind::smtp_doubt, .names = {office->mailboxes().front()}}));
  open(access_token());
  auto ready = told->ready.get_future();
  ASSERT_EQ(ready.wait_for(20s), std::future_status::ready);
  link_->begin({.mail_from = office->mailboxes().front(), .recipients = {"nobody@contoso.test"}});
  EXPECT_EQ(to_string(wait_closed().code), to_string(errc::connection_lost));
  EXPECT_EQ(told->verdict.code, 0);
  const auto submitted = office->submitted(0, 10);
  ASSERT_EQ(submitted.size(), 1U);
  EXPECT_TRUE(submitted[0].taken);
  EXPECT_EQ(submitted[0].answer, "");
  // The recipient does not exist: a notification comes by itself.
  const auto bounced = [&] {
    const auto mails = office->delivered(0, 1000);
    return std::ranges::any_of(mails, [](const auto& each) { return each.origin == mail_origin::bounce; });
  };
  for (const auto end = std::chrono::steady_clock::now() + 20s; !bounced() && std::chrono::steady_clock::now() < end;)
    std::this_thread::sleep_for(20ms);
  EXPECT_TRUE(bounced());
}

TEST_F(submission_over_tls, refuses_what_is_no_token) {
  open("junk");
  const auto why = wait_closed();
  EXPECT_EQ(to_string(why.code), to_string(errc::auth_rejected)) << why.detail;
  EXPECT_EQ(office->stats().submission_logins_refused, 1U);
}

} // namespace
} // namespace postroom::sim
