#pragma once

#include "api/access_tokens.hpp"
#include "api/server.hpp"
#include "base/clock.hpp"
#include "metrics/registry.hpp"
#include "storage/blocking.hpp"
#include "storage/sealing.hpp"
#include "storage/store.hpp"
#include "tests/api/support/client.hpp"

#include <boost/json/array.hpp>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace postroom::api::test {

/// Stands in every secret of a test, so that one search finds any that leaks.
inline const std::string secret_mark = "S3CRET";

/// The real server on a free port of loopback, over the memory store and the real gateway and events actors. There is
/// no mail server: whoever connects is refused. Time stands still unless told to move. At its end every byte that was
/// answered is searched for secrets.
class running_api : public testing::Test {
public:
  running_api();
  ~running_api() override;

protected:
  void SetUp() override;
  void TearDown() override;
  /// For the suites that want other deadlines.
  [[nodiscard]] virtual server_options options() const { return {}; }
  /// For the suites that play the gateway themselves.
  [[nodiscard]] virtual gateway_actor gateway_for(caf::actor_system&, gateway_actor real) { return real; }

  /// A client with a token of that scope; without a tenant: for all of them.
  [[nodiscard]] client as(scope may, const std::string& tenant = {});
  [[nodiscard]] client with_token(const std::string& token);
  [[nodiscard]] client nobody() { return with_token({}); }
  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  void stop() { server_->stop(); }
  [[nodiscard]] result<std::unique_ptr<server>> start_another(const server_options& wish);

  /// Objects that others build upon, made through the API; each fails the test when refused.
  void make_tenant(const std::string& id);
  void make_provider(const std::string& tenant, const std::string& id);
  void make_grant(const std::string& tenant, const std::string& id, const std::string& provider);
  void make_account(const std::string& tenant, const std::string& id, const std::string& provider);

  void commit(std::vector<storage::operation> operations);
  /// A configuration record as it is stored.
  template <class Record>
  [[nodiscard]] Record stored(const storage::record_key& key) {
    const auto got = storage::wait_for<result<std::optional<storage::versioned<Record>>>>(
        [&](auto done) { storage::get<Record>(*store, key, done); });
    return got && *got ? (*got)->value : Record{};
  }
  /// Appends events to a tenant's log, as a mailbox does, and tells those who wait.
  void announce(const std::string& tenant, std::size_t count, std::size_t data_bytes = 0);

  manual_clock time;
  std::unique_ptr<storage::store> store;
  storage::keyring keys;
  metrics::registry metrics{"0.0.0"};
  std::string transcript; ///< every byte that was answered

private:
  struct actors;
  std::unique_ptr<actors> actors_;
  std::unique_ptr<api::server> server_;
};

/// Asks again until `holds` does; false after ten seconds.
[[nodiscard]] bool eventually(const std::function<bool()>& holds);
/// `items[*].id` of a page.
[[nodiscard]] std::vector<std::string> ids_of(const answer& page);
/// The `errors` of a problem as `field: problem`.
[[nodiscard]] std::vector<std::string> errors_of(const answer& problem);
/// `code` of a problem.
[[nodiscard]] std::string code_of(const answer& problem);

} // namespace postroom::api::test
