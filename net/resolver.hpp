#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace postroom::net {

/// Finds hosts' addresses: one question per name at a time, answers remembered for limits::dns_memory, so that a
/// thousand mailboxes of one server ask once. Lives on one io thread; not thread-safe.
class resolver {
public:
  using addresses = std::vector<boost::asio::ip::address>;
  using answer = result<std::shared_ptr<const addresses>>;
  using callback = std::function<void(const answer&)>;

  explicit resolver(boost::asio::io_context& context) : resolver_(context) {}

  /// `done` gets at least one and at most limits::dns_addresses_max addresses, or dns_failed; it may be called at once.
  /// There is no deadline here: whoever waits stops waiting by himself.
  void resolve(const std::string& host, callback done);

private:
  struct entry {
    std::shared_ptr<const addresses> known;
    mono_time known_until{};
    std::vector<callback> waiting;
  };
  void ask(const std::string& host);
  void answered(const std::string& host, const boost::system::error_code& failed,
                const boost::asio::ip::tcp::resolver::results_type& found);
  void forget_some();

  boost::asio::ip::tcp::resolver resolver_;
  std::map<std::string, entry> entries_;
};

} // namespace postroom::net
