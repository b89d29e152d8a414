#include "net/io_threads.hpp"

#include "net/resolver.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>

namespace postroom::net {
namespace {

constexpr auto stop_grace = std::chrono::seconds{2};

} // namespace

// Hint 1: one thread runs the context, others only post to it.
io_thread::io_thread()
    : context_(1), guard_(context_.get_executor()), resolver_(std::make_unique<net::resolver>(context_)),
      scratch_(std::make_unique_for_overwrite<char[]>(scratch_bytes)) {
  thread_ = std::thread([this] {
    context_.run();
    finished_.set_value();
  });
}

io_thread::~io_thread() {
  context_.stop();
  if (thread_.joinable())
    thread_.join();
}

void io_thread::enlist(enlisted& what) {
  enlisted_.push_back(what);
  if (stopping_)
    what.on_stop();
}

void io_thread::begin_stop() {
  stopping_ = true;
  for (auto at = enlisted_.begin(); at != enlisted_.end();) {
    auto& one = *at++;
    one.on_stop();
  }
  guard_.reset();
}

io_threads::io_threads(std::size_t count) {
  for (std::size_t i = 0; i < std::max<std::size_t>(count, 1); ++i)
    threads_.push_back(std::make_unique<io_thread>());
}

io_threads::~io_threads() {
  stop();
}

io_thread& io_threads::next() noexcept {
  return *threads_[turn_.fetch_add(1, std::memory_order_relaxed) % threads_.size()];
}

void io_threads::stop() {
  for (auto& one : threads_)
    if (one->thread_.joinable())
      boost::asio::post(one->context_, [thread = one.get()] { thread->begin_stop(); });
  const auto until = std::chrono::steady_clock::now() + stop_grace;
  for (auto& one : threads_) {
    if (!one->thread_.joinable())
      continue;
    one->finished_.get_future().wait_until(until);
    one->context_.stop();
    one->thread_.join();
  }
}

void ignore_sigpipe() noexcept {
  std::signal(SIGPIPE, SIG_IGN);
}

} // namespace postroom::net
