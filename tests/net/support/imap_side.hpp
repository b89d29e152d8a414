#pragma once

#include "net/imap_dialer.hpp"
#include "tests/net/support/script_server.hpp"

#include <atomic>
#include <condition_variable>
#include <optional>

/// Both ends of an IMAP conversation for tests of links.
namespace postroom::net::test {

using namespace std::chrono_literals;

/// What a link told, to be looked at and waited for from the test's thread.
class recorder final : public imap_link_listener {
public:
  struct seen {
    bool connected = false, ready = false;
    int idling = 0, closed = 0, after_the_end = 0;
    std::vector<imap::command_outcome> outcomes;
    std::vector<imap::response> data;
    std::vector<std::pair<std::uint32_t, std::string>> chunks;
    std::vector<fetched_message> messages;
    error why;
  };

  void on_connected() override {
    note([](seen& s) { s.connected = true; });
  }
  void on_ready(const imap::session_info&) override {
    note([](seen& s) { s.ready = true; });
  }
  void on_command_done(const imap::command_outcome& outcome) override {
    note([&](seen& s) { s.outcomes.push_back(outcome); });
  }
  void on_data(const imap::response& data) override {
    note([&](seen& s) { s.data.push_back(data); });
  }
  void on_body_chunk(std::uint32_t index, std::string octets) override {
    note([&](seen& s) { s.chunks.emplace_back(index, std::move(octets)); });
  }
  bool wants_more() override { return !full; }
  void on_message(fetched_message message) override {
    note([&](seen& s) { s.messages.push_back(std::move(message)); });
  }
  void on_idling() override {
    note([](seen& s) { ++s.idling; });
  }
  void on_closed(const error& why) override {
    note([&](seen& s) {
      ++s.closed;
      s.why = why;
    });
  }

  /// No more of a body is wanted for the moment.
  std::atomic<bool> full{false};

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
  /// Lets go of everything told so far.
  void forget() {
    const std::scoped_lock lock{mutex_};
    seen_ = {};
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

/// A target on this machine, with a password login.
imap_target make_target(const script_server& server, const certificate* trusted,
                        imap::transport_security security = imap::transport_security::tls);

/// Answers one command line beyond CAPABILITY, AUTHENTICATE and LOGOUT; false: hang up.
using command_answer = std::function<bool(peer& to, const std::string& tag, const std::string& line)>;

/// Greets, lets anybody in, and answers commands until the client goes.
void serve_imap(peer& to, const command_answer& answer = {}, bool greet = true);

} // namespace postroom::net::test
