#pragma once

#include "bench/gateway.hpp"
#include "tests/support/dovecot.hpp"
#include "tests/support/token_endpoint.hpp"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

namespace CLI {
class App;
}

namespace postroom::bench {

/// The kernel's fs.inotify.max_user_instances, raised while this lives: Dovecot needs one for each mailbox in IDLE.
class inotify_room {
public:
  explicit inotify_room(std::size_t needed);
  ~inotify_room();
  inotify_room(const inotify_room&) = delete;
  inotify_room& operator=(const inotify_room&) = delete;

private:
  std::size_t before_ = 0; ///< 0: not ours to restore
};

/// The programs that are measured.
struct programs {
  std::filesystem::path postroom;
  std::filesystem::path bare;
  void add_to(CLI::App& arguments);
};

struct world_options {
  programs measured;
  std::size_t mailboxes = 1;
  /// Sessions in IDLE at the same time.
  std::size_t sessions = 1;
  std::chrono::seconds hibernate{0}; ///< as in dovecot_options
};

/// A Dovecot with shared mailboxes that one delegate may open, the token endpoint where the delegate has signed in,
/// and what is started against them. Main thread only.
class world {
public:
  explicit world(world_options options);

  [[nodiscard]] test::dovecot& mail_server() { return *mail_server_; }
  [[nodiscard]] static std::string mailbox(std::size_t number);

  /// Configured for the first so many mailboxes.
  [[nodiscard]] std::unique_ptr<gateway> start_gateway(const std::string& name, std::size_t mailboxes,
                                                       const std::string& catch_up);
  /// The bare program for the first so many mailboxes.
  [[nodiscard]] std::unique_ptr<test::process> start_bare(std::size_t mailboxes);
  /// As start_bare() with bare/watch; returns when all mailboxes are in IDLE.
  [[nodiscard]] std::unique_ptr<test::process> start_bare_watcher(std::size_t mailboxes);

  /// Throws when Dovecot could not hibernate sessions: then it is not the server that was meant to be measured against.
  void check_hibernation() const;

private:
  [[nodiscard]] std::string configuration(std::size_t mailboxes, const std::string& catch_up);

  world_options options_;
  inotify_room room_;
  test::temp_directory directory_;
  std::unique_ptr<test::dovecot> mail_server_;
  std::unique_ptr<test::token_endpoint> tokens_;
};

} // namespace postroom::bench
