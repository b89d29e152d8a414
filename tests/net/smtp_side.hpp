#pragma once

#include "net/smtp_dialer.hpp"
#include "tests/net/support/script_server.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <optional>

/// Both ends of an SMTP conversation for tests of links.
namespace postroom::net::test {

using namespace std::chrono_literals;

/// What an SMTP link told, to be looked at and waited for from the test's thread.
class smtp_recorder final : public smtp_link_listener {
public:
  struct seen {
    bool ready = false;
    int wanted = 0, resets = 0, closed = 0, after_the_end = 0;
    std::vector<smtp::envelope_outcome> envelopes;
    std::vector<std::pair<smtp::phase, smtp::reply>> done;
    error why;
    smtp::phase where = smtp::phase::greeting;
    std::optional<smtp::reply> last;
  };

  void on_ready(const smtp::server_info&) override {
    note([](seen& s) { s.ready = true; });
  }
  void on_envelope(const smtp::envelope_outcome& outcome) override {
    note([&](seen& s) { s.envelopes.push_back(outcome); });
  }
  void on_body_wanted() override {
    note([](seen& s) { ++s.wanted; });
    if (when_wanted)
      when_wanted();
  }
  void on_message_done(smtp::phase where, const smtp::reply& answer) override {
    note([&](seen& s) { s.done.emplace_back(where, answer); });
  }
  void on_reset() override {
    note([](seen& s) { ++s.resets; });
  }
  void on_closed(const error& why, smtp::phase where, const std::optional<smtp::reply>& last) override {
    note([&](seen& s) {
      ++s.closed;
      s.why = why;
      s.where = where;
      s.last = last;
    });
  }

  /// Called on the link's thread; to be set before the link is opened.
  std::function<void()> when_wanted;

  /// Whether `condition` came true in time.
  template <class Condition>
  bool wait(Condition condition, std::chrono::milliseconds limit = 10s) {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, limit, [&] { return condition(std::as_const(seen_)); });
  }
  bool wait_closed(std::chrono::milliseconds limit = 10s) {
    return wait([](const seen& s) { return s.closed > 0; }, limit);
  }
  seen now() {
    const std::scoped_lock lock{mutex_};
    return seen_;
  }

private:
  template <class Change>
  void note(Change change) {
    const std::scoped_lock lock{mutex_};
    if (seen_.closed > 0)
      ++seen_.after_the_end;
    change(seen_);
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  seen seen_;
};

/// How the pretended server behaves.
struct smtp_manners {
  std::string keywords = "PIPELINING"; ///< offered besides AUTH, separated by blanks
  bool starttls = false;               ///< offered in the plain
  bool greet = true;
  /// Answers a command line by itself; nothing: the usual answer. An empty text answers nothing.
  std::function<std::optional<std::string>(const std::string& line)> answer;
  /// Takes the mail instead of the usual reading up to the dot.
  std::function<void(peer&)> take_mail;
  std::string verdict = "250 2.0.0 OK <id@x.test> [Hostname=H]\r\n";
};

/// What the pretended server got.
struct smtp_heard {
  std::mutex mutex;
  std::vector<std::string> lines; ///< commands, without line ends
  std::string mail;               ///< with the dots taken out
};

/// Plays a server until the client goes.
void serve_smtp(peer& to, const smtp_manners& manners, smtp_heard& heard);

/// A target on this machine, with a token.
smtp_target smtp_target_of(const script_server& server, const certificate* trusted, smtp::transport_security security);

smtp_deadlines short_smtp_deadlines();

/// A link to a script_server on this machine, and what it tells.
class smtp_fixture : public ::testing::Test {
protected:
  static void SetUpTestSuite();
  static void TearDownTestSuite() { directory_.reset(); }

  std::unique_ptr<smtp_link> open(const script_server& server,
                                  smtp::transport_security security = smtp::transport_security::plain,
                                  smtp_deadlines deadlines = {});
  void expect_end(errc code, smtp::phase where, std::string_view words = {});
  /// Once the envelope is answered.
  [[nodiscard]] bool envelope_taken();

  static inline std::unique_ptr<scratch_directory> directory_;
  static inline certificate good_;
  tls_contexts tls_;
  smtp_heard heard_;
  io_threads threads_{2};
  std::shared_ptr<smtp_recorder> told_ = std::make_shared<smtp_recorder>();
  std::unique_ptr<counting_smtp_dialer> dialer_;
};

[[nodiscard]] smtp::envelope small_mail();

} // namespace postroom::net::test
