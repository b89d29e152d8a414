#pragma once

#include "api/server.hpp"
#include "app/config.hpp"
#include "app/node.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "metrics/registry.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace postroom::app {

/// What every long-running command does before its first thread: SIGPIPE ignored, the signals that end us blocked so
/// that `wait_for_end` gets them, and the heap told to give memory back.
void prepare_process();

/// Waits for SIGINT or SIGTERM, at most `limit`. SIGUSR1 turns the log to debug, SIGUSR2 back to `level`.
[[nodiscard]] bool end_wanted(std::chrono::milliseconds limit, log::level level);

/// A whole gateway: store, actors, API. Made and ended on the main thread.
class gateway_process {
public:
  /// Opens the data, writes what the configuration declares, starts the actors, then the API.
  [[nodiscard]] static result<std::unique_ptr<gateway_process>> start(const configuration& config,
                                                                      const node_settings& settings, const clock& time);
  ~gateway_process();
  gateway_process(const gateway_process&) = delete;
  gateway_process& operator=(const gateway_process&) = delete;

  [[nodiscard]] app::node& node() { return *node_; }
  /// `http://127.0.0.1:8025`
  [[nodiscard]] const std::string& url() const { return url_; }
  /// An API token made for this run. Blocks; main thread only.
  [[nodiscard]] result<std::string> make_token(const std::string& note);
  void stop();

private:
  gateway_process(const clock& time) : time_(time), metrics_(version()) {}
  static std::string version();

  const clock& time_;
  metrics::registry metrics_;
  std::unique_ptr<app::node> node_;
  std::unique_ptr<api::server> server_;
  std::string url_;
};

/// Where the parts of a node stand in a configuration.
[[nodiscard]] node_settings settings_of(const configuration& config);

} // namespace postroom::app
