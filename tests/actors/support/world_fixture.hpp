#pragma once

#include "actors/ports.hpp"
#include "metrics/registry.hpp"
#include "tests/actors/support/moody_store.hpp"
#include "tests/actors/support/pretended_server.hpp"
#include "tests/actors/support/pretended_smtp.hpp"
#include "tests/support/actor_fixture.hpp"

#include "records.pb.h"

#include <deque>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <vector>

namespace postroom {

/// A token endpoint that answers when told to, or whose caller crashes.
class pretended_http final : public net::http_client {
public:
  std::deque<std::function<void(result<net::http_answer>)>> open;
  std::deque<std::string> urls; ///< of those that are open
  bool crashes_us = false;

  void send(net::http_request, std::string, std::function<void(result<net::http_answer>)> done) override;
  void grant_token(const std::string& token);
};

/// Everything the actors need from the world, on the test's thread: a store in memory, pretended servers, the real
/// admission, archive, events and sending actors. The parser has its own thread, but works only inside settle().
class world_fixture : public actor_fixture {
  struct folder_of_its_own {
    folder_of_its_own();
    ~folder_of_its_own();
    std::filesystem::path path;
  };
  folder_of_its_own folder_;

public:
  /// `prepare`: makes the in-flight file that the parser finds.
  explicit world_fixture(const std::function<void(const std::filesystem::path&)>& prepare = {});
  ~world_fixture();

  /// Runs actors and parser until nothing is left to do at this moment.
  void settle();
  /// Lets time pass in steps, so that timers set by timers ring too.
  void let_pass(std::chrono::milliseconds total, std::chrono::milliseconds step = std::chrono::seconds{1});

  // What is stored. Passwords make a provider that needs no platform.
  void put_tenant(const std::string& id);
  records::Provider put_provider(const std::string& tenant, const std::string& id, const std::string& service);
  void put_grant(const std::string& tenant, const std::string& id, const std::string& provider,
                 const std::string& kind);
  /// An active account of the provider `mail`, all of whose mail is announced; its user is `<id>@example.com`.
  records::Account put_account(const std::string& tenant, const std::string& id,
                               const std::function<void(records::Account&)>& change = {});
  void erase(storage::record_key key);
  [[nodiscard]] std::vector<records::Event> events_of(const std::string& tenant);
  /// Whether a line stands in what metrics expose.
  [[nodiscard]] bool metrics_show(const std::string& line);

  static constexpr std::uint64_t credit_bytes = 8'000'000;

  metrics::registry metrics{"test"};
  std::unique_ptr<storage::store> memory;
  moody_store store;
  storage::keyring keys;
  pretended_server server;
  pretended_smtp smtp;
  pretended_http http;
  std::unique_ptr<parsing::inflight_file> inflight;
  std::unique_ptr<parsing::parse_pool> parser;
  ownership owned;
  ports world;

private:
  [[nodiscard]] bool commits_wait_for_company() const;
  void hold_parser();
  void let_parse();
  std::promise<void> gate_;
};

} // namespace postroom
