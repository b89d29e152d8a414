#pragma once

#include "sim/gateway_config.hpp"
#include "sim/stand_in.hpp"
#include "tests/api/support/client.hpp"
#include "tests/integration/support/office.hpp"
#include "tests/support/process.hpp"

#include <boost/json.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postroom::test {

/// A contact centre whose identity platform and mail servers are those of the stand-in, and the gateway as an operator
/// runs it, in a process of its own. Unless the test says otherwise mailboxes begin empty, and the first customer,
/// whose id is `contoso`, is the one that is spoken of. Throws when the machine does not play along. For one thread.
class stand_in_office {
public:
  /// `change`: of the scenario as it is usual.
  explicit stand_in_office(const std::function<void(sim::scenario&)>& change = {});
  ~stand_in_office();

  [[nodiscard]] sim::stand_in& servers() { return *servers_; }
  [[nodiscard]] const sim::provider_facts& facts() const { return servers_->providers().front(); }
  [[nodiscard]] std::string mailbox(std::size_t number) const { return servers_->mailboxes().at(number); }
  [[nodiscard]] const std::filesystem::path& directory() const { return directory_.path(); }

  /// Asks the stand-in's control API; what it answers. Throws when it refuses.
  boost::json::object control(const std::string& method, const std::string& path, const std::string& body = "{}");
  /// Of an application: the ids of its client secrets.
  [[nodiscard]] std::vector<std::string> secrets_of(const std::string& client_id);
  /// One of them ends now.
  void expire_secret(const std::string& client_id, const std::string& key_id);
  /// All of them.
  void expire_secrets(const std::string& client_id);
  /// One more, good for an hour; its value.
  [[nodiscard]] std::string new_secret(const std::string& client_id);
  void strike(sim::fault_kind kind, std::vector<std::string> names, std::int64_t amount = 0);

  /// postroom.toml for these customers of the stand-in, whose servers are trusted by `ca_file`.
  [[nodiscard]] std::string configuration(std::span<const sim::provider_facts> providers,
                                          const std::filesystem::path& ca_file) const;
  /// With the stand-in's own.
  [[nodiscard]] std::string configuration(std::span<const sim::provider_facts> providers) const {
    return configuration(providers, servers_->ca_file());
  }
  /// Sets the gateway up with this postroom.toml.
  void configure(const std::string& toml);
  /// Enters the first customer's application, sign-ins and accounts by the API of a gateway that knows nothing yet, as
  /// an administrator does, who can then change them there. The ids are those of configuration(); the tenant is the
  /// default one.
  void enter_customer();
  /// Returns when its API answers.
  void start();
  /// Returns at once.
  void launch();
  /// kill -9.
  void kill();
  [[nodiscard]] process& gateway() { return *gateway_; }
  /// stdout and stderr of all its runs.
  [[nodiscard]] std::string output() const;

  /// The gateway's API; the tenant is put in. `ask` wants success (2xx) and throws otherwise.
  [[nodiscard]] api::test::answer call(const std::string& method, const std::string& path,
                                       const boost::json::object& body = {});
  boost::json::object ask(const std::string& method, const std::string& path, const boost::json::object& body = {});
  boost::json::object get(const std::string& path) { return ask("GET", path); }
  /// Of another tenant than the first customer.
  void speak_of(std::string tenant) { tenant_ = std::move(tenant); }

  [[nodiscard]] std::string state_of(const std::string& account);
  [[nodiscard]] bool await_idle(const std::vector<std::string>& accounts,
                                std::chrono::seconds deadline = std::chrono::seconds{30});
  [[nodiscard]] std::vector<received_event> events();
  [[nodiscard]] std::vector<received_event> events(std::string_view type);
  [[nodiscard]] bool await_event(std::string_view type, std::chrono::seconds deadline = std::chrono::seconds{30});

private:
  temp_directory directory_;
  std::uint16_t port_;
  std::unique_ptr<sim::stand_in> servers_;
  std::string tenant_ = "contoso";
  std::string api_token_;
  std::string transcript_;
  std::unique_ptr<process> gateway_;
  std::vector<std::filesystem::path> outputs_;
};

/// `support` of `support@contoso.test`: what a gateway set up by configuration() calls the account.
[[nodiscard]] std::string account_of(const std::string& mailbox);

} // namespace postroom::test
