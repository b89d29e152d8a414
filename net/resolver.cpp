#include "net/resolver.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <netdb.h>
#include <system_error>
#include <thread>
#include <utility>

namespace postroom::net {
namespace asio = boost::asio;

namespace {

constexpr std::size_t host_bytes_max = 253; // RFC 1035 §2.3.4

asio::ip::address address_of(const sockaddr& from, std::size_t bytes) {
  asio::ip::tcp::endpoint endpoint;
  std::memcpy(endpoint.data(), &from, std::min(bytes, endpoint.capacity()));
  return endpoint.address();
}

/// Blocks, for as long as the system's resolver likes.
resolver::answer look_up(const std::string& host) {
  addrinfo wanted{};
  wanted.ai_family = AF_UNSPEC;
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failed = ::getaddrinfo(host.c_str(), nullptr, &wanted, &found);
  auto list = std::make_shared<resolver::addresses>();
  for (const auto* one = failed == 0 ? found : nullptr; one; one = one->ai_next) {
    const auto address = address_of(*one->ai_addr, one->ai_addrlen);
    if (list->size() < limits::dns_addresses_max && std::ranges::find(*list, address) == list->end())
      list->push_back(address);
  }
  if (failed == 0)
    ::freeaddrinfo(found);
  if (list->empty())
    return fail(errc::dns_failed, host + ": " + (failed != 0 ? ::gai_strerror(failed) : "no address"));
  return list;
}

} // namespace

/// Outlives the resolver as long as a look-up is under way.
struct resolver::desk {
  std::mutex mutex;
  resolver* owner = nullptr; ///< none: nobody wants the answer any more
  asio::io_context& context;

  desk(resolver* of, asio::io_context& on) : owner(of), context(on) {}

  static void deliver(const std::shared_ptr<desk>& self, std::string host, answer outcome) {
    const std::scoped_lock lock{self->mutex};
    if (!self->owner)
      return;
    asio::post(self->context, [self, host = std::move(host), outcome = std::move(outcome)] {
      if (self->owner) // it can only go on this thread, or when this thread has ended
        self->owner->answered(host, outcome);
    });
  }
};

resolver::resolver(asio::io_context& context, memory keep) : keep_(keep), desk_(std::make_shared<desk>(this, context)) {
}

resolver::~resolver() {
  const std::scoped_lock lock{desk_->mutex};
  desk_->owner = nullptr;
}

void resolver::resolve(const std::string& host, callback done) {
  boost::system::error_code not_literal;
  const auto literal = asio::ip::make_address(host, not_literal);
  if (!not_literal) {
    done(std::make_shared<const addresses>(1, literal));
    return;
  }
  if (host.empty() || host.size() > host_bytes_max || host.find('\0') != std::string::npos) {
    done(fail(errc::dns_failed, "not a host name"));
    return;
  }
  if (!entries_.contains(host) && entries_.size() >= limits::dns_names_max)
    forget_some();
  if (!entries_.contains(host) && entries_.size() >= limits::dns_names_max) {
    done(fail(errc::dns_failed, host + ": too many names are being looked up"));
    return;
  }
  auto& e = entries_[host];
  const auto now = std::chrono::steady_clock::now();
  const auto known = e.known && now < e.usable_until ? e.known : nullptr;
  if ((!known || now >= e.fresh_until) && !std::exchange(e.asked, true))
    ask(host);
  if (known)
    done(known);
  else
    e.waiting.push_back(std::move(done));
}

void resolver::ask(const std::string& host) {
  if (running_ >= limits::dns_lookups_max)
    queue_.push_back(host);
  else
    begin(host);
}

void resolver::begin(const std::string& host) {
  ++running_;
  try {
    std::thread{[to = desk_, host] { desk::deliver(to, host, look_up(host)); }}.detach();
  } catch (const std::system_error&) {
    desk::deliver(desk_, host, fail(errc::dns_failed, host + ": the machine has no more threads"));
  }
}

void resolver::answered(const std::string& host, const answer& outcome) {
  --running_;
  if (!queue_.empty()) {
    const auto next = std::move(queue_.front());
    queue_.pop_front();
    begin(next);
  }
  const auto now = std::chrono::steady_clock::now();
  const auto at = entries_.find(host);
  auto& e = at->second;
  e.asked = false;
  const auto waiting = std::exchange(e.waiting, {});
  if (outcome) {
    e.known = *outcome;
    e.fresh_until = now + keep_.fresh;
    e.usable_until = e.fresh_until + keep_.stale;
  } else if (e.known && now < e.usable_until) {
    e.fresh_until = now + limits::dns_retry;
  } else {
    entries_.erase(at);
  }
  for (const auto& done : waiting)
    done(outcome);
}

void resolver::forget_some() {
  const auto now = std::chrono::steady_clock::now();
  std::erase_if(entries_, [&](const auto& e) { return !e.second.asked && e.second.fresh_until <= now; });
  for (auto at = entries_.begin(); at != entries_.end() && entries_.size() >= limits::dns_names_max;)
    at = at->second.asked ? std::next(at) : entries_.erase(at);
}

} // namespace postroom::net
