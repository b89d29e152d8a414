#include "net/resolver.hpp"

#include "base/limits.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace postroom::net {
namespace asio = boost::asio;

void resolver::resolve(const std::string& host, callback done) {
  boost::system::error_code not_literal;
  const auto literal = asio::ip::make_address(host, not_literal);
  if (!not_literal) {
    done(std::make_shared<const addresses>(1, literal));
    return;
  }
  if (host.empty() || host.size() > 253 || host.find('\0') != std::string::npos) {
    done(fail(errc::dns_failed, "not a host name"));
    return;
  }
  if (!entries_.contains(host) && entries_.size() >= limits::dns_names_max)
    forget_some();
  auto& e = entries_[host];
  if (e.known && std::chrono::steady_clock::now() < e.known_until) {
    done(e.known);
    return;
  }
  e.waiting.push_back(std::move(done));
  if (e.waiting.size() == 1)
    ask(host);
}

void resolver::ask(const std::string& host) {
  resolver_.async_resolve(host, "", [this, host](const boost::system::error_code& failed, const auto& found) {
    if (failed != asio::error::operation_aborted)
      answered(host, failed, found);
  });
}

void resolver::answered(const std::string& host, const boost::system::error_code& failed,
                        const asio::ip::tcp::resolver::results_type& found) {
  auto list = std::make_shared<addresses>();
  for (const auto& one : found)
    if (list->size() < limits::dns_addresses_max && std::ranges::find(*list, one.endpoint().address()) == list->end())
      list->push_back(one.endpoint().address());

  const auto at = entries_.find(host);
  const auto waiting = std::exchange(at->second.waiting, {});
  answer outcome = fail(errc::dns_failed, host + ": " + (failed ? failed.message() : "no address"));
  if (!list->empty()) {
    at->second.known = list;
    at->second.known_until = std::chrono::steady_clock::now() + limits::dns_memory;
    outcome = answer{std::move(list)};
  } else {
    entries_.erase(at);
  }
  for (const auto& done : waiting)
    done(outcome);
}

void resolver::forget_some() {
  const auto now = std::chrono::steady_clock::now();
  std::erase_if(entries_, [&](const auto& e) { return e.second.waiting.empty() && e.second.known_until <= now; });
  for (auto at = entries_.begin(); at != entries_.end() && entries_.size() >= limits::dns_names_max;)
    at = at->second.waiting.empty() ? entries_.erase(at) : std::next(at);
}

} // namespace postroom::net
