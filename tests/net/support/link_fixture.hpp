#pragma once

#include "tests/net/support/imap_side.hpp"

#include <gtest/gtest.h>

namespace postroom::net::test {

[[nodiscard]] inline imap_deadlines short_deadlines() {
  imap_deadlines d;
  d.connect = d.tls = d.login = d.first_byte = d.between_bytes = d.done = d.idle_silence = d.logout = 150ms;
  return d;
}

[[nodiscard]] inline imap::uid_fetch_command fetch_all() {
  return {{"1:*"}, {"UID", "FLAGS", "INTERNALDATE", "BODY.PEEK[]"}};
}

/// A link to a script_server on this machine, and what it tells.
class link_fixture : public ::testing::Test {
protected:
  static void SetUpTestSuite() {
    ignore_sigpipe();
    directory_ = std::make_unique<scratch_directory>();
    good_ = make_certificate(directory_->path(), "good");
  }
  static void TearDownTestSuite() { directory_.reset(); }

  std::unique_ptr<imap_link> open(const script_server& server,
                                  imap::transport_security security = imap::transport_security::tls,
                                  imap_deadlines deadlines = {}) {
    return open(make_target(server, &good_, security), deadlines);
  }
  std::unique_ptr<imap_link> open(imap_target target, imap_deadlines deadlines) {
    dialer_ = make_imap_dialer(threads_, tls_, deadlines);
    return dialer_->open(std::move(target), told_);
  }
  void expect_end(errc code, std::string_view words = {}) {
    ASSERT_TRUE(told_->wait_closed());
    const auto why = told_->now().why;
    EXPECT_EQ(to_string(why.code), to_string(code)) << why.detail;
    EXPECT_NE(why.detail.find(words), std::string::npos) << why.detail;
  }

  /// Whether every link ends within `limit`.
  [[nodiscard]] bool none_open(std::chrono::milliseconds limit) const {
    for (const auto until = std::chrono::steady_clock::now() + limit; dialer_->links_open() > 0;)
      if (std::chrono::steady_clock::now() < until)
        std::this_thread::sleep_for(1ms);
      else
        return false;
    return true;
  }

  static inline std::unique_ptr<scratch_directory> directory_;
  static inline certificate good_;
  tls_contexts tls_;
  io_threads threads_{2};
  std::shared_ptr<recorder> told_ = std::make_shared<recorder>();
  std::unique_ptr<counting_imap_dialer> dialer_;
};

} // namespace postroom::net::test
