#include "sim/identity/browser_sessions.hpp"

#include <gtest/gtest.h>

namespace postroom::sim {
namespace {

using namespace std::chrono_literals;

class browser_sessions_test : public testing::Test {
protected:
  half_sign_in& start(const std::string& browser = "b") {
    half_sign_in what;
    what.browser = browser;
    what.path = "/p";
    return sessions.start(std::move(what));
  }
  static form_fields form_of(const half_sign_in& flow) { return {{"flow", flow.name}, {"csrf", flow.csrf}}; }
  static signed_in_account account(const std::string& upn) { return {"t", upn, {}, false, false}; }

  manual_clock time;
  browser_sessions sessions{time, true};
};

TEST_F(browser_sessions_test, knows_sign_ins_by_name_secret_browser_and_path) {
  auto& flow = start();
  auto& other = start();
  EXPECT_NE(flow.name, other.name);
  EXPECT_NE(flow.csrf, other.csrf);
  EXPECT_EQ(flow.name.size(), 32U);
  EXPECT_EQ(sessions.find(form_of(flow), "b", "/p"), &flow);
  EXPECT_EQ(sessions.find(form_of(flow), "c", "/p"), nullptr);
  EXPECT_EQ(sessions.find(form_of(flow), "b", "/q"), nullptr);
  EXPECT_EQ(sessions.find({{"flow", flow.name}, {"csrf", other.csrf}}, "b", "/p"), nullptr);
  EXPECT_EQ(sessions.find({{"flow", flow.name}}, "b", "/p"), nullptr);
  const auto form = form_of(flow);
  sessions.finish(flow);
  EXPECT_EQ(sessions.find(form, "b", "/p"), nullptr);
}

TEST_F(browser_sessions_test, forgets_sign_ins_that_stand_still) {
  auto& flow = start();
  time.advance(29min);
  EXPECT_NE(sessions.find(form_of(flow), "b", "/p"), nullptr);
  time.advance(29min);
  EXPECT_NE(sessions.find(form_of(flow), "b", "/p"), nullptr) << "29 minutes since it was used";
  const auto form = form_of(flow);
  time.advance(30min);
  EXPECT_EQ(sessions.find(form, "b", "/p"), nullptr);
  EXPECT_EQ(sessions.sign_ins(), 0U);
}

TEST_F(browser_sessions_test, keeps_no_more_than_so_many) {
  const auto first = form_of(start());
  const auto second = form_of(start());
  EXPECT_NE(sessions.find(first, "b", "/p"), nullptr);
  for (std::size_t i = 0; i < browser_sessions::sign_ins_max - 1; ++i)
    start();
  EXPECT_EQ(sessions.sign_ins(), browser_sessions::sign_ins_max);
  EXPECT_EQ(sessions.find(second, "b", "/p"), nullptr) << "was unused for longest";
  EXPECT_NE(sessions.find(first, "b", "/p"), nullptr);
  for (std::size_t i = 0; i < browser_sessions::sessions_max + 5; ++i)
    (void)sessions.sign_in("", account("dora"));
  EXPECT_EQ(sessions.sessions(), browser_sessions::sessions_max);
}

TEST_F(browser_sessions_test, renames_a_session_at_each_sign_in) {
  const auto first = sessions.sign_in("", account("dora"));
  const auto id = sessions.session(first)->id;
  const auto second = sessions.sign_in(first, account("otto"));
  EXPECT_EQ(sessions.session(first), nullptr);
  ASSERT_NE(sessions.session(second), nullptr);
  EXPECT_EQ(sessions.session(second)->accounts.size(), 2U);
  EXPECT_EQ(sessions.session(second)->id, id);
  const auto third = sessions.sign_in(second, account("DORA"));
  EXPECT_EQ(sessions.session(third)->accounts.size(), 2U) << "renewed, not added";
  auto last = third;
  for (int i = 0; i < 20; ++i)
    last = sessions.sign_in(last, account("user" + std::to_string(i)));
  EXPECT_EQ(sessions.session(last)->accounts.size(), browser_session::accounts_max);
  EXPECT_EQ(sessions.session(last)->accounts.back().upn, "user19");
  sessions.end_session(last);
  EXPECT_EQ(sessions.session(last), nullptr);
}

TEST_F(browser_sessions_test, writes_and_finds_cookies) {
  EXPECT_EQ(sessions.set_cookie("a", "b"), "a=b; Path=/; HttpOnly; SameSite=Lax; Secure");
  EXPECT_EQ((browser_sessions{time, false}.set_cookie("a", "")), "a=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
  http_request request;
  const std::string value(32, 'x');
  request.set(boost::beast::http::field::cookie, "xa=" + std::string(32, 'y') + "; a=short; a=" + value + "; b=;c");
  EXPECT_EQ(find_cookie(request, "a"), value);
  EXPECT_EQ(find_cookie(request, "b"), "");
  EXPECT_EQ(find_cookie(request, "c"), "");
  request.set(boost::beast::http::field::cookie, "a=" + std::string(31, 'x') + "\"");
  EXPECT_EQ(find_cookie(request, "a"), "");
}

} // namespace
} // namespace postroom::sim
