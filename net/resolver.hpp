#pragma once

#include "base/clock.hpp"
#include "base/limits.hpp"
#include "base/result.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace postroom::net {

/// Finds hosts' addresses: one question per name at a time, answers remembered, so that a thousand mailboxes of one
/// server ask once. Look-ups run on short-lived threads beside, several at once, so that a name server that does not
/// answer for one name holds up no other; while a known name is asked for anew, its last addresses serve. Lives on one
/// io thread; not thread-safe. Destroying it does not wait for look-ups under way.
class resolver {
public:
  using addresses = std::vector<boost::asio::ip::address>;
  using answer = result<std::shared_ptr<const addresses>>;
  using callback = std::function<void(const answer&)>;
  /// How long an answer is not doubted; how long after that it serves while nothing newer is known.
  struct memory {
    std::chrono::milliseconds fresh = limits::dns_memory;
    std::chrono::milliseconds stale = limits::dns_stale;
  };

  explicit resolver(boost::asio::io_context& context) : resolver(context, memory{}) {}
  resolver(boost::asio::io_context& context, memory keep);
  resolver(const resolver&) = delete;
  resolver& operator=(const resolver&) = delete;
  ~resolver();

  /// `done` gets at least one and at most limits::dns_addresses_max addresses, or dns_failed; it may be called at once.
  /// There is no deadline here: whoever waits stops waiting by himself.
  void resolve(const std::string& host, callback done);

private:
  struct entry {
    std::shared_ptr<const addresses> known;
    mono_time fresh_until{};
    mono_time usable_until{};
    bool asked = false;
    std::vector<callback> waiting;
  };
  struct desk;
  void ask(const std::string& host);
  void begin(const std::string& host);
  void answered(const std::string& host, const answer& outcome);
  void forget_some();

  const memory keep_;
  std::shared_ptr<desk> desk_; ///< where threads deliver
  std::map<std::string, entry> entries_;
  std::deque<std::string> queue_; ///< names to be asked for when a thread is free
  std::size_t running_ = 0;
};

} // namespace postroom::net
