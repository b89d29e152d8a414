#pragma once

#include "tests/api/support/client.hpp"
#include "tests/support/dovecot.hpp"
#include "tests/support/postfix.hpp"
#include "tests/support/process.hpp"
#include "tests/support/token_endpoint.hpp"

#include <boost/json.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace postroom::test {

/// One entry of the log, as a reader gets it.
struct received_event {
  std::uint64_t seq = 0;
  std::string id;
  std::string type;
  boost::json::object data;

  [[nodiscard]] std::string account() const { return text("account"); }
  [[nodiscard]] std::string subject() const { return text("subject"); }
  [[nodiscard]] std::int64_t uid() const { return data.at("uid").to_number<std::int64_t>(); }
  /// Of the data; empty when it is missing or null.
  [[nodiscard]] std::string text(std::string_view name) const;
};

struct office_options {
  /// Local parts; the delegate may open them all, unless listed below.
  std::vector<std::string> mailboxes{"support"};
  std::vector<std::string> forbidden;
  std::string catch_up = "all";
  std::string catch_up_since;
  std::chrono::seconds token_life{3600};
  /// Lines for the provider's and each account's section of postroom.toml, for [limits], and further sections.
  std::string provider_config;
  std::string account_config;
  std::string limits_config;
  std::string more_config;
  /// A real Postfix through which the delegate may send as every mailbox.
  std::optional<postfix_options> submission;
  dovecot_options server;
  /// The gateway's program below the build directory; see tests/integration/CMakeLists.txt for others.
  std::string program = "app/postroom";
};

/// A contact centre in one object: shared mailboxes on a real Dovecot, an identity platform where the delegate has
/// signed in, and the gateway as an operator runs it, in a process of its own. Throws when the machine does not play
/// along. For one thread.
class office {
public:
  explicit office(office_options options = {});
  ~office();

  [[nodiscard]] dovecot& server() { return *server_; }
  [[nodiscard]] postfix& submission() { return *submission_; }
  [[nodiscard]] token_endpoint& identity() { return *identity_; }
  [[nodiscard]] process& gateway() { return *gateway_; }
  [[nodiscard]] const std::filesystem::path& directory() const { return directory_.path(); }
  [[nodiscard]] static std::string address(const std::string& mailbox) { return mailbox + "@contoso.test"; }
  static constexpr const char* delegate = "andrea@contoso.test";

  /// A mail whose subject is `subject`.
  [[nodiscard]] static std::string mail(const std::string& subject);
  void deliver(const std::string& mailbox, const std::string& raw);
  /// Mails with the subjects "1" to "count" after those that are there.
  void preload(const std::string& mailbox, std::size_t count);

  /// Returns when its API answers, or when it has ended already.
  void start();
  /// kill -9.
  void kill();
  /// SIGTERM; its exit status.
  int stop();
  [[nodiscard]] bool running() { return gateway_ && gateway_->running(); }
  /// stdout and stderr of all its runs.
  [[nodiscard]] std::string output() const;

  [[nodiscard]] api::test::answer get(const std::string& path);
  [[nodiscard]] api::test::answer send(api::test::call what);
  /// GET that must succeed.
  [[nodiscard]] boost::json::object json(const std::string& path);
  /// Where a mailbox stands, `status` of GET /v1/accounts/{id}/status.
  [[nodiscard]] boost::json::object status(const std::string& mailbox);
  [[nodiscard]] std::string last_error(const std::string& mailbox);
  [[nodiscard]] bool in_step(const std::string& mailbox);
  /// All mailboxes that the delegate may open; false when the deadline passes.
  [[nodiscard]] bool await_in_step(std::chrono::seconds deadline = std::chrono::seconds{30});
  /// The whole log so far.
  [[nodiscard]] std::vector<received_event> events();
  /// Waits until the log has so many entries; answers what is there in the end.
  [[nodiscard]] std::vector<received_event> await_events(std::size_t count,
                                                         std::chrono::seconds deadline = std::chrono::seconds{30});

private:
  [[nodiscard]] std::string configuration();

  office_options options_;
  temp_directory directory_;
  std::unique_ptr<dovecot> server_;
  std::unique_ptr<postfix> submission_;
  std::unique_ptr<token_endpoint> identity_;
  std::uint16_t port_ = 0;
  std::string refresh_token_;
  std::string api_token_;
  std::string transcript_;
  std::unique_ptr<process> gateway_;
  std::vector<std::filesystem::path> outputs_;
};

/// Fails the test unless each subject from "1" to "count" is announced exactly once for the mailbox, in the order of
/// its UIDs, and the log has no gap.
void expect_each_once(const std::vector<received_event>& log, const std::string& mailbox, std::size_t count);

} // namespace postroom::test
